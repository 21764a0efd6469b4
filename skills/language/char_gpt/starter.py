"""A small transformer that learns to write reviews: six gaps to fill, marked with TODO."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load
from skills.keep import restore, state
from skills.language.letters import Counts, Recurrent, Writer, decode, encode, real, steppers
from skills.parallel import average, share

CONTEXT, WIDTH, HEADS, BLOCKS = 128, 128, 4, 2
STEPS, GRU_STEPS, BATCH, RATE, LOOK, HEAT, LENGTH = 400, 310, 8, 0.003, 3, 0.6, 160


def windows(codes: Tensor, starts: Tensor) -> tuple[Tensor, Tensor]:
    """Return CONTEXT signs from each start on, and for each of them the sign that follows it."""
    # TODO 1: two tensors (n, CONTEXT). `codes` is one long row, `starts` holds n places in it.
    raise NotImplementedError("TODO 1: windows and what follows")


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return for each place a weighted mean of the values up to it: (n, heads, length, width)."""
    # TODO 2: score every place (row) against every other (column): the product of its query and
    # their keys, divided by the root of the width. Take off 0.5 ** head for each step that the
    # column lies back; a column that lies ahead gets -torch.inf. Softmax over the columns, then
    # the weighted sum of the values.
    raise NotImplementedError("TODO 2: attention")


class Block(nn.Module):
    """Each place asks those before it, then thinks; both answers are added to what it knew."""

    def __init__(self) -> None:
        super().__init__()
        self.ask, self.mix = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.widen, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        nn.init.zeros_(self.mix.weight), nn.init.zeros_(self.narrow.weight)  # adds nothing at first

    def forward(self, x: Tensor) -> Tensor:
        asked = self.ask(F.layer_norm(x, (WIDTH,))).unflatten(2, (3, HEADS, -1))
        heard = attend(*asked.permute(2, 0, 3, 1, 4))  # query, key and value
        # TODO 3: `heard` is (n, HEADS, length, WIDTH / HEADS): put the heads side by side, send
        # them through self.mix and add that to x. Then normalise x as above, send it through
        # self.widen, a ReLU and self.narrow, and add that too.
        raise NotImplementedError("TODO 3: a block that adds")


def train(stage: str, net: nn.Module, codes: Tensor, saved: Any = None) -> Iterator[dict[str, Any]]:
    """Teach the net what comes next; yield the loss on the way."""
    total = STEPS if stage == "transformer" else GRU_STEPS  # which take about as long
    optimiser, pace = steppers(net, RATE, total)
    for step in range(restore(saved, net, optimiser, pace), total):
        x, y = windows(codes, share(torch.randint(len(codes) - CONTEXT, (BATCH,))))
        loss = 0 * (x + y).float().sum()
        # TODO 4: the cross-entropy of the net's scores (n, CONTEXT, signs) and y, both flattened to
        # one row for each sign; clear the old gradients, compute the new ones, `average(net)`,
        # and let the optimiser and the pace of its rates take a step.
        yield {"stage": stage, "step": step + 1, "total": total, "loss": loss.item(),
               "state": state(step + 1, net, optimiser, pace)}  # fmt: skip


@torch.no_grad()
def measure(net: nn.Module, codes: Tensor) -> float:
    """Return the mean loss of signs that have at least half a window before them."""
    pair = windows(codes, torch.linspace(0, len(codes) - CONTEXT - 1, 400).long())
    # TODO 5: `pair` is x and y. The loss of each sign of y (reduction="none", and the scores as
    # `net(x).mT`); then the mean over the second half of the windows, as a number.
    raise NotImplementedError("TODO 5: the loss on a text")


@torch.no_grad()
def write(net: nn.Module, codes: Tensor, count: int) -> Tensor:
    """Return texts (n, length) continued by `count` signs, each drawn by the net's scores."""
    # TODO 6: `count` times: show the net the last CONTEXT signs, take its scores for the last
    # place, divide them by HEAT, turn them into chances, draw one sign from them, append it.
    raise NotImplementedError("TODO 6: write on")


def run(reviews: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield the models' progress, what each loses on unseen reviews, and what it writes."""
    seen, new = (encode(reviews["review"][reviews["test"] == t]).to(device) for t in (False, True))
    for stage in ("counts", "gru", "transformer"):
        torch.manual_seed(seed)
        blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        body = blocks if stage == "transformer" else Recurrent(WIDTH)
        net = (Counts(seen, LOOK) if stage == "counts" else Writer(body, WIDTH)).to(device)
        if stage != "counts":  # they need no training
            yield from train(stage, net, seen, (saved or {}).get(stage))
        loss, lines = measure(net, new), write(net, seen.new_zeros(4, 1), LENGTH)  # a new line each
        texts = [decode(line).strip() for line in lines]
        metrics = {"loss": loss, "choices": torch.e**loss, "words": real(texts, decode(seen))}
        yield {"stage": stage, "metrics": metrics, "made": {"texts": [[text] for text in texts]}}


if __name__ == "__main__":
    for progress in run(load("fine_foods")):
        print({name: value for name, value in progress.items() if name != "state"})
