"""A convolutional network that reads handwritten digits, beside a logistic regression."""

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
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),  # 16 x 14 x 14
        nn.Conv2d(16, 32, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2),  # 32 x 5 x 5
        nn.Flatten(), nn.Linear(800, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


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
        return float((net(x).argmax(1) == y).float().mean())


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
            loss = F.cross_entropy(net(images), y[rows])
            optimiser.zero_grad()
            loss.backward()
            average(net)  # over those processes
            optimiser.step()
            schedule.step()
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
