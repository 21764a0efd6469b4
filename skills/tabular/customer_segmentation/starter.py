"""What kinds of customers are there? K-means by hand: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score

from skills.data import load

K, STARTS, ROUNDS = 4, 10, 100
SERVICES = ["multiple_lines", "online_security", "online_backup", "device_protection",
            "tech_support", "streaming_tv", "streaming_movies"]  # fmt: skip
Progress = Generator[dict[str, Any], None, Any]


def features(customers: pd.DataFrame) -> Any:
    """Return a row for each customer: months with us, dollars a month, services in use."""
    services = (customers[SERVICES] == "Yes").sum(axis=1) + customers["phone_service"]
    services = services + (customers["internet_service"] != "No")
    return np.column_stack([customers["tenure"], customers["monthly_charges"], services])


def scaled(x: Any) -> Any:
    """Return columns of mean 0 and spread 1, so that months and dollars count alike."""
    return x  # TODO 1: from each column take its mean, and divide by its standard deviation


def assign(x: Any, centres: Any) -> Any:
    """Return for each row the number of the centre that is nearest."""
    # TODO 2: squared distances of each row to each centre; then the number of the smallest.
    raise NotImplementedError("TODO 2: the nearest centre")


def move(x: Any, groups: Any, centres: Any) -> Any:
    """Return the mean of each group; a centre without rows stays where it is."""
    # TODO 3: for each centre the mean of the rows of its group; if there are none, the old centre.
    raise NotImplementedError("TODO 3: move the centres")


def inside(x: Any, groups: Any) -> float:
    """Return the share of the variance that is left within the groups: 1 for a single group."""
    left = sum(((x[groups == k] - x[groups == k].mean(axis=0)) ** 2).sum() for k in set(groups))
    return float(left / ((x - x.mean(axis=0)) ** 2).sum())


def cluster(x: Any, k: int, starts: int, seed: int) -> Any:
    """Return the groups of the best of several starts, each from k customers drawn at random."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(starts):
        centres = x[rng.choice(len(x), k, replace=False)]
        groups = assign(x, centres)
        # TODO 4: at most ROUNDS times move the centres and assign again; stop when no row changes.
        found.append(groups)
    return found[0]  # TODO 5: not the first, but the one with the least variance inside


def measure(x: Any, groups: Any, churn: Any) -> dict[str, float]:
    """Return how compact and apart groups are, and how differently their customers stay."""
    some = np.random.default_rng(0).permutation(len(x))[:2000]
    rates = [churn[groups == k].mean() for k in np.unique(groups)]
    return {"silhouette": silhouette_score(x[some], groups[some]),
            "left_within": inside(x, groups), "churn_gap": max(rates) - min(rates)}  # fmt: skip


def run(customers: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what each way to group customers reaches; all are measured on scaled columns."""
    raw, churn = features(customers), customers["churn"].to_numpy()
    x, rng = scaled(raw), np.random.default_rng(seed)
    mixed = scaled(np.column_stack([rng.permutation(column) for column in raw.T]))
    groups = cluster(mixed, K, STARTS, seed)
    yield {"stage": "mixed", "metrics": measure(mixed, groups, churn)}
    yield {"stage": "unscaled", "metrics": measure(x, cluster(raw, K, STARTS, seed), churn)}
    scores = {}
    for k in range(2, 9):
        scores[k] = measure(x, cluster(x, k, STARTS, seed), churn)["silhouette"]
        yield {"stage": "choice", "step": k - 1, "total": 7, "silhouette": scores[k]}
    best = max(scores, key=lambda k: scores[k])
    yield {"stage": "choice", "metrics": {"k": best, "silhouette": scores[best]},
           "made": {"scores": {"silhouette": (list(scores), list(scores.values()))}}}  # fmt: skip
    groups = cluster(x, K, STARTS, seed)
    table = [[len(part), *(f"{m:.0f}" for m in raw[part].mean(0)), f"{churn[part].mean():.0%}"]
             for part in (np.flatnonzero(groups == k) for k in range(K)) if len(part)]  # fmt: skip
    yield {"stage": "kmeans", "metrics": measure(x, groups, churn), "made": {"table": table}}


if __name__ == "__main__":
    for progress in run(load("wa_churn")):
        print({name: value for name, value in progress.items() if name != "made"})
