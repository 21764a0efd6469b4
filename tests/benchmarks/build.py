"""How long the first start takes, which prepares the model and the knowledge: seconds."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LODESTAR = (sys.executable, "-c", "from assistant.cli import main; main()", "ask", "what is a CNN")
GOAL_S = 30


def figures() -> dict[str, float]:
    """Return the seconds of a first start with nothing in the cache, and of one after it."""
    with tempfile.TemporaryDirectory() as home:
        first = _seconds(home)
        return {
            "first_start_s": first,
            "next_start_s": _seconds(home),
            "cache_mb": sum(
                path.stat().st_size for path in Path(home).rglob("*") if path.is_file()
            ) / 2**20,
        }  # fmt: skip


def _seconds(home: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "LODESTAR_HOME": home}
    subprocess.run(LODESTAR, env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def table(found: dict[str, float]) -> str:
    """Return the figures as a Markdown table."""
    return "\n".join(
        (
            "| first start | goal | next start | cache |", "| ---: | ---: | ---: | ---: |",
            f"| {found['first_start_s']:.0f} s | {GOAL_S} s | {found['next_start_s']:.2f} s "
            f"| {found['cache_mb']:.0f} MB |",
        )
    )  # fmt: skip
