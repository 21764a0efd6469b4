"""Raw pixels, features made by hand, features that a network learned: five gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from skills.data import load

DRAWS, SIZE, DIRECTIONS, STEPS, BATCH, RATE = 5, 2000, 8, 200, 50, 0.003
Features = Callable[[Any], Any]  # from images (n, 28, 28) to numbers (n, any)


def raw(x: Any) -> Any:
    """Return the pixels as they are, of shape (n, 784)."""
    return x.reshape(len(x), -1)


def hand(x: Any) -> Any:
    """Return how much edge lies in each of 4 x 4 cells and DIRECTIONS directions, square-rooted."""
    down, right = np.gradient(x, axis=(1, 2))
    turn = np.arctan2(down, right) / (2 * np.pi) % 1  # from 0 to 1: once around
    kinds = np.eye(DIRECTIONS)[(turn * DIRECTIONS).astype(int) % DIRECTIONS]
    edges = np.hypot(down, right)[..., None] * kinds
    # TODO 1: edges is of shape (n, 28, 28, DIRECTIONS). Add up those in each cell of 7 x 7 pixels,
    # flatten to (n, 16 * DIRECTIONS), rows of cells first, directions last; take square roots.
    raise NotImplementedError(f"TODO 1: sum up {edges.shape} in cells")


def cnn() -> nn.Sequential:
    """Return a network of two parts: one makes 64 features, the other weighs them."""
    return nn.Sequential(nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),  # 16 x 14 x 14
        nn.Conv2d(16, 32, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2),  # 32 x 5 x 5
        nn.Flatten(), nn.Linear(800, 64), nn.ReLU(),
    ), nn.Linear(64, 10))  # fmt: skip


def learned(x: Any, y: Any, seed: int, device: str) -> Features:
    """Return a maker of 64 features: a network trained on x and y, without its last layer."""
    torch.manual_seed(seed)
    net, images, digits = cnn().to(device), torch.tensor(x)[:, None], torch.tensor(y)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    for _ in range(STEPS):
        rows = torch.randperm(len(x))[:BATCH]
        loss = F.cross_entropy(net(images[rows].to(device)), digits[rows].to(device))
        # TODO 2: clear the old gradients, compute those of the loss, and change the weights.
        raise NotImplementedError(f"TODO 2: learn from a loss of {loss:.2f}")
    net.eval()

    def features(images: Any) -> Any:
        with torch.no_grad():
            # TODO 3: what the first part of the network, net[0], makes of images[:, None].
            raise NotImplementedError("TODO 3: make features")

    return features


def judge(seen: Any, y: Any, unseen: Any, truth: Any) -> float:
    """Return the accuracy of a logistic regression on these features: the same judge for all."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
    # TODO 4: fit it on what was seen, and return its accuracy on what was not.
    raise NotImplementedError(f"TODO 4: fit and score {model}")


def decide(raw: Any, hand: Any, learned: Any) -> str:
    """Return the verdict on accuracies by draw: each step has to win in every draw."""
    gains = np.stack([np.subtract(hand, raw), np.subtract(learned, hand)])
    # TODO 5: two rows, a column for each draw. "held": every gain is above zero. "refuted": in one
    # of the rows every gain is below zero. Otherwise "undecided".
    raise NotImplementedError(f"TODO 5: decide on {gains}")


def run(data: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield progress, what the judge reaches on each kind of features, and the verdict."""
    torch.set_num_threads(1)  # so small a network gains little from more
    (x, y), before, right = data, 0.1, dict[str, Any]()  # 0.1: guessing
    for stage in ("raw", "hand", "learned"):
        done = right[stage] = []
        for draw in range(seed * DRAWS, seed * DRAWS + DRAWS):  # the same digits for all stages
            part = {"train_size": SIZE, "test_size": 0.2, "stratify": y, "random_state": draw}
            rows, aside = train_test_split(np.arange(len(y)), **part)
            make = {"raw": raw, "hand": hand}.get(stage) or learned(x[rows], y[rows], draw, device)
            done.append(judge(make(x[rows]), y[rows], make(x[aside]), y[aside]))
            yield {"stage": stage, "step": len(done), "total": DRAWS, "accuracy": done[-1]}
        mean = float(np.mean(done))
        metrics = {"accuracy": mean, "over": mean - before, "features": make(x[:2]).shape[1]}
        before, made = mean, {"table": list(zip(range(1, DRAWS + 1), *right.values(), strict=True))}
        verdict = {"verdict": decide(**right)} if stage == "learned" else {}
        yield {"stage": stage, "metrics": metrics, "made": made, **verdict}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print(progress)
