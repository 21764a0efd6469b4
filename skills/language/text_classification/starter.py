"""Did they like it? Words counted or read by a transformer: five gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from torch import Tensor

from skills.data import load
from skills.language.minilm import transformer

FEW, PIECES, BATCH = 500, 48, 32
Progress = Generator[dict[str, Any], None, Any]


def split(reviews: Any) -> Any:
    """Return reviews to learn from and to test on, then 1 for each great one of them, else 0."""
    train, test = reviews[~reviews["test"]], reviews[reviews["test"]]
    test = test[~test["review"].isin(train["review"])]  # some people copy and paste
    return tuple(part[name].to_numpy() for name in ("review", "great") for part in (train, test))


def pool(states: Tensor, mask: Tensor) -> Tensor:
    """Return for each text the mean state of its own pieces (mask is 1), scaled to length 1."""
    # TODO 1: states has shape (texts, pieces, size), mask (texts, pieces): 1 for a piece, 0 for
    # filling. Take the mean over the pieces that are there, and divide it by its length.
    raise NotImplementedError("TODO 1: one vector for each text")


def encode(stage: str, texts: Sequence[str], tokenizer: Any, net: Any) -> Progress:
    """Yield progress; return the vectors of the texts, in their order."""
    net.eval()
    order = np.argsort([len(text) for text in texts])  # like lengths together: less filling
    starts = range(0, len(texts), BATCH)
    vectors = np.empty((len(texts), net.config.hidden_size), np.float32)
    for step, start in enumerate(starts, 1):
        rows = order[start : start + BATCH]
        words = tokenizer([texts[row] for row in rows], padding=True, truncation=True,
                          max_length=PIECES, return_tensors="pt")  # fmt: skip
        with torch.no_grad():
            # TODO 2: call the net on the words, pool its last_hidden_state, and put the result into
            # `vectors`, each vector at the place of its text.
            raise NotImplementedError("TODO 2: vectors of a batch")
        yield {"stage": stage, "step": step, "total": len(starts), "texts": start + len(rows)}
    return vectors


def nearest(vectors: Any, known: Any) -> Any:
    """Return for each vector the number of the known one that points most nearly its way."""
    # TODO 3: all vectors have length 1, so their products are the cosines.
    raise NotImplementedError("TODO 3: the most similar known vector")


def counted() -> Any:
    """Return a model of counted words and pairs of words, rare ones weighing more."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=3, max_iter=1000))


def measure(said: Any, y: Any) -> dict[str, float]:
    """Return how well probabilities rank the reviews, and the share of right answers."""
    # TODO 4: a dictionary of roc_auc and accuracy.
    raise NotImplementedError("TODO 4: measure")


def run(reviews: Any, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield the progress of all models and what each reaches on the test reviews."""
    x_train, x_test, y_train, y_test = split(reviews)
    some = np.random.default_rng(seed).permutation(len(x_train))[:FEW]
    x, y = x_train[some], y_train[some]
    said = counted().fit(x, y).predict_proba(x_test)[:, 1]
    yield {"stage": "few", "metrics": measure(said, y_test)}
    tokenizer, net = transformer()
    both = yield from encode("vectors", [*x, *x_test], tokenizer, net)
    # TODO 5: `both` holds the vectors of the learned reviews, then those of the test reviews. Fit a
    # line (C=10, max_iter=1000) to the first, and let `said` be what it says on the others.
    line = LogisticRegression(C=10, max_iter=1000)
    twin = nearest(both[len(x) :], both[: len(x)])
    pairs = [[x_test[i][:60], y_test[i], x[twin[i]][:60], y[twin[i]]] for i in range(6)]
    yield {"stage": "vectors", "made": {"pairs": pairs},
           "metrics": {**measure(said, y_test), "twin": np.mean(y[twin] == y_test)}}  # fmt: skip
    said = counted().fit(x_train, y_train).predict_proba(x_test)[:, 1]
    yield {"stage": "counted", "metrics": measure(said, y_test)}


if __name__ == "__main__":
    for progress in run(load("fine_foods")):
        print({name: value for name, value in progress.items() if name != "made"})
