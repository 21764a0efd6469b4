"""Signals, closed pipes, a suspended chat and two at once: nothing that was said is lost."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.learner.store import Store
from assistant.places import FILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals on this system")
LODESTAR = (sys.executable, "-c", "from assistant.cli import main; main()")
PATIENCE = 180  # seconds to wait for words; a busy machine is slow
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_=>])|\r")


class Piped:
    """A chat whose lines come from a pipe."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            LODESTAR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"LODESTAR_HOME": str(home)}, text=True,
        )  # fmt: skip

    def ask(self, text: str, shown: str) -> None:
        """Type a line and read up to the words that answer it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()
        while shown not in (line := self.process.stdout.readline()):
            assert line, self.process.stderr and self.process.stderr.read()

    def end(self) -> tuple[int, str]:
        """Return the exit code and what was written to stderr, once it has ended."""
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


@pytest.fixture
def piped(ready: Path) -> Iterator[list[Piped]]:
    """Return two chats that share a home."""
    chats = [Piped(ready), Piped(ready)]
    yield chats
    for chat in chats:
        chat.process.kill()
        chat.process.communicate()


def known(home: Path) -> list[str]:
    """Return what is kept that the learner knows."""
    with Store(home / "data" / FILE, pytest.fail) as store:
        return sorted(store.profile()["known"])


def test_two_chats_at_once_see_what_the_other_kept_and_end_by_signals(
    piped: list[Piped], ready: Path
) -> None:
    first, second = piped
    first.ask("remember that I know git", "Kept")
    second.ask("remember that I know SQL", "Kept")
    first.ask("remember that I know Excel", "Kept")
    assert known(ready) == ["excel", "sql", "version_control_git"]
    for chat, how in ((first, signal.SIGTERM), (second, signal.SIGHUP)):
        chat.process.send_signal(how)
        code, said = chat.end()
        assert code == -how and not said
    assert known(ready) == ["excel", "sql", "version_control_git"]


@pytest.mark.parametrize("arguments", [("ask", "what is overfitting?"), ("ask", "--batch", "-")])
def test_nobody_reads_any_more(ready: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        (*LODESTAR, *arguments), input=b"what is a CNN?\n" * 20, stdout=writing,
        stderr=subprocess.PIPE, env=os.environ | {"LODESTAR_HOME": str(ready)}, timeout=PATIENCE,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr.decode())


class Shell:
    """A shell in a terminal of its own."""

    def __init__(self, home: Path) -> None:
        import pty

        environment = os.environ | {
            "LODESTAR_HOME": str(home), "PS1": "ready$ ", "TERM": "xterm", "NO_COLOR": "1",
            "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "100", "LINES": "40",
        }  # fmt: skip
        self.pid, self._mine = pty.fork()
        if not self.pid:
            os.execvpe("bash", ("bash", "--norc", "--noprofile", "-i"), environment)
        self._unread = ""

    def type(self, text: str, shown: str) -> None:
        """Type, and wait for words."""
        os.write(self._mine, text.encode())
        end = time.monotonic() + PATIENCE
        while not (found := re.search(shown, self._unread)):
            assert time.monotonic() < end, f"no {shown!r} in {self._unread[-2000:]!r}"
            if select.select([self._mine], [], [], 0.2)[0]:
                read = os.read(self._mine, 65536).decode("utf-8", "replace")
                self._unread += ESCAPES.sub("", read)
        self._unread = self._unread[found.end() :]

    def close(self) -> None:
        """End the shell and what it began."""
        os.kill(self.pid, signal.SIGHUP)
        os.close(self._mine)
        os.waitpid(self.pid, 0)


@pytest.fixture
def shell(ready: Path) -> Iterator[Shell]:
    """Return a shell."""
    if not shutil.which("bash"):
        pytest.skip("no bash here")
    opened = Shell(ready)
    yield opened
    opened.close()


def test_a_chat_is_suspended_and_goes_on(shell: Shell, ready: Path) -> None:
    shell.type("", r"ready\$ ")
    shell.type(f"{sys.executable} -c 'from assistant.cli import main; main()'\r", "›")
    shell.type("remember that I know git\r", "Kept: you know version control")
    shell.type("", "›")
    shell.type("remember that", "remember that")
    shell.type("\x1a", "Stopped")
    shell.type("echo $((6 * 7))\r", r"\n42")
    shell.type("fg\r", "remember that")
    shell.type(" I know SQL\r", "Kept: you know SQL")
    shell.type("/quit\r", r"ready\$ ")
    shell.type("echo left $?\r", r"\nleft 0")
    assert known(ready) == ["sql", "version_control_git"]
