"""What a learner's own linear regression must do, whatever its style."""

from typing import Any

import numpy as np
import pandas as pd

STAGES = ["descent", "equation", "mean", "ridge"]


def check_split(work: Any, tools: Any) -> None:
    """Houses keep their prices, the price is no feature, and nothing is on both sides."""
    houses = tools.data().copy()
    houses["Sale_Price"] += np.arange(len(houses)) / 1e4  # so that each price is one house's
    price = houses["Sale_Price"].to_numpy() / 1000
    x_train, x_test, y_train, y_test = work.split(houses.copy())
    kept = int((houses["Gr_Liv_Area"] <= work.LARGEST).sum())
    tools.same(len(x_train) + len(x_test), kept, "training and test houses together")
    tools.at_least(len(x_test) / kept, 0.2, "share of houses put aside")
    tools.at_most(len(x_test) / kept, 0.35, "share of houses put aside")
    if "Sale_Price" in x_train:
        tools.mistake("target_among_features", "`Sale_Price` is still a column", work.split)
    tools.hold("Sale_Price" not in x_train, "split: the price must not be among the features")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if np.shape(y) != (len(x),) or not np.allclose(np.asarray(y), price[x.index]):
            if np.isin(np.round(y, 6), np.round(price, 6)).all():
                tools.mistake("shuffled_labels", "houses have prices of other houses", work.split)
            tools.fail("split: expected the price of each house, in thousands of dollars")
    tools.same(len(set(x_train.index) & set(x_test.index)), 0, "houses on both sides")
    tools.same(work.split(houses.copy())[3], y_test, "test prices of a second call")


def check_scaled(work: Any, tools: Any) -> None:
    """Test rows are scaled by what the training rows say."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        train, test = (rng.normal([5, -300, 2e4], [2, 50, 9e3], (n, 3)) for n in (90, 40))
        got, right = work.scaled(train, test), tools.reference.scaled(train, test)
        tools.same(len(got), 2, "tables that come out of `scaled`")
        for number, what in ((0, "the training rows, scaled"), (1, "the test rows, scaled")):
            tools.same(got[number], right[number], what, at=work.scaled, tolerance=0.01,
                       wrong=_badly(train, test, number))  # fmt: skip


def _badly(train: Any, test: Any, number: int) -> dict[str, Any]:
    """Return what usual mistakes make of a table."""
    part, both = (train, test)[number], np.concatenate([train, test])

    def ones(table: Any) -> Any:
        return np.insert(table, 0, 1, axis=1)

    return {
        "leak_before_split": ones((part - both.mean(0)) / both.std(0)),
        "data_not_normalised": ones(part),
        "wrong_axis": ones((part - train.mean()) / train.std()),
    }


def check_equation(work: Any, tools: Any) -> None:
    """The normal equation gives the weights of least squared error."""
    for seed in tools.seeds:
        x, y = _problem(tools.rng(seed))
        best = np.linalg.lstsq(x, y, rcond=None)[0]
        tools.same(work.equation(x, y), best, "weights of least squared error", tolerance=1e-3)


def check_gradient(work: Any, tools: Any) -> None:
    """The gradient is the slope of the mean squared error, measured by small steps."""
    for seed in tools.seeds:
        x, y = _problem(tools.rng(seed))
        weights = tools.rng(seed).normal(size=x.shape[1])
        slope = tools.reference.gradient(weights, x, y)
        for column in range(len(weights)):  # the formula itself, held against small steps
            step = np.eye(len(weights))[column] * 1e-5
            ends = [np.mean((x @ (weights + s) - y) ** 2) for s in (step, -step)]
            tools.same((ends[0] - ends[1]) / 2e-5, slope[column], "slope", tolerance=1e-4)
        wrong = {"wrong_averaging": slope * len(y)}
        tools.same(work.gradient(weights, x, y), slope, "gradient of the mean squared error",
                   at=work.gradient, wrong=wrong)  # fmt: skip


def check_descend(work: Any, tools: Any) -> None:
    """Gradient descent arrives where the normal equation does."""
    x, y = _problem(tools.rng(5))
    best = np.linalg.lstsq(x, y, rcond=None)[0]
    for seed in tools.seeds:
        told, weights = tools.drain(work.descend(x, y, seed))
        tools.hold(told and "loss" in told[-1], "descend: expected `loss` in what it yields")
        losses = [float(event["loss"]) for event in told]
        again, _ = tools.drain(work.descend(x, y, seed))
        if again[0]["loss"] != told[0]["loss"]:
            evidence = f"with one seed the first loss is {losses[0]:.4g}, then another"
            tools.mistake("seed_half_set", evidence, work.descend)
        if not losses[-1] <= losses[0] * 1.001:
            evidence = f"the loss went from {losses[0]:.3g} to {losses[-1]:.3g}"
            tools.mistake("learning_rate_too_high", evidence, work.descend)
        tools.hold(weights is not None, "descend: expected it to return the weights")
        if losses[-1] > 2 * np.mean((x @ best - y) ** 2) and losses[-1] < losses[0] * 0.999999:
            evidence = f"the loss is still falling at {losses[-1]:.3g} when the steps are used up"
            tools.mistake("learning_rate_too_low", evidence, work.descend)
        tools.same(weights, best, "weights after the last step", tolerance=1e-3)
        tools.same([event["loss"] for event in again], losses, "losses, run twice with one seed")


def check_measure(work: Any, tools: Any) -> None:
    """R², mean absolute error and root mean squared error are right."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = rng.normal(180, 70, 60)
        predicted = y + rng.normal(3, 30, 60)
        got, right = (module.measure(predicted, y) for module in (work, tools.reference))
        wrong = {
            "mae": {"wrong_averaging": np.sum(abs(y - predicted)),
                    "integer_division": right["mae"] // 1},
            "rmse": {"wrong_averaging": np.sqrt(np.sum((y - predicted) ** 2))},
            "r2": {"wrong_averaging": 1 - np.mean((y - predicted) ** 2) / np.std(y)},
        }  # fmt: skip
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong[name])


def check_run(work: Any, tools: Any) -> None:
    """All four models are measured on houses put aside, and a seed repeats them."""
    houses = tools.data().sample(900, random_state=0)
    first, second = (tools.run(work, houses.copy(), seed=2) for _ in range(2))
    tools.repeated(first, second, STAGES)
    parts = work.split(houses.copy())
    for stage, columns in (("ridge", None), ("equation", tools.reference.COLUMNS)):
        seen, unseen, leaked = _scores(tools.reference, parts, columns)
        wrong = {"metric_on_training_data": seen, "trained_on_test": leaked}
        tools.same(first[stage]["metrics"], unseen, f"{stage} on the houses put aside",
                   tolerance=0.02, at=work.run, wrong=wrong)  # fmt: skip


def _scores(right: Any, parts: Any, columns: Any) -> list[dict[str, float]]:
    """Return scores on training rows, on test rows, and on test rows that were learned too."""
    x_train, x_test, y_train, y_test = parts
    if columns is None:
        learned = right.ridge().fit(x_train, y_train)
        mixed = right.ridge().fit(pd.concat([x_train, x_test]), np.concatenate([y_train, y_test]))
        return [right.measure(learned.predict(x_train), y_train),
                right.measure(learned.predict(x_test), y_test),
                right.measure(mixed.predict(x_test), y_test)]  # fmt: skip
    x, x_new = right.scaled(*(part[columns].to_numpy(float) for part in (x_train, x_test)))
    weights = right.equation(x, y_train)
    mixed = right.equation(np.concatenate([x, x_new]), np.concatenate([y_train, y_test]))
    return [right.measure(x @ weights, y_train), right.measure(x_new @ weights, y_test),
            right.measure(x_new @ mixed, y_test)]  # fmt: skip


def _problem(rng: Any) -> tuple[Any, Any]:
    """Return 200 rows with a column of ones in front, and a noisy weighted sum of the columns."""
    x = np.insert(rng.normal(size=(200, 2)), 0, 1, axis=1)
    return x, x @ np.array([20, 3, -2]) + rng.normal(size=200)
