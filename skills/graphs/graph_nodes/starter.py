"""Who sides with whom? Four gaps to fill, marked with TODO."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from skills.data import load

DRAWS, LABELLED = 20, 2  # how often members are told at random; how many of each side
ROUNDS, HIDDEN, EPOCHS, RATE = 50, 8, 100, 0.05


def hops(matrix: Any, known: Any, sides: Any) -> Any:
    """Return the side (n,) of the nearest known node; of several as near, that of the most."""
    reached, count = np.eye(len(matrix))[known], np.full(len(matrix), -1)
    while (count < 0).any():
        votes = np.stack([(reached[sides == side] > 0).sum(0) for side in (0, 1)])
        fresh = (count < 0) & (votes.sum(0) > 0)
        count[fresh] = votes.argmax(0)[fresh]
        reached = reached + reached @ matrix
    return count


def spread(matrix: Any, known: Any, sides: Any, kinds: int = 2) -> Any:
    """Return each node's belief (n, kinds): again and again the mean of its neighbours'."""
    answers = np.eye(kinds)[sides]
    belief = np.full((len(matrix), kinds), 1 / kinds)
    # TODO 1: ROUNDS times, set the known nodes to their answers, then give every node the mean of
    # its neighbours' beliefs, weighed by the matrix. Set the known ones once more at the end.
    raise NotImplementedError("TODO 1: let labels spread")


def normalise(matrix: Any) -> Any:
    """Return D^-1/2 (A + I) D^-1/2: each node listens to itself too, and nobody is louder."""
    # TODO 2: add 1 on the diagonal; then divide each entry by the root of its row's sum and by the
    # root of its column's sum.
    raise NotImplementedError("TODO 2: normalise the matrix")


def scores(mixing: Any, weights: list[Any]) -> Any:
    """Return two raw scores a node from two layers: mix with the neighbours, weigh, bend, again."""
    # TODO 3: mixing times the first weights (the features are the identity), a ReLU, mixing again,
    # times the second weights.
    raise NotImplementedError("TODO 3: two layers of a graph network")


def train(matrix: Any, known: Any, sides: Any, seed: int) -> Iterator[tuple[float, Any]]:
    """Yield the loss on the known nodes, and the scores of all, as the weights learn."""
    torch.manual_seed(seed)
    mixing, answers = torch.tensor(normalise(matrix)), torch.tensor(sides)
    shapes = [(len(matrix), HIDDEN), (HIDDEN, 2)]
    weights = [(torch.randn(s, dtype=torch.float64) / s[0] ** 0.5).requires_grad_() for s in shapes]
    optimiser = torch.optim.Adam(weights, lr=RATE, weight_decay=5e-4)
    for _ in range(EPOCHS):
        every = scores(mixing, weights)
        # TODO 4: cross-entropy on the known nodes only; then clear, backward, step.
        loss: torch.Tensor = F.cross_entropy(torch.zeros(len(known), 2), answers)
        raise NotImplementedError("TODO 4: learn from the known nodes")
        yield loss.item(), every.detach().numpy()


def run(data: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield how many of the others each method puts on the right side, over many draws."""
    matrix, truth = data["karate"]["matrix"], data["karate"]["sides"]
    rng, told = np.random.default_rng(seed), [np.array([0, 33])]  # first the two leaders
    for _ in range(DRAWS):
        some = [rng.choice(np.flatnonzero(truth == side), LABELLED, False) for side in (0, 1)]
        told.append(np.concatenate(some))
    for stage in ("hops", "spread", "gcn"):
        right = []
        for draw, known in enumerate(told):
            if stage == "hops":
                answers = hops(matrix, known, truth[known])
            elif stage == "spread":
                answers = spread(matrix, known, truth[known]).argmax(1)
            else:
                loss, every = list(train(matrix, known, truth[known], seed + draw))[-1]
                answers = every.argmax(1)
                yield {"stage": stage, "step": draw + 1, "total": len(told), "loss": loss}
            right.append(float(np.delete(answers == truth, known).mean()))
        metrics = {"accuracy": np.mean(right[1:]), "worst": min(right[1:]), "leaders": right[0]}
        made: dict[str, Any] = {"answers": answers, "known": known}
        if stage == "spread":
            novel = data["miserables"]
            cast = [novel["names"].index(name) for name in ("Valjean", "Enjolras", "Fantine")]
            belief = spread(novel["matrix"], cast, [0, 1, 2], kinds=3)
            others = ("Javert", "Cosette", "Gavroche", "Marius", "Napoleon")
            made["novel"] = [(name, *belief[novel["names"].index(name)]) for name in others]
        yield {"stage": stage, "metrics": metrics, "made": made}


if __name__ == "__main__":
    for progress in run(load("friends")):
        print({name: value for name, value in progress.items() if name != "made"})
