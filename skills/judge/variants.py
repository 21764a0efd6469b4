"""The variants of a solution, from `mutants.yaml`: with a mistake put in, or in another style."""

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from annotated_types import MinLen
from typing_extensions import Doc

from knowledge.schema import STRICT, Line
from skills.exercise import build

FILE = "mutants.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A text that the solution holds exactly once, and what is put in its place."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    find: Annotated[str, MinLen(1)]
    put: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """The solution with a mistake in it, made by one edit or several."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    mistake: Annotated[str, Doc("the id in skills/mistakes.yaml that the diagnosis must name")]
    edits: Annotated[tuple[Edit, ...], MinLen(1)]
    note: Annotated[str, Doc("what tells it from another mutant of the same mistake")] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """The solution in another style, as right as the first.

    What `code` defines at its top level takes the place of what the solution defines so.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Line
    code: Annotated[str, MinLen(20)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Variants:
    """Everything in mutants.yaml."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    mutants: tuple[Mutant, ...]
    alternatives: tuple[Alternative, ...]


def variants(folder: Path) -> Variants:
    """Return the variants in an exercise's folder.

    Raises TypeError or KeyError where the file does not fit; the linter explains it.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((folder / FILE).read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
    built: Variants = build(Variants, document)
    return built


def mutated(solution: str, mutant: Mutant) -> str:
    """Return a solution with a mutant's edits; raises ValueError unless each is found once."""
    for edit in mutant.edits:
        count = solution.count(edit.find)
        if count != 1:
            raise ValueError(f"{edit.find!r} is found {count} times, not once")
        solution = solution.replace(edit.find, edit.put)
    return solution


def overlaid(solution: str, code: str) -> str:
    """Return a solution in which the definitions of `code` replace those of the same name."""
    names = {name for node in ast.parse(code).body for name in _defined(node)}
    lines = solution.splitlines(keepends=True)
    ends = ""
    for node in reversed(ast.parse(solution).body):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        if isinstance(node, ast.If) or names & _defined(node):
            removed = lines[first : node.end_lineno]
            lines[first : node.end_lineno] = []
            ends = "".join(removed) if isinstance(node, ast.If) else ends
    return "".join(lines).rstrip() + f"\n\n\n{code.rstrip()}\n\n\n{ends}"


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {name.id for target in node.targets for name in ast.walk(target)
                if isinstance(name, ast.Name)}  # fmt: skip
    return set()
