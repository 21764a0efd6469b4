"""A convolutional network that reads handwritten digits: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import torch
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional as F

from skills.data import load
from skills.keep import restore, state
from skills.parallel import average, share

EPOCHS, BATCH, RATE = 12, 50, 0.005
Progress = Iterator[dict[str, Any]]


def repeatable(seed: int) -> None:
    """Make the same seed give the same numbers on the same device."""
    torch.manual_seed(seed)  # the only source of random numbers here
    torch.backends.cudnn.deterministic = True
    torch.set_num_threads(1)  # so small a network gains little from more


def logistic() -> nn.Sequential:
    """Return multinomial logistic regression: a weight for each pixel and digit."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def cnn() -> nn.Sequential:
    """Return two rounds of filter, rectify and pool, then two layers that weigh the findings."""
    # TODO 1: Conv2d (1 to 16 channels, 5 x 5, padding 2), ReLU, MaxPool2d(2); the same from 16
    # to 32 channels without padding; then Flatten, Linear to 64, ReLU, Linear to 10.
    raise NotImplementedError("TODO 1: build the network")


def augment(x: Tensor) -> Tensor:
    """Return every image turned, sized and moved a little, each in its own way."""
    turn, size, right, down = torch.rand(4, len(x), device=x.device) * 2 - 1
    angle, scale = 0.2 * turn, 1 + 0.1 * size  # up to 11 degrees and a tenth
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    rows = [torch.stack([cos, -sin, right / 7], 1), torch.stack([sin, cos, down / 7], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)  # 1/7 of half the width: two pixels


def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of images whose digit gets the highest score."""
    net.eval()
    with torch.no_grad():
        # TODO 2: the digit with the highest score, compared with y, as a mean.
        raise NotImplementedError("TODO 2: the share of right answers")


def train(stage: str, net: nn.Module, seen: Any, unseen: Any, saved: Any = None) -> Progress:
    """Train on the pair (images, digits) `seen`; `unseen` is watched and chooses nothing."""
    (x, y), total = seen, EPOCHS * -(-len(seen[0]) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total)
    told, parts = {"stage": stage, "total": total}, (net, optimiser, schedule)
    step = restore(saved, *parts)  # 0, unless a run that was cut short goes on here
    while step < total:
        net.train()
        for batch in torch.randperm(len(x), device=x.device).split(BATCH):
            rows = share(batch)  # all of them, unless several processes train together
            images = augment(x[rows]) if stage == "cnn" else x[rows]
            # TODO 3: the cross-entropy of the network's scores against the digits y[rows].
            loss: Tensor = F.cross_entropy(torch.zeros(len(rows), 10), y[rows])
            # TODO 4: clear the old gradients, compute the new ones, change the weights, and
            # move the learning rate along its schedule: four calls. Between the second and
            # the third, average(net) stays, for those who train on several processes.
            step += 1
            if step % 10 == 1:
                yield {**told, "step": step, "loss": loss.item()}
        right = accuracy(net, *unseen)
        yield {**told, "step": step, "accuracy": right, "state": state(step, *parts)}


def run(data: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Progress:
    """Yield the progress of both models and what each reaches on 1,000 unseen digits."""
    x, y = torch.tensor(data[0])[:, None].to(device), torch.tensor(data[1]).to(device)
    rows = train_test_split(range(len(y)), test_size=1000, stratify=data[1], random_state=0)
    seen, unseen = ((x[part], y[part]) for part in rows)
    for stage, build in (("logistic", logistic), ("cnn", cnn)):
        repeatable(seed)
        net = build().to(device)
        yield from train(stage, net, seen, unseen, (saved or {}).get(stage))
        right, moved = accuracy(net, *unseen), accuracy(net, unseen[0].roll(2, 3), unseen[1])
        wrong, size = round((1 - right) * len(unseen[1])), sum(w.numel() for w in net.parameters())
        metrics = {"accuracy": right, "mistakes": wrong, "parameters": size, "moved": moved}
        made = {"model": net, "images": unseen[0], "truth": unseen[1]}
        yield {"stage": stage, "metrics": {**metrics, "lost": right - moved}, "made": made}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print({name: value for name, value in progress.items() if name != "made"})
