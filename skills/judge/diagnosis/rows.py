"""Rows known again by their content, and whether labels follow from other labels."""

from functools import cache
from typing import Any

from skills.judge.compare import plain

MOST = 20_000  # rows of a table that are looked at


def prints(table: Any) -> Any:
    """Return a fingerprint for each of the first 20,000 rows, uint64 of shape (rows,).

    Takes arrays, tensors, tables, sparse matrices and lists of texts. Numbers are compared as
    float32, so that a change of type changes nothing. Empty if it is nothing of the kind.
    """
    import numpy as np

    if hasattr(table, "tocsr"):
        return _of_texts([(row.indices.tobytes(), row.data.tobytes()) for row in table[:MOST]])
    values = np.asarray(plain(table))[:MOST] if hasattr(table, "__len__") else np.empty(0)
    if not len(values):
        return np.empty(0, np.uint64)
    if values.dtype.kind not in "biuf":
        return _of_texts(values.reshape(len(values), -1).tolist())
    flat = np.ascontiguousarray(values.reshape(len(values), -1), np.float32) + np.float32(0)
    bits = flat.view(np.uint32).astype(np.uint64)
    mixed = (bits ^ (bits << np.uint64(29))) * _weights(flat.shape[1])
    return (mixed ^ (mixed >> np.uint64(31))).sum(1, dtype=np.uint64)


def _of_texts(rows: list[Any]) -> Any:
    import numpy as np

    return np.array([hash(repr(row)) for row in rows], np.int64).view(np.uint64)


@cache
def _weights(columns: int) -> Any:
    import numpy as np

    drawn = np.random.Generator(np.random.PCG64(columns)).integers(0, 2**63, columns)
    return drawn.astype(np.uint64) * np.uint64(2) + np.uint64(1)


def unrelated(known: Any, given: Any) -> bool:
    """Return whether labels that were given tell next to nothing of those that are known.

    Classes: the entropy of what was given is hardly lower where the known class is known.
    Numbers: their correlation is weak.
    """
    import numpy as np

    known, given = np.asarray(known), np.asarray(given).reshape(-1)
    if known.dtype.kind == "f" and len(np.unique(known)) > 20:
        if given.dtype.kind not in "biuf" or not np.ptp(given.astype(float)):
            return False
        return abs(float(np.corrcoef(known, given.astype(float))[0, 1])) < 0.5
    _, whole = np.unique(given, return_counts=True)
    total = _entropy(whole)
    rest = 0.0
    for label in np.unique(known):
        part = given[known == label]
        rest += len(part) / len(given) * _entropy(np.unique(part, return_counts=True)[1])
    return total > 0.05 and rest > 0.7 * total


def _entropy(counts: Any) -> float:
    import numpy as np

    share = counts / counts.sum()
    return float(-(share * np.log(share)).sum())
