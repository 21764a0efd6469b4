"""A first start that is cut short, and two at once."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.compiling import told
from assistant.search import Floats
from assistant.unfinished import SLICE, alone, in_slices

TEXTS = [f"text {number}" for number in range(2 * SLICE + 5)]
HOLD = """
import sys, time
from pathlib import Path
from assistant.unfinished import alone
with alone(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    time.sleep(60)
"""


class Encoder:
    """Counts what it reads, and is interrupted before a slice if told to be."""

    def __init__(self, stops_at: int = -1) -> None:
        self.read = 0
        self._left = stops_at

    def __call__(self, texts: Sequence[str]) -> Floats:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        self.read += len(texts)
        return np.array([[len(text), hash_of(text)] for text in texts], np.float32)


def hash_of(text: str) -> int:
    return sum(text.encode())


def run(encoder: Encoder, keep: Path, version: str = "1") -> Floats:
    return told(in_slices(encoder, keep, version), "Reading", lambda *_: None)(TEXTS)


def test_what_was_read_before_an_interrupt_is_not_read_again(tmp_path: Path) -> None:
    whole = run(Encoder(), tmp_path / "other")
    with pytest.raises(KeyboardInterrupt):
        run(Encoder(stops_at=2), tmp_path / "kept")
    second = Encoder()
    assert np.array_equal(run(second, tmp_path / "kept"), whole)
    assert second.read == 5
    assert run(third := Encoder(), tmp_path / "kept", "2") is not None
    assert third.read == len(TEXTS)


def test_a_damaged_slice_is_read_again(tmp_path: Path) -> None:
    whole = run(Encoder(), tmp_path)
    for number, file in enumerate(sorted(tmp_path.iterdir())):
        spoilt = bytearray(file.read_bytes())
        if number == 0:
            spoilt = spoilt[: len(spoilt) // 2]
        else:
            spoilt[len(spoilt) // 2] ^= 0xFF
        file.write_bytes(spoilt)
    again = Encoder()
    assert np.array_equal(run(again, tmp_path), whole)
    assert again.read == len(TEXTS)


@pytest.mark.skipif(sys.platform == "win32", reason="files are locked by fcntl")
def test_a_second_process_waits_until_the_first_is_done_or_killed(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    waited = []

    def wait() -> None:
        waited.append(True)
        first.kill()

    with alone(tmp_path, wait):
        assert waited == [True]
    first.wait()
    first.stdout.close()
    with alone(tmp_path, wait):
        assert waited == [True]
