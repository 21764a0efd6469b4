"""Whether the entries are those that were compiled."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def signature(root: Path = ROOT) -> str:
    """Return a cheap fingerprint of the YAML files: names, sizes and times, not contents."""
    return hashlib.sha256("\n".join(sorted(_states(str(root)))).encode()).hexdigest()


def _states(folder: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        for item in found:
            if item.is_dir():
                yield from (f"{item.name}/{state}" for state in _states(item.path))
            elif item.name.endswith(".yaml"):
                status = item.stat()
                yield f"{item.name}|{status.st_size}|{status.st_mtime_ns}"


def content_hash(root: Path = ROOT) -> str:
    """Return the fingerprint of what the YAML files say."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.yaml")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
