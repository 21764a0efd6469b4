"""A generator that invents digits, and a critic that tells them from real ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from skills.generative.frechet import Frechet
from skills.keep import restore, state

NOISE, SMOOTH = 32, 0.9  # numbers that an invention starts from; what a real digit is called
EPOCHS, BATCH, RATE = 14, 50, 0.001


def generator() -> nn.Sequential:
    """Return a network from noise (n, NOISE) to images (n, 1, 28, 28) from 0 to 1."""
    return nn.Sequential(
        nn.Linear(NOISE, 32 * 49, bias=False), nn.BatchNorm1d(32 * 49), nn.ReLU(),
        nn.Unflatten(1, (32, 7, 7)),
        nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid(),
    )  # fmt: skip


def critic() -> nn.Sequential:
    """Return a network from images to one raw score each, (n, 1): above 0 means real."""
    return nn.Sequential(
        spectral_norm(nn.Conv2d(1, 16, 4, 2, 1)), nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(16, 32, 4, 2, 1)), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Dropout(0.3), spectral_norm(nn.Linear(32 * 49, 1)),
    )  # fmt: skip


def judge_loss(net: nn.Module, real: Tensor, made: Tensor) -> Tensor:
    """Return what the critic pays: real images called made, and made ones called real."""
    up, down = net(real), net(made.detach())  # the generator must not learn from this
    called = F.binary_cross_entropy_with_logits(up, torch.full_like(up, SMOOTH))
    return called + F.binary_cross_entropy_with_logits(down, torch.zeros_like(down))


def fool_loss(net: nn.Module, made: Tensor) -> Tensor:
    """Return what the generator pays: its images that the critic does not take for real."""
    scores = net(made)
    return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))


def train(make: nn.Module, tell: nn.Module, x: Tensor, saved: Any) -> Iterator[Any]:
    """Yield both losses, as the two networks learn in turns."""
    first = torch.optim.Adam(make.parameters(), lr=RATE, betas=(0.5, 0.999))
    second = torch.optim.Adam(tell.parameters(), lr=RATE, betas=(0.5, 0.999))
    parts, total = (make, tell, first, second), EPOCHS * (len(x) // BATCH)
    for epoch in range(restore(saved, *parts), EPOCHS):
        order = torch.randperm(len(x))[: total // EPOCHS * BATCH]
        for number, rows in enumerate(order.split(BATCH), 1):
            made = make(torch.randn(len(rows), NOISE).to(x.device))
            cost = judge_loss(tell, x[rows], made)
            second.zero_grad()
            cost.backward()
            second.step()
            price = fool_loss(tell, made)
            first.zero_grad()
            price.backward()
            first.step()
            step = epoch * total // EPOCHS + number
            yield {"stage": "gan", "step": step, "total": total,
                   "critic": cost.item(), "generator": price.item()}  # fmt: skip
        yield {"stage": "gan", "step": step, "total": total, "state": state(epoch + 1, *parts)}


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield what PCA and the GAN invent, and how far it is from 1,000 real digits put aside."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    order = np.random.default_rng(0).permutation(len(data[1]))
    x, y = torch.tensor(data[0][order])[:, None].to(device), torch.tensor(data[1][order]).to(device)
    x, y, unseen = x[1000:], y[1000:], x[:1000]
    judge = Frechet(x, y)

    def report(stage: str, made: Tensor) -> dict[str, Any]:
        kinds = judge.kinds(made)
        metrics = {"distance": judge.distance(unseen, made), "sure": judge.sure(made),
                   "rarest": min(kinds) / len(made)}  # fmt: skip
        shown = {"invented": made[:24, 0].cpu().numpy(), "kinds": [kinds]}
        return {"stage": stage, "metrics": metrics, "made": shown}

    yield report("real", x[:1000])
    pca = PCA(NOISE, random_state=0).fit(x.flatten(1).cpu())
    wide = np.random.default_rng(seed).normal(size=(1000, NOISE)) * np.sqrt(pca.explained_variance_)
    flat = torch.tensor(pca.inverse_transform(wide)).float().clamp(0, 1)
    yield report("pca", flat.reshape(-1, 1, 28, 28).to(device))
    make, tell = generator().to(device), critic().to(device)
    yield from train(make, tell, x, (saved or {}).get("gan"))
    make.eval()
    with torch.no_grad():
        yield report("gan", make(torch.randn(1000, NOISE).to(device)))
