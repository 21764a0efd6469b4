"""Hybrid search over passages: stemmed BM25 and sentence vectors, scores blended.

The index knows texts by their row only. It is built once, saved as plain arrays, and opened by
mapping them into memory. Vectors are compared as 8-bit integers, a quarter of the memory, and
the nearest of them again as they are.
"""

import hashlib
import json
import logging
import mmap
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
DENSE_WEIGHT = 0.6
K1, B = 1.2, 0.75  # Robertson and Zaragoza 2009, section 3.4
RESCORED = 256  # rows whose cosine is computed from the vectors as they are
BLOCK = 64  # rows of which only the highest score is looked at first
MANY = 200_000  # rows that are worth a thread for each core
ROUNDED = 0.51  # of a scale, by which a number may differ from its code
SLICE = 65_536  # rows that are made into integers at a time
VECTORS = "vectors"  # found by their place from the end of the file, so no header can be damaged
FILES = (VECTORS, "codes", "scales", "digests", "data", "indices", "indptr")
_TOKEN = re.compile(r"[^\W_]+[+#]{0,2}")
STOP_WORDS = frozenset(
    """
    a about an and are as at be been being but by can could did do does for from had has have how
    i if in into is it its just me my of on or our please s should so some such t than that the
    their them then there these they this to was we were what when where which who whom why will
    with would you your tell explain mean means meaning
    """.split()  # noqa: SIM905 - a list of words reads better as words
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of the index with its blended score and the two scores it is made of, all ≤ 1."""

    row: int
    score: float
    dense: float
    lexical: float


class Index(Protocol):
    """Rows of text that can be searched."""

    def __len__(self) -> int: ...
    def search(self, text: str, vector: Floats, k: int = 10) -> list[Hit]: ...
    def scores(self, text: str, vector: Floats) -> tuple[Floats, Floats]: ...


class Tokenizer:
    """Words to stems (Snowball English), stop words left out."""

    @cached_property
    def _stemmer(self) -> Any:
        import Stemmer

        return Stemmer.Stemmer("english")

    def __call__(self, text: str) -> list[str]:
        words = [word for word in _TOKEN.findall(text.casefold()) if word not in STOP_WORDS]
        return list(self._stemmer.stemWords(words))


class SearchIndex:
    """Rows of text, found by meaning and by words."""

    KEPT = ("vectors.npy", "digests.npy")  # files that a later index takes vectors over from

    def __init__(self, arrays: dict[str, npt.NDArray[Any]], vocabulary: dict[str, int]) -> None:
        self.vectors: Floats = arrays["vectors"]
        self._arrays = arrays
        self._vocabulary = vocabulary
        self._tokenize = Tokenizer()

    def __len__(self) -> int:
        return len(self.vectors)

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        encode: Encode,
        previous: "SearchIndex | None" = None,
        gists: Sequence[str] | None = None,
    ) -> "SearchIndex":
        """Return an index of `texts`; vectors of texts that `previous` holds are taken over.

        `gists` are what is embedded of each text, by default the text itself.
        """
        gists = texts if gists is None else gists
        digests = np.array(
            [hashlib.blake2b(gist.encode(), digest_size=16).digest() for gist in gists], "S16"
        )
        vectors = _vectors(gists, digests, encode, previous)
        codes, scales = quantised(vectors)
        arrays: dict[str, npt.NDArray[Any]] = {
            "vectors": vectors, "codes": codes, "scales": scales, "digests": digests,
        }  # fmt: skip
        vocabulary = _bm25(texts, arrays)
        return cls(arrays, vocabulary)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        for name in FILES:
            np.save(folder / f"{name}.npy", self._arrays[name], allow_pickle=False)
        (folder / "vocabulary.json").write_text(json.dumps(self._vocabulary), "utf-8")

    @classmethod
    def open(cls, folder: Path) -> "SearchIndex":
        """Return the index in `folder`, its arrays mapped into memory."""
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in FILES
            if name != VECTORS
        }
        shape, path = arrays["codes"].shape, folder / f"{VECTORS}.npy"
        start = path.stat().st_size - 4 * shape[0] * shape[1]
        arrays[VECTORS] = np.memmap(path, np.float32, "r", start, shape)
        return cls(arrays, json.loads((folder / "vocabulary.json").read_text("utf-8")))

    @classmethod
    def kept(cls, folder: Path) -> "SearchIndex":
        """Return what a later index takes over, from the files `KEPT` alone."""
        vectors, digests = (
            np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in cls.KEPT
        )
        return cls({"vectors": vectors, "digests": digests}, {})

    def lexical(self, text: str) -> Floats:
        """Return the BM25 score of every row as a share of the best any row could reach."""
        scores = np.zeros(len(self), dtype=np.float32)
        best = 0.0
        indptr, indices, data = (self._arrays[name] for name in ("indptr", "indices", "data"))
        tokens = set(self._tokenize(text))
        for token in tokens:
            known = self._vocabulary.get(token)
            if known is None:
                best += self._unknown_weight  # a word no row has counts against every row
                continue
            start, end = int(indptr[known]), int(indptr[known + 1])
            if start == end:
                continue
            scores[indices[start:end]] += data[start:end]
            best += float(data[start:end].max())
        if best:
            scores /= np.float32(best)
        return scores

    @cached_property
    def _unknown_weight(self) -> float:
        return float(np.log(1 + len(self))) * 0.5

    def search(self, text: str, vector: Floats, k: int = 10) -> list[Hit]:
        """Return the k best rows for a query text and its unit vector (384,), best first."""
        return best_rows(*self.scores(text, vector), k)

    def scores(self, text: str, vector: Floats) -> tuple[Floats, Floats]:
        """Return the cosine and the word score of every row for a query, float32 (rows,) each."""
        return self.dense(vector), self.lexical(text)

    def dense(self, vector: Floats) -> Floats:
        """Return the cosine of every row with a unit vector, float32 (rows,).

        The `RESCORED` highest are exact, the others within about 0.01.
        """
        from simsimd import cdist

        if not len(self):
            return np.zeros(0, np.float32)
        code, scale = quantised(vector[None])
        threads = 1 if len(self) < MANY else os.cpu_count() or 1
        codes = self._arrays["codes"]
        products = cdist(code, codes, metric="dot", out_dtype="float32", threads=threads)
        cosines: Floats = np.asarray(products)[0]
        cosines *= self._arrays["scales"]
        cosines *= scale[0]
        top = highest(cosines, RESCORED)
        cosines[top] = self._rows(top) @ vector
        return cosines

    def _rows(self, rows: npt.NDArray[np.intp]) -> Floats:
        """Return the vectors of some rows, float32 (len(rows), 384).

        One that its code belies is damaged, and what the code says is taken for it. Those in
        memory are let go: each comes with its neighbours from the file, which would add up to the
        whole of it.
        """
        found: Floats = np.array(self.vectors[rows])
        scales = self._arrays["scales"][rows, None]
        coded = self._arrays["codes"][rows] * scales
        belied = ~(np.abs(found - coded) <= ROUNDED * scales).all(axis=1)
        found[belied] = coded[belied]
        mapped = self.vectors.base
        if isinstance(mapped, mmap.mmap) and hasattr(mapped, "madvise"):
            mapped.madvise(mmap.MADV_DONTNEED)
        return found


class Joined:
    """Several indexes as one: the rows of each come after those of the one before."""

    def __init__(self, parts: Sequence[Index]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def search(self, text: str, vector: Floats, k: int = 10) -> list[Hit]:
        """Return the k best rows for a query text and its unit vector (384,), best first."""
        return best_rows(*self.scores(text, vector), k)

    def scores(self, text: str, vector: Floats) -> tuple[Floats, Floats]:
        """Return the cosine and the word score of every row for a query, float32 (rows,) each."""
        dense, lexical = zip(*(part.scores(text, vector) for part in self._parts), strict=True)
        return np.concatenate(dense), np.concatenate(lexical)


def quantised(vectors: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return rows as integers from -127 to 127 and the scale of each: codes · scale ≈ vectors."""
    codes = np.empty(vectors.shape, np.int8)
    scales = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), SLICE):  # a slice at a time, for the memory it takes
        rows = slice(start, start + SLICE)
        scales[rows] = np.abs(vectors[rows]).max(axis=1, initial=1e-9) / np.float32(127)
        codes[rows] = np.rint(vectors[rows] / scales[rows, None])
    return codes, scales


def highest(scores: Floats, k: int) -> npt.NDArray[np.intp]:
    """Return the positions of the k highest scores, in no order.

    They lie in the k blocks with the highest maxima, so that only those are looked through.
    """
    if k >= len(scores):
        return np.arange(len(scores))
    whole = len(scores) // BLOCK * BLOCK
    maxima = scores[:whole].reshape(-1, BLOCK).max(axis=1)
    blocks = np.arange(len(maxima))
    if k < len(maxima):
        blocks = np.argpartition(-maxima, k - 1)[:k]
    rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
    rows = np.concatenate([rows, np.arange(whole, len(scores))])
    return np.asarray(rows[np.argpartition(-scores[rows], k - 1)[:k]])


def best_rows(dense: Floats, lexical: Floats, k: int) -> list[Hit]:
    """Return the k rows whose blended score is best, best first."""
    if not len(dense):
        return []
    blended = DENSE_WEIGHT * dense
    blended += (1 - DENSE_WEIGHT) * lexical
    top = np.sort(highest(blended, k))
    top = top[np.argsort(-blended[top], kind="stable")]
    return [
        Hit(int(row), float(blended[row]), float(dense[row]), float(lexical[row])) for row in top
    ]


def _vectors(
    texts: Sequence[str],
    digests: npt.NDArray[np.bytes_],
    encode: Encode,
    previous: SearchIndex | None,
) -> Floats:
    known = {}
    if previous is not None:
        known = {digest: row for row, digest in enumerate(previous._arrays["digests"].tolist())}
    rows = digests.tolist()
    fresh = [index for index, digest in enumerate(rows) if digest not in known]
    new = encode([texts[index] for index in fresh])
    if len(fresh) == len(texts):
        return new
    vectors: Floats = np.empty((len(texts), new.shape[1]), dtype=np.float32)
    vectors[fresh] = new
    for index, digest in enumerate(rows):
        if previous is not None and digest in known:
            vectors[index] = previous.vectors[known[digest]]
    return vectors


def _bm25(texts: Sequence[str], arrays: dict[str, npt.NDArray[Any]]) -> dict[str, int]:
    """Fill in the BM25 matrix (word × row, compressed by word); return word → its number."""
    import bm25s

    tokenize = Tokenizer()
    numbers: dict[str, int] = {}
    corpus = [[numbers.setdefault(word, len(numbers)) for word in tokenize(text)] for text in texts]
    if not numbers:
        arrays["data"] = np.zeros(0, np.float32)
        arrays["indices"] = np.zeros(0, np.int32)
        arrays["indptr"] = np.zeros(1, np.int64)
        return {}
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
    retriever.index((corpus, numbers), show_progress=False)
    for name in ("data", "indices", "indptr"):
        arrays[name] = np.asarray(retriever.scores[name])
    return {str(word): int(number) for word, number in retriever.vocab_dict.items() if word}
