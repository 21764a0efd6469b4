"""What surrounds an exercise's code: its linter, its variants, and a part of its verification."""

import ast

import pytest

from skills.check import check
from skills.exercise import catalogue, read
from skills.folders import package
from skills.judge import lint
from skills.judge.variants import Edit, Mutant, mutated, overlaid, variants
from skills.judge.verdict import mistakes
from skills.judge.verify import verify

WHAT_IF = """
what_ifs:
  - knob: SCALE
    default: 2
    values: [3]
    question: What if it is {value}?
    decides: good.score
    choices: [{text: less, below: 0}, {text: more}]
    compare: [good.score]
    after: From {usual.good.score:.2f} to {changed.good.score:.2f} with {value}, that is all.
"""


def found(folder):
    exercise = read(folder / "exercise.yaml", folder.parents[1])
    return [f"{field}: {problem}" for field, problem, _ in lint.faults(exercise, folder)]


def edit(folder, name, before, after):
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))


@pytest.fixture
def whole(toy_ladder, monkeypatch):
    """Return the toy's folder, with nothing to be found fault with."""
    monkeypatch.setattr(lint, "MUTANTS", 3)
    monkeypatch.setattr(lint, "ALTERNATIVES", 2)
    with (toy_ladder / "exercise.yaml").open("a") as file:
        file.write(WHAT_IF)
    assert found(toy_ladder) == []
    return toy_ladder


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("exercise.yaml", "[one, two, three]", "[one, one, three]", "repeat each other"),
        ("exercise.yaml", "[one, two, three]", "[one, '-', three]", "hints.1: is empty"),
        ("exercise.yaml", "{name: mean,", "{name: means,", "means is not in checks.py"),
        ("checks.py", "def check_mean", "def check_means", "mean is not in checks.py"),
        ("exercise.yaml", "knob: SCALE", "knob: SIZE", "is no constant"),
        ("exercise.yaml", "default: 2", "default: 4", "is not 2"),
        ("exercise.yaml", "values: [3]", "values: [2]", "hold the default"),
        ("exercise.yaml", "decides: good.score", "decides: good.speed", "'good.speed'"),
        ("exercise.yaml", "{usual.good.score:.2f}", "{usual.bad.score:.2f}", "'bad.score'"),
        ("exercise.yaml", "to {changed.good.score:.2f}", "{seed}", "names seed"),
        ("mutants.yaml", "find: return SCALE", "find: return SCALES", "found 0 times"),
        ("mutants.yaml", "put: return x // 1", "put: 'return ('", "is no Python"),
        ("mutants.yaml", "off_by_one_window", "off_by_two", "names no mistake"),
        ("mutants.yaml", "a loop", "a loop\n    idea: none", "cannot be read"),
        ("mutants.yaml", "  - {mistake: off", "  # {mistake: off", "fewer than 3 mutants"),
        (
            "mutants.yaml",
            "double = lambda x: x + x",
            "double = lambda x x + x and more",
            "alternative",
        ),
    ],
)
def test_the_linter_of_the_ladder_finds(whole, name, before, after, said):
    edit(whole, name, before, after)
    assert any(said in fault for fault in found(whole)), found(whole)


@pytest.mark.parametrize("name", ["checks.py", "mutants.yaml"])
def test_a_missing_file_is_named(whole, name):
    (whole / name).unlink()
    assert any(f"no {name} beside it" in fault for fault in found(whole))


def test_a_solution_that_is_too_long_or_no_python_is_refused(whole):
    root = whole.parents[1]
    (whole / "solution.py").write_text("x = 1\n" * 101)
    assert any("over 100 lines" in fault.problem for fault in check(root))
    (whole / "starter.py").write_text("def (")
    assert any("starter.py that is no Python" in fault.problem for fault in check(root))


def test_an_exercise_can_only_be_followed_by_one_that_exists(whole):
    with (whole / "exercise.yaml").open("a") as file:
        file.write("next: [nowhere]\n")
    assert any("names nowhere" in fault.problem for fault in check(whole.parents[1]))


def test_an_edit_must_find_its_text_once():
    twice = Mutant(mistake="wrong_axis", edits=(Edit(find="1", put="2"),))
    assert mutated("x = 1", twice) == "x = 2"
    with pytest.raises(ValueError, match="found 2 times"):
        mutated("x = 1 + 1", twice)


def test_an_overlay_takes_the_place_of_what_it_defines():
    solution = "import os\n\nA, B = 1, 2\n\n\n@os.cache\ndef f():\n    return A\n\n\n"
    solution += "def g():\n    return 3\n\n\nif __name__ == '__main__':\n    f()\n"
    program = overlaid(solution, "class f:\n    pass\n")
    names = [getattr(node, "name", type(node).__name__) for node in ast.parse(program).body]
    assert names == ["Import", "Assign", "g", "f", "If"]
    assert "cache" not in program


def test_every_mistake_has_its_words():
    for id_, mistake in mistakes().items():
        assert mistake.what.endswith("."), id_
        assert mistake.mend.endswith("."), id_


@pytest.mark.parametrize("exercise", catalogue().values(), ids=lambda exercise: exercise.id)
def test_every_exercise_has_mutants_alternatives_and_hints(exercise):
    known = variants(package() / exercise.family / exercise.id)
    assert len(known.mutants) >= lint.MUTANTS
    assert len(known.alternatives) >= lint.ALTERNATIVES
    assert len(exercise.hints) == 3


def test_the_solution_passes_its_checks_and_the_starter_does_not():
    report = verify(catalogue()["fraud_detection"], kinds=frozenset({"solution", "starter"}))
    assert [(row.kind, row.ok) for row in report.rows] == [("solution", True), ("starter", True)]
    assert report.ok
