"""A run of an exercise on its way into the learner's file."""

import math
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from assistant.errors import StoreError
from assistant.learner.access import now, open_store, tell
from assistant.learner.records import Curve, Run
from assistant.places import is_private
from skills.exercise import Exercise
from skills.folders import files, package
from skills.judge.verdict import Verdict
from skills.play import Result

MOST_POINTS = 200  # of a curve that are kept

Curves = Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]


def keep_run(result: Result, curves: Curves, code: str = "", *, own: bool = False) -> None:
    """Keep a run and its curves in the learner's file; without `code`, the exercise's solution.

    Says so on stderr where it cannot be kept: a run must not fail for that.
    """
    if is_private():
        return
    try:
        with open_store() as store:
            store.add_run(as_run(result, curves, code or solution(result.id), now(), own=own))
    except StoreError as error:
        tell(f"This run could not be kept.\n{error}")


def keep_verdict(exercise: Exercise, verdict: Verdict) -> None:
    """Keep that the learner's own code passed, with the code, unless the same code did before.

    Says so on stderr where it cannot be kept.
    """
    if is_private():
        return
    code = Path(verdict.file).read_text("utf-8")
    checks = tuple({"name": check.name, "passed": check.passed} for check in verdict.checks)
    run = Run(
        at=now(), exercise=exercise.id, passed=True, stopped=False, seed=0, device="cpu",
        device_reason="your own code is judged there", dataset=exercise.dataset,
        seconds=verdict.seconds, metrics={}, baseline={}, checks=checks, code=code, own=True,
        machine=machine(),
    )  # fmt: skip
    try:
        with open_store() as store:
            known = any(
                one.own and one.exercise == exercise.id and one.code == code
                for one in store.load().runs
            )
            if not known:
                store.add_run(run)
    except StoreError as error:
        tell(f"That your code passed could not be kept.\n{error}")


def as_run(result: Result, curves: Curves, code: str, at: datetime, *, own: bool) -> Run:
    """Return a result as it is kept: what is no number is None, long curves are thinned."""
    return Run(
        at=at, exercise=result.id, passed=result.passed, stopped=result.stopped,
        seed=result.seed, device=result.device, device_reason=result.device_reason,
        dataset=result.dataset, seconds=result.seconds,
        metrics={name: _finite(value) for name, value in result.metrics.items()},
        baseline={name: value if isinstance(value, str) else _finite(value)
                  for name, value in result.baseline.items()},
        checks=tuple(
            {name: _finite(value) if isinstance(value, float) else value
             for name, value in asdict(check).items()}
            for check in result.checks
        ),
        code=code, own=own, machine=machine(),
        curves=tuple(
            Curve(stage, name, thinned(points))
            for stage, named in curves.items()
            for name, points in named.items()
        ),
    )  # fmt: skip


def thinned(points: Sequence[tuple[int, float]]) -> tuple[tuple[float, float], ...]:
    """Return at most MOST_POINTS of the points that are numbers, the first and the last in it."""
    finite = [(float(step), value) for step, value in points if math.isfinite(value)]
    if len(finite) <= MOST_POINTS:
        return tuple(finite)
    stride = (len(finite) - 1) / (MOST_POINTS - 1)
    return tuple(finite[round(index * stride)] for index in range(MOST_POINTS))


def solution(id_: str) -> str:
    """Return the code of an exercise, as it was played."""
    found = (file for file in files(package()) if file.parent.name == id_)
    path = next((file.with_name("solution.py") for file in found), None)
    return path.read_text("utf-8") if path and path.exists() else ""


def machine() -> str:
    """Return what this machine is, in words, without its name."""
    cores = os.cpu_count() or 1
    parts = [platform.system(), platform.machine(), f"{cores} CPU core{'s' if cores > 1 else ''}"]
    parts.append(f"Python {platform.python_version()}")
    if "torch" in sys.modules:
        parts.append(f"PyTorch {sys.modules['torch'].__version__}")
    return ", ".join(filter(None, parts))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
