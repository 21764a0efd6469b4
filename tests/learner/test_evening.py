"""A newcomer's evening in a terminal, and the next day; and chats that are killed."""

import contextlib
import os
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.learner.store import Store
from assistant.places import FILE
from assistant.planning.model import in_part

CHAT = Path(__file__).with_name("toy_chat.py")
KILLS = int(os.environ.get("LODESTAR_KILLS", "3"))  # all 20: LODESTAR_KILLS=20 pytest tests/learner
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_=>])|\r")
PATIENCE = 60  # seconds to wait for words on the screen; a busy machine is slow


def command(toy: Path, *arguments: str) -> list[str]:
    """Return the command that starts a Lodestar with the toy."""
    return [sys.executable, str(CHAT), str(toy), *arguments]


def around(home: Path) -> dict[str, str]:
    """Return the environment of a Lodestar that is started from here."""
    here = str(CHAT.parents[2])
    more = {"LODESTAR_HOME": str(home), "PYTHONPATH": here, "TERM": "xterm", "NO_COLOR": "1"}
    return os.environ | more | {"PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "100", "LINES": "40"}


class Terminal:
    """A Lodestar in a terminal of its own, typed to and read from."""

    def __init__(self, home: Path, toy: Path, *arguments: str) -> None:
        import pty

        self._mine, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command(toy, *arguments), stdin=theirs, stdout=theirs, stderr=theirs,
            env=around(home), start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self._unread = ""

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._mine, text.encode() + b"\r")

    def wait_for(self, pattern: str) -> str:
        """Return what is shown up to a pattern; fails where it does not come."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self._unread)):
            assert time.monotonic() < end, f"no {pattern!r} in {self._unread[-2000:]!r}"
            self._read()
        shown, self._unread = self._unread[: found.end()], self._unread[found.end() :]
        return shown

    def _read(self) -> None:
        if select.select([self._mine], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                text = os.read(self._mine, 65536).decode("utf-8", "replace")
                self._unread = re.sub(r"\s+", " ", self._unread + _ESCAPES.sub("", text))

    def leave(self) -> None:
        """Quit, and wait for the end."""
        self.type("quit")
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        assert self.process.returncode == 0

    def close(self) -> None:
        """End the process, if it has not ended."""
        self.process.kill()
        self.process.wait()
        os.close(self._mine)


@pytest.fixture
def terminal(ready: Path, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts Lodestar in a terminal."""
    with contextlib.ExitStack() as opened:

        def start(*arguments: str) -> Terminal:
            screen = Terminal(ready, tmp_path, *arguments)
            opened.callback(screen.close)
            return screen

        yield start


@pytest.fixture
def kept(ready: Path) -> Iterator[Store]:
    """Return the learner's file of this test's home."""
    with Store(ready / "data" / FILE, pytest.fail) as store:
        yield store


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals on this system")
def test_an_evening_and_the_next_day(terminal: Callable[..., Terminal], kept: Store) -> None:
    screen = terminal()
    screen.wait_for(r"Lodestar\. Ask about")
    for typed, *shown in (
        ("I'm a nurse, I know Excel and I have 6 hours a week", "nurse", "Shall I remember that"),
        ("yes", "Kept: your background is nurse"),
        (
            "which role suits me? I like statistics",
            "roles come nearest|Ranked by what you said|I rank the roles",
        ),
        ("how do I become a data analyst?", "Path to data analyst|data analyst", "Shall I keep"),
        ("yes", "This is your plan now"),
        ("what's next?", r"is next \(week 1", "0 of .* steps"),
        ("why this?", "of your plan into Data analyst"),
        ("start toy", "Starting: A toy", "How much better", "Your prediction"),
        ("2", "passed: score", r"Next on your plan \(Path to data analyst\): "),
        ("quiz me on overfitting", "1/6"),
        ("1", r"Right\.|Not quite\.", "2/6"),
        ("pass", "The right answer is", "3/6"),
        ("stop", "[01] of 2 right"),
        ("show my progress", "Shown by exercises trained here: 1", "Plan: 0 of", "A toy"),
    ):
        screen.type(typed)
        for pattern in shown:
            screen.wait_for(pattern)
    screen.leave()
    records = kept.load()
    assert records.profile["known"] == ["excel"] and records.profile["hours_per_week"] == 6
    assert records.plan is not None and records.plan["role"] == "data_analyst"
    assert [run.exercise for run in records.runs] == ["toy"] and records.runs[0].curves
    assert len(records.answers) == 2 and records.messages == ()
    tomorrow = terminal()
    first = records.plan["steps"][0]["title"]
    plan = r"Next on your plan \(Path to data analyst\): "
    tomorrow.wait_for(rf"Welcome back\. {plan}{re.escape(in_part(first))}\.")
    tomorrow.type("1")
    tomorrow.wait_for(re.escape(first) + r" is next \(week 1")
    tomorrow.leave()


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals on this system")
def test_a_private_chat_leaves_nothing_behind(
    terminal: Callable[..., Terminal], ready: Path
) -> None:
    screen = terminal("--private")
    screen.wait_for("Private: nothing of this is kept")
    for typed, shown in (
        ("remember that I know SQL", "Noted until you leave, and written nowhere"),
        ("quiz me on overfitting", "1/6"),
        ("1", "2/6"),
        ("start toy", "Your prediction"),
        ("", "passed: score"),
        ("show my progress", "Shown by exercises trained here: 1"),
    ):
        screen.type(typed)
        screen.wait_for(shown)
    screen.leave()
    assert not (ready / "data").exists() and not (ready / "cache" / "runs").exists()


LINES = (
    "remember that I know git", "quiz me on overfitting", "1", "2", "3", "start toy",
    "quiz me on pooling", "1", "1", "how do I become a data analyst?", "yes", "what's next?",
    "I've done that", "start toy", "quiz me on regression", "2", "2", "2", "start toy",
)  # fmt: skip
CONFIRMED = {
    "answers": r"^(?:Right|Not quite)\.",
    "runs": r"s, seed 0$",
    "plans": r"^This is your plan now",
    "steps": r"^Done: ",
    "profiles": r"Kept: ",
}


def counted(store: Store) -> dict[str, int]:
    """Return how much of each is kept."""
    records = store.load()
    kinds = [event.kind for event in records.events]
    return {
        "answers": len(records.answers), "runs": len(records.runs), "plans": kinds.count("plan"),
        "steps": kinds.count("step_done"), "profiles": kinds.count("profile"),
    }  # fmt: skip


def killed(home: Path, toy: Path, after: float) -> str:
    """Return what a chat has shown that is killed some seconds after it began to answer."""
    with subprocess.Popen(
        command(toy), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=around(home),
    ) as chat:  # fmt: skip
        assert chat.stdin is not None and chat.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            chat.stdin.write("\n".join([*LINES, ""] * 20).encode())
            chat.stdin.flush()
        shown = chat.stdout.readline()
        time.sleep(after)
        chat.send_signal(signal.SIGKILL)
        shown += chat.stdout.read()
        with contextlib.suppress(BrokenPipeError):
            chat.stdin.close()
    return shown.decode()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_kills_lose_nothing_that_was_confirmed(ready: Path, tmp_path: Path, kept: Store) -> None:
    rng = random.Random(KILLS)
    seen = 0
    for number in range(KILLS):
        before = counted(kept)
        shown = killed(ready, tmp_path, rng.uniform(0, 4) if number else 4)
        after = counted(kept)
        for name, pattern in CONFIRMED.items():
            confirmed = len(re.findall(pattern, shown, re.MULTILINE))
            seen += confirmed
            assert confirmed <= after[name] - before[name] <= confirmed + 1, (name, shown[-2000:])
    assert seen >= 3  # the chats did come to something
