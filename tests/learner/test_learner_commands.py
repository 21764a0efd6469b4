"""profile, quiz, review and progress as commands: their words, JSON, exit codes and files."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from learner_samples import NOW, fill, make_answer, make_card, make_run

from assistant.cli import main
from assistant.learner.file import set_aside
from assistant.learner.records import Message
from assistant.learner.store import Store


@pytest.fixture
def run(ready, monkeypatch, capsys):
    """Return a function that runs a command and gives (stdout, stderr); checks the exit code."""
    monkeypatch.delenv("LODESTAR_PRIVATE", raising=False)

    def call(*arguments, stdin="", code=0):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert (left.value.code or 0) == code, (out, err)
        assert "Traceback" not in err
        return out, err

    return call


@pytest.fixture
def kept(ready):
    """Return a function that opens the store of this test's home."""
    return lambda: Store(ready / "data" / "learner.db", pytest.fail)


def test_a_profile_is_set_shown_and_refused(run, ready):
    out, _ = run("profile", "set", "name=Ada", "role=ML engineer", "hours_per_week=6")
    assert out.splitlines() == [
        "name: Ada", "role: machine_learning_engineer", "hours_per_week: 6",
    ]  # fmt: skip
    out, _ = run("profile")
    assert "name: Ada" in out and f"Kept in {ready / 'data' / 'learner.db'}" in out
    for arguments in (["profile", "--json"], ["profile", "show", "--json"]):
        assert json.loads(run(*arguments)[0])["role"] == "machine_learning_engineer"
    assert json.loads(run("profile", "set", "known+=sql", "--json")[0])["known"] == ["sql"]
    _, err = run("profile", "set", "name=Eve", "hours_per_week=0", code=2)
    assert "0.5 to 80" in err
    assert json.loads(run("profile", "--json")[0])["name"] == "Ada"


def test_export_holds_everything_as_json(run, kept):
    with kept() as store:
        fill(store)
    document = json.loads(run("profile", "export")[0])
    assert document["format"] == "lodestar-learner-1"
    assert document["profile"]["name"] == "Ann Ünal"
    assert len(document["runs"]) == 4 and document["runs"][0]["curves"][0]["points"]
    assert len(document["answers"]) == 12 and len(document["cards"]) == 5
    assert document["messages"][0]["text"] == "what is a secret-word?"
    assert datetime.fromisoformat(document["events"][0]["at"]) == NOW


def test_forget_asks_says_what_went_and_nothing_else_goes(run, kept, ready):
    with kept() as store:
        fill(store)
    out, err = run("profile", "forget", "quiz", stdin="n\n", code=1)
    assert "quiz" in err and "Nothing was erased." in err and out == ""
    out, err = run("profile", "forget", "quiz", stdin="", code=1)
    assert "Nothing was erased." in err
    out, _ = run("profile", "forget", "quiz", stdin="y\n")
    assert out == "Erased quiz: 17 records\n"
    with kept() as store:
        left = store.load()
    assert left.answers == left.cards == () and len(left.runs) == 4
    _, err = run("profile", "forget", "everthing", code=2)
    assert "There is no part 'everthing'. Parts: profile, plan" in err


def test_forgetting_practice_takes_what_trainings_left_in_the_cache(run, ready):
    left = ready / "cache" / "runs" / "cnn_digits-0123.result.json"
    left.parent.mkdir(exist_ok=True)
    left.write_text("{}")
    run("profile", "forget", "quiz", "--yes")
    assert left.exists()
    assert f"Erased {left.parent}" in run("profile", "forget", "practice", "--yes")[0]
    assert not left.parent.exists()
    left.parent.mkdir()
    run("profile", "forget", "--yes")
    assert not left.parent.exists() and (ready / "cache" / "latest.json").exists()


def test_forget_all_leaves_no_byte(run, kept, ready):
    with kept() as store:
        fill(store)
        store.add_message(Message(NOW, "c", "learner", "verysecret"))
    (ready / "data" / "history").write_text("+verysecret\n")
    (ready / "workspace").mkdir()
    gone = json.loads(run("profile", "forget", "--yes", "--json")[0])
    assert gone["forgotten"]["practice"] == 12 and gone["forgotten"]["conversations"] == 2
    assert gone["files"] == [str(ready / "data" / "history")]
    for path in (ready / "data").iterdir():
        assert b"verysecret" not in path.read_bytes() and "Ünal".encode() not in path.read_bytes()
    out, _ = run("profile", "forget", "--yes")
    assert f"Your own code in {ready / 'workspace'} was left" in out


def test_a_quiz_along_a_pipe_judges_explains_and_keeps(run, kept):
    out, err = run("quiz", "cnn", "--seed", "1", stdin="nonsense\n1\n\n2\n3\n1\n1\n")
    assert out.startswith("Quiz: convolutional neural network\n\n1/6  ")
    assert "Answer with a number from 1 to" in err
    assert "The answer is “" in out and "Asked again on " in out
    assert " of 6 right. Your answers are kept." in out
    assert "\x1b" not in out
    with kept() as store:
        records = store.load()
    assert len(records.answers) == len(records.cards) == 6
    assert records.answers[1].chosen is None


def test_a_quiz_in_json_can_be_taken_question_by_question(run):
    first = json.loads(run("quiz", "overfitting", "--json", "--seed", "4")[0])
    assert first["asked"] == [] and first["of"] == 0
    options = first["next"]["options"]
    assert len(options) >= 3
    answered = json.loads(
        run("quiz", "overfitting", "--json", "--seed", "4", stdin=f"{options[1]}\n")[0]
    )
    (row,) = answered["asked"]
    assert (row["question"], row["chosen"]) == (first["next"]["question"], options[1])
    assert set(row) == {
        "id", "topic", "rung", "question", "chosen", "right", "why", "answer", "answer_why", "due",
    }  # fmt: skip
    assert answered["next"]["question"] != row["question"]


def test_a_quiz_stops_when_told_and_names_no_topic_it_does_not_have(run):
    out, _ = run("quiz", "--count", "3", stdin="1\nq\n2\n")
    assert " of 1 right." in out
    _, err = run("quiz", "sourdough", code=2)
    assert "no questions on 'sourdough'" in err


def test_review_asks_what_is_due_and_nothing_else(run, kept):
    run("quiz", "pooling", "--count", "2", "--seed", "1", stdin="1\n1\n")
    out, _ = run("review")
    assert "Nothing more is due today. The next review is on" in out
    with kept() as store:
        keys = [card.item for card in store.load().cards]
        past = datetime.now(UTC) - timedelta(days=3)
        for key in (*keys, "a_concept_that_is_gone:12345678"):
            store.add_answer(make_answer(key, True, past), make_card(key, past))
    document = json.loads(run("review", "--json")[0])
    assert (document["due"], document["of"]) == (2, 0)
    assert document["next"]["id"] in keys
    out, _ = run("review", "--count", "1", stdin="1\n")
    assert out.startswith("1/1  ") and "1 more for today" in out
    out, _ = run("review", stdin="2\n2\n")
    assert "1/1  " in out
    with kept() as store:
        records = store.load()
    assert sum(answer.review for answer in records.answers) == 2
    assert {card.reviews for card in records.cards if card.item in keys} == {2}


def test_review_without_cards_says_how_to_get_some(run):
    assert "lodestar quiz" in run("review")[0]
    empty = {"due": 0, "next_due": None, "asked": [], "right": 0, "of": 0, "next": None}
    assert json.loads(run("review", "--json")[0]) == empty


def test_private_uses_what_is_there_and_keeps_nothing(run, kept, ready, monkeypatch):
    with kept() as store:
        store.set_profile({"name": "Ada"}, NOW)
    monkeypatch.setenv("LODESTAR_PRIVATE", "0")  # undone at the end, with what --private sets
    before = (ready / "data" / "learner.db").read_bytes()
    out, _ = run("--private", "quiz", "pooling", "--count", "2", stdin="1\n1\n")
    assert "Private: nothing is kept." in out
    assert "name: Ada" in run("--private", "profile")[0]
    run("--private", "profile", "set", "name=Eve")
    assert (ready / "data" / "learner.db").read_bytes() == before
    assert not (ready / "data" / "learner.db-wal").exists()
    assert (
        "Erased profile: 1 record" in run("--private", "profile", "forget", "profile", "--yes")[0]
    )


def test_progress_in_words_and_json(run, kept):
    assert "Nothing is recorded yet" in run("progress")[0]
    with kept() as store:
        fill(store)
    out, _ = run("progress")
    assert "Read handwritten digits with a CNN" in out and "ooling" in out
    document = json.loads(run("progress", "--json")[0])
    assert document["shown"] == ["cnn_digits"]
    assert document["exercises"][0]["runs"] == 4


def test_a_portfolio_is_written_or_refused(run, kept, tmp_path):
    folder = tmp_path / "portfolio"
    _, err = run("progress", "--portfolio", str(folder), code=1)
    assert "no exercise has been passed" in err and not folder.exists()
    with kept() as store:
        store.add_run(make_run())
    out, _ = run("progress", "--portfolio", str(folder))
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert written == {"portfolio.md", "portfolio.html", "curves/cnn_digits-accuracy.svg",
                       "curves/cnn_digits-loss.svg"}  # fmt: skip
    assert out.count("Wrote ") == 4
    assert len(json.loads(run("progress", "--portfolio", str(folder), "--json")[0])["written"]) == 4
    _, err = run("progress", "--portfolio", str(folder / "portfolio.md"), code=2)
    assert "is a file" in err


def test_damage_is_told_on_stderr_and_stdout_stays_json(run, kept, ready):
    with kept() as store:
        fill(store)
    file = ready / "data" / "learner.db"
    file.write_bytes(file.read_bytes()[:30_000])
    out, err = run("profile", "--json")
    assert json.loads(out)["name"] == "Ann Ünal"
    assert "were damaged" in err and set_aside(file)[0].name in err
    assert run("profile", "--json")[1] == ""


def test_a_newer_file_is_refused_by_every_command(run, ready):
    import sqlite3
    from contextlib import closing

    run("profile", "set", "name=Ada")
    with closing(sqlite3.connect(ready / "data" / "learner.db")) as on:
        on.execute("PRAGMA user_version = 7")
        on.commit()
    for arguments in (["profile"], ["progress"], ["review"], ["quiz"], ["profile", "export"],
                      ["profile", "forget", "--yes"]):  # fmt: skip
        _, err = run(*arguments, code=1)
        assert "newer Lodestar" in err and len(err.strip().splitlines()) <= 3
