"""Several processes at once, and processes that are killed, lose nothing that was confirmed."""

import random
import signal
import subprocess
import sys
import time

import pytest
from learner_samples import NOW

from assistant.learner.store import Store

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from assistant.learner.store import Store

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Store(path, sys.exit) as store:
    for number in range(count):
        store.record(name, {"n": number}, datetime.now(UTC))
        print(number, flush=True)
"""


def start(file, name, count, **options) -> subprocess.Popen:
    """Start a process that writes events and tells each when it is kept."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file), name, str(count)],
        stdout=subprocess.PIPE, **options,
    )  # fmt: skip


def test_two_processes_write_a_thousand_events_each_without_loss(file):
    writers = [start(file, name, 1000) for name in ("left", "right")]
    for writer in writers:
        out, _ = writer.communicate(timeout=120)
        assert writer.returncode == 0 and len(out.split()) == 1000
    with Store(file, pytest.fail) as store:
        events = store.load().events
    for name in ("left", "right"):
        assert [event.data["n"] for event in events if event.kind == name] == [*range(1000)]
    assert len(events) == 2000


def test_opening_a_file_that_another_process_writes_to_is_no_damage(file):
    writer = start(file, "busy", 100_000)
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        seen = 0
        for _ in range(30):
            with Store(file, pytest.fail) as store:
                events = store.load().events
            assert len(events) >= seen
            seen = len(events)
        assert seen > 1
    finally:
        writer.kill()
        writer.communicate()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_twenty_kills_lose_nothing_that_was_confirmed(file):
    rng = random.Random(5)
    confirmed = {}
    for kill in range(20):
        writer = start(file, f"life {kill}", 100_000)
        assert writer.stdout is not None
        writer.stdout.readline()  # it has begun
        time.sleep(rng.uniform(0, 0.05))
        writer.send_signal(signal.SIGKILL)
        said = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        confirmed[f"life {kill}"] = int(said[-1]) if said else 0
    with Store(file, pytest.fail) as store:
        events = store.load().events
        store.record("after", {}, NOW)
    for name, last in confirmed.items():
        kept = [event.data["n"] for event in events if event.kind == name]
        assert kept == [*range(len(kept))]
        assert len(kept) in (last + 1, last + 2)  # written, perhaps not yet told
