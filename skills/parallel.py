"""Training on several processes, each with a share of every batch; with one, nothing changes.

`lodestar exercise run ID --nproc N` starts them through torchrun.
"""

from typing import Any


def size() -> int:
    """Return how many processes train together."""
    import torch

    shared = torch.distributed.is_available() and torch.distributed.is_initialized()
    return int(torch.distributed.get_world_size()) if shared else 1


def share(rows: Any) -> Any:
    """Return this process's share of a batch: every n-th row."""
    import torch

    return rows[torch.distributed.get_rank() :: size()] if size() > 1 else rows


def average(net: Any) -> None:
    """Replace each gradient by its mean over the processes, so that all take the same step."""
    import torch

    if size() > 1:
        for weights in net.parameters():
            if weights.grad is not None:
                torch.distributed.all_reduce(weights.grad)
                weights.grad /= size()
