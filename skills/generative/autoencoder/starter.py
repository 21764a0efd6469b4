"""Squeeze digits through eight numbers: four gaps to fill, marked with TODO."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load
from skills.generative.frechet import Frechet

CODE, BETA = 8, 1.0
EPOCHS, BATCH, RATE = 20, 100, 0.003


class Autoencoder(nn.Module):
    """Encodes an image as a mean and a log variance (n, CODE), and decodes to (n, 1, 28, 28)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 2 * CODE))
        self.decoder = nn.Sequential(nn.Linear(CODE, 256), nn.ReLU(), nn.Linear(256, 784))

    def encode(self, x: Tensor) -> Any:
        """Return mean and log variance of the code."""
        return self.encoder(x.flatten(1)).chunk(2, dim=1)

    def decode(self, code: Tensor) -> Any:
        """Return the scores of the pixels; their sigmoid is the image."""
        return self.decoder(code).reshape(-1, 1, 28, 28)


def draw(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return one code for each row, drawn so that gradients reach the mean and the variance."""
    # TODO 1: noise of the shape of `mean`, times the standard deviation, plus the mean.
    raise NotImplementedError("TODO 1: draw a code")


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return how far each row's code is from a standard normal one, in nats, of shape (n,)."""
    # TODO 2: half of (mean squared + variance - 1 - log variance), added up over the row.
    raise NotImplementedError("TODO 2: the divergence")


def loss(net: Any, x: Tensor, beta: float) -> Tensor:
    """Return what a batch costs per image: wrong pixels, and for beta > 0 a code out of place."""
    # TODO 3: encode, then decode a drawn code, or the mean if beta is 0. Add up the cross-entropy
    # of the pixels, per image; for beta > 0 add beta times the mean divergence.
    raise NotImplementedError("TODO 3: what a batch costs")


def train(stage: str, net: Any, x: Tensor, beta: float) -> Iterator[Any]:
    """Yield the loss as the network learns."""
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    step, total = 0, EPOCHS * -(-len(x) // BATCH)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            cost = loss(net, x[rows], beta)
            # TODO 4: clear the gradients, compute new ones, change the weights.
            raise NotImplementedError("TODO 4: learn from this batch")
            step += 1
            yield {"stage": stage, "step": step, "total": total, "loss": cost.item()}


def run(data: Any, seed: int = 0, device: str = "cpu") -> Iterator[Any]:
    """Yield the progress of three models, and how they restore and invent digits."""
    torch.set_num_threads(1)
    rows = train_test_split(range(len(data[1])), test_size=1000, stratify=data[1], random_state=0)
    (x, unseen), y = (torch.tensor(data[0])[r][:, None].to(device) for r in rows), data[1][rows[0]]
    judge = Frechet(x, torch.tensor(y).to(device))

    def report(stage: str, restored: Tensor, made: Tensor, fitted: Tensor) -> dict[str, Any]:
        metrics = {"error": F.mse_loss(restored, unseen).item(), "sure": judge.sure(made),
                   "distance": judge.distance(unseen, made),
                   "fitted": judge.distance(unseen, fitted)}  # fmt: skip
        pairs, few = torch.cat([unseen[:8], restored[:8]])[:, 0].cpu(), made[:16, 0].cpu()
        return {"stage": stage, "metrics": metrics, "made": {"restored": pairs, "invented": few}}

    pca = PCA(CODE, random_state=0).fit(x.flatten(1).cpu())
    codes = np.random.default_rng(seed).normal(size=(1000, CODE))
    wide = codes * np.sqrt(pca.explained_variance_)
    flat = map(pca.inverse_transform, (pca.transform(unseen.flatten(1).cpu()), codes, wide))
    yield report("pca", *(torch.tensor(f).float().reshape(-1, 1, 28, 28).to(device) for f in flat))
    for stage, beta in (("plain", 0.0), ("vae", BETA)):
        torch.manual_seed(seed)
        net = Autoencoder().to(device)
        yield from train(stage, net, x, beta)
        with torch.no_grad():
            known, drawn = net.encode(x)[0], torch.randn(1000, CODE).to(device)
            choices = (net.encode(unseen)[0], drawn, known.mean(0) + known.std(0) * drawn)
            yield report(stage, *(torch.sigmoid(net.decode(code)) for code in choices))


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print({name: value for name, value in progress.items() if name != "made"})
