"""Find answers by words, by meaning and by both: five gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer

from skills.data import load
from skills.language.minilm import embed

ASKED, PIECES, CELLS, PROBES = 1000, 48, 40, 8
OFTEN, LENGTH = 1.2, 0.75  # BM25: how soon repeating a word stops helping, how much length costs
FUSE, TRUST = 5, 0.5  # fusion: what is added to each rank, and what the ranks by words are worth


def split(questions: Sequence[dict[str, Any]], seed: int) -> tuple[list[str], list[str], Any]:
    """Return documents, which hold answers only; wordings as queries; and their documents."""
    rng = np.random.default_rng(seed)
    right = rng.permutation(len(questions))[:ASKED]
    queries = [str(rng.choice(questions[number]["ask"])) for number in right]
    return [f"{q['name']}: {q['answer']}" for q in questions], queries, right


def bm25(documents: Sequence[str], queries: Sequence[str]) -> Any:
    """Return a score for each query (row) and document (column), from the words they share."""
    words = CountVectorizer()
    counts = words.fit_transform(documents).astype(float).tocoo()
    holding = np.bincount(counts.col, minlength=counts.shape[1])  # how many documents have it
    length = np.bincount(counts.row, counts.data, minlength=len(documents))
    # TODO 1: counts.data[i] says how often the word counts.col[i] is in the document counts.row[i].
    # A word's rarity is log(1 + (documents - holding + 0.5) / (holding + 0.5)). A count becomes
    # rarity * count * (OFTEN + 1) / (count + limit), where the limit of a document is
    # OFTEN * (1 - LENGTH + LENGTH * its length / the mean length).
    raise NotImplementedError("TODO 1: the weight of each word in each document")
    return (words.transform(queries) @ counts.T).toarray()


def ranks(scores: Any) -> Any:
    """Return for each query (row) the ranks of the documents: 1 for the highest score."""
    return np.argsort(np.argsort(-scores, axis=1), axis=1) + 1


def fuse(by_words: Any, by_meaning: Any) -> Any:
    """Return both rankings as one score: 1 / (FUSE + rank), that of words times TRUST, added."""
    # TODO 2: `ranks` gives the ranks of a table of scores.
    raise NotImplementedError("TODO 2: two rankings as one")


def shrink(vectors: Any) -> tuple[Any, Any]:
    """Return whole numbers from -127 to 127 (int8), and the scale that gives each row back."""
    scale = np.abs(vectors).max(axis=1, keepdims=True) / 127
    # TODO 3: divide, round to the nearest whole number, and only then make it np.int8.
    raise NotImplementedError("TODO 3: numbers of one byte")


def in_cells(known: Any, asked: Any, seed: int) -> Any:
    """Return cosines with the vectors in the PROBES nearest of CELLS cells, -inf for all others."""
    cells = KMeans(CELLS, n_init=1, random_state=seed).fit(known)
    nearest = np.argsort(-asked @ cells.cluster_centers_.T, axis=1)[:, :PROBES]
    # TODO 4: a row of `nearest` holds the numbers of the PROBES cells nearest to a query,
    # cells.labels_ the cell of each known vector. Begin with a table of -np.inf, and write into
    # the row of each query its cosines with the vectors in those cells, and with no others.
    raise NotImplementedError("TODO 4: a search in a few cells")


def places(scores: Any, right: Any) -> Any:
    """Return at which place, from 1, the right document comes; equal scores count against it."""
    return (scores >= scores[np.arange(len(right)), right][:, None]).sum(1)


def measure(place: Any) -> dict[str, float]:
    """Return how often the right document is first or among ten, and the mean of 1 / place."""
    # TODO 5: a dictionary of recall_1, recall_10 and mrr, the mean reciprocal rank.
    raise NotImplementedError("TODO 5: measure")


def run(questions: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress of each kind of search, and how well it finds the right answers."""
    documents, queries, right = split(questions, seed)
    by_words = bm25(documents, queries)
    yield {"stage": "bm25", "metrics": measure(places(by_words, right))}
    vectors = yield from embed("vectors", [*documents, *queries], PIECES)
    known, asked = vectors[: len(documents)], vectors[len(documents) :]
    exact, (codes, scale) = asked @ known.T, shrink(known)
    few = in_cells(known, asked, seed)
    tables = {"vectors": exact, "hybrid": fuse(by_words, exact),
              "bytes": asked @ (codes * scale).T, "cells": few}  # fmt: skip
    place = {stage: places(scores, right) for stage, scores in tables.items()}
    beside = np.array([places(by_words, right), place["vectors"], place["hybrid"]]).T
    rows = [[queries[n][:60], *beside[n]] for n in np.argsort(beside[:, 0] / beside[:, 1])]
    for stage, scores in tables.items():
        same = np.mean(scores.argmax(1) == exact.argmax(1))
        numbers = {**measure(place[stage]), "same": same, "looked": np.isfinite(scores).mean()}
        yield {"stage": stage, "metrics": numbers, "made": {"places": rows[:4] + rows[-4:]}}


if __name__ == "__main__":
    for progress in run(load("stored_questions")):
        print({name: value for name, value in progress.items() if name != "made"})
