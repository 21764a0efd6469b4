"""What `exercise run` costs beside the bare loop: python tests/benchmarks/training.py [REPEATS]

The bare loops train the same models on the same data and device, in the same batches, and
measure the same accuracies after each epoch and in the end. They are timed in turn with whole
runs (texts, figures, progress, saved states), in seconds of the processor, after one of each that
does not count; the quotient of each pair is taken, and of these the median.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from time import process_time
from typing import Any
from unittest.mock import patch

import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F

from skills.data import load
from skills.networks.mlp_digits import solution as mlp
from skills.vision.cnn_digits import solution as cnn

BOUND = 1.05
REPEATS = 5


def bare_cnn() -> None:
    """Train both models of cnn_digits."""
    (x, y), unseen = _digits()
    for build in (cnn.logistic, cnn.cnn):
        cnn.repeatable(0)
        net, total = build(), cnn.EPOCHS * -(-len(x) // cnn.BATCH)
        optimiser = torch.optim.AdamW(net.parameters(), lr=cnn.RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, cnn.RATE, total_steps=total)
        for _ in range(cnn.EPOCHS):
            net.train()
            for rows in torch.randperm(len(x)).split(cnn.BATCH):
                images = cnn.augment(x[rows]) if build is cnn.cnn else x[rows]
                loss = F.cross_entropy(net(images), y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
            cnn.accuracy(net, *unseen)
        cnn.accuracy(net, *unseen)
        cnn.accuracy(net, unseen[0].roll(2, 3), unseen[1])


def bare_mlp() -> None:
    """Train the three models of mlp_digits."""
    (x, y), unseen = _digits()
    for activation in (None, nn.Identity, nn.ReLU):
        mlp.repeatable(0)
        net = mlp.perceptron(activation) if activation else mlp.logistic()
        optimiser = torch.optim.Adam(net.parameters(), lr=mlp.RATE)
        for _ in range(mlp.EPOCHS):
            net.train()
            for rows in torch.randperm(len(x)).split(mlp.BATCH):
                loss = F.cross_entropy(net(x[rows]), y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            mlp.accuracy(net, x, y)
            mlp.accuracy(net, *unseen)
        mlp.accuracy(net, x, y)
        mlp.accuracy(net, *unseen)


def _digits() -> Any:
    images, digits = load("mnist_5000")
    x, y = torch.tensor(images)[:, None], torch.tensor(digits)
    rows = train_test_split(range(len(y)), test_size=1000, stratify=digits, random_state=0)
    return [(x[part], y[part]) for part in rows]


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds of the processor that some work takes."""
    began = process_time()
    work()
    return process_time() - began


def figures(repeats: int = REPEATS) -> dict[str, dict[str, float]]:
    """Return the seconds of both and their quotient for each exercise; keeps nothing."""
    from assistant import player
    from skills.exercise import catalogue

    found = {}
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LODESTAR_HOME=home):
        for name, bare in (("cnn_digits", bare_cnn), ("mlp_digits", bare_mlp)):

            def whole(name: str = name) -> None:
                screen = player.PipeScreen(lambda line: None)
                player.run(catalogue()[name], screen, device="cpu", afresh=True)

            pairs = [(seconds(bare), seconds(whole)) for _ in range(repeats + 1)][1:]
            loop, run = (statistics.median(times) for times in zip(*pairs, strict=True))
            quotient = statistics.median(run / loop for loop, run in pairs)
            found[name] = {"bare_s": loop, "run_s": run, "quotient": quotient}
    return found


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the figures as a line for each exercise."""
    return "\n".join(
        f"{name}: bare loop {row['bare_s']:.2f} s, run {row['run_s']:.2f} s, "
        f"run / bare loop {row['quotient']:.3f} (at most {BOUND})"
        for name, row in found.items()
    )


def main() -> int:
    """Print both times and their quotient for each exercise; return 1 if one is over the bound."""
    found = figures(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
    sys.stdout.write(table(found) + "\n")
    return int(any(row["quotient"] > BOUND for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
