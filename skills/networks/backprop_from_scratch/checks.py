"""What a learner's own network in NumPy must do, whatever its style."""

from typing import Any

import numpy as np

from skills.judge.tools import AnyOf

NAMES = ["b1", "b2", "w1", "w2"]


def _drawn(tools: Any, seed: int, rows: int = 7) -> tuple[Any, Any, Any]:
    """Return weights, images and digits at random."""
    rng = tools.rng(seed)
    sizes = {"w1": (64, 12), "b1": 12, "w2": (12, 10), "b2": 10}
    weights = {name: 0.5 * rng.normal(size=size) for name, size in sizes.items()}
    return weights, rng.random((rows, 64)), rng.integers(0, 10, rows)


def check_forward(work: Any, tools: Any) -> None:
    """Hidden values are bent at zero, scores are not."""
    for seed in tools.seeds:
        weights, x, _ = _drawn(tools, seed)
        hidden, scores = work.forward(weights, x)
        linear = x @ weights["w1"] + weights["b1"]
        tools.same(hidden, np.maximum(0, linear), "forward: hidden values", at=work.forward,
                   wrong={"forgotten_activation": linear})  # fmt: skip
        tools.same(scores, tools.reference.forward(weights, x)[1], "forward: scores")


def check_probabilities(work: Any, tools: Any) -> None:
    """Each row becomes chances that add up to one, however large the scores."""
    for seed in tools.seeds:
        scores = 3 * tools.rng(seed).normal(size=(6, 10))
        right = tools.reference.probabilities(scores)
        columns = np.exp(scores) / np.exp(scores).sum(axis=0)
        every = np.exp(scores) / np.exp(scores).sum()
        tools.same(work.probabilities(scores.copy()), right, "probabilities", at=work.probabilities,
                   wrong={"wrong_axis": AnyOf(columns, every)})  # fmt: skip
        with np.errstate(all="ignore"):
            large = np.asarray(work.probabilities(scores + 1000))
        if not np.isfinite(large).all():
            evidence = "scores near 1000 give no finite chances"
            tools.mistake("overflow", evidence, work.probabilities)
            tools.fail(f"probabilities: {evidence}")
        tools.same(large, right, "probabilities of scores that are all 1000 larger")


def check_loss(work: Any, tools: Any) -> None:
    """The loss is the mean cross-entropy of the right digits."""
    for seed in tools.seeds:
        weights, x, y = _drawn(tools, seed)
        right = tools.reference.loss(weights, x, y)
        chances = tools.reference.probabilities(tools.reference.forward(weights, x)[1])
        errors = (chances - np.eye(10)[y]) ** 2
        wrong = {"wrong_averaging": right * len(y), "wrong_loss": float(errors.mean()),
                 "integer_division": float(int(right))}  # fmt: skip
        tools.same(work.loss(weights, x, y), right, "loss", at=work.loss, wrong=wrong)


def check_backward(work: Any, tools: Any) -> None:
    """Every slope is that which PyTorch finds, for any weights and any number of rows."""
    for seed in tools.seeds:
        weights, x, y = _drawn(tools, seed, rows=5 + seed)
        kept = {name: value.copy() for name, value in weights.items()}
        got, right = work.backward(weights, x, y), tools.reference.by_torch(weights, x, y)
        tools.hold(isinstance(got, dict), "backward: expected a dictionary of slopes")
        tools.same(sorted(got), NAMES, "backward: the names of its slopes")
        wrongs = _wrong(tools, weights, x, y)
        for name in ("w2", "b2", "w1", "b1"):
            wrong = {mistake: slopes[name] for mistake, slopes in wrongs.items()}
            tools.same(got[name], right[name], f"backward: the slope by {name}",
                       at=work.backward, wrong=wrong)  # fmt: skip
        tools.same(weights, kept, "the weights after backward, which must not change them")


def _wrong(tools: Any, weights: Any, x: Any, y: Any) -> dict[str, Any]:
    """Return the slopes that well-known mistakes lead to."""
    right = tools.reference.by_torch(weights, x, y)
    hidden, scores = tools.reference.forward(weights, x)
    by_score = tools.reference.probabilities(scores)
    flat = by_score / len(y)
    by_score[np.arange(len(y)), y] -= 1
    by_score /= len(y)
    open_ = by_score @ weights["w2"].T
    sums, by_hidden = (
        right | {"w1": x.T @ slope, "b1": slope.sum(axis=0)} for slope in (open_, open_ * hidden)
    )
    target = (flat @ weights["w2"].T) * (hidden > 0)
    lost = {"w1": x.T @ target, "b1": target.sum(axis=0), "w2": hidden.T @ flat, "b2": flat.sum(0)}
    wrongs = {
        "wrong_averaging": {name: value * len(y) for name, value in right.items()},
        "target_not_subtracted": lost,
        "wrong_sign": {name: -value for name, value in right.items()},
    }
    alike = {name: AnyOf(sums[name], by_hidden[name]) for name in NAMES}
    return {"activation_not_differentiated": alike, **wrongs}


def check_run(work: Any, tools: Any) -> None:
    """The gradients are held against PyTorch's, the network learns, and a seed repeats it."""
    images, digits = (part[:900] for part in tools.data())
    tools.pairs(images, digits)
    first, second, other = (
        tools.run(work, (images, digits), seed=seed, EPOCHS=12) for seed in (1, 1, 2)
    )
    tools.same(sorted(first), ["gradients", "logistic", "network"], "the stages of run")
    tools.at_most(first["gradients"]["metrics"]["torch"], 1e-9, "distance to PyTorch's gradients")
    network = first["network"]
    tools.same(network["metrics"], second["network"]["metrics"], "network, run twice with one seed")
    tools.same(second["network"]["made"]["weights"]["w1"], network["made"]["weights"]["w1"],
               "weights, learned twice with one seed")  # fmt: skip
    weights = (network["made"]["weights"], other["network"]["made"]["weights"])
    moved = float(abs(weights[0]["w1"] - weights[1]["w1"]).max())
    tools.at_least(moved, 1e-6, "difference of the weights under two seeds")
    x, unseen, y, truth = tools.reference.train_test_split(
        images, digits, test_size=450, stratify=digits, random_state=0
    )
    right, known = (
        float((tools.reference.forward(weights[0], rows)[1].argmax(axis=1) == answers).mean())
        for rows, answers in ((unseen, truth), (x, y))
    )
    tools.same(network["metrics"]["accuracy"], right, "accuracy on the images put aside",
               at=work.run, tolerance=1e-9, wrong={"metric_on_training_data": known})  # fmt: skip
    tools.at_least(right, 0.85, "accuracy on the images put aside")
