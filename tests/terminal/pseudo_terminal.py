"""A Lodestar in a terminal of its own, typed to, and its screen as a person sees it."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

PATIENCE = 180  # seconds to wait for a screen; a busy machine is slow
ROWS = 200
PROGRAM = Path(__file__).with_name("toy_terminal.py")


class Answering(pyte.Screen):
    """A screen that says where its cursor is when it is asked."""

    def __init__(self, columns: int, answer: Callable[[bytes], object]) -> None:
        self._answer = answer
        super().__init__(columns, ROWS)

    def write_process_input(self, data: str) -> None:
        """Answer the process."""
        self._answer(data.encode())


class Terminal:
    """A process in a pseudo-terminal, of which this is the screen."""

    def __init__(self, home: Path, toy: Path, *arguments: str, columns: int = 80, **more: str):
        import pty

        self._screen = Answering(columns, lambda data: os.write(self._mine, data))
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""  # what was written since the screen was cleared
        environment = os.environ | {
            "LODESTAR_HOME": str(home), "PYTHONPATH": str(PROGRAM.parents[2]),
            "TERM": "xterm-256color", "PYTHONUTF8": "1", **more,
        }  # fmt: skip
        for name in ("COLUMNS", "LINES", "COLORFGBG", "NO_COLOR"):
            environment.pop(name, None) if name not in more else None
        command = [sys.executable, str(PROGRAM), str(toy), *arguments]
        self.pid, self._mine = pty.fork()
        if self.pid == 0:
            os.chdir(toy)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
            os.execve(sys.executable, command, environment)

    def resize(self, columns: int) -> None:
        """Make the terminal wider or narrower."""
        self._screen.resize(ROWS, columns)
        fcntl.ioctl(self._mine, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))

    def press(self, keys: str) -> None:
        """Send keys as a keyboard would."""
        os.write(self._mine, keys.encode())

    def ask(self, line: str, *shown: str) -> str:
        """Type a line on a clear screen, and return the screen once it shows all patterns."""
        self.clear()
        self.press(f"{line}\r")
        return self.wait(*shown)

    def clear(self) -> None:
        """Clear the screen, the prompt aside."""
        self.press("\x0c")
        self.wait_until(lambda text: len(text.splitlines()) <= 3, "a clear screen")
        self.raw = b""

    def wait(self, *patterns: str) -> str:
        """Return the screen once it shows all patterns, its lines joined, by a blank or nothing."""

        def shown(text: str) -> bool:
            joined = (" ".join(text.split()), "".join(text.splitlines()))
            return all(any(re.search(one, whole) for whole in joined) for one in patterns)

        return self.wait_until(shown, patterns)

    def wait_until(self, good: Callable[[str], bool], what: object) -> str:
        """Return the screen once it is as it should be; fails where that takes too long."""
        end = time.monotonic() + PATIENCE
        while not good(self.text):
            assert time.monotonic() < end, f"no {what} on this screen:\n{self.text}"
            self.read()
        return self.text

    @property
    def text(self) -> str:
        """The screen, without the blanks at the ends of its lines; a gap in it is one mark."""
        text = "\n".join(line.rstrip() for line in self._screen.display).rstrip()
        return re.sub(r"\n{4,}", "\n⋮\n", text)

    def read(self) -> bool:
        """Take in what was written; return False where nothing was for a while."""
        if not select.select([self._mine], [], [], 0.2)[0]:
            return False
        with contextlib.suppress(OSError):  # the process has ended
            data = os.read(self._mine, 65536)
            self.raw += data
            self._stream.feed(data)
            return True
        return False

    def ended(self) -> int:
        """Return the exit code, once the process has ended."""
        end = time.monotonic() + PATIENCE
        while True:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, f"it does not end:\n{self.text}"
            self.read()

    def close(self) -> None:
        """End the process, if it has not ended."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._mine)
