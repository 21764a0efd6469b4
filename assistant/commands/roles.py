"""`lodestar roles`: the roles there are, which one suits, and what an advert or a CV says."""

import sys
from typing import Any

import click

from assistant.commands.common import (
    Json,
    load_mind,
    new_conversation,
    phrase_of,
    print_json,
    print_reply,
)
from assistant.commands.naming import role_ids
from assistant.errors import UsageError

SUGGESTED = 5


@click.command()
@click.argument("role", required=False, shell_complete=role_ids)
@click.option("--recommend", is_flag=True, help="Rank the roles by what you like and know.")
@click.option("--like", default="", help="What you like, with commas: maths, people, images.")
@click.option("--dislike", default="", help="What you do not like.")
@click.option("--know", help="What you know already, with commas.")
@click.option("--advert", type=click.File("rb"), help="A job advert as text or HTML; - for stdin.")
@click.option("--cv", type=click.File("rb"), help="Your CV as text; - for stdin.")
@click.option("--gap", is_flag=True, help="What you have of the role, and what is missing.")
@click.option("--plain", is_flag=True, help="Plain text, no colours.")
@Json
@click.pass_context
def roles(
    context: click.Context, role: str | None, recommend: bool, like: str, dislike: str,
    know: str | None, advert: Any, cv: Any, gap: bool, plain: bool, as_json: bool,
) -> None:  # fmt: skip
    """List the roles, show one, find the one that suits, or read an advert or a CV.

    Adverts and CVs are read on this machine; they are sent nowhere and not kept.

    \b
    Examples:
      lodestar roles data_engineer
      lodestar roles --recommend --like "maths, explaining" --dislike on-call
      lodestar roles --advert advert.txt --cv cv.txt
    """
    if advert or cv:
        _read(role, advert, cv, know, plain, as_json)
    elif recommend or like or dislike:
        _recommend(like, dislike, know, plain, as_json)
    elif gap:
        from assistant.commands.gap import gap as command

        context.invoke(command, role=role, know=know, plain=plain, as_json=as_json)
    elif role is None:
        _list(as_json)
    else:
        _show(role, plain, as_json)


def _list(as_json: bool) -> None:
    from assistant import careers

    listed = careers.listing(load_mind())
    if as_json:
        print_json(listed)
        return
    for item in listed:
        click.echo(f"{item['id']}  {item['name']}: {item['summary']}")


def _show(role: str, plain: bool, as_json: bool) -> None:
    from assistant import careers

    mind = load_mind()
    facts = careers.facts(mind, careers.role_id(mind, role))
    if as_json:
        print_json(facts)
        return
    question = f"What does a {facts['name']} do?"
    print_reply(careers.reply(new_conversation(mind), question), plain, False)


def _read(
    role: str | None, advert: Any, cv: Any, know: str | None, plain: bool, as_json: bool
) -> None:
    from dataclasses import replace

    from assistant import careers
    from assistant.adverts import match
    from assistant.adverts.reading import Reader
    from assistant.commands.gap import records
    from assistant.gap import gap
    from assistant.replies import advert as said
    from assistant.replies.gap import blocks
    from knowledge.schema import Role
    from skills.exercise import catalogue

    mind = load_mind()
    _, evidence = records(mind, None, know, ())
    own = Reader(mind.library).read(_text(cv)) if cv else None
    if own:
        evidence = replace(evidence, known={*evidence.known, *(row.id for row in own.asks)})
    if advert:
        matched = match.advert(mind.library, _text(advert), catalogue(), evidence)
        document: dict[str, Any] = matched.as_json()
        made = said.advert_blocks(mind.library, matched, phrase_of(mind))
    else:
        assert own is not None
        near = match.near(mind.library, {row.id for row in own.asks})
        document = {"findings": own.as_json(), "roles": [match.as_row(row) for row in near],
                    "private": match.PRIVATE}  # fmt: skip
        made = said.cv_blocks(mind.library, own, near, phrase_of(mind))
        if role:
            wanted = mind.library.get_as(Role, careers.role_id(mind, role))
            found = gap(mind.library, wanted, catalogue(), evidence)
            document["gap"] = found.as_json()
            made += blocks(mind.library, found, phrase_of(mind))
    _print("skill_gap", document, made, plain, as_json)


def _text(file: Any) -> str:
    from assistant.adverts.reading import LIMIT

    return str(file.read(4 * LIMIT).decode("utf-8", errors="replace"))


def _recommend(like: str, dislike: str, know: str | None, plain: bool, as_json: bool) -> None:
    from assistant.commands.gap import records
    from assistant.fit import listed, rank
    from assistant.replies.fit import blocks

    mind = load_mind()
    if not (like or dislike):
        like, dislike = _ask()
    likes = listed(like, dislike)
    if not likes:
        raise UsageError('I know none of these likes. Try: lodestar roles --recommend --like '
                         '"maths, programming, people, research, images, language"')  # fmt: skip
    _, evidence = records(mind, None, know, ())
    given = evidence.origin.gives if evidence.origin else ()
    fits = rank(mind.library, likes, {*evidence.known, *evidence.given, *given})
    phrase = phrase_of(mind)
    document = [
        {"id": fit.role.id, "name": fit.role.name, "score": round(fit.score, 3),
         "for": [phrase(f"fit_{why.phrase}", **why.values) for why in fit.reasons_for],
         "against": [phrase(f"fit_{why.phrase}", **why.values) for why in fit.reasons_against],
         "suits": fit.role.suits, "not_for": fit.role.not_for}
        for fit in fits
    ]  # fmt: skip
    made = blocks(fits[:SUGGESTED], likes, phrase)
    _print("recommend_role", {"roles": document}, made, plain, as_json)


def _ask() -> tuple[str, str]:
    """Return what is liked and what is not, asked at the terminal; a pipe is not asked."""
    from assistant.fit import trait_names

    if not sys.stdin.isatty():
        raise UsageError('Say what you like: lodestar roles --recommend --like "maths, people" '
                         '--dislike "on-call"')  # fmt: skip
    answers: dict[str, list[str]] = {"y": [], "n": []}
    click.echo("For each: y if you like it, n if you do not, Enter if it is all the same to you.")
    for name in trait_names().values():
        answer = click.prompt(f"  {name}", default="", show_default=False).strip().casefold()[:1]
        answers.setdefault(answer, []).append(name)
    more = click.prompt("  Anything you want to work on (images, language, medicine …)", default="",
                        show_default=False)  # fmt: skip
    return ", ".join([*answers["y"], more]), ", ".join(answers["n"])


def _print(intent: str, document: Any, made: list[Any], plain: bool, as_json: bool) -> None:
    from assistant.reply import Reply

    if as_json:
        print_json(document)
    else:
        print_reply(Reply("answered", intent, tuple(made)), plain, False)
