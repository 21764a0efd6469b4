"""`lodestar progress`: how far the learner has come, and the portfolio."""

from pathlib import Path

import click

from assistant.commands.common import Json, print_json, print_reply
from assistant.errors import LodestarError, UsageError


@click.command()
@click.option("--portfolio", type=click.Path(path_type=Path), metavar="DIR",
              help="Write what you trained here as Markdown and HTML.")  # fmt: skip
@click.option("--plain", is_flag=True, help="Plain text, no drawing.")
@Json
def progress(portfolio: Path | None, plain: bool, as_json: bool) -> None:
    """Show what you have shown, learned and trained here.

    With --portfolio DIR, write a report of the exercises you passed: results against baselines,
    curves, code, hardware, seed and date.

    \b
    Examples:
      lodestar progress
      lodestar progress --portfolio report
      lodestar progress --json
    """
    from assistant.learner import progress as learner
    from assistant.learner.access import now, open_store
    from skills.exercise import catalogue

    with open_store() as store:
        records = store.load()
    if portfolio is not None:
        from assistant.learner.portfolio import files

        written = write(files(records, catalogue(), now()), portfolio)
        if as_json:
            print_json({"written": [str(path) for path in written]})
        else:
            click.echo("\n".join(f"Wrote {path}" for path in written))
        return
    at = learner.progress(records, catalogue(), now())
    if as_json:
        print_json(at.as_json())
        return
    names = {}
    if at.topics:
        from assistant.commands.common import load_mind

        library = load_mind().library
        names = {topic.id: library.name(topic.id) for topic in at.topics}
    print_reply(learner.as_reply(at, names), plain, False)


def write(files: dict[str, str], folder: Path) -> list[Path]:
    """Write files into a folder and return their paths; raises LodestarError."""
    if not files:
        raise LodestarError(
            "There is nothing to show yet: no exercise has been passed here.\n"
            "Nothing was written. Start with: lodestar exercise list"
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the portfolio.")
    written = []
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(path.name + ".part")
            part.write_text(text, "utf-8")
            written.append(part.replace(path))
    except OSError as error:
        raise LodestarError(
            f"The portfolio cannot be written to {folder}: {error.strerror or error}.\n"
            "Your runs are kept. Name another folder."
        ) from error
    return written
