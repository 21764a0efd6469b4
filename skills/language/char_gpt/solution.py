"""A small transformer that learns to write reviews, beside counts and a GRU."""

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
    rows = codes[starts[:, None] + torch.arange(CONTEXT + 1)]
    return rows[:, :-1], rows[:, 1:]


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return for each place a weighted mean of the values up to it: (n, heads, length, width)."""
    place = torch.arange(query.shape[2]).to(query)
    back = place[:, None] - place  # how far a place (column) lies before another (row)
    steep = 0.5 ** torch.arange(query.shape[1]).to(query)[:, None, None]  # a slope for each head
    near = (-steep * back).masked_fill(back < 0, -torch.inf)
    return ((query / query.shape[3] ** 0.5) @ key.transpose(2, 3) + near).softmax(3) @ value


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
        x = x + self.mix(heard.transpose(1, 2).flatten(2))
        return x + self.narrow(self.widen(F.layer_norm(x, (WIDTH,))).relu())


def train(stage: str, net: nn.Module, codes: Tensor, saved: Any = None) -> Iterator[dict[str, Any]]:
    """Teach the net what comes next; yield the loss on the way."""
    total = STEPS if stage == "transformer" else GRU_STEPS  # which take about as long
    optimiser, pace = steppers(net, RATE, total)
    for step in range(restore(saved, net, optimiser, pace), total):
        x, y = windows(codes, share(torch.randint(len(codes) - CONTEXT, (BATCH,))))
        loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
        optimiser.zero_grad()
        loss.backward()
        average(net)  # over the processes that share a batch, if there are several
        optimiser.step()
        pace.step()
        yield {"stage": stage, "step": step + 1, "total": total, "loss": loss.item(),
               "state": state(step + 1, net, optimiser, pace)}  # fmt: skip


@torch.no_grad()
def measure(net: nn.Module, codes: Tensor) -> float:
    """Return the mean loss of signs that have at least half a window before them."""
    x, y = windows(codes, torch.linspace(0, len(codes) - CONTEXT - 1, 400).long())
    return F.cross_entropy(net(x).mT, y, reduction="none")[:, CONTEXT // 2 :].mean().item()


@torch.no_grad()
def write(net: nn.Module, codes: Tensor, count: int) -> Tensor:
    """Return texts (n, length) continued by `count` signs, each drawn by the net's scores."""
    for _ in range(count):
        chances = (net(codes[:, -CONTEXT:])[:, -1] / HEAT).softmax(1)
        codes = torch.cat([codes, chances.multinomial(1)], 1)
    return codes


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
