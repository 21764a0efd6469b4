"""What a learner's own GAN must do, whatever its style."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class _Scale(nn.Module):
    """A critic of one weight: the brightness of an image, scaled."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(3.0))

    def forward(self, x: Tensor) -> Tensor:
        """Return one raw score for each image, (n, 1)."""
        return self.weight * (x.flatten(1).mean(1, keepdim=True) - 0.4)


def check_generator(work: Any, tools: Any) -> None:
    """Noise becomes images from 0 to 1, and different noise different images."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.generator()
        made = net(torch.randn(12, work.NOISE))
        tools.shape(made, (12, 1, 28, 28), "generator: twelve images")
        low, high = float(made.detach().min()), float(made.detach().max())
        if low < 0 or high > 1:
            tools.mistake(
                "wrong_range", f"pixels reach from {low:.2f} to {high:.2f}", work.generator
            )
        tools.at_least(low, 0.0, "generator: the darkest pixel")
        tools.at_most(high, 1.0, "generator: the brightest pixel")
        apart = float((made[0] - made[1]).abs().max().detach())
        tools.at_least(apart, 1e-3, "generator: difference of two images")
        made.sum().backward()
        known = all(weight.grad is not None for weight in net.parameters())
        tools.hold(known, "generator: expected gradients for every weight")


def check_critic(work: Any, tools: Any) -> None:
    """Images become one raw score each, of either sign."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.critic().eval()
        with torch.no_grad():
            scores = torch.cat([net(50 * torch.randn(40, 1, 28, 28)) for _ in range(2)])
        tools.shape(scores, (80, 1), "critic: the scores of eighty images")
        low, high = float(scores.min()), float(scores.max())
        if low >= 0 and high <= 1:
            evidence = f"all scores lie between {low:.2f} and {high:.2f}"
            tools.mistake("softmax_before_cross_entropy", evidence, work.critic)
            tools.fail(f"critic: expected raw scores; {evidence}")
        tools.hold(low < 0 < high, "critic: expected scores of both signs for random images")


def check_judge_loss(work: Any, tools: Any) -> None:
    """The critic pays for real images called made and made ones called real."""
    for seed in tools.seeds:
        tools.seed(seed)
        real, made = torch.rand(2, 9, 1, 28, 28)
        made.requires_grad_()
        net = _Scale()
        right = tools.reference.judge_loss(_Scale(), real, made)
        up, down = net(real).detach(), net(made).detach()
        soft, ones = torch.full_like(up, work.SMOOTH), torch.ones_like(up)
        loss = F.binary_cross_entropy_with_logits
        wrong = {
            "labels_swapped": loss(up, 0 * ones) + loss(down, soft),
            "wrong_loss": F.mse_loss(up, soft) + F.mse_loss(down, 0 * ones),
            "one_side_only": loss(up, soft),
        }
        got = work.judge_loss(net, real, made)
        tools.same(got, right, "judge_loss", at=work.judge_loss, wrong=wrong)
        got.backward()
        if made.grad is not None and float(made.grad.abs().sum()) > 0:
            evidence = "the critic's loss sends gradients into the generator's images"
            tools.mistake("generator_not_detached", evidence, work.judge_loss)
            tools.fail(f"judge_loss: {evidence}")


def check_fool_loss(work: Any, tools: Any) -> None:
    """The generator pays for images that are not taken for real, and learns through the critic."""
    for seed in tools.seeds:
        tools.seed(seed + 50)
        made = torch.rand(9, 1, 28, 28).requires_grad_()
        scores = _Scale()(made).detach()
        loss = F.binary_cross_entropy_with_logits
        zeros, ones = torch.zeros_like(scores), torch.ones_like(scores)
        wrong = {"labels_swapped": loss(scores, zeros), "wrong_sign": -loss(scores, zeros)}
        got = work.fool_loss(_Scale(), made)
        tools.same(got, loss(scores, ones), "fool_loss", at=work.fool_loss, wrong=wrong)
        if not got.requires_grad or (got.backward() or made.grad is None):
            tools.mistake("detached_graph", "no gradient reaches the images", work.fool_loss)
            tools.fail("fool_loss: expected gradients for the generator's images, got none")


def check_train(work: Any, tools: Any) -> None:
    """The two networks learn in turns, each from its own loss."""
    tools.seed(0)
    x = torch.tensor(tools.data()[0][::20])[:, None]
    make, tell = work.generator(), work.critic()
    before = [[weight.detach().clone() for weight in net.parameters()] for net in (make, tell)]
    with tools.settings(work, EPOCHS=2):
        told, _ = tools.drain(work.train(make, tell, x, None))
    for net, old, name in zip((make, tell), before, ("generator", "critic"), strict=True):
        new = [weight.detach() for weight in net.parameters()]
        if any(torch.equal(one, two) for one, two in zip(old, new, strict=True)):
            tools.mistake("missing_step", f"the {name}'s weights did not change", work.train)
            tools.fail(f"train: expected every weight of the {name} to change")
    losses = [event for event in told if "critic" in event and "generator" in event]
    tools.hold(losses, "train: expected both losses in what it yields")


def check_run(work: Any, tools: Any) -> None:
    """What is invented is measured against digits put aside, and a seed repeats it."""
    data = tuple(part[::3] for part in tools.data())
    first, second = (tools.run(work, data, seed=2, EPOCHS=2) for _ in range(2))
    tools.same(sorted(first), ["gan", "pca", "real"], "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed",
                   tolerance=1e-3)  # fmt: skip
        tools.shape(ran["made"]["invented"], (24, 28, 28), f"{name}: invented images")
    reached = first["gan"]["metrics"]["distance"]
    tools.at_least(reached, 2 * first["real"]["metrics"]["distance"], "distance of the GAN")
