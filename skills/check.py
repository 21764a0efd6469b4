"""The strict reading of exercises, and the linter of what a curator and an author wrote.

Faults name file, line, field and mend, as those of the knowledge base do.
"""

import ast
import contextlib
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.authoring import Fault, KnowledgeError, Loader, line_of
from skills.data import DATASETS
from skills.exercise import CLAIMS, Exercise, read
from skills.figures import FIGURES
from skills.folders import files, package
from skills.judge import lint

SOLUTION_LINES = 100
_KNOWN = ("device", "dataset", "seed", "baseline", "claim")  # what any text may name
_MENDS = {
    "missing": "add the field",
    "unexpected_keyword_argument": "correct the name or drop the field",
    "too_short": "write more items or more text",
    "too_long": "write fewer items or less text",
    "string_type": "give text; quote it if it looks like a number or a date",
    "literal_error": "use one of the values named",
}


@cache
def _adapter() -> TypeAdapter[Exercise]:
    return TypeAdapter(Exercise)


def strict(path: Path, root: Path) -> Exercise:
    """Return the exercise in a file, every field validated.

    Raises KnowledgeError with file, line, field and mend for each fault in it.
    """
    name = str(path.relative_to(root))
    try:
        text = path.read_text("utf-8")
        document = yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader, in C
    except UnicodeDecodeError:
        raise KnowledgeError([Fault(name, 1, "file", "is not UTF-8", "save it as UTF-8")]) from None
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line, problem = (mark.line + 1 if mark else 1), problem or "cannot be read"
        mend = "mind the indentation; quote text that holds ': ' or starts with a symbol"
        raise KnowledgeError([Fault(name, line, "YAML", problem, mend)]) from None
    if not isinstance(document, dict):
        fault = Fault(name, 1, "YAML", "is not a mapping", "write `field: value` lines")
        raise KnowledgeError([fault])
    for field in {"id", "family"} & set(document):
        fault = Fault(name, 1, field, "is taken from the file's place", "drop it")
        raise KnowledgeError([fault])
    place = {"id": path.parent.name, "family": path.parent.parent.name}
    try:
        return _adapter().validate_python({**document, **place})
    except ValidationError as error:
        raise KnowledgeError(list(_explain(error, text, name))) from None


def _explain(error: ValidationError, text: str, name: str) -> Iterator[Fault]:
    root = yaml.compose(text, Loader=Loader)
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"])
        mend = _MENDS.get(item["type"], "see skills/exercise.py")
        yield Fault(name, line_of(root, item["loc"]), field, item["msg"], mend)


def check(root: Path | None = None) -> list[Fault]:
    """Return every fault of the exercises under `root`, sorted by file and line."""
    root = root or package()
    faults: list[Fault] = []
    for path in files(root):
        try:
            exercise = strict(path, root)
        except KnowledgeError as error:
            faults += error.faults
            continue
        node = yaml.compose(path.read_text("utf-8"), Loader=Loader)
        found = (*_faults(exercise), *_code(path.parent), *lint.faults(exercise, path.parent))
        for field, problem, mend in found:
            place = [int(part) if part.isdigit() else part for part in field.split(".")]
            name = str(path.relative_to(root))
            faults.append(Fault(name, line_of(node, place), field, problem, mend))
        if read(path, root) != exercise:
            problem = "reads otherwise when trusted"
            faults.append(Fault(str(path.relative_to(root)), 1, "file", problem, "quote the texts"))
    return sorted([*faults, *_next(root)])


def _next(root: Path) -> Iterator[Fault]:
    """Yield a fault for each exercise that is named as the next one and does not exist."""
    ids = {path.parent.name for path in files(root)}
    for path in files(root):
        with contextlib.suppress(KnowledgeError):
            unknown = [name for name in read(path, root).next if name not in ids]
            if unknown:
                problem = f"names {', '.join(unknown)}"
                yield Fault(str(path.relative_to(root)), 1, "next", problem, "name exercises")


Found = tuple[str, str, str]


def _faults(exercise: Exercise) -> Iterator[Found]:
    yield from _names(exercise)
    yield from _steps(exercise)
    yield from _checks(exercise)
    yield from _claim(exercise)
    for index, item in enumerate(exercise.quiz):
        if sum(option.right for option in item.options) != 1:
            yield f"quiz.{index}", "has not one right option", "mark exactly one `right: true`"
    for index, prediction in enumerate(exercise.predictions):
        bounds = [choice.below for choice in prediction.choices]
        known = [bound for bound in bounds[:-1] if bound is not None]
        if bounds[-1] is not None or len(known) < len(bounds) - 1 or known != sorted(set(known)):
            field = f"predictions.{index}.choices"
            yield field, "do not rise", "give each but the last a greater `below` than before"


def _stages(exercise: Exercise) -> list[str]:
    return [step.train.name for step in exercise.steps if step.train]


def _names(exercise: Exercise) -> Iterator[Found]:
    if exercise.dataset not in DATASETS:
        yield "dataset", f"names {exercise.dataset!r}", "name a module of skills/data"
    for field in ("main", "baseline"):
        if getattr(exercise, field) not in _stages(exercise):
            yield field, "is no stage that a step trains", "name a stage"
    asked = {prediction.id for prediction in exercise.predictions}
    for field in ("ask", "judge"):
        named = [getattr(step, field) for step in exercise.steps if getattr(step, field)]
        if sorted(named) != sorted(asked):
            mend = "ask and judge each prediction once"
            yield "predictions", f"are not each the `{field}` of one step", mend


def _steps(exercise: Exercise) -> Iterator[Found]:
    trained: list[str] = []
    for index, step in enumerate(exercise.steps):
        given = [name for name in ("say", "ask", "train", "judge", "show") if getattr(step, name)]
        if len(given) != 1:
            yield f"steps.{index}", f"gives {given or 'nothing'}", "give exactly one of the fields"
        if step.train:
            trained.append(step.train.name)
        if step.show and step.show.figure not in FIGURES:
            field = f"steps.{index}.show.figure"
            yield field, f"is {step.show.figure!r}", f"use one of {', '.join(FIGURES)}"
        shown = step.show.caption if step.show else step.say
        early = _spaces(shown) - {*trained, *_KNOWN}
        if early - ({"gain", "ratio"} if exercise.main in trained else set()):
            problem = f"names {', '.join(sorted(early))}, not measured by then"
            yield f"steps.{index}", problem, "correct the name or move the step"


def _spaces(text: str) -> set[str]:
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    return {name.partition(".")[0] for name in names}


def _checks(exercise: Exercise) -> Iterator[Found]:
    metrics = {metric.name for metric in exercise.metrics}
    for index, check_ in enumerate(exercise.checks):
        fixed = (check_.at_least is not None, check_.at_most is not None)
        if sum((*fixed, bool(check_.over), bool(check_.under))) != 1:
            yield f"checks.{index}", "has not one bound", "give at_least, at_most, over or under"
        if check_.metric not in metrics:
            yield f"checks.{index}.metric", f"is {check_.metric!r}", "name one of the metrics"


def _claim(exercise: Exercise) -> Iterator[Found]:
    if (exercise.family == CLAIMS) != (exercise.claim is not None):
        yield "claim", f"belongs to the family {CLAIMS} alone", "give it there, and only there"
    if exercise.claim is None:
        return
    known = {*_stages(exercise), *_KNOWN, "gain", "ratio"}
    for name in ("statement", "held", "refuted", "undecided"):
        unknown = _spaces(getattr(exercise.claim, name)) - known
        if unknown:
            yield f"claim.{name}", f"names {', '.join(sorted(unknown))}", "name what is measured"


def _code(folder: Path) -> Iterator[Found]:
    for name in ("solution.py", "starter.py"):
        if not (folder / name).exists():
            yield "file", f"has no {name} beside it", "write it"
            continue
        text = (folder / name).read_text("utf-8")
        try:
            ast.parse(text, name)
        except SyntaxError as error:
            yield "file", f"has a {name} that is no Python: line {error.lineno}", "mend it"
        if name == "solution.py" and len(text.splitlines()) > SOLUTION_LINES:
            yield "file", f"has a {name} of over {SOLUTION_LINES} lines", "shorten it"


def main() -> int:
    """Print every fault of the packaged exercises; return how a command ends, 1 with faults."""
    faults = check()
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
