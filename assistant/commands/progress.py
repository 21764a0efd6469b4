"""`lodestar progress`: how far the learner has come, and the portfolio."""

from pathlib import Path
from typing import Any

import click

from assistant.commands.common import Json, load_mind, print_json, print_reply
from assistant.errors import LodestarError, UsageError
from assistant.places import write_whole


@click.command()
@click.option("--portfolio", type=click.Path(path_type=Path), metavar="DIR",
              help="Write what you trained here as Markdown and HTML.")  # fmt: skip
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE",
              help="Write your progress as one page that needs no network.")  # fmt: skip
@click.option("--plain", is_flag=True, help="Plain text, no drawing.")
@Json
def progress(portfolio: Path | None, html: Path | None, plain: bool, as_json: bool) -> None:
    """Show what you have shown, learned and trained here.

    With --portfolio DIR, write a report of the exercises you passed: results against baselines,
    curves, code, hardware, seed and date.

    \b
    Examples:
      lodestar progress
      lodestar progress --html progress.html
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

        _report(write(files(records, catalogue(), now()), portfolio), as_json)
        return
    at = learner.progress(records, catalogue(), now())
    if as_json and html is None:
        print_json(at.as_json())
        return
    reply = learner.as_reply(at, _names(at))
    if html is None:
        print_reply(reply, plain, False)
        return
    from assistant.render.page import of_blocks

    whose = str(records.profile.get("name") or "")
    opening = f"Written by Lodestar on {now():%d %B %Y}{f' for {whose}' if whose else ''}."
    text = of_blocks("Learning machine learning", opening, reply.blocks)
    _report(write({html.name: text}, html.parent), as_json)


def _names(at: Any) -> dict[str, str]:
    """Return the names of the concepts that were asked."""
    if not at.topics:
        return {}
    library = load_mind().library
    return {topic.id: library.name(topic.id) for topic in at.topics}


def _report(written: list[Path], as_json: bool) -> None:
    if as_json:
        print_json({"written": [str(path) for path in written]})
    else:
        click.echo("\n".join(f"Wrote {path}" for path in written))


def write(files: dict[str, str], folder: Path) -> list[Path]:
    """Write files into a folder and return their paths; raises LodestarError."""
    if not files:
        raise LodestarError(
            "There is nothing to show yet: no exercise has been passed here.\n"
            "Nothing was written. Start with: lodestar exercise list"
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder.")
    written = []
    try:
        for name, text in files.items():
            path = folder / name
            if path.is_dir():
                raise UsageError(f"{path} is a folder; name a file.")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
            written.append(path)
    except OSError as error:
        raise LodestarError(
            f"Nothing can be written to {folder}: {error.strerror or error}.\n"
            "Your runs are kept. Name another folder."
        ) from error
    return written
