"""`lodestar exercise`: train real models on this machine, and write the code oneself."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from assistant.commands.common import Json, exercise_screen, print_json, say
from assistant.commands.naming import exercise_ids
from assistant.commands.own_code import COMMANDS, catalogue, find, plainly
from assistant.errors import UsageError
from assistant.render.plain import inline
from skills.device import REQUESTS

Seed = click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1),
                    help="Decides what is random.")  # fmt: skip
Device = click.option("--device", type=click.Choice(REQUESTS), help="Else as in your settings.")
Yes = click.option("--yes", is_flag=True, help="Ask nothing.")
RANK = "TORCHELASTIC_RUN_ID"  # set by torchrun in the processes that it starts


@click.group()
def exercise() -> None:
    """Train real models on this machine, then write them yourself.

    \b
    run ID        watch it: explained, predicted, trained live, measured
    solution ID   read the code that ran
    start ID      do it yourself: a starter with gaps, in your workspace
    check ID      judge your file: what fails, which mistake it is, on which line
    watch ID      judge it each time you save
    hint ID       three hints of rising strength
    what-if ID    change one knob, predict, run, compare
    notebook ID   the same as a Jupyter notebook

    \b
    Examples:
      lodestar exercise list
      lodestar exercise run cnn_digits
      lodestar exercise start cnn_digits
      lodestar exercise check cnn_digits
    """


@exercise.command("list")
@Json
def exercise_list(as_json: bool) -> None:
    """List the exercises.

    \b
    Examples:
      lodestar exercise list
      lodestar exercise list --json
    """
    rows = [item.listing() for item in catalogue().values()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['id']}  {row['title']} ({row['minutes']} min, {row['dataset']})")


@exercise.command("run")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
@Yes
@Seed
@Device
@click.option("--afresh", is_flag=True, help="Begin again, even if a run was cut short.")
@click.option("--nproc", default=1, type=click.IntRange(1, 64), help="Processes, by torchrun.")
@Json
def exercise_run(
    id_: str, yes: bool, seed: int, device: str | None, afresh: bool, nproc: int, as_json: bool
) -> None:
    """Play an exercise.

    Ctrl-C keeps the best so far. A run that was stopped or killed goes on where it was.

    \b
    Examples:
      lodestar exercise run cnn_digits
      lodestar exercise run cnn_digits --yes --seed 1 --device cpu
      lodestar exercise run mlp_digits --json > result.json
    """
    item = find(id_)
    device = device or _device_set(item)
    if nproc > 1:
        flags = {"--yes": yes, "--afresh": afresh, "--json": as_json}
        given = [flag for flag, on in flags.items() if on]
        command = ["run", id_, "--seed", str(seed), "--device", device, *given]
        raise SystemExit(_torchrun(item, nproc, command))
    with _rank(device) as (device, first):
        result = _play(
            item, seed, device, yes=yes, quiet=as_json or not first, afresh=afresh, writes=first
        )
    if as_json and first:
        from dataclasses import asdict

        print_json(asdict(result))
    if result.stopped:
        raise SystemExit(130)
    if not result.passed:
        raise SystemExit(1)


@exercise.command("what-if")
@click.argument("id_", metavar="ID", shell_complete=exercise_ids)
@click.argument("setting", required=False, metavar="[KNOB=VALUE]")
@Yes
@Seed
@Device
@Json
def exercise_what_if(
    id_: str, setting: str | None, yes: bool, seed: int, device: str | None, as_json: bool
) -> None:
    """Turn one knob, predict, run, compare.

    Without KNOB=VALUE: what can be turned.

    \b
    Examples:
      lodestar exercise what-if cnn_digits
      lodestar exercise what-if cnn_digits RATE=0.05
    """
    from assistant.player import remembered
    from skills.what_if import asked, compared, offers

    item = find(id_)
    if setting is None:
        offered = offers(item)
        click.echo(f"lodestar exercise what-if {item.id} followed by one of:", err=as_json)
        print_json(offered) if as_json else click.echo("\n".join(f"  {one}" for one in offered))
        return
    with plainly():
        what_if, value = asked(item, setting)
    device = device or _device_set(item)
    choices = [choice.text for choice in what_if.choices]
    question = what_if.question.format(value=value)
    choose = _chooser(yes or as_json)
    chosen = choose(question, choices) if choose else None
    usual = remembered(item, seed, device)
    usual = usual or _document(_train(item, seed, device, {}, "as it is", as_json))
    title = f"with {what_if.knob} = {value}"
    changed = _document(_train(item, seed, device, {what_if.knob: value}, title, as_json))
    made = compared(item, what_if, value, usual, changed)
    if as_json:
        from dataclasses import asdict

        print_json(asdict(made) | {"question": question, "choices": choices})
        return
    for name, before in made.usual.items():
        click.echo(f"{name}: {before:.4g} as it is, {made.changed[name]:.4g} {title}")
    if chosen is not None:
        say(f"You said: {choices[chosen]}. It is so: {made.answer}.")
    say(inline(made.text))


def _device_set(item: Any) -> str:
    from assistant.player import device_set

    return device_set(item)


def _chooser(quiet: bool) -> Any:
    """Return what asks the learner for a prediction; None where nobody can be asked."""
    if quiet or not sys.stdin.isatty():
        return None
    from assistant.chat import choose_option

    return choose_option


def _play(
    item: Any, seed: int, device: str, *, yes: bool, quiet: bool, afresh: bool, writes: bool
) -> Any:
    from assistant import player

    choose = _chooser(yes or quiet)
    screen = exercise_screen(quiet, asks=choose is not None)
    return player.run(
        item, screen, seed=seed, device=device, choose=choose, afresh=afresh, writes=writes
    )


def _train(
    item: Any, seed: int, device: str, constants: dict[str, Any], title: str, quiet: bool
) -> Any:
    """Return the result of a run with its words left out."""
    from assistant import player

    click.echo(f"Training {title} …", err=True)
    screen = player.TrainingOnly(exercise_screen(quiet))
    result = player.run(item, screen, seed=seed, device=device, constants=constants)
    if result.stopped:
        raise SystemExit(130)
    return result


def _document(result: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(result)


def _torchrun(item: Any, nproc: int, arguments: list[str]) -> int:
    """Run a command of this group in several processes; return how it ended."""
    import subprocess

    from skills.workspace import solution

    if "average(" not in solution(item).read_text("utf-8"):
        raise UsageError(f"{item.id} trains in one process only: leave out --nproc.")
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(nproc)]
    command = [sys.executable, *launch, "-m", "assistant.commands.exercise", *arguments]
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.run(command, check=False).returncode
    return 130


@contextlib.contextmanager
def _rank(device: str) -> Iterator[tuple[str, bool]]:
    """Join the other processes, if there are any; yield the device, and whether this is the first.

    On GPUs only if there is one for each process: two on one are slower than one.
    """
    if RANK not in os.environ:
        yield device, True
        return
    import torch

    rank, nproc = int(os.environ["LOCAL_RANK"]), int(os.environ["WORLD_SIZE"])
    gpus = torch.cuda.device_count() if device in {"auto", "cuda"} else 0
    if gpus >= nproc:
        torch.cuda.set_device(rank)
    torch.distributed.init_process_group("nccl" if gpus >= nproc else "gloo")
    try:
        yield ("cuda" if gpus >= nproc else "cpu"), rank == 0
    finally:
        torch.distributed.destroy_process_group()


for command in COMMANDS:
    exercise.add_command(command)

if __name__ == "__main__":
    exercise()
