"""A damaged file never ends in a traceback: it is set aside, told of, and what is whole is kept."""

import contextlib
import random
import shutil
import sqlite3
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from learner_samples import NOW, fill

from assistant.errors import NewerFile
from assistant.learner import salvage
from assistant.learner.file import set_aside
from assistant.learner.records import Records, Run
from assistant.learner.store import Store


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[bytes, Records]:
    """Return the bytes of a file with some of everything, and what it holds."""
    path = tmp_path_factory.mktemp("whole") / "learner.db"
    with Store(path, pytest.fail) as store:
        fill(store)
        records = store.load()
    return path.read_bytes(), records


def bare(run: Run) -> str:
    """Return a run without its curves, which can be lost alone."""
    return repr(replace(run, curves=()))


def truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def flipped(data: bytes, rng: random.Random) -> bytes:
    altered = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        altered[rng.randrange(len(altered))] ^= 1 << rng.randrange(8)
    return bytes(altered)


def broken_header(data: bytes, rng: random.Random) -> bytes:
    altered = bytearray(data)
    altered[rng.choice([*range(60), *range(64, 100)])] ^= 1 << rng.randrange(8)
    return bytes(altered)


def overwritten(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data)), rng.randint(1, 8000)
    noise = rng.randbytes(length)[: len(data) - start]
    return data[:start] + noise + data[start + len(noise) :]


@pytest.mark.parametrize("damage", [truncated, flipped, broken_header, overwritten])
def test_damage_is_mended_and_told_or_changes_nothing(whole, home, damage):
    data, records = whole
    for seed in range(10):
        file = home / str(seed) / "learner.db"
        file.parent.mkdir()
        altered = damage(data, random.Random(seed))
        file.write_bytes(altered)
        told: list[str] = []
        with Store(file, told.append) as store:
            read = store.load()
            store.record("after", {}, NOW)
            assert len(store.load().events) == len(read.events) + 1
        if told:
            (aside,) = set_aside(file)
            assert aside.read_bytes() == altered
            assert len(told) == 1 and aside.name in told[0]
            assert set(read.messages) <= set(records.messages)
            assert {bare(run) for run in read.runs} <= {bare(run) for run in records.runs}
        else:
            assert read == records, seed


def test_most_is_kept_when_a_page_is_lost(whole, file, told):
    data, records = whole
    file.parent.mkdir()
    middle = len(data) // 2 // 4096 * 4096
    file.write_bytes(data[:middle] + bytes(4096) + data[middle + 4096 :])
    with Store(file, told.append) as store:
        read = store.load()
    assert len(told) == 1
    kept, all_ = ([*r.events, *r.runs, *r.answers, *r.cards] for r in (read, records))
    assert len(kept) >= 0.5 * len(all_)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"hello", bytes(9000)])
def test_a_file_with_nothing_to_read_is_set_aside(file, told, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with Store(file, told.append) as store:
        assert store.load() == Records()
    assert "damaged" in told[0]
    assert set_aside(file)[0].read_bytes() == content


def test_what_only_the_log_held_is_recovered(file, home, told):
    with Store(home / "first.db", pytest.fail) as store:
        fill(store)
        log = (home / "first.db-wal").read_bytes()
        records = store.load()
    file.parent.mkdir()
    file.with_name("learner.db-wal").write_bytes(log)
    with Store(file, told.append) as store:
        assert store.load() == records
    assert len(told) == 1


def test_a_broken_log_is_noticed_although_sqlite_says_nothing(file, home, told):
    with Store(home / "first.db", pytest.fail) as store:
        fill(store)
        log = bytearray((home / "first.db-wal").read_bytes())
        file.parent.mkdir()
        shutil.copy(home / "first.db", file)
        records = store.load()
    log[len(log) // 3] ^= 1
    file.with_name("learner.db-wal").write_bytes(log)
    with Store(file, told.append) as store:
        kept = store.load()
    assert len(told) == 1
    assert kept.profile == records.profile
    assert len(kept.events) >= len(records.events) - 5


def test_the_checksums_of_a_log_tell_a_whole_one_from_a_broken_one(file):
    with Store(file, pytest.fail) as store:
        fill(store)
        log = salvage.wal_of(file).read_bytes()
    assert salvage.is_whole(log)
    assert len(salvage.committed_frames(log)) > 100
    rng = random.Random(3)
    for _ in range(10):
        altered = bytearray(log)
        altered[rng.randrange(16, len(log))] ^= 1 << rng.randrange(8)
        assert not salvage.is_whole(bytes(altered))


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("written", [8, 24, 1000, 24 + 4096])
def test_half_a_commit_of_a_killed_process_loses_nothing(home, file, told, written, indexed):
    """SQLite writes the head of a frame, then its page, over what an older log left there."""
    path = home / "killed.db"
    log, index = salvage.wal_of(path), home / "killed.db-shm"
    with Store(path, pytest.fail) as store:
        fill(store)
        with contextlib.closing(sqlite3.connect(path)) as on:
            on.execute("PRAGMA wal_checkpoint(RESTART)")
        for number in range(20):
            store.record("confirmed", {"n": number}, NOW)
        main, before, shared = path.read_bytes(), log.read_bytes(), index.read_bytes()
        store.record("not confirmed", {}, NOW)
        after = log.read_bytes()
    start = 32 + 4120 * len(salvage.committed_frames(before))
    assert before[:start] == after[:start] and before[start:] != after[start:]
    file.parent.mkdir()
    file.write_bytes(main)
    salvage.wal_of(file).write_bytes(after[: start + written] + before[start + written :])
    if indexed:
        file.with_name("learner.db-shm").write_bytes(shared)
    with Store(file, told.append) as store:
        events = store.load().events
    assert [event.data["n"] for event in events if event.kind == "confirmed"] == [*range(20)]
    assert not (indexed and told)  # without the index it looks like damage


@pytest.fixture
def altered(store, file) -> int:
    """Make a file with one altered event; return how many events it has."""
    fill(store)
    count = len(store.load().events)
    store.close()
    data = bytearray(file.read_bytes())
    data[data.rindex(b'{"n":20}') + 5] ^= 1
    file.write_bytes(data)
    return count - 1


def test_one_that_has_the_file_open_follows_when_another_mends_it(altered, file, told):
    with Store(file, pytest.fail) as first, Store(file, told.append) as second:
        first.record("first", {}, NOW)  # it touches no damaged page
        assert len(second.load().events) == altered + 1
        assert len(told) == 1
        second.record("second", {}, NOW)
        first.record("first again", {}, NOW)  # closes the old file, which must not hurt the new
        second.record("second again", {}, NOW)
        with Store(file, pytest.fail) as third:
            events = third.load().events
    assert [event.kind for event in events[-4:]] == [
        "first", "second", "first again", "second again",
    ]  # fmt: skip


def test_what_is_written_while_another_mends_is_not_lost(altered, file, told, monkeypatch):
    opened, mending, kept = threading.Event(), threading.Event(), []

    def write() -> None:
        with Store(file, kept.append) as first:
            first.record("before", {}, NOW)
            opened.set()
            mending.wait(20)
            kept.append(first.record("during", {}, NOW))

    def slow(*arguments: Any) -> Any:
        rows = salvage_rows(*arguments)
        mending.set()
        time.sleep(0.3)
        return rows

    salvage_rows = salvage.rows
    monkeypatch.setattr(salvage, "rows", slow)
    writer = threading.Thread(target=write)
    writer.start()
    opened.wait(20)
    with Store(file, told.append) as second:
        second.load()
        writer.join(20)
        events = second.load().events
    assert len(told) == 1 and len(kept) == 1
    assert [event.kind for event in events[-2:]] == ["before", "during"]
    assert len(events) == altered + 2


def test_a_version_number_that_was_damaged_is_refused_and_nothing_lost(whole, file):
    data, records = whole
    file.parent.mkdir()
    altered = bytearray(data)
    altered[62] ^= 1
    file.write_bytes(altered)
    with pytest.raises(NewerFile):
        Store(file, pytest.fail).load()
    assert file.read_bytes() == altered
    file.write_bytes(data)
    with Store(file, pytest.fail) as store:
        assert store.load() == records
