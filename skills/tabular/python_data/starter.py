"""Arrays and tables: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skills.data import load

LEAST, KEYS = 20, ("contract", "internet_service", "payment_method")


def scaled(x: Any) -> Any:
    """Return an array whose columns have mean 0 and spread 1, without a loop."""
    return x  # TODO 1: take the mean of each column from it, and divide by its standard deviation


def cleaned(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a new table in which missing total charges are months times dollars a month."""
    # TODO 2: multiply two columns, and put the product where total_charges is missing. Do not
    # change the table that you were given.
    raise NotImplementedError("TODO 2: fill what is missing")


def halves(customers: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables, each with half of the customers, drawn by a seed."""
    order = np.random.default_rng(seed).permutation(len(customers))
    middle = len(order) // 2
    return customers.iloc[order[:middle]], customers.iloc[order[middle:]]


def rates(customers: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return columns `customers` and `left` (a share) for each group of LEAST or more."""
    groups = customers.groupby(list(keys))["churn"]
    # TODO 3: aggregate the groups to their size and mean, keep those of LEAST customers or more,
    # and sort them, the largest share first.
    raise NotImplementedError("TODO 3: rates of the groups")


def forecast(customers: pd.DataFrame, table: pd.DataFrame, usual: float) -> Any:
    """Return for each customer, in order, the share of its group that left; `usual` if unknown."""
    # TODO 4: merge the table to the customers by the names of its index, so that no customer is
    # lost and their order is kept; where no share was found, the usual one.
    raise NotImplementedError("TODO 4: forecasts by group")


def roc_auc(score: Any, y: Any) -> float:
    """Return how often a 1 has a higher score than a 0; a tie counts half."""
    # TODO 5: subtract each score of a 0 from each score of a 1 (broadcasting), and take the share
    # of the differences above 0, those of exactly 0 counting half.
    raise NotImplementedError("TODO 5: the area under the ROC curve")


def run(customers: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield what the tables say, and what they are worth as forecasts for the other half."""
    customers = cleaned(customers)
    learned, other = halves(customers, seed)
    usual, y = learned["churn"].mean(), other["churn"].to_numpy()
    numbers = ["tenure", "monthly_charges", "total_charges", "churn"]
    x = scaled(customers[numbers].to_numpy(float))
    related = [[name, f"{value:+.2f}"] for name, value in
               zip(numbers[:3], (x.T @ x / len(x))[3], strict=False)]  # fmt: skip
    yield {"stage": "nobody", "made": {"related": related},
           "metrics": {"roc_auc": roc_auc(np.full(len(y), usual), y), "left": usual}}  # fmt: skip
    for stage, keys in (("contract", KEYS[:1]), ("groups", KEYS)):
        table = rates(learned, keys)
        said = forecast(other, table, usual)
        rows = [[*np.atleast_1d(key), int(n), f"{left:.0%}"] for key, n, left in
                zip(table.index, table["customers"], table["left"], strict=True)]  # fmt: skip
        yield {"stage": stage, "metrics": {"roc_auc": roc_auc(said, y), "left": said.mean()},
               "made": {"rows": [*rows[:4], *rows[-2:]] if len(rows) > 6 else rows}}  # fmt: skip


if __name__ == "__main__":
    for progress in run(load("wa_churn")):
        print(progress)
