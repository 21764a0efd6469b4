"""What leaves the chat: answers in a file of the learner's, or on the clipboard."""

import base64
import os
import re
from pathlib import Path

MOST = 48  # characters of a question that name a file


def file_name(question: str) -> str:
    """Return a file name made of a question: "lodestar-what-is-overfitting.md"."""
    words = re.sub(r"\W+", "-", question.casefold()).strip("-")
    return f"lodestar-{words[:MOST].strip('-') or 'answer'}.md"


def save(text: str, wanted: str, name: str) -> Path:
    """Write a text to a new file and return its path; whole or not at all, over no other file.

    `wanted` is a file or a folder, empty for the current folder; in a folder the file is called
    `name`. Where there is one of this name, a number is added. Raises OSError.
    """
    path = Path(wanted).expanduser() if wanted else Path()
    path = path / name if path.is_dir() or wanted.endswith(("/", os.sep)) else path
    path = path if path.suffix else path.with_suffix(".md")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path = _claimed(path)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path.absolute()


def _claimed(path: Path) -> Path:
    """Return the first free name, a file now, so that nobody else takes it."""
    stem, number = path.stem, 1
    while True:
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            number += 1
            path = path.with_stem(f"{stem}-{number}")
        else:
            return path


def clipboard(text: str) -> str:
    """Return the sequence (OSC 52) by which a terminal puts a text on its clipboard."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
