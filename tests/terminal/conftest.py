"""Terminals that are closed when a test ends."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    collect_ignore_glob = ["test_screens.py", "test_terminal.py"]  # no such terminals there


@pytest.fixture
def terminal(ready: Path, tmp_path: Path) -> Iterator[Callable[..., object]]:
    """Return a function that starts Lodestar in a terminal."""
    from pseudo_terminal import Terminal

    with contextlib.ExitStack() as opened:

        def start(*arguments: str, **more: object) -> Terminal:
            screen = Terminal(ready, tmp_path, *arguments, **more)
            opened.callback(screen.close)
            return screen

        yield start
