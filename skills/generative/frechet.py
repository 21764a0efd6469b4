"""How far made digits are from real ones: a Fréchet distance, as FID, with a small CNN of our own.

FID compares the means and covariances of features of an Inception network trained on photographs.
Here the features are 32 values of a CNN that was trained to read these very digits, so the numbers
cannot be compared with any FID in a paper, only with each other.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Frechet:
    """Trains the CNN once, by a seed of its own, and measures distances with its features."""

    def __init__(self, images: Tensor, digits: Tensor, epochs: int = 6) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self._net = nn.Sequential(
                nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.ReLU(),
                nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 10),
            ).to(images.device)  # fmt: skip
            optimiser = torch.optim.Adam(self._net.parameters(), lr=0.003)
            for _ in range(epochs):
                for rows in torch.randperm(len(images)).split(50):
                    optimiser.zero_grad()
                    F.cross_entropy(self._net(images[rows]), digits[rows]).backward()
                    optimiser.step()
        self._net.eval()

    def distance(self, real: Tensor, made: Tensor) -> float:
        """Return the squared Fréchet distance of two sets of images (n, 1, 28, 28), 0 to 1."""
        one, two = self._features(real), self._features(made)
        apart = float(((one.mean(0) - two.mean(0)) ** 2).sum())
        first, second = np.cov(one, rowvar=False), np.cov(two, rowvar=False)
        shared = np.linalg.eigvals(first @ second).real.clip(0)
        return apart + float(np.trace(first) + np.trace(second) - 2 * np.sqrt(shared).sum())

    def sure(self, made: Tensor) -> float:
        """Return the share of images that the CNN gives one digit a probability of over 0.9."""
        with torch.no_grad():
            return float((self._net(made).softmax(1).amax(1) > 0.9).float().mean())

    def kinds(self, made: Tensor) -> list[int]:
        """Return how many of the images the CNN reads as each of the ten digits."""
        with torch.no_grad():
            return torch.bincount(self._net(made).argmax(1).cpu(), minlength=10).tolist()

    def _features(self, images: Tensor) -> Any:
        with torch.no_grad():
            return self._net[:-1](images).double().cpu().numpy()
