"""Which compiled mind is up to date: found out without opening it, or importing anything heavy."""

import hashlib
import json
from pathlib import Path

from assistant.language.weights import EXPORT_VERSION, MODEL_SHA256
from assistant.places import package_dir
from knowledge import fingerprint
from skills.folders import files, package

COMPILED = 9  # raise it when the code that compiles changes what it writes
MODEL = f"{MODEL_SHA256}-{EXPORT_VERSION}"
LANGUAGE = package_dir("assistant") / "language" / "intents"
PHRASES = package_dir("assistant") / "replies" / "phrases.yaml"
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
    """Write that a folder is complete, with a digest of each of its files."""
    (folder / COMPLETE).write_text(json.dumps(_digests(folder)), "utf-8")


def damaged(folder: Path) -> list[str]:
    """Return the files of a compiled mind that are not as they were written."""
    try:
        written = json.loads((folder / COMPLETE).read_text("utf-8"))
        found = _digests(folder)
        return sorted(name for name in written if found.get(name) != written[name])
    except (OSError, ValueError, TypeError):
        return [COMPLETE]


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != COMPLETE
    }


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
        here / "search.py", here / "questions.py", here / "compiling.py",
        *sorted((here / "language").glob("*.py")), here / "language" / "shorthand.yaml",
        here / "language" / "matcher.npz",
        *sorted((here / "language" / "story").glob("*.*")),
        package_dir("knowledge") / "passages.py", package_dir("knowledge") / "library.py",
    ]  # fmt: skip
