"""What small language models stand on: texts as numbers, first and last layer, two baselines."""

import re
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

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


class Counts(nn.Module):
    """A model that needs no training: how often each sign followed the `look` signs before it.

    To that is added what followed the last `look` - 1 of them, weighed by how many kinds of signs
    followed, and so on down to all signs alike (Witten and Bell 1991).
    """

    def __init__(self, codes: Tensor, look: int) -> None:
        super().__init__()
        chances = torch.full((1, len(SIGNS)), 1 / len(SIGNS), device=codes.device)
        self.known = [(codes.new_zeros(1), chances)]  # numbers of runs, and what follows each
        for size in range(look + 1):
            runs, run = _numbers(codes[None, :-1], size)[0].unique(return_inverse=True)
            cells = len(SIGNS) * run + codes[size:]
            counts = cells.bincount(minlength=len(runs) * len(SIGNS)).view(-1, len(SIGNS))
            kinds = (counts > 0).sum(1, keepdim=True)
            chances = counts + kinds * self._after(runs)
            self.known.append((runs, chances / chances.sum(1, keepdim=True)))

    def forward(self, codes: Tensor) -> Tensor:
        """Return logarithms of probabilities for the sign after each place, (n, length, signs)."""
        look = len(self.known) - 2
        return self._after(_numbers(F.pad(codes, (look, 0)), look)[:, 1:]).log()

    def _after(self, runs: Tensor) -> Tensor:
        """Return the chances of each sign after the longest part of each run that was seen."""
        chances = self.known[0][1].expand(*runs.shape, -1)
        for size, (numbers, after) in enumerate(self.known[1:]):
            shorter = runs % len(SIGNS) ** size
            place = torch.searchsorted(numbers, shorter).clamp(max=len(numbers) - 1)
            seen = (numbers[place] == shorter)[..., None]
            chances = torch.where(seen, after[place], chances)
        return chances


def _numbers(codes: Tensor, size: int) -> Tensor:
    """Return a number for each run of `size` signs in rows, (n, length + 1 - size)."""
    worth = len(SIGNS) ** torch.arange(size - 1, -1, -1, device=codes.device)
    return (codes.unfold(1, size, 1) * worth).sum(2)


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


def steppers(net: nn.Module, rate: float, steps: int) -> tuple[AdamW, OneCycleLR]:
    """Return what steps after each batch: the optimiser, and the schedule of its rates.

    The body moves at `rate`, tables and last layer at ten times that. Both rates rise for a tenth
    of the steps, then fall to nothing along a cosine.
    """
    weights = dict(net.named_parameters())
    body = [weight for name, weight in weights.items() if name.startswith("body.")]
    others = [weight for name, weight in weights.items() if not name.startswith("body.")]
    rates = [rate, 10 * rate]
    optimiser = AdamW([{"params": body}, {"params": others}], betas=(0.9, 0.99), fused=True)
    return optimiser, OneCycleLR(optimiser, rates, steps, pct_start=0.1, cycle_momentum=False)
