"""The wordings of stored questions as vectors of `Encoder.matching`, compared as integers."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.search import Encode, Floats, quantised

FILES = ("codes", "scales", "digests")


class Wordings:
    """One row a wording, in the order of the wordings in the search index."""

    KEPT = tuple(f"wording_{name}.npy" for name in FILES)  # as in `SearchIndex`

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._arrays = arrays

    @classmethod
    def build(
        cls, texts: Sequence[str], encode: Encode, version: str, previous: "Wordings | None" = None
    ) -> "Wordings":
        """Return the wordings; rows that `previous` holds, of the same version, are taken over."""
        digests = [
            hashlib.blake2b(f"{version} {text}".encode(), digest_size=8).hexdigest().encode()
            for text in texts
        ]
        known = {} if previous is None else previous.rows()
        fresh = [row for row, digest in enumerate(digests) if digest not in known]
        vectors = encode([texts[row] for row in fresh])
        codes = np.empty((len(texts), vectors.shape[1]), np.int8)
        scales = np.empty(len(texts), np.float32)
        codes[fresh], scales[fresh] = quantised(vectors)
        if previous is not None:
            kept = [row for row, digest in enumerate(digests) if digest in known]
            old = [known[digests[row]] for row in kept]
            codes[kept] = previous._arrays["codes"][old]
            scales[kept] = previous._arrays["scales"][old]
        return cls({"codes": codes, "scales": scales, "digests": np.array(digests, "S16")})

    def rows(self) -> dict[bytes, int]:
        """Return the row of each wording by the digest of its text."""
        return {digest: row for row, digest in enumerate(self._arrays["digests"].tolist())}

    def save(self, folder: Path) -> None:
        """Write the wordings into `folder`."""
        for name in FILES:
            np.save(folder / f"wording_{name}.npy", self._arrays[name], allow_pickle=False)

    @classmethod
    def open(cls, *folders: Path) -> "Wordings":
        """Return the wordings in `folders`, in order; those of a single one are mapped."""
        found = {
            name: [
                np.load(folder / f"wording_{name}.npy", mmap_mode="r", allow_pickle=False)
                for folder in folders
            ]
            for name in FILES
        }
        return cls(
            {name: parts[0] if len(parts) == 1 else np.concatenate(parts)
             for name, parts in found.items()}
        )  # fmt: skip

    @classmethod
    def kept(cls, folder: Path) -> "Wordings":
        """Return what later wordings take over, from the files `KEPT` alone."""
        return cls.open(folder)

    def likeness(self, vector: Floats) -> Floats:
        """Return the cosine of every wording with a unit vector (384,), within about 0.01."""
        from simsimd import cdist

        code, scale = quantised(vector[None])
        products = np.asarray(cdist(code, self._arrays["codes"], metric="dot"))
        return np.asarray(products[0] * self._arrays["scales"] * scale[0], dtype=np.float32)
