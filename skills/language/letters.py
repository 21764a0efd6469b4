"""What small language models stand on: texts as numbers, first and last layer, a baseline."""

import re
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIGNS = "\n !',-.0123456789?abcdefghijklmnopqrstuvwxyz"
THREES = 8191  # rows for all threes of signs; a prime, so that those that share one differ widely


def encode(texts: Iterable[str]) -> Tensor:
    """Return texts as one row of places in SIGNS, a line each; capitals become small letters.

    Whatever is not in SIGNS becomes a space, and several of them one.
    """
    number = {sign: place for place, sign in enumerate(SIGNS)}
    lines = (re.sub(r"[^a-z0-9!',.?-]+", " ", text.lower()).strip() for text in texts)
    return torch.tensor([number[sign] for sign in "\n".join(lines)])


def decode(codes: Tensor) -> str:
    """Return the text that a row of places in SIGNS stands for."""
    return "".join(SIGNS[code] for code in codes.tolist())


def real(texts: Iterable[str], known: str) -> float:
    """Return the share of the words of texts that a known text holds; a word ends at a space."""
    words, right = " ".join(texts).split(), set(known.split())
    return len([word for word in words if word in right]) / max(len(words), 1)


class Writer(nn.Module):
    """Raw scores for the sign that follows each place: (n, length) to (n, length, signs).

    A sign enters as the sum of three vectors: its own, and those of the pair and the three that it
    makes with the signs before it. What is in between, (n, length, width) to the same, is `body`.
    """

    def __init__(self, body: nn.Module, width: int) -> None:
        super().__init__()
        self.sign, self.pair = (nn.Embedding(len(SIGNS) ** n, width) for n in (1, 2))
        self.three = nn.Embedding(THREES, width)
        self.body, self.head = body, nn.Linear(width, len(SIGNS))
        nn.init.normal_(self.sign.weight, std=0.3)
        nn.init.zeros_(self.pair.weight)  # most pairs are rare: they should begin silent
        nn.init.zeros_(self.three.weight)
        nn.init.zeros_(self.head.weight)

    def forward(self, codes: Tensor) -> Tensor:
        """Return float32 scores, no probabilities."""
        before = F.pad(codes, (2, 0))
        pairs = codes + len(SIGNS) * before[:, 1:-1]
        threes = (pairs + len(SIGNS) ** 2 * before[:, :-2]) % THREES
        first = self.sign(codes) + self.pair(pairs) + self.three(threes)
        last = self.body(F.layer_norm(first, first.shape[2:]))
        scores: Tensor = self.head(F.layer_norm(last, last.shape[2:]))
        return scores.float()


class Recurrent(nn.Module):
    """The baseline's body: a GRU that reads from left to right, (n, length, width) as it came."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.memory = nn.GRU(width, 2 * width, batch_first=True)
        self.out = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is remembered at each place."""
        with torch.autocast(x.device.type, enabled=False):  # its many small steps gain nothing
            states, _ = self.memory(x.float())
        remembered: Tensor = self.out(states)
        return remembered


class Muon(torch.optim.Optimizer):
    """Moves matrices by steps that are equally long in all their directions (Jordan 2024).

    It multiplies in float32. The Muon of torch 2.9 does so in bfloat16, which processors without
    AVX-512 only imitate, at a thirteenth of the speed.
    """

    def __init__(self, matrices: Iterable[Tensor], rate: float) -> None:
        super().__init__(matrices, {"lr": rate})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move each matrix against the running mean of its gradients, made orthogonal."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                mean = self.state[matrix].setdefault("mean", torch.zeros_like(matrix))
                way = matrix.grad.lerp(mean.lerp_(matrix.grad, 0.05), 0.95)
                tall = max(1, matrix.shape[0] / matrix.shape[1]) ** 0.5
                matrix.mul_(1 - group["lr"] / 10).sub_(orthogonal(way), alpha=tall * group["lr"])


def orthogonal(matrix: Tensor) -> Tensor:
    """Return the matrix with all its singular values near 1, by three Newton-Schulz steps."""
    if len(matrix) > len(matrix.mT):
        turned: Tensor = orthogonal(matrix.mT).mT
        return turned
    near: Tensor = matrix / (matrix.norm() + 1e-7)
    for _ in range(3):
        square = near @ near.mT
        square = torch.addmm(square, square, square, beta=-4.775, alpha=2.0315)
        near = torch.addmm(near, square, near, beta=3.4445)
    return near


def steppers(net: Writer, rate: float, steps: int) -> list[Any]:
    """Return what steps after each batch: two optimisers, and a schedule for each of them.

    Muon moves the matrices of the body, and AdamW all else at a third of the rate. Both rates
    rise for a tenth of the steps, then fall to nothing along a cosine.
    """
    matrices = [weight for weight in net.body.parameters() if weight.ndim == 2]
    held = set(map(id, matrices))
    others = [weight for weight in net.parameters() if id(weight) not in held]
    slower = torch.optim.AdamW(others, lr=rate / 3, betas=(0.9, 0.95), fused=True)
    both = Muon(matrices, rate), slower
    cosine = torch.optim.lr_scheduler.OneCycleLR
    paces = [cosine(one, one.defaults["lr"], steps, pct_start=0.1, cycle_momentum=False)
             for one in both]  # fmt: skip
    return [*both, *paces]
