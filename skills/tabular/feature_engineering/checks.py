"""What a learner's own features and folds must do, whatever their style."""

from typing import Any

import numpy as np

STAGES = ["careless", "engineered", "grade", "leaked", "numbers", "one_hot", "out_of_fold"]


def check_engineer(work: Any, tools: Any) -> None:
    """Columns hold what they say, and come from their own row alone."""
    loans = tools.data()
    got, right = work.engineer(loans.copy()), tools.reference.engineer(loans)
    moved = work.engineer(loans.assign(bad=1 - loans["bad"]))
    if np.shape(moved) != np.shape(got) or not np.allclose(moved, np.asarray(got, float)):
        tools.mistake("target_among_features", "another answer changes a column", work.numbers)
    tools.same(sorted(map(str, got.columns)), sorted(right.columns), "columns")
    known = np.sort(loans["sub_grade"].unique())  # by the alphabet: from the best to the worst
    steps = got["grade"].groupby(loans["sub_grade"]).mean().loc[known]
    if np.any(np.diff(steps) <= 0):
        tools.mistake("order_lost", "a worse grade does not always have a higher number",
                      work.engineer)  # fmt: skip
    tools.same(got["grade"].to_numpy(float), right["grade"].to_numpy(float), "column grade")
    few = work.engineer(loans.iloc[50:90].copy())
    for name in right:
        alone, among = (table[name].to_numpy(float) for table in (few, got.iloc[50:90]))
        if not np.allclose(alone, among):
            tools.mistake("leak_before_split", f"{name}: other rows change a row", work.engineer)
        tools.same(alone, among, f"{name} of 40 loans, without the others")
        tools.same(got[name].to_numpy(float), right[name].to_numpy(float), f"column {name}")


def check_rates(work: Any, tools: Any) -> None:
    """A rate is a share, drawn towards the usual one; an unknown group has the usual one."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        group = np.array(list("abcdefgh"))[np.minimum(rng.geometric(0.35, 300) - 1, 7)]
        bad = (rng.random(300) < 0.2).astype(int)
        size = np.array([np.sum(group == g) for g in group])
        total = np.array([np.sum(bad[group == g]) for g in group])
        smooth = tools.reference.SMOOTH
        right = tools.reference.rates(group, bad, group)
        tools.same(work.rates(group.copy(), bad.copy(), group.copy()), right, "rates",
                   at=work.rates, wrong={"not_smoothed": total / size,
                                         "missing_as_zero": total / (size + smooth)})  # fmt: skip
        asked = np.array(["a", "never seen"])
        expected = [right[list(group).index("a")], bad.mean()]
        tools.same(np.asarray(work.rates(group, bad, asked), float), np.array(expected),
                   "rates of a known and an unknown group", at=work.rates,
                   wrong={"missing_as_zero": np.array([expected[0], 0.0])})  # fmt: skip


def check_outside(work: Any, tools: Any) -> None:
    """The rate of a loan does not depend on that loan's own answer."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        group, bad = rng.integers(30, size=400).astype(str), (rng.random(400) < 0.2).astype(int)
        got = np.asarray(work.outside(group, bad.copy(), seed), float)
        right = tools.reference.outside(group, bad, seed)
        inside = tools.reference.rates(group, bad, group)
        tools.hold(np.isfinite(got).all(), "outside: expected a number for each loan")
        if abs(_tie(got, group, bad) - _tie(right, group, bad)) > 0.1 or np.allclose(got, inside):
            tools.mistake("own_answer_counted", "within a group, loans that went bad have other "
                          "rates than those that did not", work.outside)  # fmt: skip
        tools.same(got, right, "rates from the other folds", at=work.outside)


def _tie(rate: Any, group: Any, bad: Any) -> float:
    """Return how answers and rates go together within groups (a correlation)."""
    apart = [
        values - np.array([values[group == g].mean() for g in group]) for values in (rate, bad)
    ]
    return float(np.mean(apart[0] * apart[1]) / (np.std(apart[0]) * np.std(apart[1]) + 1e-12))


def check_encoded(work: Any, tools: Any) -> None:
    """Three ways to count: two of them wrong on purpose, and each as it says."""
    rng = tools.rng(5)
    group, y = rng.integers(40, size=600).astype(str), (rng.random(600) < 0.2).astype(int)
    places = rng.permutation(600)
    train, test = places[:450], places[450:]
    ways = {way: tools.reference.encoded(way, group, y, train, test, 3)
            for way in ("leaked", "careless", "out_of_fold")}  # fmt: skip
    for way, right in ways.items():
        own, new = work.encoded(way, group.copy(), y.copy(), train, test, 3)
        others = {} if way == "leaked" else {"leak_before_split": ways["leaked"][1]}
        tools.same(np.asarray(new), right[1], f"{way}: rates of test loans", at=work.encoded,
                   wrong=others)  # fmt: skip
        careless = {"own_answer_counted": ways["careless"][0]} if way == "out_of_fold" else {}
        tools.same(np.asarray(own), right[0], f"{way}: rates of training loans", at=work.encoded,
                   wrong=careless)  # fmt: skip


def check_evaluate(work: Any, tools: Any) -> None:
    """A model is fitted to training folds, and its risks of the other loans are ranked."""
    rng = tools.rng(1)
    x, y = rng.normal(size=(400, 12)), (rng.random(400) < 0.25).astype(int)
    x[:, 0] += 0.5 * y
    group = rng.integers(20, size=400).astype(str)
    tools.pairs(x, y)
    for stage in ("engineered", "out_of_fold"):
        (*_, last), _ = tools.drain(work.evaluate(stage, _model(tools), x, y, group, 2))
        (*_, right), _ = tools.drain(tools.reference.evaluate(stage, _model(tools), x, y, group, 2))
        tools.hold("metrics" in last, "evaluate: expected `metrics` in what it yields last")
        got, usual = last["metrics"], right["metrics"]
        wrong = {"wrong_class_column": 1 - usual["roc_auc"],
                 "trained_on_test": _taught(tools, x, y),
                 "metric_on_training_data": usual["learned"]}  # fmt: skip
        tools.same(got["roc_auc"], usual["roc_auc"], f"{stage}: ROC AUC on folds put aside",
                   tolerance=1e-3, at=work.evaluate, wrong=wrong)  # fmt: skip
        for name in ("learned", "spread", "columns"):
            tools.same(got[name], usual[name], f"{stage}: {name}", tolerance=1e-3, at=work.evaluate)


def _model(tools: Any) -> Any:
    """Return the linear model of the exercise, not fitted."""
    return tools.reference.make_pipeline(tools.reference.StandardScaler(),
                                         tools.reference.LogisticRegression(C=0.1))  # fmt: skip


def _taught(tools: Any, x: Any, y: Any) -> float:
    """Return the mean ROC AUC on folds of a model that was fitted to all rows."""
    risk = _model(tools).fit(x, y).predict_proba(x)[:, 1]
    folds = tools.reference.StratifiedKFold(5, shuffle=True, random_state=2).split(x, y)
    return float(np.mean([tools.reference.roc_auc_score(y[test], risk[test]) for _, test in folds]))


def check_run(work: Any, tools: Any) -> None:
    """Each stage has the columns it says, and a seed repeats a run."""
    loans = tools.data().iloc[:3000]
    first, second = (tools.run(work, loans.copy(), seed=2, FOLDS=3) for _ in range(2))
    tools.repeated(first, second, STAGES)
    right = tools.run(tools.reference, loans.copy(), seed=2, FOLDS=3)
    for name, ran in first.items():
        tools.same(ran["metrics"]["columns"], right[name]["metrics"]["columns"],
                   f"{name}: columns")  # fmt: skip
        for metric in ("roc_auc", "learned"):
            got, usual = (table[name]["metrics"][metric] for table in (first, right))
            tools.at_least(got, usual - 0.01, f"{name}: {metric}")
            tools.at_most(got, usual + 0.01, f"{name}: {metric}")
