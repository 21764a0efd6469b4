"""What a learner's own multilayer perceptron must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class _Probe(nn.Module):
    """Answers with the first ten pixels in a test, and notes how it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(10))
        self.trained: list[Tensor] = []
        self.modes: set[tuple[bool, bool]] = set()  # (training, gradients on)

    def forward(self, x: Tensor) -> Tensor:
        """Return the pixels as scores; in training mode, those of the next place."""
        gradients = torch.is_grad_enabled()
        self.modes.add((self.training, gradients))
        scores = x.flatten(1)[:, :10] * self.weight
        if gradients:
            self.trained.append(x.flatten(1)[:, -1].detach().clone())
        return scores.roll(1, 1) if self.training else scores


def check_perceptron(work: Any, tools: Any) -> None:
    """The network has three layers, ten raw scores, and activations that bend it."""
    for seed in tools.seeds:
        tools.seed(seed)
        x = torch.randn(9, 1, 28, 28)
        net, right = work.perceptron(nn.ReLU), tools.reference.perceptron(nn.ReLU)
        tools.shape(net(x), (9, 10), "perceptron: the scores of nine images")
        sizes = [sum(w.numel() for w in model.parameters()) for model in (net, right)]
        tools.same(sizes[0], sizes[1], "perceptron: how many numbers it can adjust")
        net.eval()
        with torch.no_grad():
            scores, bend = net(x), _bend(net, x)
            straight = _bend(work.perceptron(nn.Identity).eval(), x)
        sums = scores.sum(1), scores.exp().sum(1)  # of softmax and of log_softmax: one
        if any(float(total.sub(1).abs().max()) < 1e-3 for total in sums):
            evidence = "the ten scores of an image are made to add up to one"
            tools.mistake("softmax_before_cross_entropy", evidence, work.perceptron)
            tools.fail(f"perceptron: expected raw scores; {evidence}")
        if bend < 1e-4 or straight > 1e-4:
            evidence = f"f(a) + f(b) - f(a + b) - f(0): {bend:.1g} with, {straight:.1g} without"
            tools.mistake("forgotten_activation", evidence, work.perceptron)
            tools.fail(f"perceptron: expected its activation to bend it, nothing else; {evidence}")
        tools.hold(float(scores.min()) < 0, "perceptron: expected scores of both signs")
        net.train()
        changed = float((net(x) - net(x)).abs().max())
        tools.hold(changed > 0, "perceptron: expected dropout while training, got none")


def _bend(net: Any, x: Tensor) -> float:
    """Return how far a network is from a straight map: 0 for any chain of linear layers."""
    one, two = x[:4], x[4:8]
    gap = net(one) + net(two) - net(one + two) - net(torch.zeros_like(one))
    return float(gap.abs().max())


def check_accuracy(work: Any, tools: Any) -> None:
    """Accuracy is the share of right answers, in evaluation mode and without gradients."""
    for seed in tools.seeds:
        tools.seed(seed)
        probe = _Probe().train()
        for size in (10, 37):  # ten images and ten digits: the wrong axis would fit too
            x = torch.rand(size, 1, 28, 28)
            scores = x.flatten(1)[:, :10]
            y = torch.where(torch.rand(size) < 0.6, scores.argmax(1), torch.randint(10, (size,)))
            expected = tools.reference.accuracy(_Probe(), x, y)
            wrong = {"missing_eval": float((scores.roll(1, 1).argmax(1) == y).float().mean()),
                     "integer_division": float(int(expected))}  # fmt: skip
            if size == 10:
                wrong["wrong_axis"] = float((scores.argmax(0) == y).float().mean())
            got = work.accuracy(probe, x, y)
            tools.same(got, expected, "accuracy", at=work.accuracy, wrong=wrong)
        if (False, True) in probe.modes:
            evidence = "the network was called with gradients switched on"
            tools.mistake("missing_no_grad", evidence, work.accuracy)
            tools.fail(f"accuracy: {evidence}")


def check_train(work: Any, tools: Any) -> None:
    """Every epoch shows each row once, in a new order, in training mode, and the loss falls."""
    x = torch.rand(120, 1, 28, 28)
    x[:, 0, -1, -1] = torch.arange(120) / 120
    y = x.flatten(1)[:, :10].argmax(1)
    probe = _Probe()
    with tools.settings(work, EPOCHS=2):
        tools.drain(work.train("probe", probe, (x, y), (x[:20], y[:20])))
    if (True, True) not in probe.modes:
        tools.mistake("missing_train", "it was never in training mode while trained", work.train)
        tools.fail("train: expected `net.train()` before the batches of an epoch")
    rows = torch.cat(probe.trained)
    tools.same(len(rows), 240, "train: rows shown in two epochs of 120")
    first, second = rows[:120], rows[120:]
    for epoch in (first, second):
        known = x[:, 0, -1, -1].sort().values
        tools.same(epoch.sort().values, known, "train: the rows of an epoch")
    if torch.equal(first, second):
        tools.mistake("no_shuffling", "two epochs had the same order", work.train)
        tools.fail("train: expected a new order in each epoch, got the same one twice")
    tools.seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
    pixels, digits = (torch.tensor(part[::10]) for part in tools.data())
    pair = (pixels[:, None], digits)
    with tools.settings(work, EPOCHS=6):
        told, _ = tools.drain(work.train("small", net, pair, pair))
    losses = [event["loss"] for event in told if "loss" in event]
    tools.at_most(np.mean(losses[-2:]), 0.75 * losses[0], "train: the loss at the end")


def check_run(work: Any, tools: Any) -> None:
    """Three models are measured on images that they never saw, and a seed repeats them."""
    pixels, digits = (part[::2] for part in tools.data())
    tools.pairs(pixels, digits)
    first, second = (
        tools.run(work, (pixels, digits), seed=3, EPOCHS=2, WIDTH=64) for _ in range(2)
    )
    tools.same(sorted(first), ["linear", "logistic", "mlp"], "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed")
        made, measured = ran["made"], ran["metrics"]
        tools.same(len(made["truth"]), 1000, f"{name}: images put aside")
        right = tools.reference.accuracy(made["model"], made["images"], made["truth"])
        known = measured["known"]
        wrong = {"metric_on_training_data": known} if known > 0.5 else {}
        tools.same(measured["accuracy"], right, f"{name}: accuracy on the images put aside",
                   at=work.run, wrong=wrong)  # fmt: skip
        tools.same(measured["mistakes"], round(1000 * (1 - right)), f"{name}: mistakes")
    tools.at_least(first["mlp"]["metrics"]["accuracy"], 0.7, "the perceptron's accuracy")
