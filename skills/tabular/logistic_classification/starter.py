"""Is a tumour malignant? Logistic regression: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
from scipy.special import expit as sigmoid  # 1 / (1 + exp(-score)), without overflow
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skills.data import load

FOLDS, MISSED, BINS = 10, 10, 10  # we say: a missed tumour costs ten times a false alarm
FREEDOM, RATE, STEPS = 0.5, 0.5, 1000  # scikit-learn calls the first one C
THRESHOLD = 0.5  # TODO 1: from which risk on is an alarm cheaper than silence, on average?
Progress = Generator[dict[str, Any], None, Any]


def gradient(weights: Any, x: Any, y: Any) -> Any:
    """Return how mean log loss plus penalty change with each weight; x starts with ones."""
    # TODO 2: the gradient of the mean log loss. It looks like that of the squared error, with
    # risks in place of predictions.
    raise NotImplementedError("TODO 2: the gradient of the log loss")
    slope[1:] += weights[1:] / (FREEDOM * len(y))  # the first weight, the bias, goes free
    return slope


class ByHand(ClassifierMixin, BaseEstimator):
    """Logistic regression by gradient descent."""

    def fit(self, x: Any, y: Any) -> "ByHand":
        """Find the weights; y is 1 or 0."""
        x, self.classes_ = np.insert(x, 0, 1, axis=1), np.array([0, 1])
        self.weights_ = np.zeros(x.shape[1])
        for _ in range(STEPS):
            # TODO 3: one step down the slope.
            raise NotImplementedError("TODO 3: a step of gradient descent")
        return self

    def predict_proba(self, x: Any) -> Any:
        """Return a column of risks that y is 0 and one that it is 1."""
        risk = sigmoid(np.insert(x, 0, 1, axis=1) @ self.weights_)
        return np.column_stack([1 - risk, risk])


def candidates() -> dict[str, Any]:
    """Return the models by name, each with its own scaling inside."""
    models = {"bayes": GaussianNB(), "hand": ByHand(),
              "logistic": LogisticRegression(C=FREEDOM, max_iter=1000),
              "free": LogisticRegression(C=1e6, max_iter=10000)}  # fmt: skip
    return {name: make_pipeline(StandardScaler(), model) for name, model in models.items()}


def out_of_fold(stage: str, model: Any, x: Any, y: Any, seed: int) -> Progress:
    """Yield accuracies by fold; return each row's risk, by a model that has not seen the row."""
    folds, risk = StratifiedKFold(FOLDS, shuffle=True, random_state=seed), np.zeros(len(y))
    for step, (_fit, check) in enumerate(folds.split(x, y), 1):
        # TODO 4: fit on the rows `_fit`, keep the risks of the rows `check`, each in its place.
        raise NotImplementedError("TODO 4: risks of unseen rows")
        right = np.mean((risk[check] >= 0.5) == y[check])
        yield {"stage": stage, "step": step, "total": FOLDS, "accuracy": right}
    return risk


def calibration(risk: Any, y: Any) -> list[tuple[float, float, int]]:
    """Return for each tenth of the scale with rows in it: mean risk, share that came true, rows."""
    bins = np.minimum((risk * BINS).astype(int), BINS - 1)
    parts = [bins == number for number in range(BINS) if (bins == number).any()]
    return [(risk[part].mean(), y[part].mean(), int(part.sum())) for part in parts]


def measure(risk: Any, y: Any) -> dict[str, float]:
    """Return what risks are worth as a ranking, as numbers to believe, and as decisions."""
    # TODO 5: the mean distance between what was said and what came true, each row counting once.
    off = float("nan")
    scores = {"roc_auc": roc_auc_score(y, risk), "log_loss": log_loss(y, risk),
              "brier": brier_score_loss(y, risk), "off": off}  # fmt: skip
    for name, threshold in (("half", 0.5), ("cheap", THRESHOLD)):
        alarm = risk >= threshold
        missed, alarms = np.sum(~alarm[y == 1]), np.sum(alarm[y == 0])
        cost = 100 * (MISSED * missed + alarms) / len(y)
        scores |= {f"missed_{name}": missed, f"alarms_{name}": alarms, f"cost_{name}": cost}
    return {"accuracy": np.mean((risk >= 0.5) == y), **scores}


def run(data: Any, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield the progress of every model and what its risks on unseen tumours are worth."""
    x, y = data
    for stage, model in candidates().items():
        risk = yield from out_of_fold(stage, model, x, y, seed)
        made = {"risk": risk, "truth": y, "missed": MISSED, "said": calibration(risk, y)}
        yield {"stage": stage, "metrics": measure(risk, y), "made": made}


if __name__ == "__main__":
    for progress in run(load("breast_cancer")):
        print({name: value for name, value in progress.items() if name != "made"})
