"""Which compiled mind is up to date: found out without opening it, or importing anything heavy."""

import hashlib
import json
import mmap
import os
import zlib
from collections.abc import Collection
from pathlib import Path

from assistant.language.weights import EXPORT_VERSION, MODEL_SHA256
from assistant.places import package_dir
from knowledge import fingerprint
from skills.folders import files, package

COMPILED = 10  # raise it when the code that compiles changes what it writes
MODEL = f"{MODEL_SHA256}-{EXPORT_VERSION}"
LANGUAGE = package_dir("assistant") / "language" / "intents"
PHRASES = package_dir("assistant") / "replies" / "phrases.yaml"
SPAN = 4096  # bytes of which any change is told for certain
SMALL = 1 << 16  # bytes of a file that is read rather than mapped
BY_ROW = ("vectors.npy",)  # files whose reader knows a damaged row when it meets one
LATEST, COMPLETE, EXERCISES = "latest.json", "complete", "exercises.json"


def current(cache: Path) -> Path | None:
    """Return the folder of the compiled mind, None where it is missing or out of date."""
    try:
        latest = json.loads((cache / LATEST).read_text("utf-8"))
        folder = cache / str(latest["folder"])
        up_to_date = latest["signature"] == signature() and (folder / COMPLETE).exists()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if up_to_date else None


def seal(folder: Path) -> None:
    """Write that a folder is complete, with a checksum of each of its files."""
    sums = {
        path.relative_to(folder).as_posix(): checksum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != COMPLETE
    }
    (folder / COMPLETE).write_text(json.dumps(sums), "utf-8")


def usable(folder: Path) -> bool:
    """Return whether a folder can be answered from; of `BY_ROW` only the lengths are looked at."""
    return not damaged(folder, BY_ROW)


def damaged(folder: Path, lengths: Collection[str] = ()) -> list[str]:
    """Return the files of a compiled folder that are not as they were written.

    Of those in `lengths` only the length is compared.
    """
    try:
        written = json.loads((folder / COMPLETE).read_text("utf-8"))
        return sorted(
            name
            for name, kept in written.items()
            if not _is_whole(folder / name, str(kept), name in lengths)
        )
    except (OSError, ValueError, TypeError, LookupError):
        return [COMPLETE]


def whole(folder: Path, *names: str) -> bool:
    """Return whether files of a compiled folder, or all that begin so, are as they were written."""
    return not any(name == COMPLETE or name.startswith(names) for name in damaged(folder))


def _is_whole(path: Path, kept: str, only_length: bool) -> bool:
    try:
        return kept.startswith(f"{path.stat().st_size}-") if only_length else checksum(path) == kept
    except OSError:
        return False


def checksum(path: Path) -> str:
    """Return what tells any change within `SPAN` bytes of a file, and its length.

    It is the exclusive or of all spans: as fast as memory is, so that a start can afford it.
    """
    import numpy as np

    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        mapped = size > SMALL
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if mapped else file.read()
    whole = size // SPAN * SPAN
    spans = np.frombuffer(data, np.uint64, whole // 8).reshape(-1, SPAN // 8)
    parity = np.bitwise_xor.reduce(spans, axis=0)
    rest = np.frombuffer(data[whole:].ljust(SPAN, b"\0"), np.uint64)
    return f"{size}-{zlib.crc32(parity ^ rest):08x}"


def signature() -> str:
    """Return a cheap fingerprint of what is compiled: names, sizes and times of files."""
    parts = [str(COMPILED), MODEL, fingerprint.signature()]
    for path in sources():
        status = path.stat()
        parts.append(f"{path.name}|{status.st_size}|{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def content() -> str:
    """Return the fingerprint of what the files say that are compiled."""
    digest = hashlib.sha256(f"{COMPILED}{MODEL}".encode())
    digest.update(fingerprint.content_hash().encode())
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sources() -> list[Path]:
    """Return the files, beside the entries, that decide what a compiled mind holds."""
    here = package_dir("assistant")
    return [
        *sorted(LANGUAGE.glob("*.yaml")), PHRASES, *files(package()),
        here / "search.py", here / "questions.py", here / "wordings.py", here / "compiling.py",
        *sorted((here / "language").glob("*.py")), here / "language" / "shorthand.yaml",
        here / "language" / "matcher.npz",
        *sorted((here / "language" / "story").glob("*.*")),
        package_dir("knowledge") / "passages.py", package_dir("knowledge") / "library.py",
    ]  # fmt: skip
