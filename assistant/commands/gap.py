"""`lodestar gap`: from what the learner knows and has shown to what a role asks for."""

from typing import Any

import click

from assistant.commands.common import Json, load_mind, phrase_of, print_json, print_reply
from assistant.commands.naming import role_ids
from assistant.errors import UsageError


@click.command()
@click.argument("role", required=False, shell_complete=role_ids)
@click.option("--from", "background", help="Where you come from, in words.")
@click.option("--know", help="What you know already, with commas.")
@click.option(
    "--evidence", multiple=True, metavar="NAME=WHERE",
    help="Proof that you can do it, such as python=https://…; it is kept.",
)  # fmt: skip
@click.option("--plain", is_flag=True, help="Plain text, no colours.")
@Json
def gap(
    role: str | None, background: str | None, know: str | None, evidence: tuple[str, ...],
    plain: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what a role asks for and you have: shown, claimed, partly or missing.

    Shown is what an exercise passed here or your evidence shows; the rest is what you say. Without
    a role: the one in your profile.

    \b
    Examples:
      lodestar gap data_scientist --from "software engineer" --know python,sql
      lodestar gap data_scientist --evidence sql=https://example.org/my-queries
    """
    from assistant import careers
    from assistant.gap import gap as measured
    from assistant.replies.gap import blocks
    from assistant.reply import Reply
    from knowledge.schema import Role
    from skills.exercise import catalogue

    mind = load_mind()
    kept, proof = records(mind, background, know, evidence)
    wanted = role or kept.role
    if not wanted:
        raise UsageError("To which role? For example: lodestar gap data_scientist")
    entry = mind.library.get(careers.role_id(mind, wanted))
    assert isinstance(entry, Role)
    found = measured(mind.library, entry, catalogue(), proof)
    if as_json:
        print_json(found.as_json())
        return
    made = blocks(mind.library, found, phrase_of(mind))
    print_reply(Reply("answered", "skill_gap", tuple(made)), plain, False)


def records(
    mind: Any, background: str | None, know: str | None, evidence: tuple[str, ...]
) -> tuple[Any, Any]:
    """Return the learner's profile and all that speaks for them, new evidence kept first."""
    from assistant.gap import Evidence
    from assistant.learner.access import now, open_store
    from assistant.learner.profile import from_dict
    from assistant.learner.progress import progress
    from assistant.planning.wish import known_ids, origin
    from skills.exercise import catalogue

    new = [_proof(mind, text) for text in evidence]
    with open_store() as store:
        for id_, where in new:
            store.record("evidence", {"competency": id_, "where": where}, now())
        records = store.load()
    profile = from_dict(records.profile)
    at = progress(records, catalogue(), now())
    start = background or profile.background
    return profile, Evidence(
        passed={row.id: f"{row.day:%d %b %Y}" for row in at.exercises if row.passed},
        given={str(event.data["competency"]): str(event.data["where"])
               for event in records.events if event.kind == "evidence"},
        known={*profile.known, *known_ids(mind, know or "")},
        learned=at.learned,
        origin=origin(mind, start) if start else None,
    )  # fmt: skip


def _proof(mind: Any, text: str) -> tuple[str, str]:
    """Return the competency and the place of a proof; raises UsageError."""
    from assistant.planning.wish import known_ids
    from assistant.render.plain import clean

    name, sign, where = text.partition("=")
    where = " ".join(clean(where).split())
    if not sign or not where:
        raise UsageError(f"{text!r} is no evidence. Write NAME=WHERE, as python=https://…")
    cards = mind.library.cards
    found = [id_ for id_ in known_ids(mind, name) if cards[id_].kind == "competency"]
    found += [skill for id_ in known_ids(mind, name) for skill in _skills_of(mind, id_)]
    if not found:
        raise UsageError(f"{name.strip()!r} is no competency (--evidence). "
                         "See them with: lodestar knowledge list competency")  # fmt: skip
    return found[0], where[:500]


def _skills_of(mind: Any, concept: str) -> list[str]:
    """Return the competencies that a concept is the first of."""
    from knowledge.schema import Competency

    return [skill.id for skill in mind.library.all_of(Competency)
            if skill.concepts[:1] == (concept,)]  # fmt: skip
