"""What a learner's own logistic regression must do, whatever its style."""

from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from skills.judge.tools import AnyOf

STAGES = ["bayes", "free", "hand", "logistic"]


def check_gradient(work: Any, tools: Any) -> None:
    """The gradient is that of mean log loss and penalty."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        x, y = _rows(rng)
        x, weights = np.insert(x, 0, 1, axis=1), rng.normal(size=4)
        right = tools.reference.gradient(weights, x, y)
        penalty = np.array([0, *weights[1:]]) / (work.FREEDOM * len(y))
        score = x @ weights
        risk = 1 / (1 + np.exp(-score))
        slope = x.T @ (risk - y)
        wrong = {
            "forgotten_activation": x.T @ (score - y) / len(y) + penalty,
            "wrong_averaging": slope + penalty,
            "wrong_sign": AnyOf(-right, penalty - slope / len(y)),
            "wrong_loss": x.T @ ((risk - y) * risk * (1 - risk)) / len(y) + penalty,
        }
        tools.same(work.gradient(weights.copy(), x, y), right, "gradient", at=work.gradient,
                   wrong=wrong)  # fmt: skip


def check_by_hand(work: Any, tools: Any) -> None:
    """Gradient descent arrives where scikit-learn does."""
    for seed in tools.seeds:
        x, y = _rows(tools.rng(seed), 300)
        known = tools.reference.candidates()["logistic"][-1].fit(x, y)
        made = work.ByHand().fit(x, y)
        weights = np.asarray(made.weights_)
        moved, right = np.abs(weights).max(), np.abs(known.coef_).max()
        if not moved:
            evidence = f"after {work.STEPS} steps each weight is still 0"
            tools.mistake("missing_step", evidence, work.ByHand)
            tools.fail(f"weights by hand: {evidence}")
        if not moved < 5 * right:
            evidence = f"a weight is {moved:.3g} in the end, and {right:.3g} was best"
            climbs = weights @ tools.reference.gradient(np.zeros(4), np.insert(x, 0, 1, 1), y) > 0
            name = "wrong_sign" if climbs else "learning_rate_too_high"
            tools.mistake(name, evidence, work.ByHand)
        elif moved < right / 2:
            evidence = f"the largest weight is still {moved:.3g}, and {right:.3g} is best"
            tools.mistake("learning_rate_too_low", evidence, work.ByHand)
        risk, expected = made.predict_proba(x), known.predict_proba(x)
        tools.shape(risk, (300, 2), "predict_proba")
        tools.same(risk, expected, "risks by hand", tolerance=0.02, at=work.ByHand,
                   wrong={"wrong_class_column": expected[:, ::-1]})  # fmt: skip


def check_candidates(work: Any, tools: Any) -> None:
    """Four models are there, and none of them cares in which unit a column is measured."""
    x, y = _rows(tools.rng(0), 200)
    models = work.candidates()
    tools.same(sorted(models), STAGES, "the models")
    units = np.array([1.0, 1000.0, 0.001])
    for name, model in models.items():
        plain, scaled = (model.fit(table, y).predict_proba(table) for table in (x, x * units))
        if np.isfinite(plain).all() and not np.allclose(plain, scaled, atol=0.01):
            evidence = f"{name} answers differently if a column is in other units"
            tools.mistake("data_not_normalised", evidence, work.candidates)
        tools.hold(np.isfinite(plain).all(), f"risks by {name}: expected numbers, got NaN")
        tools.same(scaled, plain, f"risks by {name}, columns in other units", tolerance=0.01)


def check_out_of_fold(work: Any, tools: Any) -> None:
    """Each row's risk stands in its place and comes from a model that never saw the row."""
    for seed in tools.seeds:
        x, y = _rows(tools.rng(seed), 240)
        model = tools.reference.candidates()["bayes"]
        got, right = (
            tools.drain(module.out_of_fold("bayes", model, x, y, seed))[1]
            for module in (work, tools.reference)
        )
        tools.hold(got is not None, "out_of_fold: expected it to return the risks")
        tools.shape(got, (240,), "the risks")
        folds = tools.reference.StratifiedKFold(work.FOLDS, shuffle=True, random_state=seed)
        joined = np.concatenate([right[check] for _, check in folds.split(x, y)])
        wrong = {
            "wrong_class_column": 1 - right,
            "labels_as_scores": (right >= 0.5).astype(float),
            "shuffled_labels": joined,
        }
        _unseen(work, tools, seed)
        tools.same(got, right, "risks of rows left out", tolerance=0.3, at=work.out_of_fold,
                   wrong=wrong)  # fmt: skip
        tools.same(np.mean((np.asarray(got) >= 0.5) == y), np.mean((right >= 0.5) == y),
                   "accuracy on rows left out", tolerance=0.04)  # fmt: skip


def _unseen(work: Any, tools: Any, seed: int) -> None:
    """See that labels drawn by lot cannot be told."""
    rng = tools.rng(seed + 50)
    x, y = rng.normal(size=(240, 3)), np.arange(240) % 2
    _, risk = tools.drain(work.out_of_fold("bayes", KNeighborsClassifier(1), x, y, seed))
    share = np.mean((np.asarray(risk) >= 0.5) == y)
    if share > 0.9:
        evidence = f"labels drawn by lot are told rightly for {share:.0%} of the rows"
        tools.mistake("trained_on_test", evidence, work.out_of_fold)
    tools.at_most(share, 0.7, "accuracy on labels drawn by lot")


def check_calibration(work: Any, tools: Any) -> None:
    """The table of what was said and what came true is right."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        risk = np.append(rng.beta(0.5, 0.7, 300), [0.0, 1.0])
        y = (rng.random(302) < risk).astype(int)
        got, right = (module.calibration(risk, y) for module in (work, tools.reference))
        wrong = {"integer_division": [[said, true // 1, rows] for said, true, rows in right]}
        tools.same([list(map(float, row)) for row in got], [list(map(float, r)) for r in right],
                   "rows of mean risk, share and count", tolerance=1e-3, at=work.calibration,
                   wrong=wrong)  # fmt: skip


def check_measure(work: Any, tools: Any) -> None:
    """Scores, missed tumours, alarms and costs are right at both thresholds."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        risk = rng.beta(0.6, 0.9, 301)
        y = (rng.random(301) < risk).astype(int)
        got, right = (module.measure(risk, y) for module in (work, tools.reference))
        table = tools.reference.calibration(risk, y)
        plain = np.mean([abs(said - true) for said, true, _ in table])
        wrong = {"off": {"wrong_averaging": plain}, "roc_auc": {
            "wrong_class_column": 1 - right["roc_auc"],
            "labels_as_scores": tools.reference.roc_auc_score(y, risk >= 0.5),
        }}  # fmt: skip
        if all(got.get(f"{name}_cheap") == right[f"{name}_half"] for name in ("missed", "alarms")):
            tools.mistake("wrong_threshold", "the cheap threshold decides as one of 0.5 does")
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            known = wrong.get(name, {}) | {"integer_division": value // 1}
            tools.same(got[name], value, name, at=work.measure, wrong=known)


def check_run(work: Any, tools: Any) -> None:
    """Raw measures go into the folds, and a seed repeats a run."""
    x, y = (part[:200] for part in tools.data())
    passed: list[Any] = []
    original = work.out_of_fold

    def recorded(*args: Any, **named: Any) -> Any:
        passed.append(np.asarray(named.get("x", args[2] if len(args) > 2 else None)))
        return original(*args, **named)

    first = tools.run(work, (x.copy(), y.copy()), seed=2, out_of_fold=recorded)
    second = tools.run(work, (x.copy(), y.copy()), seed=2)
    if any(np.shape(table) == x.shape and np.allclose(table, StandardScaler().fit_transform(x))
           for table in passed):  # fmt: skip
        evidence = "the rows that go into the folds are scaled by all rows"
        tools.mistake("leak_before_split", evidence, work.run)
        tools.fail("run: expected the raw measures to go into out_of_fold")
    tools.repeated(first, second, STAGES)
    tools.at_least(first["logistic"]["metrics"]["roc_auc"], 0.96, "ROC AUC of `logistic`")
    tools.at_most(first["logistic"]["metrics"]["log_loss"], 0.3, "log loss of `logistic`")


def _rows(rng: Any, rows: int = 120) -> tuple[Any, Any]:
    """Return rows of three columns, and classes that the first two tell roughly."""
    x = rng.normal(size=(rows, 3))
    return x, (x[:, 0] - 0.5 * x[:, 1] + 0.7 * rng.normal(size=rows) > 0.3).astype(int)
