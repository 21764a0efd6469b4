"""`lodestar exercise`: train real models on this machine."""

from collections.abc import Iterable
from typing import Any

import click

from assistant.commands.common import Json, play_exercise, print_json
from assistant.errors import UsageError
from assistant.render.plain import clean


def all_exercises() -> Iterable[Any]:
    """Return every exercise."""
    from skills.exercise import catalogue

    return catalogue().values()


def find_exercise(id_: str) -> Any:
    """Return an exercise by its id; raises UsageError that names those there are."""
    from skills.exercise import catalogue

    exercises = catalogue()
    if id_ not in exercises:
        raise UsageError(f"There is no exercise {id_!r}. Exercises: {', '.join(exercises)}")
    return exercises[id_]


@click.group()
def exercise() -> None:
    """Train real models on this machine."""


@exercise.command("list")
@Json
def exercise_list(as_json: bool) -> None:
    """List the exercises."""
    from skills.exercise import catalogue

    rows = [item.listing() for item in catalogue().values()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['title']} ({row['minutes']} min, {row['dataset']})")


@exercise.command("run")
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1))
@click.option("--device", default="auto", type=click.Choice(["auto", "cpu", "cuda", "mps"]))
@Json
def exercise_run(id_: str, yes: bool, seed: int, device: str, as_json: bool) -> None:
    """Play an exercise: lodestar exercise run cnn_digits --seed 1"""
    result = play_exercise(id_, yes=yes, seed=seed, device=device, quiet=as_json)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(result))
    if result.stopped:
        raise SystemExit(130)
    if not result.passed:
        raise SystemExit(1)


@exercise.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64))
@Json
def exercise_verify(ids: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Hold the checks of exercises to account, for authors: mutants, alternatives, starter.

    \b
    lodestar exercise verify cnn_digits --jobs 2
    Without an ID: all exercises, which takes a while.
    """
    from dataclasses import asdict

    from skills.judge.verify import Report, verify

    reports: list[Report] = []
    for item in [find_exercise(id_) for id_ in ids] or list(all_exercises()):
        say = (lambda row: None) if as_json else (lambda row: click.echo(_row(row)))
        reports.append(verify(item, jobs=jobs, say=say))
        if not as_json:
            click.echo(_report(reports[-1]))
    if as_json:
        print_json([asdict(report) for report in reports])
    if not all(report.ok for report in reports):
        raise SystemExit(1)


def _row(row: Any) -> str:
    named = " named" if row.named else ""
    said = clean(row.message).replace("\n", " ")[:200]
    return f"  {'ok ' if row.ok else 'BAD'} {row.kind} {row.name}{named} ({row.seconds} s) {said}"


def _report(report: Any) -> str:
    idle = f", checks that nothing fails: {'; '.join(report.idle)}" if report.idle else ""
    return (
        f"{report.id}: {'ok' if report.ok else 'NOT OK'}, {report.caught:.0%} of {report.mutants} "
        f"mutants caught, {report.named:.0%} named{idle} ({report.seconds} s)"
    )
