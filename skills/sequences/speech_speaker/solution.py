"""Who is speaking? A GRU over cepstra, beside logistic regressions on one frame and on the mean."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F

from skills.keep import restore, state

EPOCHS, BATCH, RATE, WIDTH, DROP = 30, 27, 0.005, 32, 0.3
SPEAKERS = 9


def scale(known: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return utterances whose 12 columns have mean 0 and spread 1 over the known frames."""
    frames = np.concatenate(known)
    middle, spread = frames.mean(0), frames.std(0)
    known, new = ([(frames - middle) / spread for frames in spoken] for spoken in (known, new))
    return known, new


def pad(spoken: list[Any]) -> tuple[Tensor, Tensor]:
    """Return one tensor (n, longest, 12) with zeros after each end, and the lengths (n,)."""
    lengths = torch.tensor([len(frames) for frames in spoken])
    rows = nn.utils.rnn.pad_sequence([torch.tensor(frames) for frames in spoken], batch_first=True)
    return rows, lengths


class Speaker(nn.Module):
    """Reads an utterance in both directions and names who spoke."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = nn.GRU(12, WIDTH, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(DROP)
        self.head = nn.Linear(2 * WIDTH, SPEAKERS)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return raw scores (n, 9): the head on the mean of the states of real frames."""
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), True, enforce_sorted=False)
        states, _ = self.reader(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)  # zeros at the end
        mean = states.sum(1) / lengths[:, None]
        return self.head(self.drop(mean))


def train(net: nn.Module, x: Tensor, lengths: Tensor, y: Tensor, saved: Any) -> Iterator[Any]:
    """Yield the loss as the network learns."""
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    total = EPOCHS * -(-len(x) // BATCH)
    for epoch in range(restore(saved, net, optimiser), EPOCHS):
        net.train()
        for number, rows in enumerate(torch.randperm(len(x)).split(BATCH), 1):
            loss = F.cross_entropy(net(x[rows], lengths[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step = epoch * total // EPOCHS + number
            yield {"stage": "gru", "step": step, "total": total, "loss": loss.item()}
        kept = state(epoch + 1, net, optimiser)
        yield {"stage": "gru", "step": step, "total": total, "state": kept}


def predict(net: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
    """Return the speaker that the network names for each utterance."""
    net.eval()
    with torch.no_grad():
        return net(x, lengths).argmax(1)


def report(stage: str, truth: Any, told: Any) -> dict[str, Any]:
    """Return what a model's answers come to, as `run` yields it."""
    counts = np.zeros((SPEAKERS, SPEAKERS), int)
    np.add.at(counts, (truth, told), 1)
    metrics = {"accuracy": np.mean(truth == told), "mistakes": np.sum(truth != told),
               "worst": (counts.diagonal() / counts.sum(1).clip(1)).min()}  # fmt: skip
    return {"stage": stage, "metrics": metrics, "made": {"counts": counts.tolist()}}


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield how many of 370 utterances each model knows by the voice."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    (known, who), (new, truth) = data
    known, new = scale(known, new)
    views = {"frame": lambda each: each[len(each) // 2], "mean": lambda each: each.mean(0)}
    for stage, view in views.items():
        line = LogisticRegression(max_iter=1000).fit([view(frames) for frames in known], who)
        yield report(stage, truth, line.predict([view(frames) for frames in new]))
    x, lengths, y = (part.to(device) for part in (*pad(known), torch.tensor(who)))
    net = Speaker().to(device)
    yield from train(net, x, lengths, y, (saved or {}).get("gru"))
    unseen, ends = (part.to(device) for part in pad(new))
    yield report("gru", truth, predict(net, unseen, ends).cpu().numpy())
