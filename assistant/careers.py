"""Career facts for the command line: roles and comparisons."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.conversation import Conversation
from assistant.errors import UsageError
from assistant.lookup import find
from assistant.mind import Mind
from assistant.reply import Reply
from assistant.titles import said
from knowledge.schema import OccupationStatistics, Role


def role_id(mind: Mind, name: str) -> str:
    """Return the id of the role that a name means; raises UsageError naming the roles there are."""
    for match in find(mind, name.replace("_", " "))["candidates"]:
        if match["kind"] == "role" and match["score"] >= 0.7:
            return str(match["id"])
    counted = said(mind.library, name)
    if counted:
        raise UsageError(f"{name!r} is no role of mine. {counted}")
    listed = ", ".join(card.id for card in mind.library.of_kind("role"))
    raise UsageError(f"There is no role {name!r}. Roles: {listed}")


def listing(mind: Mind) -> list[dict[str, Any]]:
    """Return id, name and summary of every role."""
    return [
        {"id": role.id, "name": role.name, "summary": role.summary}
        for role in mind.library.all_of(Role)
    ]


def facts(mind: Mind, id_: str) -> dict[str, Any]:
    """Return a role with the statistics of the occupations it is counted in."""
    role = mind.library.get(id_)
    assert isinstance(role, Role)
    statistics = []
    for occupation in role.occupations:
        key = f"soc_{occupation.soc.replace('-', '_')}"
        found = mind.library.get_as(OccupationStatistics, key)
        if found:
            statistics.append({**asdict(found), **asdict(occupation)})
    return {**asdict(role), "occupations": statistics}


def reply(conversation: Conversation, text: str) -> Reply:
    """Return the reply to a question."""
    return conversation.respond(text)


def compare(conversation: Conversation, names: Sequence[str]) -> Reply:
    """Return the comparison of two or more names."""
    return conversation.respond(" vs ".join(name.replace("_", " ") for name in names))
