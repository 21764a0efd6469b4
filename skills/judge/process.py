"""Judges a file in a process of its own, which nothing that the file does can outlive."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from skills.exercise import Exercise
from skills.folders import package
from skills.judge.limits import Limits
from skills.judge.verdict import Finding, Outcome, Verdict, mistakes

KNOWN = "no known mistake"
_MOST = 1_000_000  # characters of results that are read

Say = Callable[[str], None]


def judge(
    exercise: Exercise,
    file: Path,
    *,
    folder: Path | None = None,
    limits: Limits | None = None,
    say: Say | None = None,
) -> Verdict:
    """Return what came of judging a learner's file by the checks of an exercise.

    `say` gets what the code prints, as it comes. Ctrl-C ends the code and returns what was known
    until then. Raises FileNotFoundError if there is no such file, and JudgeError if a package is
    missing or the exercise itself is broken.
    """
    if not file.is_file():
        raise FileNotFoundError(file)
    folder = folder or package() / exercise.family / exercise.id
    child = _Child(file.resolve(), folder.resolve(), limits or Limits(), say or (lambda text: None))
    stopped = child.run()
    for event in child.events:
        if event["event"] == "fault":
            raise JudgeError(f"{exercise.id} cannot be judged here. {event['message']}")
    return _verdict(exercise, file, child, stopped)


class JudgeError(Exception):
    """The file could not be judged, through no fault of its own; the message says why."""


class _Child:
    """The process, what it sent and what it printed."""

    def __init__(self, file: Path, folder: Path, limits: Limits, say: Say) -> None:
        self.events: list[dict[str, Any]] = []
        self.last_words: list[str] = []
        self.seconds = 0.0
        self._limits, self._say, self._file = limits, say, file
        request = {"file": str(file), "folder": str(folder), "limits": asdict(limits)}
        self._command = [sys.executable, "-P", "-m", "skills.judge.child", json.dumps(request)]

    def run(self) -> str:
        """Run to the end, to a limit or to Ctrl-C; return why it was ended early, if it was."""
        started = time.perf_counter()
        process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, env=_environment(),
        )  # fmt: skip
        readers = [
            threading.Thread(target=_closing, args=(read, pipe), daemon=True)
            for read, pipe in ((self._read, process.stdout), (self._print, process.stderr))
        ]
        for reader in readers:
            reader.start()
        stopped = ""
        try:
            process.wait(self._limits.clock + 10)
        except subprocess.TimeoutExpired:
            stopped = "time"
        except KeyboardInterrupt:
            stopped = "you"
        finally:
            _kill(process)
            for reader in readers:
                reader.join(2)
            self.seconds = round(time.perf_counter() - started, 3)
        return stopped or self._ended(process.returncode)

    def _ended(self, code: int | None) -> str:
        if self.events and self.events[-1]["event"] in {"end", "broken", "diagnosis"} and not code:
            return ""
        late = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")}
        if code in late or any(line.startswith("Timeout") for line in self.last_words):
            return "time"
        return "crash" if code and code < 0 else "exit"

    def _read(self, pipe: IO[bytes]) -> None:
        size = 0
        for line in pipe:
            size += len(line)
            if size > _MOST:
                continue
            text = line.decode("utf-8", "replace")
            with contextlib.suppress(ValueError):
                event = json.loads(text)
                if isinstance(event, dict) and "event" in event:
                    self.events.append(event)
                    continue
            self.last_words.append(text.rstrip())

    def _print(self, pipe: IO[bytes]) -> None:
        shown = 0
        while chunk := os.read(pipe.fileno(), 8192):
            if shown > self._limits.output:
                continue
            self._say(chunk.decode("utf-8", "replace"))
            shown += len(chunk)
            if shown > self._limits.output:
                self._say(f"\n… more than {self._limits.output:,} characters are not shown\n")

    def last_line(self) -> int | None:
        """Return the learner's line that was running when the time was up, if that is known."""
        pattern = re.compile(rf'File "{re.escape(str(self._file))}", line (\d+)')
        found = [match for line in self.last_words if (match := pattern.search(line))]
        return int(found[0][1]) if found else None


def _closing(read: Callable[[IO[bytes]], None], pipe: IO[bytes]) -> None:
    with pipe:
        read(pipe)


def _environment() -> dict[str, str]:
    root = str(package().parent)
    paths = os.environ.get("PYTHONPATH")
    return os.environ | {
        "PYTHONPATH": f"{root}{os.pathsep}{paths}" if paths else root,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started."""
    for _ in range(5):  # what forks while it is being ended needs more than one
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        time.sleep(0.01)
    process.wait()


def _verdict(exercise: Exercise, file: Path, child: _Child, stopped: str) -> Verdict:
    broken = next((e for e in child.events if e["event"] == "broken"), None)
    made = {e["name"]: e for e in child.events if e["event"] == "check"}
    begun = [e["name"] for e in child.events if e["event"] == "start"]
    ended = _why(stopped, child)
    checks = []
    for judged in exercise.judged:
        event = made.get(judged.name)
        if event:
            message = printable(event["message"])
        elif broken:
            message = printable(broken["message"])
        elif stopped and begun and begun[-1] == judged.name:
            message = ended
        else:
            message = "Not tried: " + (ended or "the code ended before")
        passed = bool(event and event["passed"])
        checks.append(Outcome(judged.title, passed, message, "" if passed else judged.hint))
    found = _findings(child)
    grave = [finding for finding in found if finding.grave]
    every = (*checks, Outcome(KNOWN, not grave, *_first(grave)))
    passed = all(check.passed for check in every) and not stopped and not broken
    return Verdict(exercise.id, str(file), passed, every, found, ended, child.seconds)


def _first(found: list[Finding]) -> tuple[str, str]:
    if not found:
        return "", ""
    line = f"Line {found[0].line}: " if found[0].line else ""
    return f"{line}{found[0].name}", found[0].mend


def _findings(child: _Child) -> tuple[Finding, ...]:
    told = [e["findings"] for e in child.events if e["event"] == "diagnosis"]
    known = mistakes()
    return tuple(
        Finding(id_, printable(evidence), int(line), known[id_].name, known[id_].mend, grave)
        for id_, evidence, line, grave in (told[-1] if told else ())
    )


def _why(stopped: str, child: _Child) -> str:
    line = child.last_line()
    at = f", at line {line}" if line else ""
    return {
        "": "",
        "time": f"It was still running after {child.seconds:.0f} s{at}, and was stopped. "
        "An endless loop?",
        "you": "You stopped it.",
        "crash": f"The code crashed Python itself{at}; nothing of yours is lost.",
        "exit": f"The code ended Python{at} before the checks were done.",
    }[stopped]


def printable(text: str) -> str:
    """Return a text without the characters that a terminal would obey or hide."""
    text = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)?", "", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
