"""Who is turned away? Rates by group, and ways to mend a gap: four gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skills.data import load

YOUNG, APPROVED, LOSS, FOLDS = 30, 0.7, 3, 5  # a good loan earns 1, a bad one loses LOSS
Progress = Generator[dict[str, Any], None, Any]


def measure(risk: Any, gets: Any, y: Any, young: Any) -> dict[str, float]:
    """Return what decisions (`gets`, of bool) are worth, and on whom their errors fall."""
    earned = np.where(y == 0, 1, -LOSS) * gets
    found = {"profit": 100 * np.mean(earned), "bad_rate": np.mean(y[gets])}
    spread = 0.0
    for name, group in {"young": young, "older": ~young}.items():
        good, bad = group & (y == 0), group & (y == 1)
        # TODO 1: of the good payers in the group, and of the bad ones, the share that gets a loan.
        share = found[f"good_{name}"] = 0.0
        found |= {f"got_{name}": np.mean(gets[group]), f"bad_{name}": float(np.sum(bad)),
                  f"off_{name}": np.mean(risk[group]) - np.mean(y[group])}  # fmt: skip
        spread += share * (1 - share) / np.sum(good)
    gaps = {kind: abs(found[f"{kind}_young"] - found[f"{kind}_older"])
            for kind in ("got", "good", "bad")}  # fmt: skip
    return found | {"share_gap": gaps["got"], "gap": gaps["good"], "margin": 1.96 * spread**0.5,
                    "odds_gap": max(gaps["good"], gaps["bad"])}  # fmt: skip


def lines(way: str, risk: Any, y: Any, young: Any) -> tuple[float, float]:
    """Return the highest risk that still gets a loan, for the young and for the others."""
    if way == "parity":  # of each group the same share gets a loan
        # TODO 2: two lines, each the risk below which a share APPROVED of its group lies.
        raise NotImplementedError("TODO 2: a line for the young, and one for the others")
    if way == "opportunity":  # of those who pay back, the same share in each group
        good = [risk[group & (y == 0)] for group in (young, ~young)]
        shares = np.arange(1, 500) / 500
        pairs = np.transpose([np.quantile(part, shares) for part in good])
        got = [np.mean(risk <= np.where(young, *pair)) for pair in pairs]
        return tuple(pairs[np.argmin(np.abs(np.array(got) - APPROVED))])
    return (np.quantile(risk, APPROVED),) * 2


def weights(y: Any, young: Any) -> Any:
    """Return a weight for each loan that makes group and answer independent of each other."""
    weight = np.empty(len(y))
    for group in (young, ~young):
        for answer in (0, 1):
            cell = group & (y == answer)
            # TODO 3: the share that the cell would have if group and answer were independent,
            # over the share that it has.
            raise NotImplementedError(f"TODO 3: the weight of {np.sum(cell)} loans")
    return weight


def calibration(risk: Any, y: Any, among: Any) -> tuple[Any, Any]:
    """Return mean risk and share of bad loans in each fifth of a group, by risk."""
    fifths = np.array_split(np.flatnonzero(among)[np.argsort(risk[among], kind="stable")], 5)
    return np.array([risk[f].mean() for f in fifths]), np.array([y[f].mean() for f in fifths])


def decide(stage: str, x: pd.DataFrame, y: Any, young: Any, seed: int) -> Progress:
    """Yield fold by fold how many get a loan; return risks and decisions for all loans."""
    risk, gets = np.empty(len(y)), np.zeros(len(y), bool)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y)
    for step, (train, test) in enumerate(folds, 1):
        model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(),
                              LogisticRegression())  # fmt: skip
        weight = weights(y[train], young[train]) if stage == "reweighed" else np.ones(len(train))
        model.fit(x.iloc[train], y[train], logisticregression__sample_weight=weight)
        known = model.predict_proba(x.iloc[train])[:, 1]
        risk[test] = model.predict_proba(x.iloc[test])[:, 1]
        # TODO 4: the lines of the stage, drawn on the training loans (their risks are `known`);
        # then gets[test], who of the test loans is at or below the line of their group.
        raise NotImplementedError(f"TODO 4: decide on {len(test)} loans, knowing {len(known)}")
        yield {"stage": stage, "step": step, "total": FOLDS, "approved": np.mean(gets[test])}
    return risk, gets


def run(loans: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what five ways to decide are worth, and on whom their errors fall."""
    y, young = loans["bad"].to_numpy(), (loans["Age"] < YOUNG).to_numpy()
    table = pd.get_dummies(loans.drop(columns=["bad"]), dtype=float)
    for stage in ("one_line", "blind", "parity", "opportunity", "reweighed"):
        x = table.drop(columns=["Age"]) if stage == "blind" else table
        risk, gets = yield from decide(stage, x, y, young, seed)
        curves = {"young": calibration(risk, y, young), "older": calibration(risk, y, ~young)}
        yield {"stage": stage, "metrics": measure(risk, gets, y, young), "made": {"curves": curves}}


if __name__ == "__main__":
    for progress in run(load("credit_data")):
        print({name: value for name, value in progress.items() if name != "made"})
