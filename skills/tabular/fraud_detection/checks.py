"""What a learner's own fraud detection must do, whatever its style."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier

FAMILIES = ["nobody", "tree", "forest", "boosting", "line"]


def check_split(work: Any, tools: Any) -> None:
    """Train and test loans are apart, alike, and the same each time."""
    loans = tools.data()
    x_train, x_test, y_train, y_test = (np.asarray(part) for part in work.split(loans.copy()))
    tools.same(len(x_train) + len(x_test), len(loans), "training and test loans together")
    tools.at_least(len(x_test) / len(loans), 0.25, "share of loans put aside")
    tools.at_most(len(x_test) / len(loans), 0.35, "share of loans put aside")
    tools.same(y_test.mean(), loans["bad"].mean(), "share of bad test loans", tolerance=0.005)
    seen = {row.tobytes() for row in np.ascontiguousarray(x_train)}
    both = sum(row.tobytes() in seen for row in np.ascontiguousarray(x_test))
    tools.same(both, 0, "test loans that are also training loans")
    known = [abs(np.corrcoef(column, y_train)[0, 1]) for column in x_train.T if np.ptp(column)]
    tools.at_most(max(known), 0.9, "strongest correlation of a feature with the answer")
    again = work.split(loans.copy())
    tools.same(again[1], x_test, "the test loans of a second call")


def check_candidates(work: Any, tools: Any) -> None:
    """Every family is there, and a seed governs all of them."""
    x, y = _easy(tools.rng(0))
    families = work.candidates(3)
    tools.same(sorted(families), sorted(FAMILIES), "the families of models")
    for name, models in families.items():
        first, second = (clone(models[0]).fit(x, y).predict_proba(x) for _ in range(2))
        tools.same(first, second, f"risks by {name}, fitted a second time with the same seed")


def check_choose(work: Any, tools: Any) -> None:
    """The model is chosen by loans left out, and fitted again on all."""
    for seed in tools.seeds:
        x, y = _easy(tools.rng(seed))
        tools.pairs(x, y)
        models = [DecisionTreeClassifier(max_depth=d, random_state=0) for d in (1, 3, 20)]
        told, best = tools.drain(work.choose("tree", [clone(m) for m in models], x, y, seed))
        expected, right = tools.drain(
            tools.reference.choose("tree", [clone(m) for m in models], x, y, seed)
        )
        tools.hold(told, "choose: expected progress for each fold, got none")
        tools.hold("unseen" in told[-1], "choose: expected `unseen` in what it yields")
        last = told[-1]["unseen"]
        tools.same(last, expected[-1]["unseen"], "score of the deepest tree on loans left out",
                   tolerance=0.08, at=work.choose)  # fmt: skip
        tools.hold(hasattr(best, "predict_proba"), "choose: expected a fitted model, got none")
        tools.same(best.max_depth, right.max_depth, "depth of the tree chosen")
        fresh, _ = _easy(tools.rng(seed + 100))
        message = "risks by the model returned, against the same model fitted on all loans"
        tools.same(best.predict_proba(fresh), right.predict_proba(fresh), message)


def check_measure(work: Any, tools: Any) -> None:
    """Cost, recall and alarms are those of the cheapest threshold."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        truth = (rng.random(400) < 0.1).astype(int)
        risk = np.clip(0.25 * rng.random(400) + 0.1 * truth, 0, 1)
        got, expected = (m.measure(risk, truth, seed) for m in (work, tools.reference))
        half = risk >= 0.5
        by_half = {"caught": np.mean(half[truth == 1]), "alarmed": np.mean(half[truth == 0])}
        by_half["cost"] = 100 * np.mean(np.where(truth == 1, 10 * ~half, half))
        for name in ("caught", "alarmed", "cost"):
            wrong = {"wrong_threshold": by_half[name]}
            tools.same(got[name], expected[name], name, at=work.measure, wrong=wrong)
        for name in ("average_precision", "roc_auc", "accuracy"):
            tools.same(got[name], expected[name], name, at=work.measure)
        for name in ("low", "high"):
            tools.same(got[name], expected[name], name, tolerance=0.1)


def check_run(work: Any, tools: Any) -> None:
    """All families are measured on test loans, and a seed repeats them exactly."""
    loans = tools.data().sample(4000, random_state=1)
    right = tools.reference.split(loans.copy())
    tools.pairs(np.concatenate(right[:2]), np.concatenate(right[2:]))

    candidates = work.candidates
    first, second = (
        tools.run(
            work, loans.copy(), seed=4, FOLDS=2, candidates=lambda seed: _few(candidates(seed))
        )
        for _ in range(2)
    )
    tools.same(sorted(first), sorted(FAMILIES), "the families measured")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed")
    forest = first["forest"]["metrics"]
    tools.at_least(forest["roc_auc"], 0.6, "the forest's ROC AUC")
    tools.at_most(forest["roc_auc"], 0.9, "the forest's ROC AUC (more would be too good)")
    tools.same(first["nobody"]["metrics"]["roc_auc"], 0.5, "ROC AUC of calling every loan good")


def _few(families: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the last model of each family, small."""
    models = {name: family[-1:] for name, family in families.items()}
    for name in ("forest", "boosting"):
        models[name] = [clone(models[name][0]).set_params(n_estimators=20)]
    return models


def _easy(rng: Any) -> tuple[Any, Any]:
    """Return 500 rows of which the first column tells a little."""
    x = rng.normal(size=(500, 5))
    return x, (x[:, 0] + rng.normal(size=500) > 2).astype(int)
