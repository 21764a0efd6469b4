"""The linter of what surrounds a learner's own code: checks, mutants, alternatives, what-ifs.

What takes judging to find out (a check that nothing fails, a starter that passes) is for
`lodestar exercise verify`.
"""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from skills.exercise import Exercise, WhatIf
from skills.judge.variants import FILE, Variants, mutated, overlaid, variants
from skills.judge.verdict import mistakes

MUTANTS, ALTERNATIVES, JUDGED = 8, 3, 3
Found = tuple[str, str, str]


def faults(exercise: Exercise, folder: Path) -> Iterator[Found]:
    """Yield (field, problem, mend) for each fault of an exercise's ladder."""
    yield from _hints(exercise)
    yield from _judged(exercise, folder)
    for index, name in enumerate(exercise.allows):
        if name not in mistakes():
            yield f"allows.{index}", f"is {name!r}", "name a mistake of skills/mistakes.yaml"
    if (folder / "solution.py").exists():
        solution = (folder / "solution.py").read_text("utf-8")
        yield from _what_ifs(exercise, solution)
        yield from _variants(folder, solution)


def _hints(exercise: Exercise) -> Iterator[Found]:
    if len(set(exercise.hints)) < len(exercise.hints):
        yield "hints", "repeat each other", "let each say more than the one before"
    for index, hint in enumerate(exercise.hints):
        if not any(letter.isalpha() for letter in hint):
            yield f"hints.{index}", "is empty", "say what to think of, then where, then how"


def _judged(exercise: Exercise, folder: Path) -> Iterator[Found]:
    named = [judged.name for judged in exercise.judged]
    if len(named) < JUDGED:
        yield "judged", f"holds {len(named)} checks", f"write at least {JUDGED}"
    file = folder / "checks.py"
    if not file.exists():
        yield "judged", "has no checks.py beside it", "write check_<name>(work, tools) in it"
        return
    tree = ast.parse(file.read_text("utf-8"))
    written = {node.name.removeprefix("check_") for node in tree.body
               if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")}  # fmt: skip
    for name in sorted(written ^ set(named)):
        where = "checks.py" if name in named else "`judged`"
        yield "judged", f"and checks.py differ: {name} is not in {where}", "write it, or drop it"


def _what_ifs(exercise: Exercise, solution: str) -> Iterator[Found]:
    constants = _constants(solution)
    if not exercise.what_ifs:
        yield "what_ifs", "are missing", "give at least one knob to turn"
    for index, what_if in enumerate(exercise.what_ifs):
        field = f"what_ifs.{index}"
        if what_if.knob not in constants:
            yield f"{field}.knob", "is no constant of solution.py", "name one, a plain value"
        elif constants[what_if.knob] != what_if.default:
            yield f"{field}.default", f"is not {constants[what_if.knob]!r}", "as solution.py has it"
        if what_if.default in what_if.values:
            yield f"{field}.values", "hold the default", "give other values"
        yield from _measured(exercise, what_if, field)


def _measured(exercise: Exercise, what_if: WhatIf, field: str) -> Iterator[Found]:
    stages = {step.train.name for step in exercise.steps if step.train}
    metrics = {metric.name for metric in exercise.metrics}
    names = [what_if.decides, *what_if.compare]
    for _, name, _, _ in string.Formatter().parse(what_if.after):
        space, _, rest = (name or "value").partition(".")
        if space in {"usual", "changed"}:
            names.append(rest)
        elif space != "value":
            yield f"{field}.after", f"names {name}", "use value, usual.… and changed.…"
    for name in names:
        stage, _, metric = name.partition(".")
        if stage not in stages or metric not in metrics:
            yield field, f"names {name!r}, which is not measured", "write <stage>.<metric>"


def _variants(folder: Path, solution: str) -> Iterator[Found]:
    file = folder / FILE
    if not file.exists():
        yield "file", f"has no {FILE} beside it", f"write {MUTANTS} mutants, {ALTERNATIVES} others"
        return
    try:
        TypeAdapter(Variants).validate_python(yaml.safe_load(file.read_text("utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        yield "file", f"has a {FILE} that cannot be read: {error}", "see skills/judge/variants.py"
        return
    known = variants(folder)
    for name, least in (("mutants", MUTANTS), ("alternatives", ALTERNATIVES)):
        if len(getattr(known, name)) < least:
            yield "file", f"has fewer than {least} {name} in {FILE}", "write more"
    for number, mutant in enumerate(known.mutants, 1):
        problem = _compiles(lambda mutant=mutant: mutated(solution, mutant))
        if mutant.mistake not in mistakes():
            problem = "names no mistake of skills/mistakes.yaml"
        if problem:
            yield "file", f"has mutant {number} ({mutant.mistake}) that {problem}", "mend it"
    for alternative in known.alternatives:
        if problem := _compiles(lambda code=alternative.code: overlaid(solution, code)):
            yield "file", f"has an alternative ({alternative.name}) that {problem}", "mend it"


def _compiles(make: Any) -> str:
    try:
        ast.parse(make())
    except SyntaxError as error:
        return f"is no Python: {error.msg}, line {error.lineno}"
    except ValueError as error:
        return f"cannot be made: {error}"
    return ""


def _constants(solution: str) -> dict[str, Any]:
    """Return the plain values that a program assigns at its top level."""
    values: dict[str, Any] = {}
    for node in ast.parse(solution).body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                    values[name.id] = value.value
    return values
