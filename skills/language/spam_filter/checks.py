"""What a learner's own spam filter must do, whatever its style."""

from typing import Any

import numpy as np

STAGES = ["bayes", "forest", "later", "line"]


def check_by_time(work: Any, tools: Any) -> None:
    """The mails that are tested came after all those to learn from."""
    mails = tools.data().copy()
    mails["cc"] = np.arange(len(mails))  # so that each row tells its place
    place = list(mails.drop(columns=["spam"]).columns).index("cc")
    x_train, x_test, y_train, y_test = work.by_time(mails.copy())
    tools.same(len(x_train) + len(x_test), len(mails), "mails together")
    late = float(np.mean(np.asarray(x_test)[:, place] > np.max(np.asarray(x_train)[:, place])))
    if late < 1:
        evidence = f"{1 - late:.0%} of the tested mails came before some that were learned"
        tools.mistake("future_in_time_series", evidence, work.by_time)
    tools.same(late, 1.0, "share of tested mails that came later than all others")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        right = mails["spam"].to_numpy()[np.asarray(x)[:, place].astype(int)]
        if not np.array_equal(right, y):
            tools.mistake("shuffled_labels", "mails have the answers of others", work.by_time)
        tools.same(y, right, "answers of the mails")


def check_marks(work: Any, tools: Any) -> None:
    """Ranges are those of the training mails, and each number falls in one of them."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        train, test = rng.poisson(2, (200, 4)) * 1.0, rng.poisson(6, (80, 4)) * 1.0
        right = tools.reference.marks(train, test)
        got = work.marks(train.copy(), test.copy())
        tools.same(np.shape(got[0])[0], 200, "training mails with marks")
        for number, what in ((0, "marks of the training mails"), (1, "marks of the test mails")):
            every = tools.reference.marks(np.concatenate([train, test]), (train, test)[number])
            tools.same(got[number], right[number], what, at=work.marks,
                       wrong={"leak_before_split": every[1]})  # fmt: skip


def check_learn(work: Any, tools: Any) -> None:
    """Shares are counted within each class, and no count of zero becomes a certainty."""
    for seed in tools.seeds:
        x, y = _marked(tools.rng(seed))
        prior, has = tools.reference.learn(x, y)
        got = work.learn(x.copy(), y.copy())
        tools.same(len(got), 2, "what `learn` returns")
        counts = np.array([x[y == c].sum(0) for c in (0, 1)])
        sizes = np.array([[np.sum(y == c)] for c in (0, 1)])
        tools.same(got[0], prior, "share of each class", tolerance=0.01)
        tools.shape(got[1], (2, x.shape[1]), "how often each class has each mark")
        wrong = {
            "zero_probability": counts / sizes,
            "wrong_averaging": (counts + 1) / (len(y) + 2),
            "wrong_class_column": has[::-1],
            "integer_division": (counts + 1) // (sizes + 2),
        }
        tools.same(got[1], has, "how often each class has each mark", at=work.learn, wrong=wrong)


def check_spam_probability(work: Any, tools: Any) -> None:
    """The probability is that of Bayes' rule, also with a thousand marks."""
    for seed in tools.seeds:
        x, y = _marked(tools.rng(seed))
        prior, has = tools.reference.learn(x, y)
        direct = prior * np.array(
            [[np.prod(np.where(row == 1, p, 1 - p)) for p in has] for row in x]
        )
        by_hand = direct[:, 1] / direct.sum(1)
        right = tools.reference.spam_probability(x, prior, has)
        tools.same(right, by_hand, "the rule itself", tolerance=1e-6)
        logs = np.log(prior) + x @ np.log(has).T
        without = np.log(has) @ x.T + np.log(1 - has) @ (1 - x).T
        wrong = {
            "wrong_class_column": 1 - right,
            "prior_forgotten": _two(without.T),
            "absent_ignored": _two(logs),
            "labels_as_scores": (right >= 0.5).astype(float),
        }
        tools.same(work.spam_probability(x, prior, has), right, "probability of spam",
                   at=work.spam_probability, wrong=wrong)  # fmt: skip
    rng = tools.rng(9)
    x, y = _marked(rng, marks=1500)
    prior, has = tools.reference.learn(x, y)
    with np.errstate(all="ignore"):
        got = np.asarray(work.spam_probability(x, prior, has), float)
    if not np.isfinite(got).all():
        evidence = "with 1,500 marks the products are too small for a float: 0 / 0"
        tools.mistake("overflow", evidence, work.spam_probability)
    right = tools.reference.spam_probability(x, prior, has)
    tools.same(got, right, "probability of spam by 1,500 marks")


def _two(logs: Any) -> Any:
    return 1 / (1 + np.exp(logs[:, 0] - logs[:, 1]))


def check_measure(work: Any, tools: Any) -> None:
    """Caught is a share of the spam, lost a share of the good mails."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = (rng.random(300) < 0.15).astype(int)
        said = np.clip(0.35 * y + rng.normal(0.35, 0.2, 300), 0, 1)
        got, right = (module.measure(said, y) for module in (work, tools.reference))
        sure = said >= tools.reference.SURE
        hard = tools.reference.roc_auc_score(y, sure)
        wrong = {
            "caught": {"wrong_averaging": np.mean(sure & (y == 1)), "integer_division": 0,
                       "precision_as_recall": np.mean(y[sure] == 1)},
            "lost": {"wrong_averaging": np.mean(sure & (y == 0)),
                     "precision_as_recall": np.mean(y[sure] == 0)},
            "roc_auc": {"labels_as_scores": hard, "wrong_class_column": 1 - right["roc_auc"]},
        }  # fmt: skip
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong.get(name))


def check_run(work: Any, tools: Any) -> None:
    """Each filter is measured on mails that it has not learned, and a seed repeats a run."""
    mails = tools.data().iloc[1000:2600]
    first, second = (tools.run(work, mails.copy(), seed=3, TREES=10) for _ in range(2))
    tools.repeated(first, second, STAGES)
    right = tools.reference
    x_train, x_test, y_train, y_test = work.split(mails.copy())
    x, x_new = right.marks(x_train, x_test)
    every = np.concatenate([x, x_new]), np.concatenate([y_train, y_test])
    scores = {
        "right": right.measure(right.spam_probability(x_new, *right.learn(x, y_train)), y_test),
        "metric_on_training_data":
            right.measure(right.spam_probability(x, *right.learn(x, y_train)), y_train),
        "trained_on_test":
            right.measure(right.spam_probability(x_new, *right.learn(*every)), y_test),
    }  # fmt: skip
    expected = scores.pop("right")
    tools.same(first["bayes"]["metrics"], expected, "naive Bayes", tolerance=1e-3,
               at=work.run, wrong=scores)  # fmt: skip


def _marked(rng: Any, marks: int = 12) -> tuple[Any, Any]:
    """Return 160 mails with marks, of which one never occurs in spam, and their classes."""
    y = (rng.random(160) < 0.3).astype(int)
    x = (rng.random((160, marks)) < rng.random((2, marks))[y]).astype(int)
    x[:, 0] *= 1 - y
    return x, y
