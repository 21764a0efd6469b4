"""The time of an epoch against the width of a network: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import time
from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load

WIDTHS, REPEATS, BATCH, RATE = (32, 128, 512, 2048), 3, 100, 0.1
Progress = Generator[dict[str, Any], None, Any]


def network(width: int) -> nn.Sequential:
    """Return two hidden layers of `width` units: 28 x 28 pixels in, a score for each digit out."""
    hidden = (nn.Linear(784, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(width, 10))


def products(net: nn.Module) -> int:
    """Return how many multiplications one image takes: one a weight, forwards and twice back."""
    # TODO 1: three times the number of weights of all linear layers; biases are only added.
    raise NotImplementedError("TODO 1: count the multiplications")


def epoch(net: nn.Module, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor) -> float:
    """Train on every image once, in a new order; return the seconds until the device was done."""
    began = time.perf_counter()
    for rows in torch.randperm(len(x)).to(x.device).split(BATCH):
        loss = F.cross_entropy(net(x[rows]), y[rows])
        # TODO 2: clear the old gradients, compute those of the loss, and change the weights.
        raise NotImplementedError("TODO 2: learn from one batch")
    next(net.parameters()).sum().item()  # Python runs ahead of a GPU: this waits for it
    return time.perf_counter() - began


def sweep(told: Any, device: str, seen: Any, unseen: Any, seed: int) -> Progress:
    """Yield progress; return seconds of shape (widths, repeats), and the widest net's accuracy."""
    seconds = np.zeros((len(WIDTHS), REPEATS))
    (x, y), (images, digits) = ([part.to(device) for part in pair] for pair in (seen, unseen))
    for number in range(seconds.size):
        width, repeat = divmod(number, REPEATS)
        if repeat == 0:
            torch.manual_seed(seed)
            net = network(WIDTHS[width]).to(device)
            optimiser = torch.optim.SGD(net.parameters(), lr=RATE)
        seconds[width, repeat] = epoch(net, optimiser, x, y)
        # TODO 3: the first epoch of a network also loads libraries and fills caches. Train one
        # that is not counted, before the first that is.
        raise NotImplementedError("TODO 3: warm up")
        yield {**told, "step": number + 1, device: seconds[width, repeat]}
    net.eval()
    with torch.no_grad():
        return seconds, float((net(images).argmax(1) == digits).float().mean())


def faster(cpu: Any, gpu: Any) -> Any:
    """Return for each width 1 if all of the GPU's repeats were faster, -1 if slower, else 0."""
    # TODO 4: a row is a width, a column a repeat. The GPU was faster if even its slowest repeat
    # took less than the fastest of the CPU, and slower if even its fastest took more.
    raise NotImplementedError("TODO 4: compare")


def pays(leads: Any) -> float:
    """Return the width from which on the GPU was always faster, 0 if it never was for good."""
    return float([*WIDTHS, 0][int(np.flatnonzero([True, *(leads < 1)])[-1])])


def decide(leads: Any) -> str:
    """Return the verdict, which the widest network gives."""
    # TODO 5: "held" if the GPU was faster at the last width, "refuted" if it was slower there.
    raise NotImplementedError("TODO 5: decide")


def run(data: Any, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what a forest takes, what networks take on each device, and the verdict."""
    (x, y), told = data, {"stage": "network", "total": len(WIDTHS) * REPEATS}
    rows = train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=0)
    seen, unseen = ((torch.tensor(x[part])[:, None], torch.tensor(y[part])) for part in rows)
    began = time.perf_counter()
    forest = RandomForestClassifier(100, random_state=seed).fit(seen[0].flatten(1), seen[1])
    spent, right = time.perf_counter() - began, forest.score(unseen[0].flatten(1), unseen[1])
    yield {"stage": "forest", "metrics": {"accuracy": right}, "timings": {"seconds": spent}}
    cpu, right = yield from sweep(told, "cpu", seen, unseen, seed)
    gpu = cpu if device == "cpu" else (yield from sweep(told, device, seen, unseen, seed))[0]
    work, leads = [products(network(width)) for width in WIDTHS], faster(cpu, gpu)
    slow, fast = np.median(cpu, axis=1), np.median(gpu, axis=1)
    timings = {"seconds": slow[-1], "narrow": slow[0], "longer": slow[-1] / slow[0]}
    lines = {"cpu": (np.log10(WIDTHS), np.log10(slow)), device: (np.log10(WIDTHS), np.log10(fast))}
    if device != "cpu":
        timings |= {"gpu_narrow": fast[0], "gpu": fast[-1], "pays": pays(leads)}
    made = {"lines": lines, "table": list(zip(WIDTHS, work, slow, fast, leads, strict=True))}
    told = {"stage": "network", "metrics": {"accuracy": right, "more": work[-1] / work[0]}}
    yield {**told, "timings": timings, "made": made, "verdict": decide(leads)}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print({name: value for name, value in progress.items() if name != "made"})
