"""The command line: one thin function per command."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assistant.errors import LodestarError, UsageError

Json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


class Main(click.Group):
    """The root command; turns our errors into short messages and exit codes."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; exit 0 fine, 1 failed, 2 wrong usage, 130 interrupted."""
        try:
            return super().main(*args, **extra)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nobody reads any more
            raise SystemExit(0) from None
        except Exception as error:
            if os.environ.get("LODESTAR_DEBUG") or not _is_ours(error):
                raise
            click.echo(str(error), err=True)
            raise SystemExit(2 if isinstance(error, UsageError) else 1) from None


def _is_ours(error: Exception) -> bool:
    from knowledge.authoring import KnowledgeError
    from skills.data import MissingPackage
    from skills.device import DeviceError

    return isinstance(error, LodestarError | KnowledgeError | MissingPackage | DeviceError)


@click.group(cls=Main, invoke_without_command=True)
@click.version_option(package_name="lodestar-ml")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def main(context: click.Context, debug: bool) -> None:
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
    if context.invoked_subcommand is None:
        _chat()


def _chat() -> None:
    from assistant.chat import Chat, converse
    from skills.exercise import catalogue

    if sys.stdin.isatty() and sys.stdout.isatty():
        Chat(_mind(), dict(catalogue())).run()
        return
    talk = _conversation()
    converse(_input_lines(), talk, click.echo, lambda action: _play(action.id))


def _input_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace")


def _say(text: str) -> None:
    click.echo(text + " …", err=True)


def _mind() -> Any:
    from assistant.mind import open_mind

    return open_mind(_say)


def _conversation(mind: Any = None) -> Any:
    from assistant.conversation import Conversation
    from skills.exercise import catalogue

    mind = mind or _mind()
    return Conversation(mind, mind.encoder.encode, catalogue())


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))


@main.command()
@click.argument("text", nargs=-1)
@click.option("--batch", type=click.File("rb"), help="JSON Lines or bare lines; - for stdin.")
@click.option("--plain", is_flag=True, help="Plain text, no colours.")
@Json
def ask(text: tuple[str, ...], batch: Any, plain: bool, as_json: bool) -> None:
    """Ask one question: lodestar ask "what is overfitting?"

    With --batch each line is a conversation of its own: {"text": "…"}, {"turns": ["…", "…"]},
    or just the question.
    """
    if batch is not None:
        from assistant.batch import answers

        for document in answers(batch, _mind()):
            _print_json(document)
        return
    if not text:
        raise UsageError('Nothing was asked. Try: lodestar ask "what is a neural network?"')
    from assistant.batch import timed

    _show(timed(_conversation(), " ".join(text)), plain, as_json)


def _show(reply: Any, plain: bool, as_json: bool) -> None:
    from assistant.render import document, terminal
    from assistant.render.plain import whole

    if as_json:
        _print_json(document.as_json(reply))
    elif plain or terminal.wants_plain():
        click.echo(whole(reply))
    else:
        terminal.draw(reply, terminal.console())


@main.group()
def knowledge() -> None:
    """Read, search and check the knowledge base."""


@knowledge.command("find")
@click.argument("text", nargs=-1)
@click.option("--batch", type=click.File("rb"), help="One name a line; - for stdin.")
@Json
def knowledge_find(text: tuple[str, ...], batch: Any, as_json: bool) -> None:
    """Find the entry that a name means: lodestar knowledge find convnet"""
    from assistant.batch import questions
    from assistant.lookup import find

    mind = _mind()
    if batch is not None:
        for line in questions(batch):
            _print_json(find(mind, str(line.get("text", ""))))
        return
    if not text:
        raise UsageError("Name something to find: lodestar knowledge find convnet")
    found = find(mind, " ".join(text))
    if as_json:
        _print_json(found)
        return
    for match in found["candidates"]:
        click.echo(f"{match['id']}  ({match['kind']}) {match['name']}  {match['score']:.2f}")
    if not found["candidates"]:
        click.echo("Nothing goes by that name.")


@knowledge.command("show")
@click.argument("id_", metavar="ID")
@Json
def knowledge_show(id_: str, as_json: bool) -> None:
    """Read an entry whole: lodestar knowledge show random_forest"""
    from dataclasses import asdict

    from assistant.render.entry import entry_text

    library = _mind().library
    if id_ not in library:
        raise UsageError(f"There is no entry {id_!r}. Try: lodestar knowledge find {id_}")
    entry = library.get(id_)
    if as_json:
        _print_json({"kind": entry.kind, **asdict(entry)})
    else:
        click.echo(entry_text(entry))


@knowledge.command("list")
@click.argument("kind", required=False)
@Json
def knowledge_list(kind: str | None, as_json: bool) -> None:
    """List entries, all or of one kind: lodestar knowledge list concept"""
    library = _mind().library
    kinds = sorted({card.kind for card in library.cards.values()})
    if kind is not None and kind not in kinds:
        raise UsageError(f"There is no kind {kind!r}. Kinds: {', '.join(kinds)}")
    cards = [card for card in library.cards.values() if kind in (None, card.kind)]
    if as_json:
        _print_json([{"id": card.id, "kind": card.kind, "name": card.name} for card in cards])
        return
    for card in cards:
        click.echo(f"{card.id}  ({card.kind}) {card.name}")


@knowledge.command("stats")
@Json
def knowledge_stats(as_json: bool) -> None:
    """Count entries, words, questions, quiz items and sources."""
    from knowledge.statistics import statistics

    counts = statistics(_mind().library)
    if as_json:
        _print_json(counts)
        return
    for name, value in counts.items():
        lines = value.items() if isinstance(value, dict) else [(name, value)]
        for label, number in lines:
            click.echo(f"{label}: {number:,}")


@knowledge.command("search")
@click.argument("text", nargs=-1, required=True)
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100))
@Json
def knowledge_search(text: tuple[str, ...], k: int, as_json: bool) -> None:
    """Rank the passages nearest to a text: lodestar knowledge search why scale features"""
    from assistant.lookup import search

    hits = search(_mind(), " ".join(text), k)
    if as_json:
        _print_json(hits)
        return
    for hit in hits:
        click.echo(f"{hit['score']:.2f}  {hit['id']} · {hit['passage']}\n  {hit['text']}\n")


@knowledge.command("check")
@click.option("--fast", is_flag=True, help="Leave out the search for near-duplicate questions.")
def knowledge_check(fast: bool) -> None:
    """Check the knowledge base for faults; exit 1 if there are any."""
    from knowledge.check import check
    from knowledge.library import ROOT
    from skills.exercise import catalogue

    embed = None if fast else _encoder().encode
    entries, faults = check(ROOT, set(catalogue()), embed)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(entries)} entries read, {len(faults)} faults", err=True)
    if faults:
        raise SystemExit(1)


@main.command()
@click.argument("role", required=False)
@Json
def roles(role: str | None, as_json: bool) -> None:
    """List the roles, or show one with its skills and pay: lodestar roles data_engineer"""
    from assistant import careers

    mind = _mind()
    if role is None:
        listed = careers.listing(mind)
        if as_json:
            _print_json(listed)
        else:
            for item in listed:
                click.echo(f"{item['id']}  {item['name']}: {item['summary']}")
        return
    facts = careers.facts(mind, careers.role_id(mind, role))
    if as_json:
        _print_json(facts)
    else:
        _show(careers.reply(_conversation(mind), f"What does a {facts['name']} do?"), False, False)


@main.command()
@click.argument("left")
@click.argument("right")
@Json
def compare(left: str, right: str, as_json: bool) -> None:
    """Put two roles, or two concepts, side by side: lodestar compare cnn rnn"""
    from assistant import careers

    _show(careers.compare(_conversation(), left, right), False, as_json)


@main.command()
@click.argument("role")
@click.option("--from", "background", default="", help="Where you come from, in words.")
@click.option("--know", default="", help="Ids or names you know already, with commas.")
@click.option("--hours", type=click.FloatRange(0.5, 80), default=6, show_default=True)
@click.option("--weeks", type=click.IntRange(1, 520), help="A deadline.")
@Json
def path(
    role: str, background: str, know: str, hours: float, weeks: int | None, as_json: bool
) -> None:
    """Plan the way into a role: lodestar path data_scientist --hours 8 --know python,sql"""
    from assistant import careers

    mind = _mind()
    plan = careers.plan_for(mind, role, background, know.split(",") if know else [], hours)
    if as_json:
        _print_json(careers.plan_document(plan, weeks))
        return
    for line in careers.plan_lines(plan, weeks):
        click.echo(line)


@main.group()
def exercise() -> None:
    """Train real models on this machine."""


@exercise.command("list")
@Json
def exercise_list(as_json: bool) -> None:
    """List the exercises."""
    from skills.exercise import catalogue

    rows = [item.listing() for item in catalogue().values()]
    if as_json:
        _print_json(rows)
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
    result = _play(id_, yes=yes, seed=seed, device=device, quiet=as_json)
    if as_json:
        from dataclasses import asdict

        _print_json(asdict(result))
    if result.stopped:
        raise SystemExit(130)
    if not result.passed:
        raise SystemExit(1)


def _play(
    id_: str, *, yes: bool = True, seed: int = 0, device: str = "auto", quiet: bool = False
) -> Any:
    from assistant import player
    from assistant.render import terminal
    from skills.exercise import catalogue

    exercises = catalogue()
    if id_ not in exercises:
        raise UsageError(f"There is no exercise {id_!r}. Exercises: {', '.join(exercises)}")
    if quiet:
        screen: player.Screen = player.PipeScreen(lambda line: None)
    elif terminal.wants_plain():
        screen = player.PipeScreen(click.echo)
    else:
        screen = player.LiveScreen(terminal.console())
    choose: player.Choose | None = None
    if not yes and not quiet and sys.stdin.isatty():
        from assistant.chat import choose_option

        choose = choose_option
    return player.run(exercises[id_], screen, seed=seed, device=device, choose=choose)


@main.group()
def evaluate() -> None:
    """Measure the intent classifier and the search on labelled data."""


@evaluate.command("intents")
@click.option("--train", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--test", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--oos", type=click.Path(exists=True, path_type=Path), help="Out-of-scope texts.")
@click.option("--fine-tune", is_flag=True, help="Train the encoder too (minutes).")
@Json
def evaluate_intents(
    train: Path, test: Path, oos: Path | None, fine_tune: bool, as_json: bool
) -> None:
    """Train and score the intent classifier on CLINC150's JSON, CSV `text,category` or YAML."""
    from assistant.evaluation import intents

    encode = _encoder().encode
    _figures(intents.evaluate(encode, train, test, oos, fine_tune=fine_tune), as_json)


@evaluate.command("conversation")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20))
@Json
def evaluate_conversation(folds: int, as_json: bool) -> None:
    """Cross-validate the intents on our own utterances: accuracy, calibration, confusions."""
    from assistant.evaluation import conversation
    from assistant.language.utterances import read_utterances
    from assistant.mind import LANGUAGE

    utterances = read_utterances(LANGUAGE)
    figures = conversation.cross_validate(_encoder().encode, utterances, folds=folds)
    _figures(figures, as_json)


@evaluate.command("search")
@click.option("--documents", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, path_type=Path))
@Json
def evaluate_search(documents: Path, queries: Path, as_json: bool) -> None:
    """Score the search over any documents: hit@k, MRR@10, nDCG@10.

    Documents are JSON Lines of {"id", "text"}, queries of {"text", "relevant": [ids]}.
    """
    from assistant.evaluation import search

    _figures(search.evaluate(_encoder().encode, documents, queries), as_json)


def _encoder() -> Any:
    from assistant.language import encoder
    from assistant.places import cache_dir

    return encoder.load(cache_dir(), say=_say)


def _figures(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value}")


@main.command()
@Json
def doctor(as_json: bool) -> None:
    """Show versions, device, model, cache and data, and what to mend."""
    from assistant.doctor import report

    document = report()
    if as_json:
        _print_json(document)
    else:
        for name, value in document.items():
            if name != "problems":
                click.echo(f"{name}: {value}")
        for problem in document["problems"]:
            click.echo(f"problem: {problem}")
    if document["problems"]:
        raise SystemExit(1)
