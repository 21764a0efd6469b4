"""What a learner's own segmentation must do, whatever its style."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


class _Probe(nn.Module):
    """Gives its input as scores, in another order while it is trained; notes how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.asked = nn.Parameter(torch.ones(1)), False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.asked = self.asked or torch.is_grad_enabled()
        return self.weight * (x.roll(1, 1) if self.training else x)


def check_dice(work: Any, tools: Any) -> None:
    """Dice compares what both mark with what each marks, for grey and white matter."""
    for seed in tools.seeds:
        tools.seed(seed)
        truth = torch.randint(0, 3, (4, 20, 24))
        guess = torch.where(torch.rand(truth.shape) < 0.6, truth, torch.randint_like(truth, 3))
        right = tools.reference.dice(guess, truth)
        got = [float(value) for value in work.dice(guess, truth)]
        recall = [float((guess == kind)[truth == kind].float().mean()) for kind in (1, 2)]
        wrong = {
            "overlap_confused": [value / (2 - value) for value in right],
            "precision_as_recall": recall,
        }
        tools.same(got, right, "Dice", at=work.dice, wrong=wrong, tolerance=1e-3)


def check_network(work: Any, tools: Any) -> None:
    """Every point gets three scores, and single points are not lost on the way down."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, x = work.UNet().eval(), torch.randn(5, 1, 32, 40)
        scores = net(x)
        tools.shape(scores, (5, 3, 32, 40), "scores of five slices")
        tools.same(net(x[:2]), scores[:2], "scores of two of them alone", tolerance=1e-4)
    net = work.UNet().train()
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(40):
        x = torch.randn(4, 1, 32, 32)
        loss = F.cross_entropy(net(x), (x[:, 0] > 0).long())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    x = torch.randn(4, 1, 32, 32)
    right = float((net(x).argmax(1) == (x[:, 0] > 0)).float().mean())
    if right < 0.93:
        evidence = f"of single bright points it finds {right:.0%} after 40 steps"
        tools.mistake("skip_connection_missing", evidence, work.UNet.forward)
    tools.at_least(right, 0.93, "share of single points that the network tells apart")


def check_learn(work: Any, tools: Any) -> None:
    """Training makes the network nearly as good as the reference's training does."""
    slices, known = (torch.tensor(part) for part in tools.data())
    x, y, new, truth = slices[40:80:3], known[40:80:3], slices[41:80:6], known[41:80:6]
    x, new, y, truth = (part[..., ::2, ::2].contiguous() for part in (x, new, y, truth))
    tools.pairs(x, y)
    reached = []
    for module in (work, tools.reference):
        with tools.settings(module, EPOCHS=8, SPOIL=0.0):
            tools.seed(1)
            net = tools.reference.UNet() if module is not work else work.UNet()
            told, _ = tools.drain(module.learn(net, x, y))
        reached.append(sum(tools.reference.dice(tools.reference.tissues(net, new), truth)) / 2)
    names = {name for event in told for name in event}
    tools.hold("loss" in names, "learn: expected the loss in what it yields")
    tools.at_least(reached[0], reached[1] - 0.1, "mean Dice after eight epochs")


def check_tissues(work: Any, tools: Any) -> None:
    """The tissue with the highest score is named, in test mode and without gradients."""
    for seed in tools.seeds:
        tools.seed(seed)
        scores, net = torch.randn(6, 3, 8, 8), _Probe().train()
        got = work.tissues(net, scores)
        wrong = {"missing_eval": scores.roll(1, 1).argmax(1)}
        tools.same(got, scores.argmax(1), "tissues", at=work.tissues, wrong=wrong)
        if net.asked:
            tools.mistake("missing_no_grad", "scores were asked for with gradients", work.tissues)
            tools.fail("tissues: expected no gradients")


def check_run(work: Any, tools: Any) -> None:
    """Test slices keep their distance from those learned, and a seed repeats a run."""
    slices, known = tools.data()
    data = slices[..., ::2, ::2].copy(), known[..., ::2, ::2].copy()
    first, again = (tools.run(work, data, seed=3, EPOCHS=1) for _ in range(2))
    tools.repeated(first, again, ["levels", "unet"])
    right = _levels(tools, data)
    wrong = {
        "neighbours_in_test": _levels(tools, data, GAP=0)[:2],
        "metric_on_training_data": _levels(tools, data, GAP=12 - 90, LAST=90)[:2],
    }
    got = [first["levels"]["metrics"][name] for name in ("grey", "white", "spoiled")]
    what = "Dice of two levels on test slices"
    tools.same(got[:2], right[:2], what, at=work.run, wrong=wrong, tolerance=1e-3)
    tools.same(got[2], right[2], f"{what}, spoiled", tolerance=0.06)


def _levels(tools: Any, data: Any, **constants: int) -> list[float]:
    """Return what the reference measures of two levels, with other slices put aside."""
    with tools.settings(tools.reference, **constants):
        measured = next(tools.reference.run(data, seed=3))["metrics"]
    return [measured[name] for name in ("grey", "white", "spoiled")]
