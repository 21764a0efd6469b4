"""Which tissue is it? Two levels of brightness, and a small U-Net, on one averaged brain."""

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
    marked = [(guess == kind, truth == kind) for kind in (1, 2)]
    return [float(2 * (a & b).sum() / (a.sum() + b.sum())) for a, b in marked]


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
        up = F.interpolate(self.rise(torch.cat([up, middle], 1)), scale_factor=2.0)
        return self.score(self.last(torch.cat([up, fine], 1)))


def learn(net: nn.Module, x: Tensor, y: Tensor) -> Generator[dict[str, Any], None, None]:
    """Train on slices and their tissues, spoiled anew in each batch; yield epoch and loss."""
    optimiser, steps = torch.optim.Adam(net.parameters(), lr=RATE), EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(1, EPOCHS + 1):
        net.train()
        for rows in torch.randperm(len(x), device=x.device).split(BATCH):
            strength = SPOIL * torch.rand(len(rows), 1, 1, 1, device=x.device) ** 2
            loss = F.cross_entropy(net(spoil(x[rows], strength)), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        yield {"stage": "unet", "step": epoch, "total": EPOCHS, "loss": loss.item()}


def tissues(net: nn.Module, x: Tensor) -> Tensor:
    """Return for every point the tissue with the highest score."""
    net.eval()
    with torch.no_grad():
        return net(x).argmax(1)


def run(data: Any, seed: int = 0, device: str = "cpu") -> Generator[dict[str, Any], None, None]:
    """Yield how well both find the tissues of test slices, as they are and spoiled."""
    torch.manual_seed(seed)
    low, high = slice(FIRST, CUT, 2), slice(CUT + GAP, LAST, 2)
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
