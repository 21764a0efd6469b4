"""`lodestar knowledge`: read, search and check the knowledge base."""

from typing import Any

import click

from assistant.commands.common import Json, load_encoder, load_mind, print_json, print_reply
from assistant.commands.naming import entry_ids
from assistant.errors import UsageError


@click.group()
def knowledge() -> None:
    """Read, search and check the knowledge base.

    \b
    Examples:
      lodestar knowledge show random_forest
      lodestar knowledge search why scale features
    """


@knowledge.command("find")
@click.argument("text", nargs=-1)
@click.option("--batch", type=click.File("rb"), help="One name a line; - for stdin.")
@Json
def knowledge_find(text: tuple[str, ...], batch: Any, as_json: bool) -> None:
    """Find the entry that a name means.

    \b
    Examples:
      lodestar knowledge find convnet
      lodestar knowledge find --batch names.txt --json
    """
    from assistant.batch import questions
    from assistant.lookup import find

    mind = load_mind()
    if batch is not None:
        for line in questions(batch):
            print_json(find(mind, str(line.get("text", ""))))
        return
    if not text:
        raise UsageError("Name something to find: lodestar knowledge find convnet")
    found = find(mind, " ".join(text))
    if as_json:
        print_json(found)
        return
    for match in found["candidates"]:
        click.echo(f"{match['id']}  ({match['kind']}) {match['name']}  {match['score']:.2f}")
    if not found["candidates"]:
        click.echo("Nothing goes by that name.")


@knowledge.command("show")
@click.argument("id_", metavar="ID", shell_complete=entry_ids())
@Json
def knowledge_show(id_: str, as_json: bool) -> None:
    """Read an entry whole.

    \b
    Examples:
      lodestar knowledge show random_forest
      lodestar knowledge show data_scientist --json
    """
    from dataclasses import asdict

    from assistant.render.entry import entry_text
    from assistant.replies import needs
    from assistant.reply import Reply
    from knowledge.schema import Concept

    mind = load_mind()
    library = mind.library
    if id_ not in library:
        raise UsageError(f"There is no entry {id_!r}. Try: lodestar knowledge find {id_}")
    entry = library.get(id_)
    if as_json:
        print_json({"kind": entry.kind, **asdict(entry)})
        return
    _say(entry_text(entry))
    if isinstance(entry, Concept) and entry.prerequisites:
        title = mind.phrases["prerequisites"].format(name=entry.name)
        click.echo()
        print_reply(Reply("answered", "prerequisites", (needs.tree(library, entry, title),)))


def _say(text: str) -> None:
    """Print a text, on a terminal broken between words where its lines are too long."""
    from assistant.render import terminal

    if terminal.wants_plain():
        click.echo(text)
        return
    on = terminal.console()
    on.print(text, width=min(on.width, terminal.WIDEST))


@knowledge.command("list")
@click.argument("kind", required=False)
@Json
def knowledge_list(kind: str | None, as_json: bool) -> None:
    """List entries, all or of one kind.

    \b
    Examples:
      lodestar knowledge list
      lodestar knowledge list concept
      lodestar knowledge list role --json
    """
    library = load_mind().library
    kinds = sorted({card.kind for card in library.cards.values()})
    if kind is not None and kind not in kinds:
        raise UsageError(f"There is no kind {kind!r}. Kinds: {', '.join(kinds)}")
    cards = [card for card in library.cards.values() if kind in (None, card.kind)]
    if as_json:
        print_json([{"id": card.id, "kind": card.kind, "name": card.name} for card in cards])
        return
    for card in cards:
        click.echo(f"{card.id}  ({card.kind}) {card.name}")


@knowledge.command("stats")
@Json
def knowledge_stats(as_json: bool) -> None:
    """Count entries, words, questions, quiz items and sources.

    \b
    Examples:
      lodestar knowledge stats
      lodestar knowledge stats --json
    """
    from knowledge.statistics import statistics

    counts = statistics(load_mind().library)
    if as_json:
        print_json(counts)
        return
    for name, value in counts.items():
        lines = value.items() if isinstance(value, dict) else [(name, value)]
        for label, number in lines:
            click.echo(f"{label}: {number:,}")


@knowledge.command("search")
@click.argument("text", nargs=-1, required=True)
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100),
              help="Passages to show.")  # fmt: skip
@Json
def knowledge_search(text: tuple[str, ...], k: int, as_json: bool) -> None:
    """Rank the passages nearest to a text.

    \b
    Examples:
      lodestar knowledge search why scale features
      lodestar knowledge search "vanishing gradients" -k 3 --json
    """
    from assistant.lookup import search

    hits = search(load_mind(), " ".join(text), k)
    if as_json:
        print_json(hits)
        return
    for hit in hits:
        click.echo(f"{hit['score']:.2f}  {hit['id']} · {hit['passage']}\n  {hit['text']}\n")


@knowledge.command("add")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option("--name", help="What the pack is called; by default what its folder is called.")
@Json
def knowledge_add(folder: str, name: str | None, as_json: bool) -> None:
    """Add a knowledge pack, Markdown or YAML, or bring it up to date.

    \b
    Markdown: headings cut a page into passages; a title and a source may stand in front.
    YAML: entries as in Lodestar's own folders (concepts/AREA/ID.yaml, faq/ID.yaml …).

    \b
    Examples:
      lodestar knowledge add handbook
      lodestar knowledge add ~/wiki/export --name acme
    """
    from pathlib import Path

    from assistant.learner.access import now
    from assistant.packs import shelf
    from assistant.places import is_private
    from assistant.render.steps import Steps

    if not Path(folder).is_dir():
        raise UsageError(f"There is no folder {folder}. Name one with .md or .yaml files.")
    if is_private():
        raise UsageError("A knowledge pack is kept, and --private keeps nothing. Leave it out.")
    mind, steps, day = load_mind().own(), Steps(), now().date().isoformat()
    try:
        if _server():
            from assistant.packs import shared

            pack, embedded = shared.add(_server(), Path(folder), name, mind, day, steps)
        else:
            pack, embedded = shelf.add(Path(folder), name, mind, day, steps)
    finally:
        steps.end()
    if as_json:
        print_json({**_pack(pack), "embedded": embedded})
        return
    click.echo(
        f"{pack.name}: {pack.files:,} files, {pack.passages:,} passages, {embedded:,} of them "
        f"embedded now.\nA copy is kept{' on the server' if _server() else ''}; after a change, "
        f"add the folder again. To remove it: lodestar knowledge remove {pack.name}"
    )


def _server() -> str:
    """Return the address of the server that holds packs for many readers, empty where none is."""
    import os

    from assistant.mind import SERVER

    return os.environ.get(SERVER, "")


def _pack(pack: Any) -> dict[str, Any]:
    return {
        "name": pack.name, "source": pack.source, "added": pack.added, "files": pack.files,
        "entries": pack.entries, "passages": pack.passages,
    }  # fmt: skip


@knowledge.command("packs")
@Json
def knowledge_packs(as_json: bool) -> None:
    """List the knowledge packs that were added, here or on the server that is named.

    \b
    Examples:
      lodestar knowledge packs
    """
    from assistant.packs import shelf

    packs = shelf.packs()
    if _server():
        from assistant.packs import shared

        packs += shared.packs(_server())
    if as_json:
        print_json([_pack(pack) for pack in packs])
        return
    for pack in packs:
        click.echo(
            f"{pack.name}  {pack.files:,} files, {pack.passages:,} passages, added {pack.added} "
            f"from {pack.source}"
        )
    if not packs:
        click.echo("No knowledge pack was added. Try: lodestar knowledge add DIR")


@knowledge.command("remove")
@click.argument("name")
@Json
def knowledge_remove(name: str, as_json: bool) -> None:
    """Remove a knowledge pack; the folder it came from stays as it is.

    \b
    Examples:
      lodestar knowledge remove acme
    """
    from assistant.packs import shelf
    from assistant.places import cache_dir

    pack, where = None, ""
    if _server() and name not in [pack.name for pack in shelf.packs()]:
        from assistant.packs import shared

        pack, where = shared.remove(_server(), name), " from the server"
    pack = pack or shelf.remove(name, cache_dir())
    if as_json:
        print_json(_pack(pack))
    else:
        click.echo(f"{pack.name} was removed{where}. {pack.source} was not touched.")


@knowledge.command("check")
@click.option("--fast", is_flag=True, help="Leave out the search for near-duplicate questions.")
def knowledge_check(fast: bool) -> None:
    """Check the knowledge base for faults; exit 1 if there are any.

    \b
    Examples:
      lodestar knowledge check
      lodestar knowledge check --fast
    """
    from knowledge.check import check
    from knowledge.fingerprint import ROOT
    from skills.exercise import catalogue

    embed = None if fast else load_encoder().encode
    entries, faults = check(ROOT, set(catalogue()), embed)
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(entries)} entries read, {len(faults)} faults", err=True)
    if faults:
        raise SystemExit(1)
