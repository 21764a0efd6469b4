"""Digits of 14 x 14 pixels, as rows (n, 196) from -1 to 1: simple rules that draw them, a judge."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from skills.generative.frechet import Frechet


def large(rows: Tensor) -> Tensor:
    """Return rows as images (n, 1, 28, 28) from 0 to 1, which our CNN reads."""
    images = (rows.clamp(-1, 1) + 1).reshape(-1, 1, 14, 14) / 2
    return F.interpolate(images, scale_factor=2, mode="bilinear")


def rivals(x: Tensor, count: int) -> dict[str, Tensor]:
    """Return rows that three rules draw: noise, each pixel for itself, all pixels as one Gaussian.

    The last knows the mean of each pixel and the covariance of each pair of pixels, exactly.
    """
    noise = torch.randn(count, x.shape[1]).to(x.device)
    values, axes = torch.linalg.eigh(torch.cov(x.T))
    joint = noise * values.clamp(min=0).sqrt() @ axes.T
    return {"noise": noise, "pixels": x.mean(0) + x.std(0) * noise, "gaussian": x.mean(0) + joint}


class Judge:
    """Measures rows against real ones put aside, with a CNN that read the training rows."""

    def __init__(self, x: Tensor, digits: Tensor, unseen: Tensor) -> None:
        self._x, self._unseen = x, large(unseen)
        self._net = Frechet(large(x), digits)

    def report(self, stage: str, rows: Tensor) -> dict[str, Any]:
        """Return how a stage ends: how near, readable and varied its rows are, and 24 of them.

        `nearest` is the mean distance of a row to the training row most like it.
        """
        rows = rows.detach().clamp(-1, 1)
        made, kinds = large(rows), self._net.kinds(large(rows))
        metrics = {"distance": self._net.distance(self._unseen, made), "sure": self._net.sure(made),
                   "rarest": min(kinds) / len(rows),
                   "nearest": float(torch.cdist(rows, self._x).amin(1).mean())}  # fmt: skip
        few = rows[:24].reshape(-1, 14, 14).cpu().numpy()
        return {"stage": stage, "metrics": metrics, "made": {"invented": few}}
