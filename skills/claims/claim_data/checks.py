"""What a learner's own test of the claim must do, whatever its style."""

from typing import Any

import numpy as np
import torch


def check_readers(work: Any, tools: Any) -> None:
    """Both models learn from what they are given and read other images, the same for a seed."""
    x, y = tools.data()
    rows = tools.rng(0).permutation(len(y))
    seen, unseen = rows[:300], rows[300:600]
    tools.pairs(torch.tensor(x[seen])[:, None], y[seen])
    tools.pairs(x[seen].reshape(300, -1), y[seen])
    graphs: list[bool] = []
    for name in ("forest", "cnn"):
        reached = []
        for module in (work, tools.reference):
            watched = _watched(module.network, graphs)
            with tools.settings(module, STEPS=80, network=watched):
                fit, given = getattr(module, name), (x[seen], y[seen], x[unseen])
                read = np.asarray(fit(*given, 1, "cpu"))
                tools.shape(read, (300,), f"{name}: one digit for each image")
                tools.seed(99)
                again = np.asarray(fit(*given, 1, "cpu"))
            reached.append(float(np.mean(read == y[unseen])))
        if any(graphs):
            evidence = "the scores of what is only read carry a graph for gradients"
            tools.mistake("missing_no_grad", evidence, work.cnn)
            tools.fail(f"cnn: {evidence}")
        tools.same(again, read, f"{name}: read twice with one seed")
        tools.at_least(reached[0], reached[1] - 0.12, f"{name}: accuracy after 300 digits")


def _watched(build: Any, graphs: list[bool]) -> Any:
    """Return a builder of the same network, which notes graphs that a test has no use for."""

    def network() -> Any:
        net = build()
        net.register_forward_hook(
            lambda net, x, scores: graphs.append(scores.requires_grad and not net.training)
        )
        return net

    return network


def check_curve(work: Any, tools: Any) -> None:
    """Every size is drawn afresh, in equal parts, and never from the digits put aside."""
    x = np.arange(400, dtype=np.float32).reshape(400, 1)  # each image is its own number
    y = np.arange(400) % 10
    for seed in tools.seeds:
        first, second, other = (_watch(work, tools, x, y, one) for one in (seed, seed, seed + 1))
        calls, told, accuracy = first
        tools.same([len(some) for some, *_ in calls], [20, 20, 100, 100], "curve: examples drawn")
        for some, digits, images in calls:
            tools.same(y[some.astype(int)], digits, "curve: the digits that belong to the images")
            tools.same(np.bincount(digits, minlength=10), np.full(10, len(some) // 10),
                       "curve: how many of each digit are drawn")  # fmt: skip
            overlap = np.intersect1d(some, images)
            if len(overlap) == len(images) or len(overlap) == len(some):
                tools.mistake("metric_on_training_data", "learned from what it reads", work.curve)
            elif len(overlap):
                tools.mistake("trained_on_test", f"{len(overlap)} of them drawn", work.curve)
            tools.same(len(overlap), 0, "curve: digits both learned from and put aside")
            tools.same(np.sort(images), np.sort(calls[0][2]), "curve: the digits put aside")
        tools.same(len(calls[0][2]), 80, "curve: how many digits are put aside")
        tools.hold(set(calls[0][0]) != set(calls[1][0]), "curve: two draws hold the same digits")
        tools.same([np.sort(some) for some, *_ in second[0]], [np.sort(some) for some, *_ in calls],
                   "curve: the digits drawn, twice with one seed")  # fmt: skip
        tools.hold(set(calls[0][0]) != set(other[0][0][0]), "curve: two seeds draw the same digits")
        tools.same(np.asarray(accuracy), np.full((2, 2), 0.7), "curve: the accuracies", wrong={
            "wrong_axis": np.full(4, 0.7)}, at=work.curve)  # fmt: skip
        steps = [(event["stage"], event["step"], event["total"]) for event in told]
        expected = [("toy", step, 4) for step in (1, 2, 3, 4)]
        tools.same(steps, expected, "curve: stage, step and total of its progress")


def _watch(work: Any, tools: Any, x: Any, y: Any, seed: int) -> Any:
    """Return what `curve` gave a model that is right on seven of ten, its progress and result."""
    calls = []

    def fit(some: Any, digits: Any, images: Any, seed: int, device: str) -> Any:
        calls.append((some.ravel().copy(), np.array(digits), images.ravel().copy()))
        truth = y[images.ravel().astype(int)]
        return np.where(np.arange(len(truth)) % 10 < 7, truth, (truth + 1) % 10)

    with tools.settings(work, SIZES=(20, 100), DRAWS=2):
        told, result = tools.drain(work.curve({"stage": "toy"}, fit, (x, y), seed, "cpu"))
    return calls, told, result


def check_where(work: Any, tools: Any) -> None:
    """The crossing is read off over the logarithm of the sizes."""
    sizes = (10, 100, 1000, 10_000)
    with tools.settings(work, SIZES=sizes), tools.settings(tools.reference, SIZES=sizes):
        cases: list[Any] = [[-3, -1, 1, 2], [1, 2, 3, 4], [-4, -3, -2, -1], [1, -1, 2, 3]]
        cases += [np.sort(tools.rng(seed).normal(size=4)) for seed in tools.seeds]
        for heights in map(np.asarray, cases):
            expected = tools.reference.where(0.0, heights)
            k = int(np.flatnonzero([True, *(heights <= 0)])[-1])
            straight = np.interp(0, heights[max(k - 1, 0) : k + 1], sizes[max(k - 1, 0) : k + 1])
            got = work.where(0.0, heights)
            tools.same(got, expected, f"where: crossing of {np.round(heights, 2)}", tolerance=1e-3,
                       at=work.where, wrong={"logarithm_forgotten": straight})  # fmt: skip


def check_decide(work: Any, tools: Any) -> None:
    """A lead counts only if every draw agrees, and the verdict follows from the leads."""
    cases = [np.outer([-2, -1, 1, 2], np.ones(4)), np.outer([1, 2, 1, 2], np.ones(4)),
             np.outer([2, 1, -1, -2], np.ones(4)), np.outer([1, 1, 1, 1], [1, 1, 1, -0.5]),
             np.outer([-1, 1, 1, 1], [1, 1, 1, -0.5]), np.zeros((4, 4))]  # fmt: skip
    for seed in range(40):
        rng = tools.rng(seed)
        cases.append(rng.choice([-1, 0, 1], (5, 1)) + rng.choice([0.5, 0.9, 1.5]) * rng.normal(
            size=(5, 3)))  # fmt: skip
    rules: dict[str, Any] = {
        "chance_as_effect": lambda gain: _verdict(np.sign(gain.mean(axis=1))),
        "wrong_axis": lambda gain: _verdict(_leads(gain.T)),
        "wrong_sign": lambda gain: tools.reference.decide(-gain),
    }
    got = [work.decide(gain.copy()) for gain in cases]
    for mistake, rule in rules.items():
        if got == [rule(gain) for gain in cases]:
            tools.mistake(mistake, "it explains every verdict that was given", work.decide)
    for gain, verdict in zip(cases, got, strict=True):
        what = f"decide: the verdict on {np.round(gain, 1).tolist()}"
        tools.same(verdict, tools.reference.decide(gain), what)


def _leads(gain: Any) -> Any:
    return (gain > 0).all(axis=1) * 1 - (gain < 0).all(axis=1)


def _verdict(leads: Any) -> str:
    clear = leads[leads != 0]
    if len(clear) < len(leads) / 2:
        return "undecided"
    return "held" if clear[0] < 0 < clear[-1] else "refuted"


def check_run(work: Any, tools: Any) -> None:
    """Both models are measured, the lead has the right sign, and a seed repeats it all."""
    x, y = tools.data()
    data = x[::5].copy(), y[::5].copy()
    small = {"SIZES": (20, 100, 400), "DRAWS": 2, "STEPS": 60}
    first = tools.run(work, data, seed=3, **small)
    again = tools.run(work, data, seed=3, **small)
    right = tools.run(tools.reference, data, seed=3, **small)
    tools.same(sorted(first), ["cnn", "forest"], "the stages measured")
    for stage, ran in first.items():
        metrics, expected = ran["metrics"], right[stage]["metrics"]
        tools.same(metrics, again[stage]["metrics"], f"{stage}, run twice with one seed")
        for name in ("few", "many"):
            tools.at_least(metrics[name], expected[name] - 0.15, f"{stage}: {name}")
            tools.at_most(metrics[name], expected[name] + 0.12, f"{stage}: {name}")
    means = {
        stage: np.asarray(height) for stage, (_, height) in first["cnn"]["made"]["lines"].items()
    }
    gain = means["cnn"] - means["forest"]
    metrics = first["cnn"]["metrics"]
    tools.same(metrics["largest"], gain.max(), "the greatest lead of the network", at=work.run,
               wrong={"wrong_sign": (-gain).max()})  # fmt: skip
    tools.same([metrics["few"], metrics["many"]], means["cnn"][[0, -1]], "accuracy, few and many")
    with tools.settings(tools.reference, SIZES=small["SIZES"]):
        crossing = tools.reference.where(0, gain)
        tools.same(metrics["crossing"], crossing, "crossing", tolerance=1e-3)
        needed = tools.reference.where(0.9, means["cnn"])
        tools.same(metrics["needed"], needed, "examples for 90 %", tolerance=1e-3)
    verdict = first["cnn"].get("verdict")
    tools.hold(verdict in ("held", "refuted", "undecided"), f"the verdict is {verdict!r}")
