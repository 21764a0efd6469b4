"""Digits out of noise: six gaps to fill, marked with TODO."""

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
    # TODO 1: each step leaves 1 - added of the variance it finds. What is left after all up to it?
    raise NotImplementedError("TODO 1: what is left after each step")


def noisy(x: Tensor, step: Tensor, noise: Tensor) -> Tensor:
    """Return what steps 0 to `step`, one number for each row, make of rows x, by that noise."""
    left = schedule()[1].to(x.device)[step][:, None]
    # TODO 2: `left` is the variance that x keeps, and noise makes up for the rest. By what is each
    # of the two multiplied?
    raise NotImplementedError("TODO 2: mix image and noise")


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
    # TODO 3: draw a step for each row and normal noise, and let the network guess what is behind
    # the noisy rows. Mean squared error. New random numbers go to the device of x.
    raise NotImplementedError("TODO 3: what a guess costs")


def train(net: nn.Module, x: Tensor, saved: Any) -> Iterator[Any]:
    """Yield the loss as the network learns; the rate rises at first and falls to nearly 0."""
    total = EPOCHS * -(-len(x) // BATCH)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total, pct_start=0.1)
    for epoch in range(restore(saved, net, optimiser, pace), EPOCHS):
        for number, rows in enumerate(torch.randperm(len(x)).split(BATCH), 1):
            cost = loss(net, x[rows])
            # TODO 4: clear the gradients, compute new ones, change the weights, then the rate.
            raise NotImplementedError("TODO 4: learn from this batch")
            told = {"stage": "diffusion", "step": epoch * total // EPOCHS + number, "total": total}
            yield {**told, "loss": cost.item()}
        yield {**told, "state": state(epoch + 1, net, optimiser, pace)}


def back(x: Tensor, guess: Tensor, step: int) -> Tensor:
    """Return rows one step less noisy, by a guess of the digits; but for step 0, noise is added."""
    added, left = (values[step] for values in schedule())
    before = left / (1 - added)
    # TODO 5: the mean weighs the guess by sqrt(before) * added and x by sqrt(1 - added) times
    # (1 - before), both over (1 - left). Then add noise of variance `added`, but not at step 0.
    raise NotImplementedError("TODO 5: one step back")


@torch.no_grad()
def invent(net: nn.Module, x: Tensor) -> Tensor:
    """Return digits made from rows of pure noise, by going back through all steps."""
    # TODO 6: for each step, the noisiest first: let the network guess (it wants one step number for
    # each row), keep the guess from -1 to 1, and go one step back.
    raise NotImplementedError("TODO 6: from noise to digits")


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
