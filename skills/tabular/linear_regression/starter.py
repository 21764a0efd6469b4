"""What is a house worth? Linear regression: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skills.data import load

LARGEST, STEPS, RATE, PENALTY = 4000, 400, 0.1, 10.0
COLUMNS = ["Gr_Liv_Area", "Total_Bsmt_SF", "Garage_Area", "Year_Built", "Year_Remod_Add",
           "Lot_Area", "Fireplaces"]  # fmt: skip
Progress = Generator[dict[str, Any], None, Any]


def split(houses: pd.DataFrame) -> Any:
    """Return x_train, x_test (tables), y_train, y_test (prices in thousands of dollars)."""
    houses = houses[houses["Gr_Liv_Area"] <= LARGEST]  # as the author of the data advises
    y = houses["Sale_Price"].to_numpy(float) / 1000
    x = houses.drop(columns=["Sale_Price"])
    return train_test_split(x, y, test_size=0.25, random_state=0)


def scaled(train: Any, test: Any) -> list[Any]:
    """Return both with columns of mean 0 and spread 1 in training, after a column of ones."""
    # TODO 1: take mean and spread of each column from the training rows only, use them for
    # both tables, and put a column of ones in front (np.insert(table, 0, 1, axis=1)).
    raise NotImplementedError("TODO 1: scale the columns")


def equation(x: Any, y: Any) -> Any:
    """Return the weights of least squared error: the solution of X'X w = X'y."""
    # TODO 2: np.linalg.solve(A, b) solves A w = b. What are A and b here?
    raise NotImplementedError("TODO 2: solve the normal equation")


def gradient(weights: Any, x: Any, y: Any) -> Any:
    """Return how the mean squared error changes with each weight."""
    # TODO 3: the mean squared error is the mean of (x @ weights - y) ** 2; differentiate it.
    raise NotImplementedError("TODO 3: the gradient of the mean squared error")


def descend(x: Any, y: Any, seed: int) -> Progress:
    """Yield the loss on the way; return the weights reached by walking down its slope."""
    weights = np.random.default_rng(seed).normal(size=x.shape[1])
    for step in range(1, STEPS + 1):
        # TODO 4: take one step down the slope, RATE times the gradient long.
        raise NotImplementedError("TODO 4: one step of gradient descent")
        if step % 10 == 0:
            loss = np.mean((x @ weights - y) ** 2)
            yield {"stage": "descent", "step": step, "total": STEPS, "loss": loss}
    return weights


def ridge() -> Pipeline:
    """Return a linear model of all columns: numbers scaled, categories as columns of 0 and 1."""
    numbers = (StandardScaler(), make_column_selector(dtype_include="number"))
    kinds = OneHotEncoder(handle_unknown="ignore", min_frequency=10)
    words = (kinds, make_column_selector(dtype_exclude="number"))
    return make_pipeline(make_column_transformer(numbers, words), Ridge(PENALTY))


def measure(predicted: Any, y: Any) -> dict[str, float]:
    """Return how far the predictions are from the prices, and what share they explain."""
    errors = y - predicted
    # TODO 5: a dictionary with r2, mae (mean absolute error) and rmse (root of the mean square).
    raise NotImplementedError("TODO 5: measure the errors")


def fifths(predicted: Any, y: Any) -> list[list[Any]]:
    """Return, for each fifth of the houses by predicted price: that price and the residuals."""
    parts = np.array_split(np.argsort(predicted), 5)
    return [[f"{predicted[p].mean():.0f}", f"{(y - predicted)[p].mean():+.1f}",
             f"{(y - predicted)[p].std():.1f}"] for p in parts]  # fmt: skip


def run(houses: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield the progress of all four models and what each reaches on the houses put aside."""
    x_train, x_test, y_train, y_test = split(houses)
    x, x_new = scaled(*(part[COLUMNS].to_numpy(float) for part in (x_train, x_test)))
    yield {"stage": "mean", "metrics": measure(np.full(len(y_test), y_train.mean()), y_test)}
    solved = equation(x, y_train)
    made = {"weights": [[n, f"{w:+.1f}"] for n, w in zip(["all", *COLUMNS], solved, strict=True)]}
    yield {"stage": "equation", "metrics": measure(x_new @ solved, y_test), "made": made}
    found = yield from descend(x, y_train, seed)
    metrics = {**measure(x_new @ found, y_test), "gap": np.max(abs(found - solved))}
    yield {"stage": "descent", "metrics": metrics}
    predicted = ridge().fit(x_train, y_train).predict(x_test)
    yield {"stage": "ridge", "metrics": measure(predicted, y_test),
           "made": {"fifths": fifths(predicted, y_test)}}  # fmt: skip


if __name__ == "__main__":
    for progress in run(load("ames")):
        print({name: value for name, value in progress.items() if name != "made"})
