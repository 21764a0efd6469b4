"""Words, letters and main axes of vectors, without scikit-learn: the chat's path stays light."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
TOKEN = re.compile(r"[\w'+#]+")
LONGEST = 2000
"""Characters of a text that are read; what follows adds nothing to what it wants."""


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, and its runs of two and three neighbours.

    The runs also reach over the start, "^", and the end, "$", of the text: how a question begins
    says much about what it asks.
    """
    found = TOKEN.findall(text[:LONGEST].lower())
    bounded = ["^", *found, "$"]
    pairs = [f"{one} {two}" for one, two in pairwise(bounded)]
    return (
        found + pairs + [f"{pair} {three}" for pair, three in zip(pairs, bounded[2:], strict=False)]
    )


def letters(text: str, shortest: int = 2, longest: int = 5) -> list[str]:
    """Return the letter n-grams inside each word, a space on both of its sides.

    The same as scikit-learn's `char_wb`: a word shorter than n counts once, whole.
    """
    grams: list[str] = []
    for word in text[:LONGEST].lower().split():
        padded = f" {word} "
        for size in range(shortest, longest + 1):
            last = len(padded) - size
            grams.extend(padded[start : start + size] for start in range(max(last, 0) + 1))
            if last <= 0:
                break
    return grams


ANALYZERS: dict[str, Callable[[str], list[str]]] = {"words": words, "letters": letters}


class Vocabulary:
    """The columns of n-grams, found by a hash of 64 bits: two arrays, opened without reading them.

    Among 200,000 n-grams two share a hash with a probability of about 1 in 10⁹.
    """

    def __init__(self, hashes: npt.NDArray[np.uint64], columns: Integers) -> None:
        self.hashes = hashes  # ascending
        self.columns = columns

    @classmethod
    def of(cls, grams: Sequence[str]) -> "Vocabulary":
        """Return the vocabulary in which each n-gram has its position as its column."""
        hashes = _hashes(grams)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], order)

    def find(self, grams: Sequence[str]) -> Integers:
        """Return the columns of those n-grams that are known, in their order."""
        if not len(self.hashes) or not grams:
            return np.empty(0, np.int64)
        hashes = _hashes(grams)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.asarray(self.columns[at[self.hashes[at] == hashes]], np.int64)


def _hashes(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    digests = b"".join(
        blake2b(text.encode(errors="replace"), digest_size=8).digest() for text in texts
    )
    return np.frombuffer(digests, np.uint64)


class Grams:
    """TF-IDF over n-grams: 1 + log(count), smoothed inverse document frequency, unit rows.

    Equal to scikit-learn's TfidfVectorizer(sublinear_tf=True) with the same analyzer.
    """

    def __init__(self, analyzer: str = "words", min_df: int = 1) -> None:
        self.analyzer = analyzer
        self.min_df = min_df

    def fit(self, texts: Sequence[str]) -> "Grams":
        """Learn the vocabulary and the document frequencies of `texts`."""
        analyze = ANALYZERS[self.analyzer]
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(set(analyze(text)))
        kept = sorted(gram for gram, count in seen.items() if count >= self.min_df)
        self.vocabulary_ = Vocabulary.of(kept)
        counts = np.array([seen[gram] for gram in kept], dtype=np.float64)
        self.idf_ = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return self

    def row(self, text: str) -> tuple[Integers, Floats]:
        """Return columns and values of the features of one text, a sparse unit vector."""
        found = self.vocabulary_.find(ANALYZERS[self.analyzer](text))
        columns, counts = np.unique(found, return_counts=True)
        values = (1 + np.log(counts)).astype(np.float32)
        values *= self.idf_[columns]
        length = math.sqrt(float(values @ values))
        return columns, values / np.float32(length) if length else values

    def matrix(self, texts: Sequence[str]) -> Any:
        """Return the features of all texts as a scipy CSR matrix, float32."""
        from scipy.sparse import csr_matrix

        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([found for found, _ in rows]) if rows else np.empty(0, np.int64)
        values = np.concatenate([found for _, found in rows]) if rows else np.empty(0, np.float32)
        return csr_matrix((values, columns, starts), shape=(len(rows), len(self.idf_)))


class Axes(NamedTuple):
    """The directions in which vectors vary most around their mean."""

    mean: Floats
    directions: Floats

    @classmethod
    def of(cls, vectors: Floats, count: int) -> "Axes":
        """Return the first `count` principal axes of `vectors`, float32 (width, count)."""
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, directions = np.linalg.eigh(centred.T @ centred)
        return cls(mean, np.ascontiguousarray(directions[:, ::-1][:, :count]))

    def turn(self, vectors: Floats) -> Floats:
        """Return the vectors in these axes, unit rows of shape (len(vectors), count)."""
        turned = (vectors - self.mean) @ self.directions
        lengths = np.linalg.norm(turned, axis=1, keepdims=True)
        found: Floats = turned / np.maximum(lengths, np.float32(1e-9))
        return found
