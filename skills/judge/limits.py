"""What the learner's code may use. Applied in its own process, before any of it runs."""

import contextlib
import mmap
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

GIGABYTE = 1 << 30
PROCESSES = 32  # that a check may start; joblib and data loaders start a few


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of computing and by the clock, bytes of memory and files, characters shown.

    Computing is what an endless loop uses up; the clock is for code that only waits.
    """

    cpu: int = 90
    clock: int = 600
    memory: int = 4 * GIGABYTE
    file: int = GIGABYTE
    output: int = 20_000


def apply(limits: Limits) -> None:
    """Hold this process to the limits, as far as the system can; there is no way back."""
    sys.addaudithook(_Processes())
    if hasattr(signal, "ITIMER_PROF"):
        signal.setitimer(signal.ITIMER_PROF, limits.cpu)
    try:
        import resource
    except ImportError:  # Windows: only the clock and the output are limited
        return
    wanted = {
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_CPU": limits.cpu + 10,
        "RLIMIT_FSIZE": limits.file,
        "RLIMIT_CORE": 0,
    }
    if threads := _threads():
        wanted["RLIMIT_NPROC"] = threads + 16 * PROCESSES
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # a system that does not limit this
            resource.setrlimit(kind, (bound, bound))


class _Processes:
    """Counts processes that are started, in shared memory, so that children count too."""

    STARTS = frozenset({"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})

    def __init__(self) -> None:
        self._count = mmap.mmap(-1, 8)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """Refuse to start more processes than are allowed, and to send signals to others."""
        if event in {"os.kill", "os.killpg"} and args[0] != os.getpid():
            raise RuntimeError("signals to other processes are not allowed")
        if event in self.STARTS:
            started = int.from_bytes(self._count[:8], "little") + 1
            self._count[:8] = started.to_bytes(8, "little")
            if started > PROCESSES:
                raise RuntimeError(f"more than {PROCESSES} processes were started")


def _threads() -> int:
    """Return how many threads this user runs, which is what RLIMIT_NPROC counts; 0 if unknown."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                count += sum(1 for _ in (folder / "task").iterdir())
    return count
