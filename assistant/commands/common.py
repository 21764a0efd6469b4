"""What several commands share: the mind, the encoder, how a result is shown."""

import contextlib
import gc
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from assistant.errors import UsageError

GARBAGE = 200_000  # new objects after which garbage is looked for
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
FIRST_START = (
    "The first start prepares the knowledge on this machine, once: some minutes. Ctrl-C is safe, "
    "the next start goes on from there."
)
Json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def load_mind() -> Any:
    """Return the compiled mind, compiling it first where that is due.

    Garbage is rarely collected from here on: what is loaded stays, and to look through it for
    something to free would take a tenth of a second.
    """
    gc.set_threshold(GARBAGE)
    _import_numpy()
    from assistant.language import encoder
    from assistant.places import cache_dir
    from assistant.render.steps import Steps

    steps = Steps()
    if not any(cache_dir().glob("mind-*")):
        click.echo(FIRST_START, err=True)
    model = encoder.ahead(cache_dir(), say=steps)  # beside what is imported and opened next
    from assistant.mind import open_mind

    try:
        mind = open_mind(steps, model)
    except KeyboardInterrupt:
        click.echo("\nStopped. What is prepared is kept; the next start does the rest.", err=True)
        raise
    finally:
        steps.end()
    for note in mind.notes:
        click.echo(note, err=True)
    return mind


def _import_numpy() -> None:
    """Import numpy with one thread for its linear algebra: a question is too little for two."""
    if _says_threads():
        return
    os.environ[THREADS[0]] = "1"
    import numpy  # noqa: F401 - it reads the variable now, processes begun later must not

    del os.environ[THREADS[0]]


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """Let an exercise do its linear algebra on every core, as it does outside a conversation."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(None if _says_threads() else os.cpu_count(), user_api="blas"):
        yield


def _says_threads() -> bool:
    """Return whether the user says how many threads there may be."""
    return any(name in os.environ for name in THREADS)


def new_conversation(mind: Any = None) -> Any:
    """Return a conversation with nothing said yet."""
    mind = mind or load_mind()
    from assistant.conversation import Conversation
    from assistant.learner.access import now

    return Conversation(mind, today=now().date())


def phrase_of(mind: Any) -> Any:
    """Return the function that gives one of Lodestar's own sentences with its blanks filled in."""

    def phrase(name: str, /, **values: object) -> str:
        return str(mind.phrases[name].format(**values))

    return phrase


def load_encoder() -> Any:
    """Return the sentence model, exporting it first where that is due."""
    from assistant.language import encoder
    from assistant.places import cache_dir
    from assistant.render.steps import Steps

    steps = Steps()
    try:
        return encoder.load(cache_dir(), say=steps)
    finally:
        steps.end()


def say(text: str, indent: str = "") -> None:
    """Print text; on a terminal its lines break between words, but those set in: they are code."""
    from assistant.render.terminal import WIDEST

    width = min(shutil.get_terminal_size().columns, WIDEST)
    terminal = sys.stdout.isatty()
    fill = textwrap.TextWrapper(width, indent, indent, break_long_words=False,
                                break_on_hyphens=False).fill  # fmt: skip
    for line in text.splitlines():
        is_code = line.startswith(" ")
        click.echo(fill(line) if terminal and not is_code else indent + line)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False))


def print_figures(figures: dict[str, Any], as_json: bool) -> None:
    """Print measured figures, as JSON or a line each."""
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value}")


def print_reply(reply: Any, plain: bool = False, as_json: bool = False) -> None:
    """Print a reply: as JSON, as plain text, or drawn for this terminal."""
    from assistant.render import document, terminal
    from assistant.render.plain import whole

    if as_json:
        print_json(document.as_json(reply))
    elif plain or terminal.wants_plain():
        click.echo(whole(reply))
    else:
        terminal.draw(reply, terminal.console())


def exercise_screen(quiet: bool, *, asks: bool = False) -> Any:
    """Return where an exercise is drawn; one that `asks` also waits until a page is read."""
    from assistant import player
    from assistant.chat import wait_for_enter
    from assistant.render import terminal

    if quiet:
        return player.PipeScreen(lambda line: None)
    if terminal.wants_plain():
        return player.PipeScreen(click.echo)
    return player.LiveScreen(terminal.console(), wait_for_enter if asks else None)


def play_exercise(id_: str, *, quiet: bool = False, keep: Any = None) -> Any:
    """Play an exercise on this terminal or pipe, asking nothing; return its result.

    The run is kept in the learner's file, or as `keep` does it.
    """
    from assistant import player
    from assistant.learner.runs import keep_run
    from skills.exercise import catalogue

    exercises = catalogue()
    if id_ not in exercises:
        raise UsageError(f"There is no exercise {id_!r}. Exercises: {', '.join(exercises)}")
    with all_cores():
        return player.run(exercises[id_], exercise_screen(quiet), keep=keep or keep_run)
