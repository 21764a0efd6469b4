"""The learner's own copies of starters: where they are, which hints were read. Nothing is lost."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from skills.exercise import Exercise
from skills.folders import package

STATE = "state.json"


class WorkspaceError(Exception):
    """The learner's file is not where it should be; the message says what to do."""


class Workspace:
    """A folder with a folder for each exercise, and a note of where files were put instead."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, exercise: Exercise) -> Path:
        """Return where the learner's file for an exercise is, or would be."""
        known = self._state(exercise.id).get("file")
        return Path(known) if known else self._folder / exercise.id / f"{exercise.id}.py"

    def existing(self, exercise: Exercise) -> Path:
        """Return the learner's file; raises WorkspaceError if there is none."""
        file = self.file(exercise)
        if not file.is_file():
            raise WorkspaceError(
                f"You have no file for {exercise.id} yet ({file} is not there). "
                f"Begin with: lodestar exercise start {exercise.id}"
            )
        return file

    def owner(self, file: Path, exercises: Mapping[str, Exercise]) -> Exercise:
        """Return the exercise that a file is for, by what started it, its name or its folder's."""
        resolved = file.resolve()
        for exercise in exercises.values():
            if self.file(exercise).resolve() == resolved:
                return exercise
        for name in (file.stem, resolved.parent.name):
            if name in exercises:
                return exercises[name]
        raise WorkspaceError(
            f"{file} does not say which exercise it is for. Name it after one, as cnn_digits.py, "
            "or say: lodestar exercise check ID"
        )

    def start(self, exercise: Exercise, folder: Path | None = None) -> tuple[Path, bool]:
        """Copy the starter; return the file, and whether it is new. Nothing is ever overwritten."""
        file = self.file(exercise)
        if folder is not None:
            file = folder.resolve() / f"{exercise.id}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), file.open("xb") as copy:
            copy.write(starter(exercise).read_bytes())
            self._note(exercise.id, file=str(file))
            return file, True
        self._note(exercise.id, file=str(file))
        return file, False

    def reset(self, exercise: Exercise, now: datetime) -> tuple[Path, Path]:
        """Put a fresh starter in place; return it and the dated copy of what was there."""
        file = self.existing(exercise)
        stem = f"{file.stem}.{now:%Y-%m-%d_%H%M%S}"
        names = (f"{stem}{'-' * bool(n)}{n or ''}.py" for n in range(1000))
        kept = next(path for name in names if not (path := file.with_name(name)).exists())
        file.rename(kept)
        file.write_bytes(starter(exercise).read_bytes())
        self._note(exercise.id, hints=0)
        return file, kept

    def hint(self, exercise: Exercise, number: int | None = None) -> tuple[int, str]:
        """Return a hint and its number: the one asked for, else the next; the last one stays."""
        read = int(self._state(exercise.id).get("hints", 0))
        number = number or min(read + 1, len(exercise.hints))
        self._note(exercise.id, hints=max(read, number))
        return number, exercise.hints[number - 1]

    def _state(self, id_: str) -> dict[str, Any]:
        known = self._states().get(id_, {})
        return known if isinstance(known, dict) else {}

    def _states(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            states = json.loads((self._folder / STATE).read_text("utf-8"))
            return states if isinstance(states, dict) else {}
        return {}

    def _note(self, id_: str, **values: Any) -> None:
        states = self._states()
        states[id_] = self._state(id_) | values
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f"{STATE}.{os.getpid()}"
        new.write_text(json.dumps(states, indent=1), "utf-8")
        new.replace(self._folder / STATE)


def starter(exercise: Exercise) -> Path:
    """Return the starter of a packaged exercise."""
    return package() / exercise.family / exercise.id / "starter.py"


def solution(exercise: Exercise) -> Path:
    """Return the solution of a packaged exercise."""
    return starter(exercise).with_name("solution.py")


def changes(file: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield at once, and then each time the file was saved with another content.

    An editor may write a file in steps, or remove it for a moment: what counts is that it is
    there, and the same twice in a row.
    """
    seen: bytes | None = None
    before: bytes | None = None
    while True:
        with contextlib.suppress(OSError):
            now = file.read_bytes()
            if now != seen and (seen is None or now == before):
                seen = now
                yield
            before = now
        sleep(0.3)
