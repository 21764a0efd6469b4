"""Is there a face? A line, PCA with an SVC and a small CNN, tested on a photograph: four gaps.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from skimage.transform import resize
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from torch import nn

from skills.data import load

COMPONENTS, EPOCHS, BATCH, RATE, FOLDS = 30, 40, 32, 0.005, 5
STEP, SIDES = 4, (60, 80, 106, 142)
FACE = (60, 176, 165, 272)  # of the photograph: top, left, bottom, right


def even(images: Any) -> Any:
    """Return images (n, 25, 25), each less its own mean and divided by its own spread."""
    # TODO 1: take off each image's own mean; divide by its own standard deviation plus 0.05.
    raise NotImplementedError("TODO 1: even light")


def linear(x: Any, y: Any) -> Callable[[Any], Any]:
    """Return a trained judge: one weight for each pixel. It scores faces above 0."""
    model = LogisticRegression(max_iter=3000).fit(x.reshape(len(x), -1), y)
    return lambda images: model.decision_function(images.reshape(len(images), -1))


def svc(x: Any, y: Any) -> Callable[[Any], Any]:
    """Return a trained judge: few components of the pixels, and a curved border between them."""
    model = make_pipeline(PCA(COMPONENTS, whiten=True, random_state=0), SVC(random_state=0))
    model.fit(x.reshape(len(x), -1), y)
    return lambda images: model.decision_function(images.reshape(len(images), -1))


def cnn(x: Any, y: Any) -> Callable[[Any], Any]:
    """Return a trained judge: a small convolutional network, half of its images mirrored."""
    images, faces = torch.tensor(x)[:, None], torch.tensor(y).float()
    net = nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 1),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            batch = images[rows].flip(3) if torch.rand(1) < 0.5 else images[rows]
            loss = F.binary_cross_entropy_with_logits(net(batch)[:, 0], faces[rows])
            # TODO 2: clear the old gradients, compute the new ones, change the weights.
            raise NotImplementedError("TODO 2: learn from a batch")
    net.requires_grad_(False)
    return lambda windows: net(torch.tensor(windows)[:, None])[:, 0].numpy()


def slide(photo: Any, side: int) -> tuple[Any, Any]:
    """Return windows (n, 25, 25) of `side` pixels, made small, and their top left corners."""
    size = [round(length * 25 / side) for length in photo.shape]
    small = resize(photo, size, anti_aliasing=True).astype(np.float32)
    # TODO 3: cut windows of 25 × 25 out of `small`, one every STEP pixels, row by row; return them
    # and the (top, left) of each in pixels of the whole photograph.
    raise NotImplementedError("TODO 3: slide a window")


def away(corners: Any, side: int) -> Any:
    """Return whether each window touches no part of the face."""
    (top, left), (high, low) = corners.T, (FACE[:2], FACE[2:])
    return (top + side < high[0]) | (top > low[0]) | (left + side < high[1]) | (left > low[1])


def run(data: Any, seed: int = 0, device: str = "cpu") -> Generator[dict[str, Any], None, None]:
    """Yield for each model its accuracy over folds, and its false alarms on the photograph."""
    x, (y, photo) = even(data[0]), data[1:]
    found = [(*slide(photo, side), side) for side in SIDES]
    windows = even(np.concatenate([some[away(corners, side)] for some, corners, side in found]))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for stage, learn in (("linear", linear), ("svc", svc), ("cnn", cnn)):
        torch.manual_seed(seed)
        scores = np.empty(len(y))
        for step, (seen, unseen) in enumerate(folds.split(x, y), 1):
            # TODO 4: learn from the images of four folds, score those of the fifth.
            raise NotImplementedError(f"TODO 4: learn from {len(seen)}, score {len(unseen)}")
            yield {"stage": stage, "step": step, "total": FOLDS}
        said, wrong = learn(x, y)(windows), (scores > 0) != y
        metrics = {"accuracy": 1 - np.mean(wrong), "mistakes": np.sum(wrong),
                   "alarms": np.mean(said > 0)}  # fmt: skip
        yield {"stage": stage, "metrics": metrics, "made": {"best": windows[np.argsort(-said)[:8]]}}


if __name__ == "__main__":
    for progress in run(load("lfw_subset")):
        print({name: value for name, value in progress.items() if name != "made"})
