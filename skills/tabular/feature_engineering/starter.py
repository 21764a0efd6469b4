"""What a table says and what a model can read: four gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skills.data import load

FOLDS, SMOOTH, C = 5, 5, 0.1
Progress = Generator[dict[str, Any], None, Any]


def numbers(loans: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are numbers already, less the answer and the lender's rate."""
    return loans.drop(columns=["bad", "int_rate"]).select_dtypes("number").astype(float)


def one_hot(loans: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers, and a column of 0 and 1 for each word that occurs."""
    return numbers(loans).join(pd.get_dummies(loans.select_dtypes(exclude="number"), dtype=float))


def engineer(loans: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers and six columns made by thought, each row from that row alone."""
    x, income = numbers(loans), np.maximum(loans["annual_inc"], 1000)
    x["years"] = np.where(loans["term"] == "term_60", 5.0, 3.0)
    # TODO 1: x["grade"], `sub_grade` as a number: A1 is 1, A2 is 2, B1 is 6, … G5 is 35; and
    # x["burden"], what of the amount is to be paid back in a year, as a share of the income.
    raise NotImplementedError("TODO 1: the grade as a number, and the burden")
    x["debts"] = loans["total_bal_il"] / income
    x["log_income"] = np.log(income)
    x["verified"] = (loans["verification_status"] != "Not_Verified").astype(float)
    return x


def rates(group: Any, bad: Any, asked: Any) -> Any:
    """Return the share of bad loans in each asked group, as if SMOOTH usual ones were added."""
    usual, counts = np.mean(bad), pd.Series(bad).groupby(group).agg(["sum", "size"])
    # TODO 2: the share of bad loans in each group, with SMOOTH loans of the usual share added.
    share = counts["sum"] * usual
    raise NotImplementedError("TODO 2: the smoothed share of each group")
    return pd.Series(asked).map(share).fillna(usual).to_numpy(float)


def outside(group: Any, bad: Any, seed: int) -> Any:
    """Return for each loan the rate of its group, counted in folds that do not hold the loan."""
    column, folds = np.empty(len(bad)), StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for others, own in folds.split(group, bad):
        # TODO 3: the rates of the loans at `own`, counted among the others.
        raise NotImplementedError(f"TODO 3: {len(own)} rates from {len(others)} loans")
    return column


def encoded(way: str, group: Any, y: Any, train: Any, test: Any, seed: int) -> tuple[Any, Any]:
    """Return a rate for each training and each test loan, counted in one of three ways."""
    if way == "leaked":  # before the split: all loans, so those of the test too
        return rates(group, y, group[train]), rates(group, y, group[test])
    learned = rates(group[train], y[train], group[test])
    if way == "careless":  # each training loan is one of those that are counted for it
        return rates(group[train], y[train], group[train]), learned
    return outside(group[train], y[train], seed), learned


def evaluate(stage: str, model: Any, x: Any, y: Any, group: Any, seed: int) -> Progress:
    """Yield ROC AUC fold by fold, then the means; some stages add the rate of each group."""
    folds, scores = StratifiedKFold(FOLDS, shuffle=True, random_state=seed), []
    for step, (train, test) in enumerate(folds.split(x, y), 1):
        known, new = x[train], x[test]
        if stage in ("leaked", "careless", "out_of_fold"):
            more = encoded(stage, group, y, train, test, seed)
            known, new = np.column_stack([known, more[0]]), np.column_stack([new, more[1]])
        # TODO 4: fit the model; then `risk`, the chance that each of the new loans is bad, and
        # `back`, the same for the loans that it was fitted to.
        raise NotImplementedError("TODO 4: learn, and ask for risks")
        scores.append((roc_auc_score(y[test], risk), roc_auc_score(y[train], back)))
        yield {"stage": stage, "step": step, "total": FOLDS, "roc_auc": scores[-1][0]}
    unseen, seen = np.transpose(scores)
    yield {"stage": stage, "metrics": {"roc_auc": unseen.mean(), "learned": seen.mean(),
           "spread": unseen.std(), "columns": known.shape[1]}}  # fmt: skip


def run(loans: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what a model makes of the same loans, told in one way after another."""
    y, group = loans["bad"].to_numpy(), (loans["addr_state"] + loans["sub_grade"]).to_numpy()
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500))
    plain, made = numbers(loans), engineer(loans)
    told = {"numbers": plain, "one_hot": one_hot(loans), "grade": made[[*plain, "grade"]]}
    for stage in (*told, "engineered", "leaked", "careless", "out_of_fold"):
        yield from evaluate(stage, linear, told.get(stage, made).to_numpy(), y, group, seed)


if __name__ == "__main__":
    for progress in run(load("lending_club")):
        print({name: value for name, value in progress.items() if name != "made"})
