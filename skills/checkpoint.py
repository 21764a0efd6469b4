"""What a run that is cut short leaves in a file, so that the next one goes on from there."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skills.exercise import Exercise
from skills.folders import package

SHARE = 20  # saving takes at most one part in 20 of the time


def key(exercise: Exercise, seed: int, device: str, constants: Mapping[str, Any]) -> str:
    """Return a file name that is the same only for a run of the same code with the same values."""
    solution = (package() / exercise.family / exercise.id / "solution.py").read_bytes()
    named = json.dumps([seed, device, dict(sorted(constants.items()))]).encode()
    return f"{exercise.id}-{hashlib.sha256(solution + named).hexdigest()[:16]}"


class Checkpoint:
    """One file, as JSON if that can hold it, else written and read by torch, never pickled code.

    Every write replaces the file at once, so that a kill leaves the old one or the new one.
    """

    def __init__(self, folder: Path, name: str, *, writes: bool = True) -> None:
        self._writes = writes
        self._json, self._torch = folder / f"{name}.json", folder / f"{name}.pt"
        self._last, self._took = time.monotonic(), 0.05

    @property
    def file(self) -> Path | None:
        """Return the file, if there is one."""
        return next((file for file in (self._torch, self._json) if file.exists()), None)

    def load(self) -> dict[str, Any] | None:
        """Return the states by stage; None if there are none, or the file is damaged."""
        file = self.file
        with contextlib.suppress(Exception):  # whatever is wrong with it: train from the start
            if file == self._json:
                states: dict[str, Any] = json.loads(file.read_text("utf-8"))
                return states
            if file:
                import torch

                states = torch.load(file, map_location="cpu", weights_only=True)
                return states
        return None

    def save(self, states: Mapping[str, Any], *, now: bool = False) -> None:
        """Write states; unless it must be `now`, only if the last time is long enough ago."""
        started = time.monotonic()
        if (
            not self._writes
            or not states
            or (not now and started - self._last < self._took * SHARE)
        ):
            return
        with contextlib.suppress(OSError):  # a full disk must not end the training
            self._json.parent.mkdir(parents=True, exist_ok=True)
            self._write(states)
        self._last = time.monotonic()
        self._took = max(self._last - started, 0.05)

    def remove(self) -> None:
        """Remove the file; nothing is left to go on with."""
        for file in (self._json, self._torch) if self._writes else ():
            file.unlink(missing_ok=True)

    def _write(self, states: Mapping[str, Any]) -> None:
        new = self._json.with_suffix(f".{os.getpid()}.new")
        try:
            new.write_text(json.dumps(states), "utf-8")
            target = self._json
        except TypeError:
            import torch

            torch.save(dict(states), new)
            target = self._torch
        new.replace(target)
