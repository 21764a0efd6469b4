"""Which tissue is it? Two levels of brightness, and a small U-Net, with five gaps."""

from collections.abc import Generator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load

EPOCHS, BATCH, RATE = 40, 4, 0.02
FIRST, CUT, GAP, LAST = 12, 90, 10, 130  # slices: learn below CUT, test from CUT + GAP on
NOISE, BEND, SPOIL = 0.08, 0.15, 1.0  # of a scan, and how much of both the network learns with


def spoil(x: Tensor, strength: Any = 1.0) -> Tensor:
    """Return slices (n, 1, h, w) unevenly bright and noisy, as one scan of one person is."""
    light = F.interpolate(torch.randn_like(x[:, :, :3, :3]), x.shape[2:], mode="bicubic")
    return x * torch.exp(strength * BEND * light) + strength * NOISE * torch.randn_like(x)


def dice(guess: Tensor, truth: Tensor) -> list[float]:
    """Return for grey and white matter: twice the points both name, by the points of each."""
    # TODO 1: for each tissue (1 and 2) twice what both mark, by the sum of what each marks.
    raise NotImplementedError("TODO 1: the overlap of two markings")


def by_levels(x: Tensor, y: Tensor, new: Tensor) -> Tensor:
    """Return tissues of `new`: grey from one brightness on, white from another, both learned."""
    pairs = torch.combinations(torch.arange(0.3, 1, 0.05, device=x.device))[:, :, None, None]
    best = max(pairs, key=lambda pair: sum(dice((x >= pair).sum(1), y)))
    return (new >= best).sum(1)


def block(n: int, m: int) -> nn.Sequential:
    """Return a convolution of 3 × 3 from n maps to m, and what belongs to it."""
    return nn.Sequential(nn.Conv2d(n, m, 3, padding=1), nn.BatchNorm2d(m), nn.ReLU())


class UNet(nn.Module):
    """Slices (n, 1, h, w) to scores (n, 3, h, w): down to a quarter of the size, and up again."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.middle, self.deep = block(1, 8), block(8, 16), block(16, 32)
        self.rise, self.last, self.score = block(48, 16), block(24, 8), nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        middle = self.middle(F.max_pool2d(fine, 2))
        up = F.interpolate(self.deep(F.max_pool2d(middle, 2)), scale_factor=2.0)
        # TODO 2: lay `up` and `middle` together as maps, `rise`, double the size as above; lay that
        # and `fine` together, then `last` and `score`.
        raise NotImplementedError("TODO 2: up again, with the detail of the way down")


def learn(net: nn.Module, x: Tensor, y: Tensor) -> Generator[dict[str, Any], None, None]:
    """Train on slices and their tissues, spoiled anew in each batch; yield epoch and loss."""
    optimiser, steps = torch.optim.Adam(net.parameters(), lr=RATE), EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(1, EPOCHS + 1):
        net.train()
        for rows in torch.randperm(len(x), device=x.device).split(BATCH):
            strength = SPOIL * torch.rand(len(rows), 1, 1, 1, device=x.device) ** 2
            loss = F.cross_entropy(net(spoil(x[rows], strength)), y[rows])
            # TODO 3: clear old gradients, compute new ones, step with optimiser and schedule.
            raise NotImplementedError("TODO 3: learn from a batch")
        yield {"stage": "unet", "step": epoch, "total": EPOCHS, "loss": loss.item()}


def tissues(net: nn.Module, x: Tensor) -> Tensor:
    """Return for every point the tissue with the highest score."""
    # TODO 4: test mode, no gradients, and the place of the highest score.
    raise NotImplementedError("TODO 4: the likeliest tissue")


def run(data: Any, seed: int = 0, device: str = "cpu") -> Generator[dict[str, Any], None, None]:
    """Yield how well both find the tissues of test slices, as they are and spoiled."""
    torch.manual_seed(seed)
    # TODO 5: two slices of row numbers: every second from FIRST to CUT, and every second from CUT
    # to LAST that keeps GAP rows away from those learned.
    low, high = slice(0, 0), slice(0, 0)
    raise NotImplementedError("TODO 5: learn below, test above")
    x, y, new, truth = (torch.tensor(d[part]).to(device) for part in (low, high) for d in data)
    hard, net = spoil(new), UNet().to(device)

    def measured(stage: str, easy: list[float], guess: Tensor) -> dict[str, Any]:
        few = {"grey": easy[0], "white": easy[1], "spoiled": sum(dice(guess, truth)) / 2}
        views = [view[4].cpu().numpy() for view in (hard[:, 0], guess / 2, truth / 2)]
        return {"stage": stage, "metrics": few, "made": {"slice": views}}

    guess = by_levels(spoil(x), y, hard)  # with levels of their own for spoiled slices
    yield measured("levels", dice(by_levels(x, y, new), truth), guess)
    yield from learn(net, x, y)
    yield measured("unet", dice(tissues(net, new), truth), tissues(net, hard))


if __name__ == "__main__":
    for progress in run(load("mni152")):
        print({name: value for name, value in progress.items() if name != "made"})
