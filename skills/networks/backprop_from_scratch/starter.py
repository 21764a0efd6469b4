"""A two-layer network in NumPy: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skills.data import load

HIDDEN, EPOCHS, BATCH, RATE = 64, 60, 32, 0.2
Weights = dict[str, Any]  # w1 (64, HIDDEN), b1 (HIDDEN,), w2 (HIDDEN, 10), b2 (10,)


def start(rng: np.random.Generator) -> Weights:
    """Return weights drawn so that the values keep their size from layer to layer."""
    return {"w1": rng.normal(0, np.sqrt(2 / 64), (64, HIDDEN)), "b1": np.zeros(HIDDEN),
            "w2": rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10)), "b2": np.zeros(10)}  # fmt: skip


def forward(weights: Weights, x: Any) -> tuple[Any, Any]:
    """Return the hidden values (n, HIDDEN), none below zero, and the scores (n, 10)."""
    # TODO 1: the hidden values x W1 + b1, with zero in place of what is negative; then the scores.
    raise NotImplementedError("TODO 1: from the pixels to the scores")


def probabilities(scores: Any) -> Any:
    """Return the softmax of each row; less the largest score, so nothing overflows."""
    # TODO 2: e to the power of each score, divided by the sum of its row. Mind large scores.
    raise NotImplementedError("TODO 2: softmax")


def loss(weights: Weights, x: Any, y: Any) -> float:
    """Return the mean cross-entropy: minus the logarithm of what the right digit was given."""
    # TODO 3: minus the logarithm of the probability of the right digit, as a mean over the rows.
    raise NotImplementedError("TODO 3: cross-entropy")


def backward(weights: Weights, x: Any, y: Any) -> Weights:
    """Return the derivative of the loss by every weight, from the last layer to the first."""
    # TODO 4: go forward. The derivative by each score is its probability, less 1 for the right
    # digit, divided by the number of rows. From it follow those by w2 and b2; one step further
    # back, through the ReLU, those by w1 and b1. Return a dictionary of the four.
    raise NotImplementedError("TODO 4: backpropagation")


def by_torch(weights: Weights, x: Any, y: Any) -> Weights:
    """Return the same derivatives as PyTorch finds them."""
    own = {name: torch.tensor(value, requires_grad=True) for name, value in weights.items()}
    hidden = torch.relu(torch.tensor(x) @ own["w1"] + own["b1"])
    scores = hidden @ own["w2"] + own["b2"]
    torch.nn.functional.cross_entropy(scores, torch.tensor(y)).backward()
    return {name: np.asarray(tensor.grad) for name, tensor in own.items()}


def by_nudging(weights: Weights, x: Any, y: Any, name: str, place: int) -> float:
    """Return the slope of the loss as one weight moves by a hundred-thousandth either way."""
    up, down = ({**weights, name: weights[name].copy()} for _ in range(2))
    up[name].flat[place] += 1e-5
    down[name].flat[place] -= 1e-5
    return (loss(up, x, y) - loss(down, x, y)) / 2e-5


def run(data: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the test of the gradients, the baseline, and the training of the network."""
    x, unseen, y, truth = train_test_split(*data, test_size=450, stratify=data[1], random_state=0)
    rng = np.random.default_rng(seed)
    weights, few = start(rng), (x[:50], y[:50])
    own, theirs = backward(weights, *few), by_torch(weights, *few)
    apart = max(float(abs(own[n] - theirs[n]).max() / abs(theirs[n]).max()) for n in own)
    places = {name: int(abs(slope).argmax()) for name, slope in own.items()}
    rows = [(name, own[name].flat[place], theirs[name].flat[place],
             by_nudging(weights, *few, name, place)) for name, place in places.items()]  # fmt: skip
    worst = max(abs(mine / nudged - 1) for _, mine, _, nudged in rows)
    met = {"torch": apart, "nudged": worst}
    yield {"stage": "gradients", "metrics": met, "made": {"rows": rows}}
    line = LogisticRegression(max_iter=1000).fit(x, y).score(unseen, truth)
    yield {"stage": "logistic", "metrics": {"accuracy": line, "mistakes": round(450 * (1 - line))}}
    for epoch in range(EPOCHS):
        order = rng.permutation(len(x))
        for batch in np.split(order, range(BATCH, len(x), BATCH)):
            for name, slope in backward(weights, x[batch], y[batch]).items():
                weights[name] -= RATE * (1 - epoch / EPOCHS) * slope  # ever smaller steps
        right = float((forward(weights, unseen)[1].argmax(axis=1) == truth).mean())
        yield {"stage": "network", "step": epoch + 1, "total": EPOCHS,
               "loss": loss(weights, x, y), "accuracy": right}  # fmt: skip
    metrics = {"accuracy": right, "mistakes": round(450 * (1 - right)), "torch": apart}
    yield {"stage": "network", "metrics": metrics, "made": {"weights": weights}}


if __name__ == "__main__":
    for progress in run(load("digits_8x8")):
        print({name: value for name, value in progress.items() if name != "made"})
