"""Is it spam? Naive Bayes by hand: four gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from skills.data import load

BINS, EXTRA, TREES, SURE = 8, 1, 100, 0.5
Progress = Generator[dict[str, Any], None, Any]


def split(mails: pd.DataFrame) -> Any:
    """Return x_train, x_test, y_train, y_test: three mails in ten, drawn at random, are tested."""
    x, y = mails.drop(columns=["spam"]).to_numpy(float), mails["spam"].to_numpy()
    return train_test_split(x, y, test_size=0.3, stratify=y, random_state=1)


def by_time(mails: pd.DataFrame) -> Any:
    """Return the same four, but the mails that are tested came after those to learn from."""
    x, y = mails.drop(columns=["spam"]).to_numpy(float), mails["spam"].to_numpy()
    # TODO 1: the rows stand in order of time. The first seven tenths are there to learn from.
    raise NotImplementedError("TODO 1: earlier and later mails")


def marks(train: Any, test: Any) -> list[Any]:
    """Return both as columns of 0 and 1, one for each range that the numbers of a column fall in.

    The ranges hold about as many training mails each; equal numbers stay together.
    """
    parts: list[list[Any]] = [[], []]
    for column in range(train.shape[1]):
        edges = np.unique(np.quantile(train[:, column], np.arange(BINS) / BINS))
        for part, table in zip(parts, (train, test), strict=True):
            place = np.searchsorted(edges, table[:, column])
            part.append(place[:, None] == np.arange(len(edges) + 1))
    return [np.concatenate(part, axis=1).astype(int) for part in parts]


def learn(x: Any, y: Any) -> tuple[Any, Any]:
    """Return the share of each class, and for each class (row) how often it has each mark.

    EXTRA mails with the mark and as many without it are imagined for each class.
    """
    prior = np.array([np.mean(y == c) for c in (0, 1)])
    # TODO 2: for each class, the mails of that class that have each mark, plus EXTRA, over the
    # mails of that class, plus 2 * EXTRA. The result has one row for each class.
    raise NotImplementedError("TODO 2: how often each class has each mark")
    return prior, np.array([])


def spam_probability(x: Any, prior: Any, has: Any) -> Any:
    """Return for each mail how probable spam is, as if marks were independent in each class."""
    # TODO 3: for each class add up logarithms: of its prior, of `has` for each mark that the mail
    # has, of 1 - has for each that it has not. The two sums give the probability of spam.
    raise NotImplementedError("TODO 3: from marks to a probability")


def measure(said: Any, y: Any) -> dict[str, float]:
    """Return what probabilities of spam are worth; y is 1 for spam."""
    sure = said >= SURE
    return {
        "roc_auc": roc_auc_score(y, said), "average_precision": average_precision_score(y, said),
        "log_loss": log_loss(y, np.clip(said, 1e-6, 1 - 1e-6)),
        "caught": 0.0, "lost": float(sure[0]),  # TODO 4: the shares of spam and of good mails
    }  # fmt: skip


def forest(x: Any, y: Any, seed: int) -> Any:
    """Return two forests of a different kind, their risks averaged; they learn from the numbers."""
    wild = ExtraTreesClassifier(TREES, max_features=8, min_samples_leaf=2, random_state=seed)
    kinds = [("drawn", RandomForestClassifier(TREES, random_state=seed)), ("wild", wild)]
    return VotingClassifier(kinds, voting="soft").fit(x, y)


def run(mails: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what each filter reaches on mails that it has not seen."""
    x_train, x_test, y_train, y_test = split(mails)
    x, x_new = marks(x_train, x_test)
    said = spam_probability(x_new, *learn(x, y_train))
    tells = [[f"{low:.1f} to {low + 0.2:.1f}", int(inside.sum()), f"{y_test[inside].mean():.0%}"]
             for low in (0, 0.2, 0.4, 0.6, 0.8)
             if (inside := (said >= low) & (said <= low + 0.2)).any()]  # fmt: skip
    yield {"stage": "bayes", "metrics": measure(said, y_test), "made": {"tells": tells}}
    line = LogisticRegression(max_iter=1000).fit(x, y_train)
    yield {"stage": "line", "metrics": measure(line.predict_proba(x_new)[:, 1], y_test)}
    for stage, parts in (("forest", (x_train, x_test, y_train, y_test)), ("later", by_time(mails))):
        said = forest(parts[0], parts[2], seed).predict_proba(parts[1])[:, 1]
        yield {"stage": stage, "metrics": measure(said, parts[3])}


if __name__ == "__main__":
    for progress in run(load("spam_mails")):
        print({name: value for name, value in progress.items() if name != "made"})
