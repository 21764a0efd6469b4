"""How many sunspots next month? An LSTM: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import Ridge
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load

WINDOW, UNITS, EPOCHS, BATCH, RATE = 24, 32, 30, 64, 0.01
FIRST, CYCLE = 1940, 132  # the first year of the test; eleven years in months


def repeatable(seed: int) -> None:
    """Make the same seed give the same numbers on the same device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # so small a network gains little from more


def windows(values: Any, start: int, stop: int) -> tuple[Any, Any]:
    """Return for each month from start to stop the WINDOW months before it, and its own value."""
    # TODO 1: two arrays, of shape (stop - start, WINDOW) and (stop - start,). The window of month n
    # ends with month n - 1.
    raise NotImplementedError("TODO 1: cut the windows")


class Forecaster(nn.Module):
    """An LSTM that reads a window month by month and says how the next differs from the last."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.LSTM(1, UNITS, batch_first=True)
        self.change = nn.Linear(UNITS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a forecast for each row: (rows, WINDOW) to (rows,)."""
        # TODO 2: the LSTM wants (rows, months, 1); it gives the states at all months, and a memory.
        # Add the change that the last state tells to the last month. Mind the shape: (rows,).
        raise NotImplementedError("TODO 2: read a window")


def train(net: nn.Module, x: Tensor, y: Tensor) -> Iterator[dict[str, Any]]:
    """Teach the net to forecast y from windows x; yield the loss on the way."""
    steps = -(-len(x) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * steps)
    for epoch in range(1, EPOCHS + 1):
        losses = []
        for batch in torch.randperm(len(x)).to(x.device).split(BATCH):
            loss: Tensor = F.l1_loss(torch.zeros(len(batch)).to(y), y[batch])
            # TODO 3: the mean absolute error of the net's forecasts for this batch; clear the old
            # gradients, compute the new ones, change the weights, move the rate along its schedule.
            losses.append(loss.item())
        yield {"stage": "lstm", "step": epoch, "total": EPOCHS, "loss": np.mean(losses)}


def measure(forecast: Any, y: Any) -> dict[str, float]:
    """Return the mean absolute error and the root mean squared error, in spots."""
    error = np.asarray(forecast) - np.asarray(y)
    # TODO 4: a dictionary of mae and rmse.
    raise NotImplementedError("TODO 4: measure the errors")


def run(months: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress of all four forecasts and what each is off by, from FIRST on."""
    values, times = months["value"].to_numpy(np.float32), months["time"].to_numpy()
    first, last = int((times < FIRST - 0.01).sum()), len(values)
    truth = values[first:]
    yield {"stage": "naive", "metrics": measure(values[first - 1 : -1], truth)}
    yield {"stage": "seasonal", "metrics": measure(values[first - CYCLE : -CYCLE], truth)}
    # TODO 5: a number to divide by, so that values are around 1. What may it be taken from?
    spread: float = float("nan")
    x, y = windows(values / spread, WINDOW, first)
    x_test, _ = windows(values / spread, first, last)
    line = Ridge(0.1).fit(x, y).predict(x_test) * spread
    yield {"stage": "line", "metrics": measure(line, truth)}
    repeatable(seed)
    net = Forecaster().to(device)
    yield from train(net, torch.tensor(x).to(device), torch.tensor(y).to(device))
    with torch.no_grad():
        forecast = net.eval()(torch.tensor(x_test).to(device)).cpu().numpy() * spread
    drawn = {"sunspots": (times[first:], truth), "forecast": (times[first:], forecast)}
    yield {"stage": "lstm", "metrics": measure(forecast, truth), "made": {"drawn": drawn}}


if __name__ == "__main__":
    for progress in run(load("sunspots")):
        print({name: value for name, value in progress.items() if name != "made"})
