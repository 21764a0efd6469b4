"""The learner's own code: started, judged, watched, hinted at; and the judges' own trial."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from assistant.commands.common import Json, print_json, say
from assistant.commands.naming import exercise_ids
from assistant.errors import LodestarError, UsageError
from assistant.places import workspace_dir
from assistant.render.plain import clean, inline


def catalogue() -> Any:
    """Return every exercise by id."""
    from skills import exercise

    return exercise.catalogue()


def find(id_: str) -> Any:
    """Return an exercise by its id; raises UsageError that names those there are."""
    exercises = catalogue()
    if id_ not in exercises:
        raise UsageError(f"There is no exercise {id_!r}. Exercises: {', '.join(exercises)}")
    return exercises[id_]


def _named(what: str) -> tuple[Any, Path]:
    """Return the exercise and the learner's file that an id or a path names."""
    exercises = catalogue()
    if what in exercises:
        return exercises[what], workspace().existing(exercises[what])
    file = Path(what)
    if not file.is_file():
        raise UsageError(
            f"{what!r} is neither a file nor an exercise. Exercises: {', '.join(exercises)}"
        )
    return workspace().owner(file, exercises), file


def workspace() -> Any:
    """Return the learner's workspace."""
    from skills.workspace import Workspace

    return Workspace(workspace_dir())


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Turn what can go wrong for a learner into messages without a traceback."""
    from skills.judge.process import JudgeError
    from skills.what_if import NoSuchKnob
    from skills.workspace import WorkspaceError

    try:
        yield
    except NoSuchKnob as error:
        raise UsageError(str(error)) from error
    except (JudgeError, WorkspaceError) as error:
        raise LodestarError(str(error)) from error
    except OSError as error:
        raise LodestarError(
            f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.\n"
            "Nothing of yours was changed. Look at free space and permissions, or set "
            "LODESTAR_HOME to a folder you can write to."
        ) from error


def _judge(item: Any, file: Path, *, quiet: bool = False) -> Any:
    from skills.judge.process import judge

    tell = None if quiet else lambda text: click.echo(clean(text), nl=False)
    if not quiet:
        click.echo(f"Judging {file} …", err=True)
    verdict = judge(item, file, say=tell)
    if verdict.passed:
        from assistant.learner.runs import keep_verdict

        keep_verdict(item, verdict)
    return verdict


def _show(verdict: Any) -> None:
    from skills.judge.process import KNOWN

    told = ""
    for check in verdict.checks:
        if check.name == KNOWN:
            continue  # the diagnosis below says more
        say(f"{'passed' if check.passed else 'NOT passed'}: {check.name}")
        again = bool(check.message) and check.message == told
        told = check.message or told
        if check.message:
            say("As above." if again else check.message, "    ")
        if check.hint and not again:
            say(f"Think: {inline(check.hint)}", "    ")
    source = Path(verdict.file).read_text("utf-8", "replace").splitlines()
    for number, found in enumerate(verdict.diagnosis, 1):
        where = f"line {found.line}: " if found.line else ""
        say(f"\nMistake {number}, {where}{found.name} ({found.mistake})")
        if 0 < found.line <= len(source):
            click.echo(f"    {clean(source[found.line - 1].strip())}")
        say(f"Evidence: {found.evidence}\nMend: {inline(found.mend)}", "    ")
    if verdict.stopped:
        click.echo(verdict.stopped)
    if verdict.passed:
        _next(verdict.id)
    else:
        say(f"\nNot yet. A hint: lodestar exercise hint {verdict.id}")


def _next(id_: str) -> None:
    from skills.what_if import offers

    item = find(id_)
    say("\nPassed: all of it holds.")
    if offered := offers(item):
        say(f"Change it: lodestar exercise what-if {id_} {offered[0]}")
    say(f"Explain it: lodestar quiz {id_}")
    if item.next:
        say(f"Next: lodestar exercise run {item.next[0]}")


@click.command("start")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="Another folder than your workspace.")  # fmt: skip
def exercise_start(id_: str, folder: Path | None) -> None:
    """Copy an exercise's starter into your workspace; nothing is overwritten.

    \b
    Examples:
      lodestar exercise start cnn_digits
      lodestar exercise start cnn_digits --dir lessons
    """
    item = find(id_)
    with plainly():
        file, new = workspace().start(item, folder)
    click.echo(f"{'Your file' if new else 'You have it already'}: {file}")
    say(f"Fill the gaps marked TODO, then: lodestar exercise check {item.id}")


@click.command("check")
@click.argument("what", metavar="ID|FILE", shell_complete=exercise_ids)
@Json
def exercise_check(what: str, as_json: bool) -> None:
    """Judge your own code.

    It runs in a process of its own, with limits; Ctrl-C ends it.

    \b
    Examples:
      lodestar exercise check cnn_digits
      lodestar exercise check lessons/cnn_digits.py --json
    """
    with plainly():
        verdict = _judge(*_named(what), quiet=as_json)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(verdict))
    else:
        _show(verdict)
    if verdict.stopped.startswith("You"):
        raise SystemExit(130)
    if not verdict.passed:
        raise SystemExit(1)


@click.command("watch")
@click.argument("what", metavar="ID|FILE", shell_complete=exercise_ids)
def exercise_watch(what: str) -> None:
    """Judge your code each time you save it, until it passes or you press Ctrl-C.

    \b
    Examples:
      lodestar exercise watch cnn_digits
    """
    from skills.workspace import changes

    with plainly():
        item, file = _named(what)
        click.echo(f"Watching {file}. Ctrl-C ends.")
        with contextlib.suppress(KeyboardInterrupt):
            for _ in changes(file):
                verdict = _judge(item, file)
                _show(verdict)
                if verdict.passed or verdict.stopped.startswith("You"):
                    return


@click.command("hint")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
@click.argument("number", required=False, type=click.IntRange(1, 3), metavar="[N]")
def exercise_hint(id_: str, number: int | None) -> None:
    """Give the next hint, or hint N of three.

    \b
    Examples:
      lodestar exercise hint cnn_digits
      lodestar exercise hint cnn_digits 3
    """
    item = find(id_)
    with plainly():
        given, text = workspace().hint(item, number)
    say(f"Hint {given} of {len(item.hints)}: {inline(text)}")


@click.command("solution")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
def exercise_solution(id_: str) -> None:
    """Show the code that `run` runs.

    \b
    Examples:
      lodestar exercise solution cnn_digits
      lodestar exercise solution cnn_digits > cnn.py
    """
    from skills.workspace import solution

    file = solution(find(id_))
    click.echo(f"# {file}\n{file.read_text('utf-8')}", nl=False)


@click.command("notebook")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
def exercise_notebook(id_: str, file: Path | None) -> None:
    """Write an exercise as a Jupyter notebook: its texts, its code, a cell for each step.

    Without FILE it is written here as ID.ipynb. Nothing is overwritten.

    \b
    Examples:
      lodestar exercise notebook linear_regression
      lodestar exercise notebook linear_regression lessons/houses.ipynb
    """
    from assistant.notebook import notebook

    item = find(id_)
    file = file or Path(f"{item.id}.ipynb")
    text = notebook(item)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already and was left as it is. Name another.") from None
    except OSError as error:
        raise LodestarError(f"{file} cannot be written: {error.strerror}. Name another.") from error
    click.echo(f"Wrote {file}\nOpen it with Jupyter, or in an editor that runs notebooks.")


@click.command("reset")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
def exercise_reset(id_: str) -> None:
    """Begin your file again; the old one is kept beside it, with the date in its name.

    \b
    Examples:
      lodestar exercise reset cnn_digits
    """
    from datetime import datetime

    with plainly():
        file, kept = workspace().reset(find(id_), datetime.now())
    click.echo(f"Your old file is kept: {kept}\nA fresh starter: {file}")


@click.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID]…", shell_complete=exercise_ids)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64),
              help="Processes at a time.")  # fmt: skip
@Json
def exercise_verify(ids: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Hold the checks of exercises to account, for authors: mutants, alternatives, starter.

    Without an ID: all exercises, which takes a while.

    \b
    Examples:
      lodestar exercise verify cnn_digits --jobs 2
      lodestar exercise verify
    """
    from dataclasses import asdict

    from skills.judge.verify import Report, verify

    reports: list[Report] = []
    for item in [find(id_) for id_ in ids] or list(catalogue().values()):
        say: Callable[[Any], None] = (lambda row: None) if as_json else _verified
        with plainly():
            reports.append(verify(item, jobs=jobs, say=say))
        if not as_json:
            click.echo(_report(reports[-1]))
    if as_json:
        print_json([asdict(report) for report in reports])
    if not all(report.ok for report in reports):
        raise SystemExit(1)


def _verified(row: Any) -> None:
    named = " named" if row.named else ""
    said = clean(row.message).replace("\n", " ")[:200]
    click.echo(
        f"  {'ok ' if row.ok else 'BAD'} {row.kind} {row.name}{named} ({row.seconds} s) {said}"
    )


def _report(report: Any) -> str:
    idle = f", checks that nothing fails: {'; '.join(report.idle)}" if report.idle else ""
    return (
        f"{report.id}: {'ok' if report.ok else 'NOT OK'}, {report.caught:.0%} of {report.mutants} "
        f"mutants caught, {report.named:.0%} named{idle} ({report.seconds} s)"
    )


COMMANDS = (
    exercise_start,
    exercise_check,
    exercise_watch,
    exercise_hint,
    exercise_solution,
    exercise_notebook,
    exercise_reset,
    exercise_verify,
)
