"""Holds an exercise's checks to account: what is right must pass, what is wrong must not.

The solution and its alternatives must pass with an empty diagnosis, the starter must fail, and
every mutant must be caught (a check fails, or the diagnosis finds something) and named (the
first finding is the mistake that was put in).
"""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from skills.exercise import Exercise
from skills.folders import package
from skills.judge.process import KNOWN, judge
from skills.judge.variants import mutated, overlaid, variants
from skills.judge.verdict import Verdict

CAUGHT, NAMED = 0.95, 0.85  # the shares of mutants that an exercise must reach
Kind = Literal["solution", "starter", "alternative", "mutant"]


@dataclass(frozen=True, slots=True)
class Row:
    """One program that was judged; `ok` if what came of it is what should."""

    kind: Kind
    name: str
    ok: bool
    named: bool
    passed: bool
    found: tuple[str, ...]
    failed: tuple[str, ...]
    message: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an exercise; `idle` are checks that no mutant and no starter fails."""

    id: str
    ok: bool
    mutants: int
    caught: float
    named: float
    idle: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    seconds: float = 0.0


def verify(
    exercise: Exercise,
    *,
    folder: Path | None = None,
    jobs: int = 1,
    kinds: frozenset[str] = frozenset({"solution", "starter", "alternative", "mutant"}),
    say: Callable[[Row], None] = lambda row: None,
) -> Report:
    """Return what came of judging every variant of an exercise, `jobs` at a time.

    `say` gets each row as it comes. Raises JudgeError if the exercise cannot be judged at all.
    """
    folder = folder or package() / exercise.family / exercise.id
    programs = [program for program in _programs(folder) if program[0] in kinds]

    def judged(program: tuple[Kind, str, str]) -> Row:
        row = _row(exercise, folder, *program)
        say(row)
        return row

    with ThreadPoolExecutor(jobs) as pool:
        return _report(exercise, tuple(pool.map(judged, programs)))


def _programs(folder: Path) -> Iterator[tuple[Kind, str, str]]:
    solution = (folder / "solution.py").read_text("utf-8")
    yield "solution", "solution.py", solution
    yield "starter", "starter.py", (folder / "starter.py").read_text("utf-8")
    known = variants(folder)
    for alternative in known.alternatives:
        yield "alternative", alternative.name, overlaid(solution, alternative.code)
    for mutant in known.mutants:
        yield "mutant", mutant.mistake, mutated(solution, mutant)


def _row(exercise: Exercise, folder: Path, kind: Kind, name: str, program: str) -> Row:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{exercise.id}.py"
        file.write_text(program, "utf-8")
        verdict = judge(exercise, file, folder=folder)
    found = tuple(finding.mistake for finding in verdict.diagnosis)
    caught = not verdict.passed or bool(found)
    ok = {"starter": not verdict.passed, "mutant": caught}.get(kind, not caught)
    named = kind == "mutant" and found[:1] == (name,)
    failed = tuple(check.name for check in verdict.checks if not check.passed)
    return Row(
        kind, name, ok, named, verdict.passed, found, failed, _said(verdict), verdict.seconds
    )


def _said(verdict: Verdict) -> str:
    said = [check.message for check in verdict.checks if check.message and check.name != KNOWN]
    evidence = [f"{f.mistake}, line {f.line}: {f.evidence}" for f in verdict.diagnosis]
    return "; ".join((*said[:1], *evidence))


def _report(exercise: Exercise, rows: tuple[Row, ...]) -> Report:
    mutants = [row for row in rows if row.kind == "mutant"]
    size = max(len(mutants), 1)
    caught, named = sum(row.ok for row in mutants) / size, sum(row.named for row in mutants) / size
    failed = {name for row in rows if row.kind in {"mutant", "starter"} for name in row.failed}
    idle = tuple(check.title for check in exercise.judged if check.title not in failed)
    right = all(row.ok for row in rows if row.kind != "mutant")
    ok = right and (not mutants or (caught >= CAUGHT and named >= NAMED and not idle))
    seconds = round(sum(row.seconds for row in rows), 1)
    return Report(exercise.id, ok, len(mutants), caught, named, idle, rows, seconds)
