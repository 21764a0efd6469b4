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

LODESTAR = (sys.executable, "-c", "from assistant.cli import run; run()")
FLOOR = (sys.executable, "-c", "import rich, prompt_toolkit")
RIVAL = (
    sys.executable, "-c",
    "from sentence_transformers import SentenceTransformer as T; from assistant.language import "
    "weights; T(str(weights.model_folder()), device='cpu').encode(['what is a CNN'])",
)  # fmt: skip
RIVAL_TURNS = (
    sys.executable, "-c",
    "import time; from sentence_transformers import SentenceTransformer as T; "
    "from assistant.language import weights; model = T(str(weights.model_folder()), device='cpu')"
    "; times = []\nfor number in range(120):\n began = time.perf_counter()\n "
    "model.encode([f'what is a CNN of {number} layers'])\n "
    "times.append(1000 * (time.perf_counter() - began))\nprint(sorted(times[20:])[50])",
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
    clock, processor, encoder = [], [], []
    for text in asked:
        began = time.perf_counter()
        mind.encoder.encode([text])
        encoder.append((time.perf_counter() - began) * 1000)
        began, busy = time.perf_counter(), time.process_time()
        Conversation(mind).respond(text)
        clock.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - busy) * 1000)
    clock.sort()
    return {
        "turns": len(asked),
        "encoder_ms": sorted(encoder)[len(encoder) // 2],
        "turn_p50_ms": clock[len(clock) // 2],
        "turn_p99_ms": clock[int(len(clock) * 0.99)],
        "turn_processor_ms": sum(processor) / len(processor),
        "turns_a_second": 1000 * len(clock) / sum(clock),
    }


def rival_ms() -> float:
    """Return the milliseconds in which sentence-transformers encodes a question, median."""
    done = subprocess.run(RIVAL_TURNS, capture_output=True, check=True, text=True)
    return float(done.stdout.split()[-1])


def figures() -> dict[str, float]:
    """Return seconds, milliseconds and megabytes of Lodestar, of the floor and of the rival."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    load_mind().warm_up()
    floor = clocked(FLOOR)
    seconds, memory = prompt()
    found = {
        "floor_s": floor,
        "help_s": clocked((*LODESTAR, "--help")),
        "ask_s": clocked((*LODESTAR, "ask", QUESTION)),
        "sentence_transformers_s": clocked(RIVAL, 2),
        "sentence_transformers_ms": rival_ms(),
        "prompt_s": min(seconds, *(prompt()[0] for _ in range(4))),
        "chat_memory_mb": memory,
        **turns(),
        "this_process_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE,
    }
    return found | {
        "ask_to_floor": found["ask_s"] / floor,
        "prompt_to_floor": found["prompt_s"] / floor,
        "help_to_floor": found["help_s"] / floor,
        "ask_to_sentence_transformers": found["ask_s"] / found["sentence_transformers_s"],
        "turn_to_encoder": found["turn_p50_ms"] / found["encoder_ms"],
    }


def table(found: dict[str, float]) -> str:
    """Return the figures as a Markdown table, with ratios to the floor and goals."""
    floor, rival = found["floor_s"], found["sentence_transformers_s"]
    encoder, other = found["encoder_ms"], found["sentence_transformers_ms"]
    rows = (
        ("a Python that imports rich and prompt_toolkit: the floor", f"{floor:.2f} s", "1", ""),
        ("`lodestar --help`", f"{found['help_s']:.2f} s", f"{found['help_to_floor']:.1f}",
         "0.12 s"),
        (f'`lodestar ask "{QUESTION}"`', f"{found['ask_s']:.2f} s",
         f"{found['ask_to_floor']:.1f}", "0.45 s, 3 × the floor"),
        ("sentence-transformers, one question", f"{rival:.2f} s", f"{rival / floor:.1f}", ""),
        ("chat: to a prompt that takes keys", f"{found['prompt_s']:.2f} s",
         f"{found['prompt_to_floor']:.1f}", "0.25 s"),
        ("chat: memory after an answer", f"{found['chat_memory_mb']:.0f} MB", "", "220 MB"),
        (f"a turn, p50 of {found['turns']:.0f}", f"{found['turn_p50_ms']:.1f} ms",
         f"{found['turn_to_encoder']:.1f} × the encoder", "10 ms"),
        ("a turn, p99", f"{found['turn_p99_ms']:.1f} ms", "", "30 ms"),
        ("the encoder alone, p50", f"{encoder:.1f} ms", "", ""),
        ("sentence-transformers' encoder, p50", f"{other:.1f} ms",
         f"{other / encoder:.1f} × the encoder", ""),
        ("turns a second", f"{found['turns_a_second']:.0f}", "", "250"),
    )  # fmt: skip
    lines = ["| | here | ratio to the floor | goal |", "| --- | ---: | ---: | ---: |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def main() -> None:
    """Print the figures, as a table or as one JSON document."""
    found = figures()
    sys.stdout.write((json.dumps(found) if "--json" in sys.argv else table(found)) + "\n")


if __name__ == "__main__":
    main()
