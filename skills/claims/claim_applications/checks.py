"""What a learner's own test of the claim must do, whatever its style."""

from typing import Any

import numpy as np

STAGES = ["images_boosting", "images_network", "loans_boosting", "loans_network"]


def check_rows(work: Any, tools: Any) -> None:
    """Loans keep their answers, which are no feature."""
    loans = tools.reference.load("credit_data").iloc[:400]
    x, y = work.rows(loans.copy())
    right, answers = tools.reference.rows(loans)
    if np.shape(x)[1] > right.shape[1]:
        tools.mistake("target_among_features", "there is a column too many", work.rows)
    tools.same(np.asarray(x), right, "rows: the numbers of loans")
    tools.same(np.asarray(y), answers, "rows: which went bad")


def check_models(work: Any, tools: Any) -> None:
    """Both models learn rows and images, and answer with chances, the same for a seed."""
    rng = tools.rng(0)
    x = rng.normal(size=(400, 6)).astype(np.float32) * np.array([1, 1, 100, 1, 1, 1], np.float32)
    y = (x[:, 0] + x[:, 2] / 100 + 0.3 * rng.normal(size=400) > 0).astype(np.int64)
    images, digits = tools.data()
    order = rng.permutation(5000)[:400]
    small = images[order].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    for name in ("boosting", "network"):
        for given, truth in ((x, y), (small, digits[order])):
            usual = (given[:300], truth[:300], given[300:], 1)
            tools.pairs(given[:300].reshape(300, -1), truth[:300])
            reached = []
            for module in (work, tools.reference):
                with tools.settings(module, STEPS=80, ROUNDS=5):
                    chances = np.asarray(getattr(module, name)(*usual))
                    if module is work:
                        tools.shape(chances, (100, int(truth.max()) + 1), f"{name}: chances")
                        tools.seed(99)
                        again = np.asarray(getattr(module, name)(*usual))
                        tools.same(again, chances, f"{name}: asked twice with one seed")
                        tools.same(chances.sum(axis=1), np.ones(100), f"{name}: sums of chances",
                                   tolerance=1e-3)  # fmt: skip
                reached.append(np.mean(chances.argmax(1) == truth[300:]))
            tools.at_least(reached[0], reached[1] - 0.15, f"{name}: share of right answers")


def check_contest(work: Any, tools: Any) -> None:
    """Every draw puts other cases aside, which no model has learned, and is scored on them."""
    x = np.arange(200, dtype=np.float32).reshape(200, 1)  # each row is its own number
    y = (np.arange(200) % 4 == 0).astype(np.int64)
    for classes in (2, 3):
        truth = y if classes == 2 else np.arange(200) % 3
        for seed in (0, 2):
            calls, told, scores = _watch(work, tools, x, truth, seed, classes)
            again, _, _ = _watch(work, tools, x, truth, seed, classes)
            tools.same(len(calls), 3, "contest: how often a model is fitted")
            for (known, answers, new), (repeated, *_) in zip(calls, again, strict=True):
                tools.same(truth[known.astype(int)], answers, "contest: answers of what is learned")
                both = np.intersect1d(known, new)
                if len(both):
                    seen = len(both) == len(new) and len(known) <= 140
                    name = "metric_on_training_data" if seen else "trained_on_test"
                    tools.mistake(name, f"{len(both)} of the asked were learned", work.contest)
                tools.same(len(both), 0, "contest: cases both learned and asked")
                tools.same((len(known), len(new)), (140, 60), "contest: learned, and put aside")
                share = truth[new.astype(int)].mean()
                tools.same(share, truth.mean(), "contest: classes put aside", tolerance=0.02)
                tools.same(repeated, known, "contest: the draw, repeated with one seed")
            tools.hold(set(calls[0][2]) != set(calls[1][2]), "contest: two draws are the same")
            expected = [_score(new, truth, classes) for *_, new in calls]
            halves = [tools.reference.roc_auc_score(truth[new.astype(int)], _told(
                new, classes).argmax(1)) for *_, new in calls] if classes == 2 else []  # fmt: skip
            accuracy = [np.mean(_told(new, classes).argmax(1) == truth[new.astype(int)])
                        for *_, new in calls]  # fmt: skip
            turned = [1 - value for value in expected]
            wrong = {"labels_as_scores": np.array(halves), "wrong_class_column": np.array(turned),
                     "accuracy_under_imbalance": np.array(accuracy)}  # fmt: skip
            tools.same(np.asarray(scores), np.array(expected), "contest: the scores",
                       at=work.contest, wrong=wrong if classes == 2 else {})  # fmt: skip
            tools.same([event["step"] for event in told], [1, 2, 3], "contest: steps told")


def _told(new: Any, classes: int) -> Any:
    """Return chances that follow from the number of a row, right more often than not."""
    places = new.ravel().astype(int)
    scores = np.random.default_rng(3).random((200, classes))[places]
    scores[np.arange(len(places)), (places % 4 == 0) * 1 if classes == 2 else places % 3] += 0.5
    return scores / scores.sum(axis=1, keepdims=True)


def _score(new: Any, truth: Any, classes: int) -> float:
    """Return the score of these chances: pairs ranked rightly, or answers that are right."""
    chances, truth = _told(new, classes), truth[new.ravel().astype(int)]
    if classes == 3:
        return float(np.mean(chances.argmax(1) == truth))
    apart = chances[truth == 1, 1][:, None] - chances[truth == 0, 1]
    return float(np.mean(apart > 0) + np.mean(apart == 0) / 2)


def _watch(work: Any, tools: Any, x: Any, y: Any, seed: int, classes: int) -> Any:
    """Return what `contest` gave a model to learn and to answer, its progress and its scores."""
    calls = []

    def fit(known: Any, answers: Any, new: Any, seed: int) -> Any:
        calls.append((known.ravel().copy(), np.array(answers), new.ravel().copy()))
        return _told(new, classes)

    with tools.settings(work, DRAWS=3):
        told, scores = tools.drain(work.contest("toy", fit, x, y, seed))
    return calls, told, scores


def check_decide(work: Any, tools: Any) -> None:
    """A lead counts only if every draw agrees, and both leads decide."""
    cases = [([-2, -1], [1, 2]), ([1, 2], [1, 2]), ([-1, -2], [-1, -3]), ([-1, 0.5], [1, 2]),
             ([-1, -2], [3, -1]), ([2, 1], [-1, -2]), ([-1, 0], [1, 2])]  # fmt: skip
    pairs = [tuple(map(np.array, case)) for case in cases]
    for seed in range(20):
        rng = tools.rng(seed)
        pairs.append(tuple(rng.normal(size=4) + rng.choice([-1.5, 1.5]) for _ in range(2)))
    got = [work.decide(*(lead.copy() for lead in pair)) for pair in pairs]
    rules: dict[str, Any] = {
        "chance_as_effect": lambda a, b: tools.reference.decide(a.mean(keepdims=True),
                                                                b.mean(keepdims=True)),
        "wrong_sign": lambda a, b: tools.reference.decide(-a, -b),
    }  # fmt: skip
    for mistake, rule in rules.items():
        if got == [rule(*pair) for pair in pairs]:
            tools.mistake(mistake, "it explains every verdict that was given", work.decide)
    for (loans, images), verdict in zip(pairs, got, strict=True):
        tools.same(verdict, tools.reference.decide(loans, images),
                   f"decide: leads {np.round(loans, 1)} and {np.round(images, 1)}")  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """Four scores, leads of the right sign, and a verdict; a seed repeats a run."""
    images, digits = tools.data()
    data = images[::5].copy(), digits[::5].copy()
    small = {"DRAWS": 2, "STEPS": 30, "ROUNDS": 3, "LEARNED": 150}
    first, right = (tools.run(module, data, seed=3, **small) for module in (work, tools.reference))
    tools.same(sorted(first), STAGES, "the stages of a run")
    for stage, ran in first.items():
        off = ran["metrics"]["score"] - right[stage]["metrics"]["score"]
        tools.at_least(off, -0.15, f"{stage}: score, less that of the reference")
        tools.at_most(off, 0.12, f"{stage}: score, less that of the reference")
    for task in ("loans", "images"):
        net, trees = (first[f"{task}_{name}"]["metrics"] for name in ("network", "boosting"))
        lead = net["score"] - trees["score"]
        tools.same(net["lead"], lead, f"{task}: mean lead of the network", at=work.run,
                   wrong={"wrong_sign": -lead})  # fmt: skip
        tools.hold(net["least"] <= net["lead"] <= net["most"], f"{task}: least, mean, most lead")
