"""`lodestar exercise`: train real models on this machine."""

import click

from assistant.commands.common import Json, play_exercise, print_json


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
