"""Trees or a network for a table? Four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer
from torch import nn

ROWS, NOISE, SCALED = 2051, 0, True  # sales to learn from, columns of noise to add
TREES, EPOCHS, BATCH, RATE, FITS = 300, 12, 64, 0.001, 3
LEAVES, NETS = (4, 8, 16), ((64, 0.0), (128, 0.2), (256, 0.3))  # NETS: (width, dropout)


def split(houses: Any) -> Any:
    """Return x_train, x_test, y_train, y_test (logarithms of prices), alike for every seed."""
    x, y = houses.drop(columns="Sale_Price"), np.log(houses["Sale_Price"].to_numpy(float))
    words = list(map(str, x.select_dtypes(exclude="number")))
    x[words] = x[words].fillna("none").astype("category")
    noise = np.random.default_rng(0).normal(size=(len(x), NOISE))
    x = x.join(pd.DataFrame(noise, x.index).add_prefix("noise_"))
    return train_test_split(x, y, train_size=ROWS, test_size=879, random_state=0)


def prepare(x: pd.DataFrame, *others: pd.DataFrame) -> list[torch.Tensor]:
    """Return tables as float32 of the same columns, scaled and encoded by what `x` says."""
    curve = QuantileTransformer(n_quantiles=min(len(x), 500), output_distribution="normal")
    words = OneHotEncoder(min_frequency=10, handle_unknown="ignore", sparse_output=False)
    numbers = (curve if SCALED else "passthrough", make_column_selector(dtype_include="number"))
    # TODO 1: make_column_transformer(numbers, remainder=words) does both. Fit it: to which rows?
    change: Any = None
    raise NotImplementedError("TODO 1: fit the scaling and the encoding")
    return [torch.tensor(change.transform(table)).float() for table in (x, *others)]


def boosting(leaves: int, rounds: int, seed: int, x: Any, y: Any, other: Any) -> Iterator[Any]:
    """Yield after each tree what is predicted for the table `other`; words stay words."""
    trees = HistGradientBoostingRegressor(max_iter=rounds, max_leaf_nodes=leaves, random_state=seed,
        learning_rate=0.05, max_features=0.2, categorical_features="from_dtype")  # fmt: skip
    yield from trees.fit(x, y).staged_predict(other)


def mlp(sizes: Any, rounds: int, seed: int, x: Any, y: Any, other: Any) -> Iterator[Any]:
    """Yield after each epoch what is predicted for the table `other`."""
    torch.manual_seed(seed)
    (width, drop), (known, asked) = sizes, prepare(x, other)
    target = torch.tensor((y - y.mean()) / y.std()).float()
    net = nn.Sequential(nn.Linear(known.shape[1], width), nn.ReLU(), nn.Dropout(drop),
        nn.Linear(width, width), nn.ReLU(), nn.Dropout(drop), nn.Linear(width, 1))  # fmt: skip
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE)
    for _ in range(rounds):
        net.train()
        for batch in torch.randperm(len(known)).split(BATCH):
            # TODO 2: the mean squared error of this batch (mind the shapes), one step against it.
            raise NotImplementedError(f"TODO 2: learn from {len(batch)} houses")
        net.eval()
        with torch.no_grad():
            yield net(asked).squeeze(1).numpy() * y.std() + y.mean()


def tune(stage: str, learn: Any, settings: Any, rounds: int, x: Any, y: Any, seed: int) -> Any:
    """Yield the errors on a fifth put aside; return the best setting and number of rounds."""
    x_fit, x_aside, y_fit, y_aside = train_test_split(x, y, test_size=0.2, random_state=0)
    tried: dict[Any, float] = {}
    for setting in settings:
        for number, told in enumerate(learn(setting, rounds, seed, x_fit, y_fit, x_aside), 1):
            error = tried[setting, number] = np.mean((told - y_aside) ** 2) ** 0.5
            yield dict(stage=stage, step=len(tried), total=rounds * len(settings), error=error)
    raise NotImplementedError("TODO 3: return the (setting, number of rounds) of the least error")


def measure(squares: Any, rival: Any, seed: int) -> dict[str, float]:
    """Return what squared errors (repeats, houses) come to, and the gain over a rival's."""
    spread, mine, other = np.ptp(squares.mean(1) ** 0.5), squares.mean(0), rival.mean(0)
    draws = np.random.default_rng(seed).integers(len(mine), size=(1000, len(mine)))
    # TODO 4: `gain` is by how much the rival's root mean squared error is larger; `low` and `high`
    # hold the middle 95 % of the same gain on each of the 1,000 `draws` of houses.
    raise NotImplementedError(f"TODO 4: the gain over the rival on {len(draws)} draws")
    return {"error": mine.mean() ** 0.5, "spread": spread, "gain": gain, "low": low, "high": high}


def run(houses: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield what each model reaches on sales put aside, and its gain over the one before."""
    x, x_test, y, y_test = split(houses)
    known, asked = (table.numpy() for table in prepare(x, x_test))
    told = RidgeCV((0.1, 1.0, 10.0, 100.0)).fit(known, y).predict(asked)
    mean, last = (y.mean() - y_test[None]) ** 2, (told - y_test[None]) ** 2
    yield {"stage": "mean", "metrics": measure(mean, mean, seed)}
    yield {"stage": "line", "metrics": measure(last, mean, seed)}
    plan = ("mlp", mlp, NETS, EPOCHS), ("boosting", boosting, LEAVES, TREES)
    for stage, learn, settings, rounds in plan:
        best, enough = yield from tune(stage, learn, settings, rounds, x, y, seed)
        tests = [[*learn(best, enough, FITS * seed + n, x, y, x_test)][-1] for n in range(FITS)]
        rival, last = last, (np.array(tests) - y_test) ** 2
        yield {"stage": stage, "metrics": measure(last, rival, seed)}


if __name__ == "__main__":
    from skills.data import load

    for progress in run(load("ames")):
        print(progress)
