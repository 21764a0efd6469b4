"""Accuracy against the number of examples: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F

from skills.data import load

SIZES = (10, 30, 100, 500, 3000)
DRAWS, STEPS, BATCH, RATE, CONVOLUTIONS = 5, 200, 50, 0.003, True
Progress = Generator[dict[str, Any], None, Any]


def forest(x: Any, y: Any, images: Any, seed: int, device: str) -> Any:
    """Return what a random forest, grown on images x and digits y, reads in other images."""
    model = RandomForestClassifier(100, random_state=seed).fit(x.reshape(len(x), -1), y)
    return model.predict(images.reshape(len(images), -1))


def network() -> nn.Sequential:
    """Return the layers of the network, or of one without any convolution."""
    if not CONVOLUTIONS:
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),  # 16 x 14 x 14
        nn.Conv2d(16, 32, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2),  # 32 x 5 x 5
        nn.Flatten(), nn.Linear(800, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def cnn(x: Any, y: Any, images: Any, seed: int, device: str) -> Any:
    """Return what the network, trained on x and y for STEPS batches, reads in other images."""
    torch.manual_seed(seed)
    net, seen, digits = network().to(device), torch.tensor(x)[:, None], torch.tensor(y)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    for _ in range(STEPS):
        rows = torch.randperm(len(x))[:BATCH]
        # TODO 1: the cross-entropy of the scores for seen[rows] against digits[rows], then clear
        # the old gradients, compute the new ones, and change the weights.
        raise NotImplementedError("TODO 1: learn from one batch")
    # TODO 2: for each of the images the digit with the highest score, as a NumPy array; in
    # evaluation mode and without gradients.
    raise NotImplementedError("TODO 2: read the other images")


def curve(told: Any, fit: Any, data: Any, seed: int, device: str, saved: Any = None) -> Progress:
    """Yield progress; return the accuracy for each size and draw, of shape (sizes, draws)."""
    (x, y), right, total = data, list(saved or []), len(SIZES) * DRAWS
    rows, aside = train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=0)
    for number in range(len(right), total):
        size, draw = SIZES[number // DRAWS], seed * DRAWS + number % DRAWS  # for both models
        # TODO 3: draw `size` of the rows, as many of each digit as of any other, with `draw` as the
        # seed. Let `fit` learn from them and read x[aside]; append the share that it reads rightly.
        raise NotImplementedError(f"TODO 3: draw from {len(rows)}, read {len(aside)}")
        yield {**told, "step": number + 1, "total": total, "accuracy": right[-1], "state": right}
    return np.reshape(right, (len(SIZES), DRAWS))


def where(level: float, heights: Any) -> float:
    """Return from how many examples on a curve is above a level, the first or last size at most."""
    last = int(np.flatnonzero([True, *(heights <= level)])[-1])  # how many sizes until then
    near = slice(max(last - 1, 0), last + 1)  # between them: straight over the logarithm
    return float(np.exp(np.interp(level, heights[near], np.log(SIZES)[near])))


def decide(gain: Any) -> str:
    """Return the verdict: held if the forest leads at first and the network at last."""
    # TODO 4: gain has a row for each size, a column for each draw. A size is clear if all its
    # draws have one sign. "undecided": fewer than half of the sizes are clear. "held": the forest
    # is ahead at the first clear size, the network at the last. Otherwise "refuted".
    raise NotImplementedError("TODO 4: decide")


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Progress:
    """Yield the progress of both models, what each reaches by size, and the verdict."""
    torch.set_num_threads(1)  # so small a network gains little from more
    right, means = {}, {}
    for stage, fit in (("forest", forest), ("cnn", cnn)):
        known = (saved or {}).get(stage)
        right[stage] = yield from curve({"stage": stage}, fit, data, seed, device, known)
        means[stage] = mean = right[stage].mean(axis=1)
        metrics = {"few": mean[0], "many": mean[-1], "needed": where(0.9, mean)}
        gain = right[stage] - right["forest"]
        metrics |= {"crossing": where(0, gain.mean(axis=1)), "largest": gain.mean(axis=1).max()}
        rows = zip(SIZES, *means.values(), gain.min(axis=1), gain.max(axis=1), strict=False)
        lines = {name: (np.log10(SIZES), heights) for name, heights in means.items()}
        made = {"lines": lines, "table": list(rows)}
        yield {"stage": stage, "metrics": metrics, "made": made, "verdict": decide(gain)}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print({name: value for name, value in progress.items() if name != "made"})
