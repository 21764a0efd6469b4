"""The steps of a long job: a bar on a terminal, a line each elsewhere."""

import sys
import time
from typing import Any

from assistant.render.terminal import wants_plain

PACE = 60.0  # seconds whose pace tells the time that is left
LEAP = 0.05  # seconds: what was done sooner was kept from an earlier time, and tells no pace


class Steps:
    """Shows on stderr what is being done, and how much of it is done where that is known."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._step = ""
        self._last = 0.0

    def __call__(self, step: str, share: float | None = None) -> None:
        """Show a step; `share` of it, from 0 to 1, is done."""
        if not wants_plain(sys.stderr):
            self._draw(step, share)
        elif step != self._step:
            print(f"{step} …", file=sys.stderr, flush=True)  # noqa: T201
        self._step = step

    def _draw(self, step: str, share: float | None) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                Progress,
                TaskProgressColumn,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True), transient=True, speed_estimate_period=PACE,
            )  # fmt: skip
            self._task = self._bar.add_task(step, total=None)
            self._bar.start()
        total = None if share is None else 1.0
        now = time.monotonic()
        leapt, self._last = now - self._last < LEAP, now
        show = self._bar.reset if leapt else self._bar.update
        show(self._task, description=step, total=total, completed=share or 0.0)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
