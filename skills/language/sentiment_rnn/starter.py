"""Did they like it? A network that reads reviews: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from torch import Tensor, nn

from skills.data import load

LEAST, LENGTH, EPOCHS, BATCH, RATE = 3, 60, 4, 50, 0.01
WORD = re.compile(r"[a-z']+|[!?]")


def split(reviews: Any) -> Any:
    """Return reviews to learn from and to test on, then 1 for each great one of them, else 0."""
    train, test = reviews[~reviews["test"]], reviews[reviews["test"]]
    test = test[~test["review"].isin(train["review"])]  # some people copy and paste
    return train["review"], test["review"], train["great"].to_numpy(), test["great"].to_numpy()


def vocabulary(reviews: Iterable[str]) -> dict[str, int]:
    """Return a number, from 2 on, for each word that at least LEAST reviews hold."""
    found = CountVectorizer(token_pattern=WORD.pattern, min_df=LEAST).fit(reviews)
    return {word: n for n, word in enumerate(found.get_feature_names_out(), 2)}


def encode(reviews: Iterable[str], numbers: dict[str, int]) -> Tensor:
    """Return the first LENGTH words of each review as numbers: 1 for unknown, 0 after the end."""
    # TODO 1: one row for each review: find its words in lower case, take the first LENGTH, put 1
    # for a word without a number, and fill up with 0. Return a tensor of whole numbers.
    raise NotImplementedError("TODO 1: words as numbers")


class Reader(nn.Module):
    """A vector for each word, a GRU that reads them, the mean of its states: one raw score."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.vectors, self.forget = nn.Embedding(size, 32, padding_idx=0), nn.Dropout(0.3)
        self.memory, self.score = nn.GRU(32, 32, batch_first=True), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        # TODO 2: look up the vectors, apply dropout (self.forget), and run self.memory, which gives
        # a state for each word. Take the mean of the states where x > 0, then dropout again and
        # self.score. The result has shape (rows,) and is a raw score.
        raise NotImplementedError("TODO 2: from states to a score")


def train(net: nn.Module, x: Tensor, y: Tensor) -> Iterator[dict[str, Any]]:
    """Teach the net which reviews are great; yield the loss on the way."""
    batches = [part for _ in range(EPOCHS) for part in torch.randperm(len(x)).split(BATCH)]
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    net.train()
    for step, batch in enumerate(batches, 1):
        loss = 0 * y[batch].sum()
        # TODO 3: the binary cross-entropy of this batch, from raw scores; clear the old gradients,
        # compute the new ones, change the weights.
        yield {"stage": "gru", "step": step, "total": len(batches), "loss": loss.item()}


def probabilities(net: nn.Module, x: Tensor) -> Any:
    """Return for each review the probability that it is great, as a NumPy array."""
    # TODO 4: switch dropout off, and keep no gradients. A raw score is no probability yet.
    raise NotImplementedError("TODO 4: probabilities")


def measure(said: Any, y: Any) -> dict[str, float]:
    """Return how well probabilities rank the reviews, and the share of right answers."""
    # TODO 5: a dictionary of roc_auc and accuracy.
    raise NotImplementedError("TODO 5: measure")


def run(reviews: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress of all three models and what each reaches on the test reviews."""
    x_train, x_test, y_train, y_test = split(reviews)
    yield {"stage": "always", "metrics": measure(0 * y_test + y_train.mean(), y_test)}
    torch.manual_seed(seed)
    numbers = vocabulary(x_train)
    net = Reader(len(numbers) + 2).to(device)
    x, x_new = (encode(part, numbers).to(device) for part in (x_train, x_test))
    yield from train(net, x, torch.tensor(y_train).float().to(device))
    yield {"stage": "gru", "metrics": measure(probabilities(net, x_new), y_test)}
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = make_pipeline(vectors, LogisticRegression(C=3, max_iter=1000)).fit(x_train, y_train)
    names = vectors.get_feature_names_out()[model[-1].coef_[0].argsort()]
    yield {"stage": "line", "metrics": measure(model.predict_proba(x_test)[:, 1], y_test),
           "made": {"words": list(zip(names[:12], names[:-13:-1], strict=True))}}  # fmt: skip


if __name__ == "__main__":
    for progress in run(load("fine_foods")):
        print({name: value for name, value in progress.items() if name != "made"})
