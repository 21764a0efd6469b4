"""What a learner's own scorecard must do, whatever its style."""

from typing import Any

import numpy as np
import pandas as pd

STAGES = ["boosting", "card", "everybody"]


def check_split(work: Any, tools: Any) -> None:
    """Loans keep their answers, which are no feature, and none is on both sides."""
    loans = tools.data()
    x_train, x_test, y_train, y_test = work.split(loans.copy())
    tools.same(len(x_train) + len(x_test), len(loans), "training and test loans together")
    if "bad" in x_train:
        tools.mistake("target_among_features", "`bad` is still a column", work.split)
    tools.hold("bad" not in x_train, "split: the answer must not be among the features")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if not np.array_equal(loans["bad"].loc[x.index], np.asarray(y)):
            tools.mistake("shuffled_labels", "loans have the answers of others", work.split)
            tools.fail("split: expected the answer of each loan")
    tools.same(len(set(x_train.index) & set(x_test.index)), 0, "loans on both sides")


def check_groups(work: Any, tools: Any) -> None:
    """Each value has a group, and a missing one has its own."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        numbers = pd.Series(rng.normal(50, 20, 40).round())
        ends = np.array([30.0, 45.0, 60.0])
        full = tools.reference.groups(numbers, ends)
        tools.same(list(map(str, work.groups(numbers, ends))), list(full), "groups of numbers",
                   at=work.groups)  # fmt: skip
        numbers[::7] = np.nan
        right = list(tools.reference.groups(numbers, ends))
        got = list(map(str, work.groups(numbers.copy(), ends)))
        wrong = {"missing_as_zero": list(tools.reference.groups(numbers.fillna(0), ends)),
                 "missing_as_value": list(np.searchsorted(ends, numbers).astype(str))}  # fmt: skip
        tools.same(got, right, "groups of numbers, some missing", at=work.groups, wrong=wrong)
    words = pd.Series(["own", None, "rent"])
    tools.same(list(map(str, work.groups(words, None))), ["own", "missing", "rent"],
               "groups of words, one missing", at=work.groups)  # fmt: skip


def check_evidence(work: Any, tools: Any) -> None:
    """The weight of evidence is the logarithm of two shares, and never infinite."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = (rng.random(300) < 0.3).astype(int)
        group = np.array(list("abcd"))[rng.integers(4, size=300)]
        group[(group == "d") & (y == 1)] = "a"
        right = tools.reference.evidence(group, y)
        with np.errstate(all="ignore"):
            got = work.evidence(group.copy(), y.copy())
            counts = np.array([[np.sum((group == g) & (y == c)) for c in (0, 1)] for g in "abcd"])
            bare = np.log(counts / counts.sum(0)) @ [1, -1]
        more = counts + tools.reference.EXTRA
        wrong = {
            "wrong_sign": {g: -w for g, w in right.items()},
            "zero_probability": dict(zip("abcd", bare, strict=True)),
            "prior_forgotten": dict(zip("abcd", np.log(more[:, 0] / more[:, 1]), strict=True)),
        }
        tools.same(got, right, "weights of evidence", at=work.evidence, wrong=wrong)


def check_card(work: Any, tools: Any) -> None:
    """A card knows only the loans that it was made from."""
    loans = tools.data().drop(columns=["bad"])
    y = tools.data()["bad"].to_numpy()
    some = loans.iloc[:900]
    card = work.learn(some.copy(), y[:900])
    right = tools.reference.weigh(some, tools.reference.learn(some, y[:900]))
    tools.same(work.weigh(some.copy(), card), right, "weights of the loans it was made from",
               tolerance=1e-4)  # fmt: skip
    odd = loans.iloc[900:960].assign(Home="houseboat")
    got = np.asarray(work.weigh(odd.copy(), card), float)
    place = list(loans.columns).index("Home")
    tools.same(got[:, place], np.zeros(60), "weight of a word that was never seen", at=work.weigh)


def check_measure(work: Any, tools: Any) -> None:
    """Approval is counted among all, and among those who pay back, by age."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y, age = (rng.random(400) < 0.3).astype(int), rng.integers(20, 60, 400)
        risk = np.clip(0.2 * y + rng.random(400) * 0.6 - age / 300, 0, 1)
        got, right = (module.measure(risk, y, age) for module in (work, tools.reference))
        gets, young = risk <= np.quantile(risk, tools.reference.APPROVED), age < 30
        hard = tools.reference.roc_auc_score(y, ~gets)
        wrong: dict[str, dict[str, Any]] = {
            "roc_auc": {"labels_as_scores": hard, "wrong_class_column": 1 - right["roc_auc"]},
            "bad_rate": {"precision_as_recall": np.mean(gets[y == 1]),
                         "wrong_averaging": np.mean(gets & (y == 1))},
            "good_young": {"precision_as_recall": np.mean(y[gets & young] == 0),
                           "wrong_averaging": np.mean(gets & young & (y == 0))},
            "good_older": {"precision_as_recall": np.mean(y[gets & ~young] == 0)},
            "young": {"wrong_sign": np.mean(~gets[young])},
        }  # fmt: skip
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong.get(name))


def check_run(work: Any, tools: Any) -> None:
    """Cards and models are made from training loans, and a seed repeats a run."""
    loans = tools.data().iloc[:2000]
    first, second = (tools.run(work, loans.copy(), seed=2, ROUNDS=20) for _ in range(2))
    tools.repeated(first, second, STAGES)
    parts = work.split(loans.copy())
    ways = ("right", "leak", "all", "seen")
    right, *others = (_card(tools.reference, parts, way) for way in ways)
    names = ("leak_before_split", "trained_on_test", "metric_on_training_data")
    wrong = dict(zip(names, others, strict=True))
    tools.same(first["card"]["metrics"], right, "the card on test loans", tolerance=1e-3,
               at=work.run, wrong=wrong)  # fmt: skip
    tools.at_least(first["boosting"]["metrics"]["roc_auc"], 0.7, "ROC AUC of boosting")
    tools.at_most(first["boosting"]["metrics"]["roc_auc"], 0.95, "ROC AUC of boosting")


def _card(right: Any, parts: Any, way: str) -> dict[str, float]:
    """Return what a card measures: right, weighed by all loans, learned from all, or on learned."""
    x_train, x_test, y_train, y_test = parts
    every = pd.concat([x_train, x_test]), np.concatenate([y_train, y_test])
    card = right.learn(*(every if way in {"leak", "all"} else (x_train, y_train)))
    learned = every if way == "all" else (x_train, y_train)
    asked = (x_train, y_train) if way == "seen" else (x_test, y_test)
    line = right.LogisticRegression(C=1.0).fit(right.weigh(learned[0], card), learned[1])
    risk = line.predict_proba(right.weigh(asked[0], card))[:, 1]
    return dict(right.measure(risk, asked[1], asked[0]["Age"].to_numpy()))
