"""How soon Lodestar answers: python tests/benchmarks/start.py [--json]

Whole processes are timed by the clock, the best of several, beside a floor in the same run: a
Python that imports rich and prompt_toolkit. The compiled knowledge is taken from LODESTAR_HOME,
or from where Lodestar keeps it, and compiled first where that is due.
"""

import json
import os
import pty
import resource
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from assistant.commands.common import load_mind

LODESTAR = (sys.executable, "-c", "from assistant.cli import main; main()")
FLOOR = (sys.executable, "-c", "import rich, prompt_toolkit")
RIVAL = (
    sys.executable, "-c",
    "from sentence_transformers import SentenceTransformer as T; from assistant.language import "
    "weights; T(str(weights.model_folder()), device='cpu').encode(['what is a CNN'])",
)  # fmt: skip
REPEATS, PATIENCE, MEGABYTE = 9, 60, 1024
QUESTION = "what is a CNN"


def clocked(command: tuple[str, ...], repeats: int = REPEATS) -> float:
    """Return the seconds of the fastest run of a command, whole process."""
    return min(_once(lambda: subprocess.run(command, capture_output=True, check=True))
               for _ in range(repeats))  # fmt: skip


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def prompt() -> tuple[float, float]:
    """Return the seconds to the chat's prompt, and its memory in MB after an answer."""
    mine, theirs = pty.openpty()
    began = time.perf_counter()
    chat = subprocess.Popen(LODESTAR, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    _wait_for(mine, "›")
    seconds = time.perf_counter() - began
    os.write(mine, QUESTION.encode() + b"\r")
    _wait_for(mine, "Source")
    status = Path(f"/proc/{chat.pid}/status").read_text("utf-8")
    memory = int(status.split("VmRSS:")[1].split()[0]) / MEGABYTE
    chat.kill()
    chat.wait()
    return seconds, memory


def _wait_for(terminal: int, sign: str) -> None:
    seen, end = "", time.perf_counter() + PATIENCE
    while sign not in seen:
        if time.perf_counter() > end:
            raise TimeoutError(f"no {sign!r} in {seen!r}")
        if select.select([terminal], [], [], 0.01)[0]:
            seen += os.read(terminal, 65536).decode("utf-8", "replace")


def turns() -> dict[str, float]:
    """Return milliseconds a turn, by the clock and of one processor, and turns a second."""
    mind = load_mind()
    from assistant.conversation import Conversation  # only now, as the chat does it

    mind.warm_up()
    asked = [
        question.ask[0]
        for card in mind.library.of_kind("concept")[::3]
        for question in mind.library.get(card.id).questions[:1]
    ]
    for text in asked[:30]:
        Conversation(mind).respond(text)
    clock, processor = [], []
    for text in asked:
        began, busy = time.perf_counter(), time.process_time()
        Conversation(mind).respond(text)
        clock.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - busy) * 1000)
    clock.sort()
    return {
        "turns": len(asked),
        "turn_p50_ms": clock[len(clock) // 2],
        "turn_p99_ms": clock[int(len(clock) * 0.99)],
        "turn_processor_ms": sum(processor) / len(processor),
        "turns_a_second": 1000 * len(clock) / sum(clock),
    }


def main() -> None:
    """Print the figures, as lines or as one JSON document."""
    load_mind().warm_up()
    floor = clocked(FLOOR)
    seconds, memory = prompt()
    figures = {
        "floor_s": floor,
        "help_s": clocked((*LODESTAR, "--help")),
        "ask_s": clocked((*LODESTAR, "ask", QUESTION)),
        "sentence_transformers_s": clocked(RIVAL, 2),
        "prompt_s": min(seconds, *(prompt()[0] for _ in range(4))),
        "chat_memory_mb": memory,
        **turns(),
        "this_process_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE,
    }
    figures |= {f"{name[:-2]}_to_floor": figures[name] / floor for name in ("ask_s", "prompt_s")}
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:28} {value:9.3f}\n")


if __name__ == "__main__":
    main()
