"""Digits out of noise: a network learns what digit is behind the noise, and takes it away."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skills.generative.small_digits import Judge, rivals
from skills.keep import restore, state

STEPS, EPOCHS, BATCH, RATE, WIDTH = 100, 50, 100, 0.004, 400  # STEPS from digit to noise


def scaled(images: Tensor) -> Tensor:
    """Return images (n, 28, 28) from 0 to 1 at half the size, as rows (n, 196) from -1 to 1."""
    return 2 * F.avg_pool2d(images, 2).flatten(1) - 1


def schedule() -> tuple[Tensor, Tensor]:
    """Return the variance of the noise that each step adds, and what is left of the image's."""
    added = torch.linspace(0.1, 12, STEPS) / STEPS
    return added, torch.cumprod(1 - added, 0)


def noisy(x: Tensor, step: Tensor, noise: Tensor) -> Tensor:
    """Return what steps 0 to `step`, one number for each row, make of rows x, by that noise."""
    left = schedule()[1].to(x.device)[step][:, None]
    return left.sqrt() * x + (1 - left).sqrt() * noise


class Denoiser(nn.Module):
    """Guesses the digits behind noisy rows, each of which is at a step of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(196, WIDTH), nn.Linear(WIDTH, 196)
        self.time = nn.Embedding(STEPS, WIDTH)
        self.layers = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, x: Tensor, step: Tensor) -> Any:
        """Return rows (n, 196) for rows x and their steps (n,)."""
        h, time = self.enter(x), self.time(step)
        for layer in self.layers:
            h = h + layer(F.silu(F.layer_norm(h, (WIDTH,)) + time))
        return self.leave(F.silu(h))


def loss(net: nn.Module, x: Tensor) -> Tensor:
    """Return the mean squared error of guessing rows x, each made noisy up to a step of its own."""
    step, noise = torch.randint(STEPS, (len(x),)).to(x.device), torch.randn(x.shape).to(x.device)
    return F.mse_loss(net(noisy(x, step, noise), step), x)


def train(net: nn.Module, x: Tensor, saved: Any) -> Iterator[Any]:
    """Yield the loss as the network learns; the rate rises at first and falls to nearly 0."""
    total = EPOCHS * -(-len(x) // BATCH)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total, pct_start=0.1)
    for epoch in range(restore(saved, net, optimiser, pace), EPOCHS):
        for number, rows in enumerate(torch.randperm(len(x)).split(BATCH), 1):
            cost = loss(net, x[rows])
            optimiser.zero_grad()
            cost.backward()
            optimiser.step()
            pace.step()
            told = {"stage": "diffusion", "step": epoch * total // EPOCHS + number, "total": total}
            yield {**told, "loss": cost.item()}
        yield {**told, "state": state(epoch + 1, net, optimiser, pace)}


def back(x: Tensor, guess: Tensor, step: int) -> Tensor:
    """Return rows one step less noisy, by a guess of the digits; but for step 0, noise is added."""
    added, left = (values[step] for values in schedule())
    before = left / (1 - added)
    mean = (before.sqrt() * added * guess + (1 - added).sqrt() * (1 - before) * x) / (1 - left)
    return mean + added.sqrt() * torch.randn(x.shape).to(x.device) if step else mean


@torch.no_grad()
def invent(net: nn.Module, x: Tensor) -> Tensor:
    """Return digits made from rows of pure noise, by going back through all steps."""
    for step in reversed(range(STEPS)):
        x = back(x, net(x, torch.full((len(x),), step, device=x.device)).clamp(-1, 1), step)
    return x


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield how near to digits put aside others come, and draws of simple rules and diffusion."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    order = torch.randperm(len(data[1]), generator=torch.Generator().manual_seed(0))
    x, y = scaled(torch.tensor(data[0])[order]).to(device), torch.tensor(data[1])[order].to(device)
    judge = Judge(x[1000:], y[1000:], x[:500])
    for stage, made in {"real": x[500:1000], **rivals(x[1000:], 500)}.items():
        yield judge.report(stage, made)
    net = Denoiser().to(device)
    yield from train(net, x[1000:], (saved or {}).get("diffusion"))
    yield judge.report("diffusion", invent(net, torch.randn(500, 196).to(device)))
