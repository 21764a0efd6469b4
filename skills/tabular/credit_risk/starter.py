"""Who will pay back? A scorecard by hand: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from skills.data import load

BINS, EXTRA, APPROVED, YOUNG, ROUNDS = 6, 0.5, 0.7, 30, 150
Progress = Generator[dict[str, Any], None, Any]


def split(loans: pd.DataFrame) -> Any:
    """Return x_train, x_test (tables), y_train, y_test (1 for a bad loan)."""
    x, y = loans.drop(columns=["bad"]), loans["bad"].to_numpy()
    return train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)


def edges(column: pd.Series) -> Any:
    """Return where the ranges of a column of numbers end; None for a column of words."""
    if column.dtype.kind not in "if":
        return None
    return np.unique(np.nanquantile(column, np.arange(1, BINS) / BINS))


def groups(column: pd.Series, ends: Any) -> Any:
    """Return the group of each value: its range or its word, and "missing" if there is none."""
    if ends is None:
        return column.fillna("missing").astype(str).to_numpy()
    # TODO 1: the number of the range (np.searchsorted), as text; "missing" where there is no value.
    raise NotImplementedError("TODO 1: groups of a column of numbers")


def evidence(group: Any, y: Any) -> dict[str, float]:
    """Return for each group the weight of evidence: ln(its share of the good / of the bad loans).

    EXTRA good and bad loans are imagined in each group, so that no share is 0.
    """
    kinds = np.unique(group)
    counts = np.array([[np.sum((group == g) & (y == c)) + EXTRA for c in (0, 1)] for g in kinds])
    # TODO 2: counts has a row for each group: good loans, bad loans. Turn each column into shares
    # of all good (or all bad) loans, and return ln(good share / bad share) for each of the kinds.
    raise NotImplementedError("TODO 2: weights of evidence")


def learn(x: pd.DataFrame, y: Any) -> dict[str, Any]:
    """Return for each column its edges and the weights of its groups."""
    ends = {str(name): edges(x[name]) for name in x}
    return {name: (ends[name], evidence(groups(x[name], ends[name]), y)) for name in ends}


def weigh(x: pd.DataFrame, card: dict[str, Any]) -> Any:
    """Return the weights of evidence of each loan, a column for each; 0 for an unknown group."""
    return np.column_stack([[weights.get(g, 0.0) for g in groups(x[name], ends)]
                            for name, (ends, weights) in card.items()])  # fmt: skip


def measure(risk: Any, y: Any, age: Any) -> dict[str, float]:
    """Return what risks are worth if those of the lowest risk (a share APPROVED) get the loan."""
    gets, young = risk <= np.quantile(risk, APPROVED), age < YOUNG
    return {
        "roc_auc": roc_auc_score(y, risk), "brier": np.mean((risk - y) ** 2),
        "bad_rate": 0.0,  # TODO 3: the share of bad loans among those who get one
        "young": np.mean(gets[young]), "older": np.mean(gets[~young]),
        "good_young": 0.0, "good_older": 0.0,  # TODO 4: of those who pay back, how many get a loan?
    }  # fmt: skip


def run(loans: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what each way to decide reaches on loans that were put aside."""
    x_train, x_test, y_train, y_test = split(loans)
    age = x_test["Age"].to_numpy()
    yield {"stage": "everybody", "metrics": measure(y_train.mean() + 0 * age, y_test, age)}
    card = learn(x_train, y_train)
    line = LogisticRegression(C=1.0).fit(weigh(x_train, card), y_train)
    risk = line.predict_proba(weigh(x_test, card))[:, 1]
    scale = dict(zip(card, -line.coef_[0] * 20 / np.log(2), strict=True))  # 20 double the odds
    points = [[name, group, f"{weight * scale[name]:+.0f}"] for name in ("Records", "Job", "Home")
              for group, weight in card[name][1].items()]  # fmt: skip
    yield {"stage": "card", "metrics": measure(risk, y_test, age), "made": {"points": points}}
    table = pd.get_dummies(loans.drop(columns=["bad"]), dtype=float)
    model = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=ROUNDS, max_leaf_nodes=8,
                                           max_features=0.5, random_state=seed)  # fmt: skip
    risk = model.fit(table.loc[x_train.index], y_train).predict_proba(table.loc[x_test.index])[:, 1]
    yield {"stage": "boosting", "metrics": measure(risk, y_test, age)}


if __name__ == "__main__":
    for progress in run(load("credit_data")):
        print({name: value for name, value in progress.items() if name != "made"})
