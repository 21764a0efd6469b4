"""Find what is odd by what cannot be rebuilt: four gaps to fill, marked with TODO."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F

from skills.keep import restore, state

EPOCHS, BATCH, RATE, WIDTH, CODE = 5, 128, 0.003, 32, 4
FAR = 5.0  # spreads from the mean beyond which a value is cut off


def scale(known: Any, new: Any) -> tuple[Tensor, Tensor]:
    """Return both in spreads of what is known, cut off at FAR, as float32."""
    # TODO 1: subtract the mean of each column of what is known and divide by its spread (std), in
    # known and new; cut off at -FAR and FAR (clamp). Return two float32 tensors.
    raise NotImplementedError("TODO 1: scale the readings")


def autoencoder(columns: int) -> nn.Sequential:
    """Return a network that has to pass each reading through CODE numbers."""
    # TODO 2: four linear layers, columns to WIDTH to CODE to WIDTH to columns, with an activation
    # between any two of them and none at the end.
    raise NotImplementedError("TODO 2: the autoencoder")


def train(stage: str, net: nn.Module, x: Tensor, saved: Any) -> Iterator[Any]:
    """Yield the loss as the network learns to give back what it is given."""
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    total = EPOCHS * -(-len(x) // BATCH)
    for epoch in range(restore(saved, net, optimiser), EPOCHS):
        for number, rows in enumerate(torch.randperm(len(x)).split(BATCH), 1):
            loss = F.mse_loss(net(x[rows]), x[rows])  # what comes back, against what went in
            # TODO 3: three calls that let the network learn from this loss.
            raise NotImplementedError("TODO 3: learn from one batch")
            if number % 10 == 0:
                step = epoch * total // EPOCHS + number
                yield {"stage": stage, "step": step, "total": total, "loss": loss.item()}
        kept = state(epoch + 1, net, optimiser)
        yield {"stage": stage, "step": (epoch + 1) * total // EPOCHS, "total": total, "state": kept}


def oddity(net: nn.Module, x: Tensor) -> Any:
    """Return each reading's mean squared error after the way through the network, (n,)."""
    # TODO 4: one error for each reading, without gradients, as a NumPy array.
    raise NotImplementedError("TODO 4: how odd is each reading")


def report(stage: str, odd: Any, faulty: Any) -> dict[str, Any]:
    """Return what a ranking comes to, as `run` yields it."""
    first = faulty[np.argsort(-odd)[:100]].mean()
    metrics = {"roc_auc": roc_auc_score(faulty, odd), "first": first,
               "average_precision": average_precision_score(faulty, odd)}  # fmt: skip
    edges, drawn = np.linspace(-4, 2, 41), {}
    for kind, name in enumerate(("healthy", "faults")):
        counts, _ = np.histogram(np.log10(odd[faulty == kind] + 1e-9), edges)
        drawn[name] = (edges[1:], counts / np.sum(faulty == kind))
    return {"stage": stage, "metrics": metrics, "made": {"errors": drawn}}


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield how well what cannot be rebuilt tells faults, by PCA and by two autoencoders."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    order = np.random.default_rng(0).permutation(len(data[0]))
    cut = len(order) * 3 // 5
    known, new = data[0][order[:cut]], data[0][order[cut:]]
    faulty, truth = data[1][order[:cut]], data[1][order[cut:]]
    healthy = known[faulty == 0]
    x, unseen = scale(healthy, new)
    pca = PCA(CODE).fit(x)
    back = pca.inverse_transform(pca.transform(unseen))
    yield report("linear", ((back - unseen.numpy()) ** 2).mean(1), truth)
    for stage, rows in (("mixed", known), ("healthy", healthy)):
        x, unseen = (part.to(device) for part in scale(rows, new))
        net = autoencoder(x.shape[1]).to(device)
        yield from train(stage, net, x, (saved or {}).get(stage))
        yield report(stage, oddity(net, unseen), truth)
