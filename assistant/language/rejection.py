"""How far a text is outside of what was taught: signals, their combination, the threshold."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]
SIGNALS = ("highest", "margin", "energy", "nearest", "highest_nearest", "outside")


ENERGY = 14.0
"""Inverse temperature of the energy. Little changes between 8 and 20."""


def signals(inside: Floats, outside: Floats, nearest: Floats) -> Floats:
    """Return the evidence about each text, float32 of shape (texts, len(SIGNALS)).

    `inside` are a model's outputs for the labels (texts, labels ≥ 2), `outside` those for the
    kinds of out-of-scope examples (texts, kinds ≥ 0), `nearest` the highest cosine with an
    example in scope. The energy is that of Liu et al. 2020, at temperature 1 / `ENERGY`.
    """
    best = np.partition(inside, -2, axis=1)[:, -2:]
    highest = best[:, 1]
    above = np.exp(ENERGY * (inside - highest[:, None])).sum(axis=1)
    energy = highest + np.log(above) / ENERGY
    strange = outside.max(axis=1) if outside.shape[1] else np.zeros_like(highest)
    columns = (highest, highest - best[:, 0], energy, nearest, highest * nearest, strange)
    return np.stack(columns, axis=1)


def softmax(outputs: Floats, sharpness: float) -> Floats:
    """Return probabilities over the columns of each row."""
    raised = np.exp(sharpness * (outputs - outputs.max(axis=1, keepdims=True)))
    probabilities: Floats = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def sharpness_of(outputs: Floats, correct: npt.NDArray[np.int64]) -> float:
    """Return the softmax sharpness (inverse temperature) that makes `correct` likeliest.

    Guo et al. 2017, by golden-section search on the logarithm between 1 and 100.
    """
    rows = np.arange(len(outputs))

    def loss(exponent: float) -> float:
        chosen = softmax(outputs, float(np.exp(exponent)))[rows, correct]
        return float(-np.log(chosen + 1e-12).mean())

    low, high, golden = 0.0, float(np.log(100)), (5**0.5 - 1) / 2
    for _ in range(30):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))


@dataclass(frozen=True)
class Combiner:
    """A logistic model of the signals; its score is 0 surely inside and 1 surely outside."""

    weights: Floats
    offset: float

    def score(self, evidence: Floats) -> Floats:
        """Return the out-of-scope score of each row of signals, in 0..1."""
        value = evidence @ self.weights + self.offset
        scores: Floats = 1 / (1 + np.exp(-np.clip(value, -50, 50)))
        return scores


def fit_combiner(inside: Floats, outside: Floats, left_out: Floats, worth: float) -> Combiner:
    """Return the combiner that tells the signals of `inside` from those of the others.

    `outside` are of real out-of-scope examples, one vote each; `left_out` are of examples whose
    whole class the model had not seen, and are worth `worth` votes together. Both sides weigh
    the same in the end.
    """
    from sklearn.linear_model import LogisticRegression

    evidence = np.concatenate([inside, outside, left_out])
    mean, scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-6
    strange = np.r_[np.ones(len(outside)), np.full(len(left_out), worth / max(len(left_out), 1))]
    votes = np.r_[np.full(len(inside), strange.sum() / len(inside)), strange]
    target = np.r_[np.zeros(len(inside)), np.ones(len(strange))]
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((evidence - mean) / scale, target, sample_weight=votes * len(votes) / votes.sum())
    weights = model.coef_[0] / scale
    return Combiner(weights, float(model.intercept_[0] - weights @ mean))


def threshold(inside: Floats, outside: Floats, most: float) -> float:
    """Return the score above which to reject, from held-out scores of both sides.

    Rejects at most the share `most` of `inside`, and fewer where that gains nothing: the
    difference between the share of `outside` and the share of `inside` rejected is the largest.
    """
    ceiling = float(np.quantile(inside, 1 - most))
    if not len(outside):
        return ceiling
    candidates = np.unique(np.r_[ceiling, outside[outside >= ceiling], 1.0])
    gains = [
        float((outside > candidate).mean() - (inside > candidate).mean())
        for candidate in candidates
    ]
    return float(candidates[int(np.argmax(gains))])
