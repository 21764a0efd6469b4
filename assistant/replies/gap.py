"""Replies about what is missing to a role."""

from collections.abc import Callable

from assistant.gap import Evidence, Finding, Gap, gap
from assistant.replies.path import known_ids
from assistant.replies.turn import Turn, a
from assistant.reply import Action, Block, Bullets, Reply, Table, Text
from knowledge.library import Library
from knowledge.schema import Path, Role

SOONEST = 5
Phrase = Callable[..., str]


def reply(turn: Turn) -> Reply | None:
    """Return the gap to the role asked about, or wanted; None where nobody told of themselves."""
    named = next(iter(turn.entries("role")), None)
    role = named or (turn.library.get(turn.told.goal) if turn.told.goal else None)
    told = evidence(turn)
    told_of = bool(told.origin or told.known or told.partly) and not turn.heard.slots.hypothetical
    if not isinstance(role, Role) or not told_of:
        return None
    found = gap(turn.library, role, turn.exercises, told)
    asks = (f"How do I become {a(role.name)}?", f"What does {a(role.name)} do?")
    runs = tuple(Action("exercise", row.exercise, row.name) for row in found.soonest
                 if row.exercise)  # fmt: skip
    return turn.reply(*blocks(turn.library, found, turn.phrase), ids=[role.id], suggestions=asks,
                      actions=runs[:1])  # fmt: skip


def evidence(turn: Turn) -> Evidence:
    """Return what the learner told in this conversation, as what speaks for them."""
    partly = {id_ for id_, how in turn.told.skills.items() if how == "partly"}
    start = turn.told.background
    origin = turn.library.get_as(Path, start.path) if start else None
    return Evidence(known=known_ids(turn), partly=partly, origin=origin)


def blocks(library: Library, found: Gap, phrase: Phrase) -> list[Block]:
    """Return a gap as a table of competencies and a list of what closes it soonest."""
    must = [row for row in found.findings if row.must]
    counts = {state: sum(row.state == state for row in must)
              for state in ("shown", "claimed", "partly", "missing")}  # fmt: skip
    hours = sum(row.hours for row in must)
    head = phrase("gap_head", name=library.name(found.role), all=len(must), hours=round(hours),
                  **counts)  # fmt: skip
    columns = ("Competency", "Need", "State", "Why")
    rows = tuple((row.name, "must" if row.must else "nice", row.state, row.why)
                 for row in found.findings)  # fmt: skip
    made: list[Block] = [Text(head), Table(columns, rows)]
    lines = tuple(closes(library, row, phrase) for row in found.soonest[:SOONEST])
    if lines:
        made.append(Bullets(lines, title=phrase("gap_soonest")))
    return made


def closes(library: Library, row: Finding, phrase: Phrase) -> str:
    """Return in one line what closes a gap: exercise, hours, where to start, and the proof."""
    parts = []
    if row.exercise:
        parts.append(phrase("gap_exercise", id=row.exercise, minutes=row.minutes))
    if row.hours:
        parts.append(phrase("gap_learn", hours=f"{row.hours:g}"))
    if row.resource:
        parts.append(phrase("gap_resource", name=library.name(row.resource)))
    first = row.prove.split(". ")[0].rstrip(".")
    parts.append(phrase("gap_prove", prove=first[:1].lower() + first[1:]))
    return f"**{row.name}** ({row.state}): {'; '.join(parts)}."
