"""What stands on the screen at three widths, letter by letter.

LODESTAR_RENEW=1 pytest tests/terminal/test_screens.py writes the stored screens anew.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pseudo_terminal import Terminal

STORED = Path(__file__).with_name("screens")
RENEW = bool(os.environ.get("LODESTAR_RENEW"))
QUIET = 20  # times nothing was written in a row, after which a screen to store is at rest


def shown(screen: Terminal) -> Iterator[tuple[str, str]]:
    """Yield the name of each screen, and what it must show before it is stored."""
    yield "welcome", "/help for more"
    screen.clear()
    screen.press("/p")
    yield "a command begun", "/progress"
    screen.press("\x03")
    screen.clear()
    screen.press("/help\r")
    yield "the commands and keys", "Anything else is a question"
    screen.clear()
    screen.press("everything\r")
    yield "every kind of block", "2. Show me code"
    screen.ask("/plain on", "/plain is on")
    screen.clear()
    screen.press("everything\r")
    yield "every kind of block in plain text", "2. Show me code"


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_screens_are_as_stored(terminal: Callable[..., Terminal], columns: int) -> None:
    file = STORED / f"{columns}.txt"
    stored = {} if RENEW else read(file.read_text("utf-8"))
    screen = terminal(columns=columns)
    for name, sign in shown(screen):
        screen.wait(sign)
        if RENEW:
            rest = 0
            while rest < QUIET:
                rest = 0 if screen.read() else rest + 1
            stored[name] = screen.text
        else:
            screen.wait_until(lambda text, name=name: text == stored[name],
                              f"stored {name!r}:\n{stored[name]}\nbut")  # fmt: skip
    if RENEW:
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"=== {name}\n{text}\n" for name, text in stored.items()), "utf-8")
    assert len(stored) == 5


def read(text: str) -> dict[str, str]:
    """Return stored screens by name."""
    parts = [part.partition("\n") for part in text.split("=== ")[1:]]
    return {name: screen.removesuffix("\n") for name, _, screen in parts}
