"""Arrays and tables: five jobs that every analysis has, and a forecast made of a grouped table.

`python solution.py` prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skills.data import load

LEAST, KEYS = 20, ("contract", "internet_service", "payment_method")


def scaled(x: Any) -> Any:
    """Return an array whose columns have mean 0 and spread 1, without a loop."""
    return (x - x.mean(axis=0)) / x.std(axis=0)


def cleaned(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a new table in which missing total charges are months times dollars a month."""
    guess = customers["tenure"] * customers["monthly_charges"]
    return customers.assign(total_charges=customers["total_charges"].fillna(guess))


def halves(customers: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables, each with half of the customers, drawn by a seed."""
    order = np.random.default_rng(seed).permutation(len(customers))
    middle = len(order) // 2
    return customers.iloc[order[:middle]], customers.iloc[order[middle:]]


def rates(customers: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return columns `customers` and `left` (a share) for each group of LEAST or more."""
    groups = customers.groupby(list(keys))["churn"]
    table = groups.agg(customers="size", left="mean")
    return table[table["customers"] >= LEAST].sort_values("left", ascending=False)


def forecast(customers: pd.DataFrame, table: pd.DataFrame, usual: float) -> Any:
    """Return for each customer, in order, the share of its group that left; `usual` if unknown."""
    joined = customers.merge(table, left_on=table.index.names, right_index=True, how="left")
    return joined.loc[customers.index, "left"].fillna(usual).to_numpy()


def roc_auc(score: Any, y: Any) -> float:
    """Return how often a 1 has a higher score than a 0; a tie counts half."""
    higher = score[y == 1][:, None] - score[y == 0][None, :]
    return float(np.mean((higher > 0) + 0.5 * (higher == 0)))


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
