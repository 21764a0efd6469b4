"""What a learner's own autoencoder must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


def check_draw(work: Any, tools: Any) -> None:
    """Codes have the mean and the variance asked for, and gradients reach both."""
    for seed in tools.seeds:
        tools.seed(seed)
        mean = torch.randn(1, 4).expand(20000, 4).contiguous().requires_grad_()
        log_variance = torch.randn(1, 4).expand(20000, 4).contiguous().requires_grad_()
        code = work.draw(mean, log_variance)
        tools.shape(code, (20000, 4), "draw: the codes")
        tools.same(code.mean(0), mean[0], "draw: the mean of many codes", tolerance=0.06)
        spread = code.std(0).detach() / torch.exp(log_variance[0].detach() / 2)
        wide = torch.exp(log_variance[0].detach() / 2)
        for name, value in (("no_noise", torch.zeros(4)), ("variance_as_deviation", wide)):
            if torch.allclose(spread, value, atol=0.03, rtol=0.03):
                tools.mistake(name, f"codes spread {spread[0]:.2g} times as wide", work.draw)
        tools.same(spread, torch.ones(4), "draw: spread over what was asked for", tolerance=0.04)
        if not code.requires_grad:
            evidence = "the codes have no way back to the mean and the variance"
            tools.mistake("detached_graph", evidence, work.draw)
            tools.fail(f"draw: {evidence}")
        code.square().sum().backward()
        for name, value in (("mean", mean), ("log variance", log_variance)):
            reached = value.grad is not None and bool(value.grad.abs().sum() > 0)
            if not reached:
                tools.mistake("detached_graph", f"no gradient reaches the {name}", work.draw)
                tools.fail(f"draw: no gradient reaches the {name}")


def check_divergence(work: Any, tools: Any) -> None:
    """The divergence is that of two normal distributions, by row."""
    for seed in tools.seeds:
        tools.seed(seed)
        mean, log_variance = torch.randn(2, 6, 5)
        normal = torch.distributions.Normal(mean, torch.exp(log_variance / 2))
        kl = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0))
        right = kl.sum(1)
        wrong = {"wrong_axis": torch.cat([kl.sum(0), right[5:]]), "wrong_averaging": kl.mean(1),
                 "wrong_sign": -right}  # fmt: skip
        tools.same(work.divergence(mean, log_variance), right, "divergence", at=work.divergence,
                   wrong=wrong, tolerance=1e-4)  # fmt: skip


def check_loss(work: Any, tools: Any) -> None:
    """The loss counts pixels and divergence per image, and beta weighs the second."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, x = tools.reference.Autoencoder(), torch.rand(9, 1, 28, 28)
        tools.seed(seed)
        plain, right = work.loss(net, x, 0.0), tools.reference.loss(net, x, 0.0)
        squares = F.mse_loss(torch.sigmoid(net.decode(net.encode(x)[0])), x)
        wrong = {"wrong_averaging": right * 9, "wrong_loss": squares * 784}
        tools.same(plain, right, "loss without divergence", at=work.loss, wrong=wrong)
        for beta in (1.0, 5.0):
            own, theirs = (_mean(tools, m.loss, net, x, beta) for m in (work, tools.reference))
            tools.same(own / theirs, 1.0, f"loss with beta {beta:g}, over the right one",
                       tolerance=0.004, at=work.loss)  # fmt: skip


def _mean(tools: Any, loss: Any, net: Any, x: Tensor, beta: float) -> float:
    """Return the mean of 40 losses: each draws other codes."""
    tools.seed(1)
    with torch.no_grad():
        return float(np.mean([float(loss(net, x, beta)) for _ in range(40)]))


def check_network(work: Any, tools: Any) -> None:
    """Encoder and decoder fit each other, and all of their weights are trained."""
    tools.seed(0)
    x = torch.tensor(tools.data()[0][::10])[:, None]
    net = work.Autoencoder()
    mean, log_variance = net.encode(x)
    for value in (mean, log_variance):
        tools.shape(value, (500, work.CODE), "encode: mean and log variance")
    scores = net.decode(mean).detach()
    tools.shape(scores, (500, 1, 28, 28), "decode: the scores of 500 images")
    spread = (float(scores.min()), float(scores.max()))
    if spread[0] >= 0 and spread[1] <= 1:
        tools.mistake("softmax_before_cross_entropy", "decode gives values from 0 to 1", net.decode)
        tools.fail("decode: expected raw scores of both signs; the loss applies the sigmoid itself")
    before = {name: value.detach().clone() for name, value in net.named_parameters()}
    with tools.settings(work, EPOCHS=8):
        told, _ = tools.drain(work.train("probe", net, x, 1.0))
    still = [name for name, value in net.named_parameters() if torch.equal(value, before[name])]
    if still and len(still) == len(before):
        tools.mistake("missing_step", "no weight has changed in eight epochs", work.train)
    elif still:
        tools.mistake("parameters_not_registered", f"{', '.join(still)} never changed", work.train)
    tools.hold(not still, f"train: expected every weight to change, {still[:2]} did not")
    losses = [event["loss"] for event in told if "loss" in event]
    tools.at_most(losses[-1], 0.7 * losses[0], "train: the loss at the end")


def check_run(work: Any, tools: Any) -> None:
    """Three models restore and invent digits, and a seed repeats them."""
    data = tuple(part[::3] for part in tools.data())
    first, second = (tools.run(work, data, seed=2, EPOCHS=6) for _ in range(2))
    tools.same(sorted(first), ["pca", "plain", "vae"], "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed",
                   tolerance=1e-3)  # fmt: skip
        made = ran["made"]
        tools.shape(made["invented"], (16, 28, 28), f"{name}: invented images")
        restored = np.asarray(made["restored"])
        known = tools.reference.PCA  # the first eight images put aside, then the same restored
        tools.hold(known is not None and len(restored) == 16, f"{name}: expected eight pairs")
        tools.same(ran["metrics"]["error"], float(np.mean((restored[:8] - restored[8:]) ** 2)),
                   f"{name}: error against that of the images shown", tolerance=0.02)  # fmt: skip
    tools.at_most(first["plain"]["metrics"]["error"], 0.06, "error of the plain autoencoder")
