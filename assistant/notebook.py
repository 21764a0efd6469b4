"""An exercise as a Jupyter notebook: its texts, its solution in cells, a cell for each step.

Needs nbformat (the extra `notebook`).
"""

import ast
import importlib.util
import json
from collections.abc import Iterator
from typing import Any

from assistant.errors import LodestarError
from skills.data import DATASETS
from skills.exercise import Exercise, Prediction, Step
from skills.workspace import solution

MISSING = ('A notebook needs the package nbformat, not installed here. Nothing was written.\n'
           'Run: pip install "lodestar-ml[notebook]"')  # fmt: skip
Cell = tuple[str, str]  # "markdown", "code" or "text" (code whose result is to be read), source


def notebook(exercise: Exercise) -> str:
    """Return the notebook as JSON; raises LodestarError where nbformat is missing."""
    if importlib.util.find_spec("nbformat") is None:
        raise LodestarError(MISSING)
    from nbformat import v4, validate

    made = v4.new_notebook(
        cells=[_cell(number, *cell) for number, cell in enumerate(cells(exercise))],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    validate(made)
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(number: int, kind: str, source: str) -> Any:
    from nbformat import v4

    id_ = f"cell-{number}"  # the same in every copy, so that two can be compared
    if kind == "markdown":
        return v4.new_markdown_cell(source, id=id_)
    cell = v4.new_code_cell(source, id=id_)
    if kind == "text":
        cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def cells(exercise: Exercise) -> Iterator[Cell]:
    """Yield the cells of an exercise: about it, the code, the lesson, where to go on."""
    data = DATASETS[exercise.dataset]
    yield (
        "markdown",
        (
            f"# {exercise.title}\n\n{exercise.summary}\n\n"
            f"Data: {data.title} ({data.source}; {data.licence}).\n\n"
            'It needs Lodestar beside Jupyter: `pip install "lodestar-ml[exercises]"`.'
        ),
    )
    yield "markdown", "## The code\n\nChange what you like; then run it and all cells below it."
    for part in parts(solution(exercise).read_text("utf-8")):
        yield "code", part
    yield "code", _opening(exercise)
    yield "markdown", "## The lesson"
    for step in exercise.steps:
        yield from _step(exercise, step)
    yield "code", "lesson.end()"
    yield "markdown", _closing(exercise)


def parts(source: str) -> Iterator[str]:
    """Yield the pieces of a script: what stands together, and each function or class apart.

    Its docstring and what runs it as a script are left out; comments stay with what follows.
    """
    lines, together, last = source.splitlines(), "", 0
    for number, node in enumerate(ast.parse(source).body):
        first, last = last, node.end_lineno or last
        if (number == 0 and _is_docstring(node)) or _is_script(node):
            continue
        piece = "\n".join(lines[first:last])
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from filter(None, (together.strip("\n"), piece.strip("\n")))
            together = ""
        else:
            together = f"{together}\n{piece}"
    yield from filter(None, (together.strip("\n"),))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_script(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _opening(exercise: Exercise) -> str:
    return (
        "from assistant.lesson import Lesson\nfrom skills.data import load\n\n"
        f'data = load("{exercise.dataset}")\n'
        f'lesson = Lesson("{exercise.id}", run, data, seed=0, device="auto")'
    )


def _step(exercise: Exercise, step: Step) -> Iterator[Cell]:
    if step.say:
        yield from _said(exercise, step.say)
    elif step.ask:
        yield from _asked(exercise, exercise.prediction(step.ask))
    elif step.train:
        yield "markdown", f"### {step.train.title}\n\n{step.train.watch}".rstrip()
        yield "code", f'lesson.train("{step.train.name}")'
    elif step.judge:
        yield "code", f'lesson.judge("{step.judge}")'
    elif step.show:
        yield "code", f"lesson.show({json.dumps(step.show.title, ensure_ascii=False)})"


def _said(exercise: Exercise, text: str) -> Iterator[Cell]:
    """Yield a text, those paragraphs that tell what is measured as cells that are run."""
    kind, together = "markdown", list[str]()
    for paragraph in text.split("\n\n"):
        known = _known(exercise, paragraph)
        now = "text" if known is None else "markdown"
        if now != kind and together:
            yield _told(kind, together)
            together = []
        kind = now
        together.append(paragraph if known is None else known)
    yield _told(kind, together)


def _told(kind: str, paragraphs: list[str]) -> Cell:
    text = "\n\n".join(paragraphs)
    return kind, text if kind == "markdown" else f'lesson.tell(r"""\n{text}\n""")'


def _asked(exercise: Exercise, prediction: Prediction) -> Iterator[Cell]:
    yield from _said(exercise, f"**What do you expect?** {prediction.question}")
    listed = "\n".join(f"{n}. {one.text}" for n, one in enumerate(prediction.choices, 1))
    yield "markdown", listed
    yield (
        "code",
        (f'lesson.predict("{prediction.id}", None)  # put the number of your choice for None'),
    )


def _known(exercise: Exercise, text: str) -> str | None:
    """Return a text with what is known before a run filled in, None if it tells more."""
    try:
        return text.format(dataset=DATASETS[exercise.dataset], claim=exercise.claim)
    except (KeyError, AttributeError):
        return None


def _closing(exercise: Exercise) -> str:
    sources = "\n".join(f"- [{one.title}]({one.url})" for one in exercise.sources)
    return (
        f"## Write it yourself\n\n`lodestar exercise start {exercise.id}` gives you a starter "
        f"with gaps, `lodestar exercise check {exercise.id}` judges it. What runs in this notebook "
        f"is not counted in `lodestar progress`.\n\n**Sources**\n\n{sources}"
    )
