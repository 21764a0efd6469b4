"""What a compilation that is cut short leaves to the next, and whose turn it is to compile."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from assistant.search import Encode, Floats

FOLDER, LOCK = "unfinished", "compiling.lock"
SLICE = 512  # texts that are embedded, and kept, at once


@contextlib.contextmanager
def alone(cache: Path, wait: Callable[[], object]) -> Iterator[None]:
    """Let one process at a time compile; `wait` is called before waiting for another.

    A process that is killed holds nothing. Where files cannot be locked nobody waits.
    """
    with (cache / LOCK).open("wb") as file:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def in_slices(encode: Encode, keep: Path, version: str) -> Callable[[Sequence[str]], Floats]:
    """Return an encoder of slices of texts that takes those made before from the folder `keep`.

    `version` names what makes the vectors. A slice that is damaged is made again.
    """

    def encoded(texts: Sequence[str]) -> Floats:
        name = hashlib.sha256(json.dumps([version, *texts]).encode()).hexdigest()[:32]
        kept = _read(keep / name)
        if kept is not None:
            return kept
        vectors = encode(texts)
        keep.mkdir(parents=True, exist_ok=True)
        part = keep / f".{name}.{os.getpid()}"
        part.write_bytes(_sealed(vectors))
        part.replace(keep / name)
        return vectors

    return encoded


def _sealed(vectors: Floats) -> bytes:
    """Return vectors as bytes, behind a checksum."""
    file = io.BytesIO()
    np.save(file, vectors, allow_pickle=False)
    return zlib.crc32(file.getbuffer()).to_bytes(4) + file.getvalue()


def _read(file: Path) -> Floats | None:
    """Return the vectors in a file, None where it is missing or damaged."""
    try:
        raw = file.read_bytes()
    except OSError:
        return None
    if raw[:4] != zlib.crc32(raw[4:]).to_bytes(4):
        return None
    vectors: Floats = np.load(io.BytesIO(raw[4:]), allow_pickle=False)
    return vectors


def forget(cache: Path) -> None:
    """Remove the slices once all is compiled."""
    shutil.rmtree(cache / FOLDER, ignore_errors=True)
