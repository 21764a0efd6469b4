"""The command line: one thin function per command."""

import atexit
import contextlib
import difflib
import errno
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import click

from assistant.commands.common import (
    Json,
    load_mind,
    new_conversation,
    play_exercise,
    print_json,
    print_reply,
)
from assistant.commands.naming import entry_ids
from assistant.errors import LodestarError, UsageError
from assistant.settings import current

# Commands by the module that holds them; a module is imported when its command is wanted.
MODULES = {
    "completion": "completion", "config": "config", "evaluate": "evaluate", "exercise": "exercise",
    "gap": "gap", "knowledge": "knowledge", "mcp": "mcp", "path": "path", "profile": "profile",
    "progress": "progress", "quiz": "quiz", "review": "quiz", "roles": "roles",
}  # fmt: skip

UNWRITABLE = (errno.ENOSPC, errno.EROFS)  # a full disk, one that may only be read


class Main(click.Group):
    """The root command; turns our errors into short messages and exit codes."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands, in order."""
        return sorted((*super().list_commands(context), *MODULES))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command, None where there is none of this name."""
        if name not in MODULES:
            return super().get_command(context, name)
        module = importlib.import_module(f"assistant.commands.{MODULES[name]}")
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names; say which is near where none is."""
        if args[0].startswith("-") or self.get_command(context, args[0]):
            return super().resolve_command(context, args)
        near = difflib.get_close_matches(args[0], self.list_commands(context), n=1)
        meant = f"Did you mean {near[0]!r}?" if near else 'A question goes to: lodestar ask "…"'
        raise click.UsageError(f"No such command {args[0]!r}. {meant}", context)

    def invoke(self, context: click.Context) -> Any:
        """Run a command; that nobody reads any more is no fault: `lodestar ask … | head -1`."""
        try:
            return super().invoke(context)
        except BrokenPipeError:  # before click sees it, which takes it for a failure
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except (KeyboardInterrupt, click.Abort) as stop:  # and this
            if isinstance(stop, click.Abort) and isinstance(stop.__context__, EOFError):
                raise  # a question that nobody is there to answer
            click.echo(err=True)
            raise SystemExit(130) from None

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; exit 0 fine, 1 failed, 2 wrong usage, 130 interrupted."""
        try:
            return super().main(*args, **extra)
        except Exception as error:
            message = _message(error)
            if current().debug or not message:
                raise
            click.echo(message, err=True)
            raise SystemExit(2 if isinstance(error, UsageError) else 1) from None


def _message(error: Exception) -> str:
    """Return what a learner is told of an error, nothing where it is a fault of ours."""
    from knowledge.authoring import KnowledgeError
    from skills.data import MissingPackage
    from skills.device import DeviceError

    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return (
            f"{error.filename or 'A file'} cannot be written: {error.strerror}.\nWhat was kept "
            "before is as it was. Free some space, or set LODESTAR_HOME to a folder you can "
            "write to."
        )
    ours = isinstance(error, LodestarError | KnowledgeError | MissingPackage | DeviceError)
    return str(error) if ours else ""


def run() -> NoReturn:
    """Be the process `lodestar`: run a command, and leave without taking apart what was loaded.

    That would take a tenth of a second, for nothing.
    """
    code: object = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code
    atexit._run_exitfuncs()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


@click.group(cls=Main, invoke_without_command=True)
@click.version_option(package_name="lodestar-ml")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option("--private", is_flag=True, help="Keep nothing of what you do.")
@click.option("--plain", is_flag=True, help="Plain text: no colours, no drawings.")
@click.pass_context
def main(context: click.Context, debug: bool, private: bool, plain: bool) -> None:
    """Learn machine learning and deep learning, find your role, train real models.

    Without a command: the chat. With piped input: one message a line, plain answers.

    \b
    Examples:
      lodestar
      lodestar ask "what is a random forest?"
      lodestar path data_analyst --hours 6
      lodestar exercise run cnn_digits
    """
    if debug:
        os.environ["LODESTAR_DEBUG"] = "1"
    if private:
        os.environ["LODESTAR_PRIVATE"] = "1"
    if plain:
        os.environ["LODESTAR_PLAIN"] = "1"
    if context.invoked_subcommand is None:
        _chat()


def _chat() -> None:
    from assistant.chat import Chat, converse

    if sys.stdin.isatty() and sys.stdout.isatty():
        Chat(_compiled_first()).run()
        return
    from assistant.learner.session import Session

    mind = load_mind()
    mind.warm_up()
    talk, session = new_conversation(mind), Session()
    converse(
        _input_lines(), lambda text: session.respond(talk, text), click.echo,
        lambda action: play_exercise(action.id, keep=session.keep_run),
    )  # fmt: skip
    session.close()


def _compiled_first() -> Callable[[], Any]:
    """Return what loads the mind; compile it now, before there is a prompt, where that is due."""
    from assistant.compiled import current
    from assistant.places import cache_dir

    if current(cache_dir()) is None:
        load_mind()
    return load_mind


def _input_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace")


@main.command()
@click.argument("text", nargs=-1)
@click.option("--batch", type=click.File("rb"), help="JSON Lines or bare lines; - for stdin.")
@click.option("--plain", is_flag=True, help="Plain text, no colours.")
@Json
def ask(text: tuple[str, ...], batch: Any, plain: bool, as_json: bool) -> None:
    """Ask one question.

    With --batch each line is a conversation of its own: {"text": "…"}, {"turns": ["…", "…"]},
    or just the question.

    \b
    Examples:
      lodestar ask "what is overfitting?"
      lodestar ask "CNN vs RNN" --json
      lodestar ask --batch questions.jsonl --json > answers.jsonl
    """
    if batch is not None:
        from assistant.batch import answers

        for document in answers(batch, load_mind()):
            print_json(document)
        return
    if not text:
        raise UsageError('Nothing was asked. Try: lodestar ask "what is a neural network?"')
    talk = new_conversation()
    from assistant.batch import timed

    print_reply(timed(talk, " ".join(text)), plain, as_json)


@main.command()
@click.argument("names", nargs=-1, required=True, metavar="A B [C]",
                shell_complete=entry_ids("roles", "concepts"))  # fmt: skip
@Json
def compare(names: tuple[str, ...], as_json: bool) -> None:
    """Put two or three roles, or concepts, side by side.

    \b
    Examples:
      lodestar compare cnn rnn
      lodestar compare data_analyst data_scientist data_engineer
    """
    from assistant import careers

    if not 2 <= len(names) <= 3:
        raise UsageError("Name two or three: lodestar compare data_analyst data_scientist")
    print_reply(careers.compare(new_conversation(), names), False, as_json)


@main.command()
@click.option("--mend", is_flag=True, help="Rebuild what is damaged in the cache.")
@Json
def doctor(mend: bool, as_json: bool) -> None:
    """Show versions, device, model, cache and data, and what to mend.

    With --mend what can be made again is made again; nothing of yours is touched.

    \b
    Examples:
      lodestar doctor
      lodestar doctor --mend
      lodestar doctor --json
    """
    from assistant import doctor as clinic

    mended = clinic.mend(load_mind) if mend else []
    document = clinic.report() | ({"mended": mended} if mend else {})
    if as_json:
        print_json(document)
    else:
        for name, value in document.items():
            if name not in ("problems", "mended"):
                click.echo(f"{name}: {'not there' if value is None else value}")
        for done in mended:
            click.echo(f"mended: {done}")
        for problem in document["problems"]:
            click.echo(f"problem: {problem}")
        count = len(document["problems"])
        click.echo(f"{count} problem{'s' * (count > 1)}" if count else "All is well.")
    if document["problems"]:
        raise SystemExit(1)
