"""The learner's own files: started, found again, never lost; and the commands around them."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from skills.exercise import catalogue
from skills.workspace import Workspace, WorkspaceError, changes, solution

CNN = "cnn_digits"


@pytest.fixture
def cnn():
    return catalogue()[CNN]


@pytest.fixture
def desk(tmp_path):
    return Workspace(tmp_path / "desk")


@pytest.fixture
def lodestar():
    """Return a function that runs a command of `lodestar exercise`."""
    return lambda *words: CliRunner().invoke(main, ["exercise", *words])


def test_starting_copies_the_starter_and_never_overwrites(desk, cnn):
    file, new = desk.start(cnn)
    assert new
    assert "TODO 1" in file.read_text()
    file.write_text("mine")
    assert desk.start(cnn) == (file, False)
    assert file.read_text() == "mine"


def test_a_file_elsewhere_is_remembered(desk, cnn, tmp_path):
    file, _ = desk.start(cnn, tmp_path / "project")
    assert file == tmp_path / "project" / "cnn_digits.py"
    assert Workspace(tmp_path / "desk").existing(cnn) == file
    renamed = file.rename(tmp_path / "project" / "mine.py")
    with pytest.raises(WorkspaceError, match="exercise start cnn_digits"):
        desk.existing(cnn)
    with pytest.raises(WorkspaceError, match="does not say which exercise"):
        desk.owner(renamed, catalogue())
    assert desk.owner(tmp_path / "fraud_detection.py", catalogue()).id == "fraud_detection"


def test_resetting_keeps_what_was_there_with_the_date(desk, cnn):
    file, _ = desk.start(cnn)
    kept = []
    for text in ("first", "second"):
        file.write_text(text)
        fresh, old = desk.reset(cnn, datetime(2026, 1, 2, 3, 4, 5))
        assert fresh == file
        kept.append(old)
    assert [path.read_text() for path in kept] == ["first", "second"]
    assert kept[0].name == "cnn_digits.2026-01-02_030405.py"
    assert "TODO 1" in file.read_text()


def test_hints_come_one_after_the_other_and_the_last_one_stays(desk, cnn):
    assert [desk.hint(cnn)[0] for _ in range(4)] == [1, 2, 3, 3]
    assert desk.hint(cnn, 1) == (1, cnn.hints[0])


def test_a_damaged_note_loses_no_file(desk, cnn, tmp_path):
    file, _ = desk.start(cnn)
    (tmp_path / "desk" / "state.json").write_text("[broken")
    assert desk.existing(cnn) == file
    assert desk.hint(cnn)[0] == 1


def test_watching_sees_a_saved_file_once_and_not_half_of_it(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("one")
    story = iter(["one", "tw", "two", "two", None, "two", "two", "three", "three"])

    def save(_):
        text = next(story)
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text)

    seen = []
    with pytest.raises(RuntimeError):
        for _ in changes(file, save):
            seen.append(file.read_text())
    assert seen == ["one", "two", "three"]


def test_the_ladder_from_the_command_line(lodestar, home: Path):
    started = lodestar("start", CNN)
    assert started.exit_code == 0
    file = home / "workspace" / CNN / "cnn_digits.py"
    assert str(file) in started.output
    assert "have it already" in lodestar("start", CNN).output
    assert "Hint 1 of 3" in lodestar("hint", CNN).output
    assert "Hint 2 of 3" in lodestar("hint", CNN).output
    assert "Hint 1 of 3" in lodestar("hint", CNN, "1").output
    assert "F.cross_entropy(net(images), y[rows])" in lodestar("solution", CNN).output
    kept = lodestar("reset", CNN)
    assert "is kept" in kept.output
    assert len(list(file.parent.glob("*.py"))) == 2


def test_checking_the_starter_says_what_is_open(lodestar):
    lodestar("start", "fraud_detection")
    done = lodestar("check", "fraud_detection", "--json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert document["passed"] is False
    assert {"mistake", "evidence", "line"} <= set(document["diagnosis"][0])
    assert document["diagnosis"][0]["mistake"] == "unfinished"
    assert any("TODO 1" in check["message"] for check in document["checks"])


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["check", CNN], "Begin with: lodestar exercise start cnn_digits", 1),
        (["check", "nothing.py"], "neither a file nor an exercise", 2),
        (["start", "nothing"], "There is no exercise 'nothing'", 2),
        (["reset", CNN], "You have no file", 1),
        (["hint", CNN, "4"], "4 is not in the range", 2),
        (["what-if", CNN, "DEPTH=1"], "no knob 'DEPTH'", 2),
        (["run", "fraud_detection", "--nproc", "2"], "one process only", 2),
    ],
)
def test_what_cannot_be_says_what_can(lodestar, words, said, code):
    done = lodestar(*words)
    assert done.exit_code == code
    assert said in done.output


def test_what_can_be_turned_is_listed(lodestar):
    assert "RATE=0.05" in lodestar("what-if", CNN).output
    assert "RATE=0.05" in json.loads(lodestar("what-if", CNN, "--json").stdout)


def test_a_solution_lies_beside_its_starter(cnn):
    assert solution(cnn).name == "solution.py"
