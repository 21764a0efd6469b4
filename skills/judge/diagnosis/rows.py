"""Rows known again by their bytes."""

from hashlib import blake2b
from typing import Any

from skills.judge.compare import plain

MOST = 20_000  # rows of a table that are looked at


def prints(table: Any) -> list[bytes]:
    """Return a fingerprint for each of the first 20,000 rows of an array, tensor or table.

    Numbers are compared as float32, so that a change of type changes nothing.
    """
    import numpy as np

    values = np.asarray(plain(table))
    values = values[:MOST].reshape(min(len(values), MOST), -1)
    if values.dtype.kind in "biuf":
        values = np.ascontiguousarray(values, np.float32) + np.float32(0)  # -0 is 0
        return [blake2b(row.tobytes(), digest_size=8).digest() for row in values]
    return [blake2b(repr(row.tolist()).encode(), digest_size=8).digest() for row in values]
