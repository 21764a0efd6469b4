"""What a learner's own test of the claim must do, whatever its style."""

import itertools
from typing import Any

import numpy as np
import torch


def check_hand(work: Any, tools: Any) -> None:
    """The features made by hand are sums over cells, by direction, for each image alone."""
    for seed in tools.seeds:
        x = tools.rng(seed).random((5, 28, 28)).astype(np.float32)
        got, expected = np.asarray(work.hand(x)), tools.reference.hand(x)
        tools.shape(got, (5, 128), "hand: features of five images")
        cells = np.moveaxis(expected.reshape(5, 4, 4, 8), 1, 2).reshape(5, -1)
        wrong = {"square_root_forgotten": expected**2, "wrong_axis": cells}
        tools.same(got, expected, "hand: the features", tolerance=1e-3, at=work.hand, wrong=wrong)
        alone = np.concatenate([work.hand(image[None]) for image in x])
        tools.same(alone, got, "hand: the features of each image alone", tolerance=1e-3)
        tools.same(np.asarray(work.raw(x)), x.reshape(5, 784), "raw: the pixels")


def check_learned(work: Any, tools: Any) -> None:
    """The network makes features by which a judge can tell digits, the same for the same seed."""
    x, y = tools.data()
    rows = tools.rng(0).permutation(len(y))
    seen, unseen = rows[:400], rows[400:700]
    tools.pairs(torch.tensor(x[seen])[:, None], y[seen])
    reached, made = [], []
    for module in (work, tools.reference):
        with tools.settings(module, STEPS=60):
            make = module.learned(x[seen], y[seen], 1, "cpu")
        features = np.asarray(make(x[unseen]))
        tools.shape(features, (300, 64), "learned: 64 features for each image")
        alone = np.concatenate([make(x[row][None]) for row in unseen[:5]])
        tools.same(alone, features[:5], "learned: features of each image alone", tolerance=1e-3)
        judged = tools.reference.judge(make(x[seen]), y[seen], features, y[unseen])
        reached.append(judged)
        made.append(features)
    tools.at_least(reached[0], reached[1] - 0.1, "learned: accuracy by the features of 400 digits")
    with tools.settings(work, STEPS=60):
        tools.seed(99)
        again = work.learned(x[seen], y[seen], 1, "cpu")
    features = np.asarray(again(x[unseen]))
    if not np.allclose(features, made[0], rtol=1e-3, atol=1e-3):
        evidence = "trained twice with one seed, the network makes other features"
        tools.mistake("seed_half_set", evidence, work.learned)
    tools.same(features, made[0], "learned: features, twice with one seed", tolerance=1e-3)


def check_judge(work: Any, tools: Any) -> None:
    """The judge learns from what was seen, is measured on what was not, and scales both alike."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y, truth = np.arange(120) % 3, np.arange(90) % 3
        middle = rng.normal(size=(3, 6))
        scale = 10.0 ** np.arange(-3, 3)
        seen = (middle[y] + rng.normal(size=(120, 6))) * scale
        unseen = (middle[truth] + rng.normal(size=(90, 6))) * scale
        expected = tools.reference.judge(seen, y, unseen, truth)
        known = tools.reference.judge(seen, y, seen, y)
        got = work.judge(seen.copy(), y.copy(), unseen.copy(), truth.copy())
        tools.same(got, expected, "judge: accuracy on what was not seen", tolerance=0.03,
                   at=work.judge, wrong={"metric_on_training_data": known})  # fmt: skip


def check_decide(work: Any, tools: Any) -> None:
    """The verdict needs every draw: a step that wins only on average decides nothing."""
    cases = [np.full((3, 4), value) for value in (0.5, 0.9)]
    cases += [np.outer(order, np.ones(4)) for order in itertools.permutations([0.5, 0.7, 0.9])]
    cases += [tools.rng(seed).normal([[0.5], [0.5 + step], [0.5 + 2 * step]], 0.03, (3, 3))
              for seed in range(15) for step in (0.05, -0.05, 0)]  # fmt: skip
    rules: dict[str, Any] = {
        "chance_as_effect": lambda *kinds: _by_means(tools, kinds),
        "wrong_sign": lambda *kinds: tools.reference.decide(*kinds[::-1]),
    }
    got = [work.decide(*map(list, case)) for case in cases]
    for mistake, rule in rules.items():
        if got == [rule(*case) for case in cases]:
            tools.mistake(mistake, "it explains every verdict that was given", work.decide)
    for verdict, case in zip(got, cases, strict=True):
        what = f"decide: the verdict on {np.round(case, 2).tolist()}"
        tools.same(verdict, tools.reference.decide(*case), what)


def _by_means(tools: Any, kinds: Any) -> Any:
    return tools.reference.decide(*[[np.mean(kind)] for kind in kinds])


def check_draws(work: Any, tools: Any) -> None:
    """All kinds of features are judged on the same draws; nothing put aside is learned from."""
    y = np.arange(200) % 10
    x = np.repeat(np.arange(200, dtype=np.float32), 784).reshape(200, 28, 28)
    calls: list[Any] = []
    trained: list[Any] = []

    def learned(images: Any, digits: Any, seed: int, device: str) -> Any:
        trained.append(np.asarray(images)[:, 0, 0])
        return lambda other: np.asarray(other)[:, 0, :1]

    def judge(seen: Any, y: Any, unseen: Any, truth: Any) -> float:
        calls.append((np.asarray(seen)[:, 0], np.asarray(y), np.asarray(unseen)[:, 0], truth))
        return 0.1 * len(calls)

    spies = {"judge": judge, "learned": learned, "DRAWS": 2, "SIZE": 60}
    told = tools.run(work, (x, y), seed=4, **spies)
    tools.same(len(calls), 6, "run: how often the judge was called")
    for draw, (seen, digits, unseen, truth) in enumerate(calls[:2]):
        tools.same([len(seen), len(unseen)], [60, 40], "run: digits learned from, and put aside")
        tools.same(y[seen.astype(int)], digits, "run: the digits that belong to the images")
        tools.same(y[unseen.astype(int)], truth, "run: and those put aside")
        both = np.intersect1d(seen, unseen)
        if len(both):
            tools.mistake("trained_on_test", f"{len(both)} digits on both sides", work.run)
        tools.same(len(both), 0, "run: digits both learned from and put aside")
        leak = np.intersect1d(trained[draw], unseen)
        if len(leak):
            evidence = f"the network that makes the features has seen {len(leak)} test digits"
            tools.mistake("leak_before_split", evidence, work.run)
        tools.same(len(leak), 0, "run: test digits that the network learned from")
        tools.same(np.sort(calls[4 + draw][2]), np.sort(unseen), "run: the draws of two kinds")
    tools.hold(set(calls[0][0]) != set(calls[1][0]), "run: two draws hold the same digits")
    means = [told[stage]["metrics"]["accuracy"] for stage in ("raw", "hand", "learned")]
    tools.same(means, [0.15, 0.35, 0.55], "run: mean accuracies")
    over = [told[stage]["metrics"]["over"] for stage in ("hand", "learned")]
    tools.same(over, [0.2, 0.2], "run: each kind over the one before", at=work.run, wrong={
        "wrong_sign": [-0.2, -0.2]})  # fmt: skip
    tools.same(told["learned"].get("verdict"), "held", "run: the verdict on rising accuracies")


def check_run(work: Any, tools: Any) -> None:
    """All three kinds are measured on real digits, and a seed repeats it all."""
    x, y = tools.data()
    data = x[::5].copy(), y[::5].copy()
    tools.pairs(torch.tensor(data[0])[:, None], data[1])
    small = {"DRAWS": 1, "SIZE": 400, "STEPS": 60}
    first = tools.run(work, data, seed=3, **small)
    again = tools.run(work, data, seed=3, **small)
    right = tools.run(tools.reference, data, seed=3, **small)
    tools.same(sorted(first), ["hand", "learned", "raw"], "the stages measured")
    for stage, ran in first.items():
        metrics, expected = ran["metrics"], right[stage]["metrics"]
        tools.same(metrics, again[stage]["metrics"], f"{stage}, run twice with one seed")
        tools.at_least(metrics["accuracy"], expected["accuracy"] - 0.1, f"{stage}: accuracy")
        tools.at_most(metrics["accuracy"], expected["accuracy"] + 0.1, f"{stage}: accuracy")
    sizes = [first[stage]["metrics"]["features"] for stage in ("raw", "hand", "learned")]
    tools.same(sizes, [784, 128, 64], "how many features there are of each kind")
