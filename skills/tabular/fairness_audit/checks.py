"""What a learner's own audit must do, whatever its style."""

from typing import Any

import numpy as np
import pandas as pd

STAGES = ["blind", "one_line", "opportunity", "parity", "reweighed"]


def _people(rng: Any, size: int) -> tuple[Any, Any, Any]:
    """Return risks, answers and groups of people, the young at higher risk."""
    young = rng.random(size) < 0.35
    risk = np.clip(rng.beta(2, 4, size) + 0.12 * young, 0, 1)
    return risk, (rng.random(size) < risk).astype(int), young


def check_measure(work: Any, tools: Any) -> None:
    """Shares are those of the right people, and gaps are distances."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        risk, y, young = _people(rng, 500)
        luck = 0.3 * rng.random(500) * (young & (y == 1))  # so that bad payers differ the most
        gets = risk + 0.1 * rng.random(500) + luck < 0.4
        got, right = (m.measure(risk, gets, y, young) for m in (work, tools.reference))
        loss = tools.reference.LOSS
        wrong: dict[str, dict[str, Any]] = {
            "profit": {"wrong_sign": 100 * np.mean(np.where(y == 0, 1, loss) * gets)},
            "bad_rate": {"precision_as_recall": np.mean(gets[y == 1])},
            "odds_gap": {"one_error_only": right["gap"]},
        }
        for name, group in {"young": young, "older": ~young}.items():
            for kind, answer in (("good", 0), ("bad", 1)):
                asked = group & (y == answer)
                totals = [np.mean(y[gets & group] == answer), np.mean(gets & asked),
                          np.mean(gets[y == answer])]  # fmt: skip
                found = [value for value in totals if np.isclose(got[f"{kind}_{name}"], value)]
                wrong[f"{kind}_{name}"] = {"precision_as_recall": found[0]} if found else {}
            wrong[f"off_{name}"] = {"wrong_sign": -right[f"off_{name}"]}
        for name in sorted(right, key=lambda name: "gap" in name):
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], right[name], name, at=work.measure, wrong=wrong.get(name))


def check_lines(work: Any, tools: Any) -> None:
    """Each way draws lines that make alike what it says, and 70 % get a loan."""
    for seed in tools.seeds:
        risk, y, young = _people(tools.rng(seed), 3000)
        for way in ("one_line", "parity", "opportunity"):
            own, others = (float(line) for line in work.lines(way, risk.copy(), y.copy(), young))
            gets = risk <= np.where(young, own, others)
            good = y == 0
            apart = {
                "one_line": abs(own - others),
                "parity": abs(np.mean(gets[young]) - np.mean(gets[~young])),
                "opportunity": abs(np.mean(gets[young & good]) - np.mean(gets[~young & good])),
            }
            if apart[way] > 0.02 and min(apart.values()) <= 0.02:
                tools.mistake("wrong_criterion", f"{way}: made alike is what another way asks for",
                              work.lines)  # fmt: skip
            tools.at_most(apart[way], 0.02, f"{way}: how far the two groups are apart")
            if own == others == 0.5:
                tools.mistake("wrong_threshold", "the line is one half", work.lines)
            tools.same(np.mean(gets), tools.reference.APPROVED, f"{way}: the approved share",
                       tolerance=0.01)  # fmt: skip


def check_weights(work: Any, tools: Any) -> None:
    """Weighted, group and answer have nothing to do with each other."""
    for seed in tools.seeds:
        _, y, young = _people(tools.rng(seed), 800)
        right = tools.reference.weights(y, young)
        cells = np.array([np.mean((y == a) & (young == g)) for a, g in zip(y, young, strict=True)])
        wrong = {"prior_forgotten": 1 / cells, "weights_inverted": 1 / right}
        tools.same(work.weights(y.copy(), young.copy()), right, "weights", at=work.weights,
                   wrong=wrong)  # fmt: skip


def check_calibration(work: Any, tools: Any) -> None:
    """Fifths of a group, by risk, and what came true in each."""
    for seed in tools.seeds:
        risk, y, young = _people(tools.rng(seed), 600)
        for among in (young, ~young):
            got, right = (m.calibration(risk, y, among) for m in (work, tools.reference))
            tools.same(np.asarray(got[0]), right[0], "mean risks")
            unsorted = [part.mean() for part in np.array_split(y[among], 5)]
            tools.same(np.asarray(got[1]), right[1], "shares of bad loans", at=work.calibration,
                       wrong={"shuffled_labels": np.array(unsorted)})  # fmt: skip


def check_decide(work: Any, tools: Any) -> None:
    """Models and lines come from training loans, decisions are about the others."""
    rng = tools.rng(4)
    x = pd.DataFrame(rng.normal(size=(700, 5)) * [1, 1, 30, 1, 1], columns=list("abcde"))
    x["f"] = x["c"].where(rng.random(700) < 0.9)
    y = (rng.random(700) < 1 / (1 + np.exp(1.2 - x["a"] - x["c"] / 30))).to_numpy().astype(int)
    young = (rng.random(700) < 0.4) & (x["a"] > -0.5).to_numpy()
    tools.pairs(x, y)
    for stage in ("one_line", "parity", "reweighed"):
        _, (risk, gets) = tools.drain(work.decide(stage, x.copy(), y.copy(), young, 3))
        _, (usual, right) = tools.drain(tools.reference.decide(stage, x, y, young, 3))
        wrong = {"wrong_class_column": 1 - usual, "trained_on_test": _taught(tools, x, y)}
        if set(np.unique(risk)) <= {0, 1}:
            tools.mistake("labels_as_scores", "every risk is 0 or 1", work.decide)
        tools.same(risk, usual, f"{stage}: risks", tolerance=1e-3, at=work.decide, wrong=wrong)
        gets = np.asarray(gets)
        if np.mean(gets != right) > 0.004:
            folds = tools.reference.StratifiedKFold(5, shuffle=True, random_state=3).split(x, y)
            drawn = [gets[test][young[test]].mean() if stage == "parity" else gets[test].mean()
                     for _, test in folds]  # fmt: skip
            if np.ptp(drawn) < 0.02 and abs(np.mean(drawn) - tools.reference.APPROVED) < 0.02:
                tools.mistake("line_drawn_on_the_test", "of each fold the same share gets a loan",
                              work.decide)  # fmt: skip
        tools.at_most(float(np.mean(gets != right)), 0.004, f"{stage}: decisions that differ")


def _taught(tools: Any, x: Any, y: Any) -> Any:
    """Return the risks that a model gives which was fitted to all loans."""
    module = tools.reference
    model = module.make_pipeline(module.SimpleImputer(strategy="median"), module.StandardScaler(),
                                 module.LogisticRegression())  # fmt: skip
    return model.fit(x, y).predict_proba(x)[:, 1]


def check_run(work: Any, tools: Any) -> None:
    """Five ways are measured on the same loans, and a seed repeats a run."""
    loans = tools.data().iloc[:1500]
    first, second = (tools.run(work, loans.copy(), seed=2, FOLDS=3) for _ in range(2))
    tools.repeated(first, second, STAGES)
    if first["one_line"]["metrics"]["bad_rate"] < 0.03:
        tools.mistake("target_among_features", "hardly a bad loan gets through", work.run)
    right = tools.run(tools.reference, loans.copy(), seed=2, FOLDS=3)
    for name, ran in right.items():
        for metric, usual in ran["metrics"].items():
            tools.same(first[name]["metrics"][metric], usual, f"{name}: {metric}",
                       tolerance=1.0 if metric == "profit" else 0.02)  # fmt: skip
