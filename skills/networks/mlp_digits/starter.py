"""A multilayer perceptron that reads digits: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load

WIDTH, DROPOUT = 256, 0.3
EPOCHS, BATCH, RATE = 10, 50, 0.001


def repeatable(seed: int) -> None:
    """Make the same seed give the same numbers on the same device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.set_num_threads(1)  # so small a network gains little from more


def logistic() -> nn.Sequential:
    """Return multinomial logistic regression: one weight for each pixel and digit."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def perceptron(activation: type[nn.Module]) -> nn.Sequential:
    """Return three layers that end in ten raw scores, with `activation` after the first two."""
    # TODO 1: Flatten; Linear to WIDTH, activation(), Dropout(DROPOUT); Linear to 128, activation(),
    # Dropout(DROPOUT); Linear to 10, and nothing after it.
    raise NotImplementedError("TODO 1: build the network")


def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of images whose digit gets the highest score, measured without dropout."""
    # TODO 2: put the network into evaluation mode, switch gradients off, and return the share of
    # images whose highest score belongs to the right digit.
    raise NotImplementedError("TODO 2: the share of right answers")


def train(stage: str, net: nn.Module, seen: Any, unseen: Any) -> Iterator[dict[str, Any]]:
    """Train on the pair (images, digits) `seen`; `unseen` is watched and chooses nothing."""
    x, y = seen
    step, total = 0, EPOCHS * -(-len(x) // BATCH)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        net.train()
        for batch in torch.randperm(len(x), device=x.device).split(BATCH):
            # TODO 3: the cross-entropy of the network's scores against the digits of this batch.
            loss: Tensor = F.cross_entropy(torch.zeros(len(batch), 10), y[batch])
            # TODO 4: clear the old gradients, compute the new ones, change the weights.
            raise NotImplementedError("TODO 4: learn from this batch")
            step += 1
            if step % 10 == 1:
                yield {"stage": stage, "step": step, "total": total, "loss": loss.item()}
        yield {"stage": stage, "step": step, "total": total,
               "trained_on": accuracy(net, *seen), "unseen": accuracy(net, *unseen)}  # fmt: skip


def run(data: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress of three models and what each reaches on 1,000 unseen digits."""
    x, y = torch.tensor(data[0])[:, None].to(device), torch.tensor(data[1]).to(device)
    rows = train_test_split(range(len(y)), test_size=1000, stratify=data[1], random_state=0)
    seen, unseen = ((x[part], y[part]) for part in rows)
    plan = {"logistic": logistic, "linear": lambda: perceptron(nn.Identity),
            "mlp": lambda: perceptron(nn.ReLU)}  # fmt: skip
    base = 0.0
    for stage, build in plan.items():
        repeatable(seed)
        net = build().to(device)
        yield from train(stage, net, seen, unseen)
        known, right = accuracy(net, *seen), accuracy(net, *unseen)
        base = right if stage == "logistic" else base
        size, wrong = sum(w.numel() for w in net.parameters()), round((1 - right) * len(unseen[1]))
        metrics = {"accuracy": right, "mistakes": wrong, "over": right - base,
                   "known": known, "gap": known - right, "parameters": size}  # fmt: skip
        first = next(layer for layer in net if isinstance(layer, nn.Linear)).weight.detach().cpu()
        made = {"model": net, "images": unseen[0], "truth": unseen[1],
                "weights": first[:16].reshape(-1, 28, 28).numpy()}  # fmt: skip
        yield {"stage": stage, "metrics": metrics, "made": made}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print({name: value for name, value in progress.items() if name != "made"})
