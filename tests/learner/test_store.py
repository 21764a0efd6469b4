"""What is kept comes back, nothing half-done stays, and what is forgotten is gone."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from learner_samples import NOW, fill, make_answer, make_card, make_run

from assistant.errors import NewerFile, StoreError
from assistant.learner import tables
from assistant.learner.records import Message
from assistant.learner.store import PARTS, Store


def test_what_is_kept_comes_back_in_another_process(store, file):
    fill(store)
    before = store.load()
    store.close()
    with Store(file, pytest.fail) as again:
        after = again.load()
    assert after == before
    assert after.runs[2] == make_run(seed=2)
    assert after.answers[0] == make_answer("pooling:0", False)
    assert after.profile["name"] == "Ann Ünal"
    assert [card.item for card in after.cards] == [f"pooling:{n}" for n in range(5)]


def test_the_file_is_in_wal_mode_and_readable_by_others(store, file):
    fill(store)
    store.close()
    with closing(sqlite3.connect(file)) as on:
        assert on.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert on.execute("PRAGMA user_version").fetchone() == (len(tables.MIGRATIONS),)
        assert on.execute("PRAGMA foreign_key_check").fetchall() == []
        passed = on.execute("SELECT exercise, seed FROM runs WHERE passed").fetchall()
    assert passed == [("cnn_digits", seed) for seed in range(4)]


def test_nobody_else_may_read_the_file(store, file):
    store.record("turn", {}, NOW)
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_path_nothing_is_written(home):
    with Store(None, pytest.fail) as private:
        fill(private)
        assert len(private.load().runs) == 4
    assert list(home.iterdir()) == []


def test_text_that_is_not_unicode_is_kept_as_far_as_it_can_be(store):
    store.add_message(Message(NOW, "c", "learner", "half a \ud83d pair, a \0 and 深度"))
    assert store.load().messages[0].text == "half a ? pair, a \0 and 深度"


def test_events_can_only_be_added(store, file):
    store.record("turn", {}, NOW)
    with closing(sqlite3.connect(file)) as on:
        for change in ("UPDATE events SET kind = 'x'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="only added"):
                on.execute(change)


def test_a_change_that_fails_leaves_nothing_behind(store, monkeypatch):
    fill(store)
    before = store.load()
    monkeypatch.setattr("assistant.learner.store._log", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.add_run(make_run())
    with pytest.raises(ZeroDivisionError):
        store.set_profile({}, NOW)
    assert store.load() == before


def test_an_older_file_is_brought_up_to_date(store, file, monkeypatch):
    fill(store)
    before = store.load()
    store.close()
    add = 'ALTER TABLE messages ADD COLUMN "mood" TEXT'
    monkeypatch.setattr(tables, "MIGRATIONS", (*tables.MIGRATIONS, (add,)))
    monkeypatch.setitem(tables.TABLES, "messages", (*tables.TABLES["messages"], "mood"))
    with Store(file, pytest.fail) as newer:
        assert newer._file.read(lambda on: on.execute("PRAGMA user_version").fetchone()) == (2,)
        assert newer._file.read(lambda on: tables.select(on, "messages"))[0]["mood"] is None
    monkeypatch.undo()
    assert before.messages


def test_a_migration_is_done_as_a_whole_or_not_at_all(store, file, told, monkeypatch):
    store.record("turn", {}, NOW)
    store.close()
    broken = ("CREATE TABLE extra (id INTEGER)", "INSERT INTO extra VALUES (1, 2)")
    monkeypatch.setattr(tables, "MIGRATIONS", (*tables.MIGRATIONS, broken))
    with pytest.raises(StoreError), Store(file, told.append) as newer:
        newer.load()
    monkeypatch.undo()
    with closing(sqlite3.connect(file)) as on:
        assert on.execute("PRAGMA user_version").fetchone() == (1,)
        assert not on.execute("SELECT * FROM sqlite_master WHERE name = 'extra'").fetchall()
        assert on.execute("SELECT count(*) FROM events").fetchone() == (1,)


@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_a_newer_file_is_refused_and_left_as_it_is(store, file, open_elsewhere):
    fill(store)
    store.close()
    with closing(sqlite3.connect(file)) as on:
        on.execute("PRAGMA user_version = 99")
        on.commit()
        if not open_elsewhere:
            on.close()
        before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
        for use in (Store.load, lambda new: new.record("turn", {}, NOW), Store.forget):
            with pytest.raises(NewerFile, match=r"newer Lodestar.*\n.*changed.*pip install"):
                use(Store(file, pytest.fail))
        assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


def test_a_file_made_newer_while_it_is_open_is_not_written_any_more(store, file):
    store.record("turn", {}, NOW)
    with closing(sqlite3.connect(file)) as on:
        on.execute("PRAGMA user_version = 2")
        on.commit()
    with pytest.raises(NewerFile):
        store.record("turn", {}, NOW)


@pytest.mark.parametrize("part", [*PARTS, None])
def test_what_is_forgotten_is_gone_from_the_disk(file, told, part):
    secret = {
        "profile": "Secretname", "plan": "secretrole", "practice": "secretexercise",
        "quiz": "secretitem", "conversations": "secretmessage",
    }  # fmt: skip
    with Store(file, told.append) as store:
        fill(store)
        store.set_profile({"name": secret["profile"]}, NOW)
        store.save_plan({"role": secret["plan"]}, NOW)
        store.add_run(make_run(exercise=secret["practice"]))
        store.add_answer(
            make_answer(secret["quiz"], True, topic=secret["quiz"]), make_card(secret["quiz"])
        )
        store.add_message(Message(NOW, "c", "learner", secret["conversations"]))
        (file.parent / "history").write_text("+secretmessage\n")
        shutil.copy2(file, file.with_name("learner.damaged-20260101-000000.db"))
        assert sum(secret[name].encode() in everything(file) for name in PARTS) == 5
        gone = store.forget([part] if part else [])
        for name, word in secret.items():
            forgotten = part in (name, None)
            assert (word.encode() in everything(file)) is not forgotten, name
            assert not forgotten or gone[name] > 0
        left = store.load()
        assert bool(left.events) is (part is not None)
        store.record("turn", {}, NOW)
    assert told == []


def everything(file) -> bytes:
    """Return all bytes of the files beside the learner's file, and its own."""
    return b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_forgetting_says_when_another_program_still_holds_the_bytes(store, file, monkeypatch):
    monkeypatch.setattr("assistant.learner.file.SCRUB_WAIT", 0.1)
    fill(store)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchone()
        with pytest.raises(StoreError, match="another program is reading"):
            store.forget()
        assert store.load().messages == ()
        reader.execute("ROLLBACK")
    assert sum(store.forget().values()) == 0
    assert b"secret-word" not in everything(file)


def test_a_folder_that_cannot_be_written_is_told_politely(file, told):
    file.parent.parent.joinpath("data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"cannot be opened.*\n.*LODESTAR_HOME"):
        Store(file, told.append).load()


def test_a_folder_in_the_place_of_the_file_is_told_politely(file, told):
    file.mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(file, told.append).load()
    assert file.is_dir()
