"""What a learner's own test of the claim must do, whatever its style."""

import itertools
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class _Slow(nn.Module):
    """Takes five milliseconds a batch, and notes which rows it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 10)
        self.rows: list[float] = []

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores; the first pixel of an image is its number."""
        time.sleep(0.005)
        self.rows += x.flatten(1)[:, 0].tolist()
        scores: Tensor = self.layer(x.flatten(1))
        return scores


def check_network(work: Any, tools: Any) -> None:
    """The network has two hidden layers that bend it, and its multiplications are counted."""
    for width in (5, 40, 300):
        net = work.network(width)
        tools.shape(net(torch.rand(6, 1, 28, 28)), (6, 10), "network: scores of six images")
        weights = 784 * width + width * width + 10 * width
        size = sum(numbers.numel() for numbers in net.parameters() if numbers.ndim > 1)
        tools.same(size, weights, f"network: weights of width {width}")
        tools.same(work.products(net), 3 * weights, f"products: multiplications, width {width}")


def check_epoch(work: Any, tools: Any) -> None:
    """An epoch shows every image once, in a new order, learns, and is timed to its end."""
    for seed in tools.seeds:
        tools.seed(seed)
        x = torch.rand(60, 1, 2, 4)
        y = x.flatten(1)[:, 1:].argmax(1)
        x[:, 0, 0, 0] = torch.arange(60) / 60
        net = _Slow()
        optimiser, orders = torch.optim.SGD(net.parameters(), lr=0.5), []
        before = float(nn.functional.cross_entropy(net.layer(x.flatten(1)), y))
        with tools.settings(work, BATCH=10):
            for _ in range(20 if seed == 0 else 2):
                net.rows, began = [], time.perf_counter()
                spent = work.epoch(net, optimiser, x, y)
                passed = time.perf_counter() - began
                orders.append(net.rows)
        rows = sorted(orders[-1])
        tools.same(rows, sorted(x[:, 0, 0, 0].tolist()), "epoch: the images shown in it")
        tools.hold(orders[0] != orders[1], "epoch: expected another order in each epoch")
        if spent < 0.03:
            evidence = f"{spent:.3f} seconds for six batches that take 0.005 each at least"
            tools.mistake("clock_stopped_early", evidence, work.epoch)
        tools.at_least(spent, 0.03, "epoch: seconds of six batches that take 0.005 each at least")
        tools.at_most(spent, passed, "epoch: seconds, of those that passed")
        after = float(nn.functional.cross_entropy(net.layer(x.flatten(1)), y))
        tools.at_most(after, before, "epoch: the loss after training")


def check_sweep(work: Any, tools: Any) -> None:
    """The first epoch of each width is not counted, and accuracy is that on unseen images."""
    for seed in tools.seeds:
        tools.seed(seed)
        seen, unseen = _few(30), _few(50)
        nets: list[Any] = []
        graphs: list[bool] = []
        epoch = _scripted(nets, graphs)
        with tools.settings(work, WIDTHS=(4, 6), REPEATS=2, epoch=epoch):
            told = {"stage": "toy", "total": 4}
            events, (seconds, right) = tools.drain(work.sweep(told, "cpu", seen, unseen, seed))
        if 100.0 in np.asarray(seconds):
            evidence = "the first epoch of a network is among those counted"
            tools.mistake("no_warm_up", evidence, work.sweep)
        tools.same(np.asarray(seconds), np.array([[2.0, 3.0], [5.0, 6.0]]), "sweep: the seconds")
        tools.same(
            [event["step"] for event in events], [1, 2, 3, 4], "sweep: steps of its progress"
        )
        if any(graphs):
            evidence = "the scores of the test carry a graph for gradients"
            tools.mistake("missing_no_grad", evidence, work.sweep)
            tools.fail(f"sweep: {evidence}")
        shares = []
        with torch.no_grad():
            for images, digits in (unseen, seen):
                shares.append(float((nets[-1](images).argmax(1) == digits).float().mean()))
        tools.same(right, shares[0], "sweep: the accuracy of the widest network", at=work.sweep,
                   wrong={"metric_on_training_data": shares[1]})  # fmt: skip


def _scripted(nets: list[Any], graphs: list[bool]) -> Any:
    """Return an epoch that takes 100 seconds the first time and then as many as there were.

    It notes the networks it was given, and whether what they answer carries a graph.
    """

    def epoch(net: Any, optimiser: Any, x: Any, y: Any) -> float:
        nets.append(net)
        if sum(one is net for one in nets) > 1:
            return float(len(nets))
        net.register_forward_hook(lambda net, x, scores: graphs.append(scores.requires_grad))
        return 100.0

    return epoch


def _few(size: int) -> tuple[Tensor, Tensor]:
    return torch.rand(size, 1, 28, 28), torch.randint(10, (size,))


def check_faster(work: Any, tools: Any) -> None:
    """A device counts as faster only where all of its repeats were."""
    times = [tools.rng(seed).gamma(9, 1, (2, 4, 4)) for seed in range(20)]
    pairs = [(cpu, gpu * factor) for cpu, gpu in times for factor in (0.3, 1, 3)]
    rules: dict[str, Any] = {
        "chance_as_effect": lambda cpu, gpu: np.sign(cpu.mean(axis=1) - gpu.mean(axis=1)),
        "wrong_sign": lambda cpu, gpu: tools.reference.faster(gpu, cpu),
        "wrong_axis": lambda cpu, gpu: tools.reference.faster(cpu.T, gpu.T),
    }
    got = [np.asarray(work.faster(cpu.copy(), gpu.copy())) for cpu, gpu in pairs]
    for mistake, rule in rules.items():
        if all(np.array_equal(one, rule(*pair)) for one, pair in zip(got, pairs, strict=True)):
            tools.mistake(mistake, "it explains every comparison that was made", work.faster)
    for one, (cpu, gpu) in zip(got, pairs, strict=True):
        what = f"faster, cpu {np.round(cpu, 1).tolist()}, gpu {np.round(gpu, 1).tolist()}"
        tools.same(one, tools.reference.faster(cpu, gpu), what)
    tools.same(work.faster(cpu, cpu), np.zeros(4, int), "faster: a device against itself")


def check_decide(work: Any, tools: Any) -> None:
    """The verdict and the width from which a GPU pays follow from all the leads."""
    with (
        tools.settings(work, WIDTHS=(1, 2, 3, 4)),
        tools.settings(tools.reference, WIDTHS=(1, 2, 3, 4)),
    ):
        for leads in map(np.array, itertools.product([-1, 0, 1], repeat=4)):
            expected = tools.reference.pays(leads)
            tools.same(work.pays(leads), expected, f"pays: the width for leads {leads.tolist()}")
            verdict = tools.reference.decide(leads)
            tools.same(work.decide(leads), verdict, f"decide: the verdict on {leads.tolist()}")


def check_run(work: Any, tools: Any) -> None:
    """The networks learn, a seed repeats what they reach, and without a GPU nothing is decided."""
    x, y = tools.data()
    data = x[::4].copy(), y[::4].copy()
    tools.pairs(torch.tensor(data[0])[:, None], data[1])
    small = {"WIDTHS": (16, 64), "REPEATS": 3, "BATCH": 20}
    first = tools.run(work, data, seed=3, **small)
    again = tools.run(work, data, seed=3, **small)
    right = tools.run(tools.reference, data, seed=3, **small)
    tools.same(sorted(first), ["forest", "network"], "the stages measured")
    for stage, ran in first.items():
        metrics, expected = ran["metrics"], right[stage]["metrics"]
        tools.same(metrics, again[stage]["metrics"], f"{stage}, run twice with one seed")
        tools.at_least(metrics["accuracy"], expected["accuracy"] - 0.12, f"{stage}: accuracy")
        tools.at_most(metrics["accuracy"], expected["accuracy"] + 0.1, f"{stage}: accuracy")
    more = right["network"]["metrics"]["more"]
    tools.same(first["network"]["metrics"]["more"], more, "how many times the multiplications")
    tools.same(first["network"].get("verdict"), "undecided", "the verdict without a GPU")
