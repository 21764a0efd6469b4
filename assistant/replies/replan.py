"""A few words that change the learner's plan: hours, style, what is known, falling behind."""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

from assistant.language.slots import Slots
from assistant.language.understanding import Understanding
from assistant.learner.keeping import Keep, Learner, Planned, Settings
from assistant.learner.progress import open_steps
from assistant.learner.records import Event, Records
from assistant.planning.model import base
from assistant.replies import path, remember, spoken
from assistant.replies.turn import Memory, Turn
from assistant.reply import Reply, Text

SHORT, LONG = 10, 20  # words of a message that changes a plan, or its aim
_BEHIND = re.compile(
    r"\b(?:fell|fallen|falling|am|i'm|got|getting|running|lagging)\s+"
    r"(?:(?:way|far|so|a bit|much|too)\s+)?(?:behind|late)\b"
    r"|\b(?:missed|lost|skipped)\b.*\b(?:days?|weeks?|months?)\b"
    r"|\b(?:did not|didn'?t|couldn'?t|could not)\s+(?:study|learn|keep up|manage)\b"
    r"|\bre-?plan\b|\bstart (?:my|the) plan (?:again|anew)\b",
    re.I,
)
_RATHER = re.compile(
    r"\b(?:changed my mind|(?:would|'d) rather (?:be|become|go)|switch to|make .* my (?:plan|goal)"
    r"|(?:change|switch) (?:my|the) (?:plan|goal|aim))\b",
    re.I,
)
_HOURS = re.compile(r"\b(\d{1,2}(?:\.\d)?)\s*(?:h|hrs?|hours?)\b", re.I)  # "make it 3 hours"
_SPAN = re.compile(r"(?<!for )\b(\d{1,2})\s*(weeks?|months?|years?)\b(?!\s+(?:ago|of))", re.I)
_WEEKS = {"w": 1.0, "m": 4.345, "y": 52.18}
_SHORTER = re.compile(
    r"\b(?:shorter|faster|quicker|sooner|shorten|speed\b.*\bup|too (?:long|slow)|less time)\b", re.I
)
_STYLES = (
    ("less_theory", re.compile(r"\bless theor|\btoo much theory|\btoo theoretical", re.I)),
    ("hands_on", re.compile(r"\bmore (?:hands[- ]on|practice|practical|exercises|doing)\b", re.I)),
    ("theory_first", re.compile(r"\bmore theory\b|\btheory first\b|\bless practice\b", re.I)),
)


def wanted(heard: Understanding, memory: Memory) -> bool:
    """Return whether a few words change what the plan just laid out was made from."""
    told = heard.slots
    changes = told.hours or told.weeks or "known" in told.skills.values() or told.style
    short = len(heard.text.split()) <= SHORT
    return bool(changes) and short and memory.intent in path.PLANNED


def elsewhere(turn: Turn) -> Reply | None:
    """Lay out a plan into another role, where the learner says that the aim has changed."""
    text = turn.heard.text
    aims = tuple(item for item in turn.about if item.kind == "role")
    if not aims or not _RATHER.search(text) or "?" in text or len(text.split()) > LONG:
        return None
    return path.again(dataclasses.replace(turn, intent="path", about=aims), whole=False)


def changed(turn: Turn) -> Reply | None:
    """Lay the plan out anew where a few words change what it was made from, else None.

    Where the learner fell behind, what is left begins today. A question ("can it be 3 months?")
    changes a plan just laid out.
    """
    told, memory, text = turn.heard.slots, turn.memory, turn.heard.text
    spoken_of = spoken.of_plan(turn)
    if told.hypothetical or turn.intent == "forget" or ("?" in text and not spoken_of):
        return None
    recent = spoken_of or not memory.topics
    style = next((name for name, said in _STYLES if said.search(text)), told.style)
    hours, weeks = _figures(turn) if spoken_of else (told.hours, told.weeks)
    wish = Slots(style=style if recent else "", hours=hours, weeks=weeks, skills=told.skills)
    ids = {base(step["id"]) for step in spoken.steps(turn)}
    known = {id_ for id_, how in told.skills.items() if how == "known"}
    known = known if spoken.of_plan(turn) else known & ids
    behind = bool(_BEHIND.search(text)) and not turn.about
    if not (behind or wish.style or wish.hours or wish.weeks or known):
        return _sooner(turn) if spoken_of and _SHORTER.search(text) else None
    old = spoken.document(turn) or {}
    memory.told = wish.after(dataclasses.replace(memory.told, goal=old.get("role", "")))
    roles = tuple(item for item in turn.about if item.kind == "role")
    planned = path.again(dataclasses.replace(turn, intent="path", about=roles), whole=False)
    if planned is None or memory.plan is None:
        return planned
    return _replaced(turn, planned, old, memory.plan)


def _figures(turn: Turn) -> tuple[float | None, int | None]:
    """Return the hours a week and the weeks that a few words on a plan name."""
    told, text = turn.heard.slots, turn.heard.text
    span = _SPAN.search(text) if told.years is None else None
    weeks = told.weeks or (round(int(span[1]) * _WEEKS[span[2][0].lower()]) if span else None)
    bare = _HOURS.search(text) if weeks is None else None
    return told.hours or (float(bare[1]) if bare else None), weeks


def _sooner(turn: Turn) -> Reply:
    """Say what makes a plan shorter."""
    plan = spoken.document(turn) or {}
    double = 2 * float(plan.get("hours_per_week", 0))
    weeks = math.ceil(float(_weeks(plan) or 0) / 2)
    said = turn.phrase("plan_shorter", double=f"{double:g}", weeks=weeks)
    asks = (f"Make it {double:g} hours a week", turn.phrase("plan_show"))
    turn = dataclasses.replace(turn, intent="next_step")
    return turn.reply(Text(said), suggestions=asks)


def _replaced(turn: Turn, planned: Reply, old: Mapping[str, Any], new: Mapping[str, Any]) -> Reply:
    """Return the reply with a new plan: what changed in front, kept where the old one was."""
    changes = differences(turn, old, new)
    if not changes and turn.memory.learner is None:
        return planned
    if not changes:
        turn = dataclasses.replace(turn, intent="next_step")
        said = turn.reply(Text(turn.phrase("plan_same")), suggestions=("What's next?",))
        return dataclasses.replace(said, actions=planned.actions)
    learner = turn.memory.learner
    lasts = learner.keeps if learner else False
    kept = (learner.records.plan or {}) if learner else {}
    offered = kept.get("role") != new.get("role")  # it is not the learner's plan yet
    how = "_private" if not lasts else "_offer" if offered else ""
    said_so = Text(turn.phrase(f"plan_changed{how}", changes=", ".join(changes)))
    if offered:
        return dataclasses.replace(planned, blocks=(said_so, *planned.blocks))
    turn = dataclasses.replace(turn, intent="next_step")
    settings = remember.taken(turn)
    also = [Text(remember.kept_of(turn, settings))] if settings else []
    if learner:
        turn.memory.learner = _with_plan(learner, new)
    left = spoken.left(turn)
    then = spoken.next_step(turn, left[0], [], ["Show my plan"]) if left else turn.reply()
    keeps: list[Keep] = [Planned(new), *([Settings(settings)] if settings else [])]
    return dataclasses.replace(then, keeps=tuple(keeps), kept=(said_so, *also))


def _with_plan(learner: Learner, plan: Mapping[str, Any]) -> Learner:
    """Return the learner as they are once a plan is kept."""
    events = (*learner.records.events, Event(learner.now, "plan", {}))
    records = dataclasses.replace(learner.records, plan=plan, events=events)
    return dataclasses.replace(learner, records=records)


def differences(turn: Turn, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return in a few words each what a new plan changes."""
    learner = turn.memory.learner
    open_ = open_steps(old, learner.records if learner else Records())
    before = {base(step["id"]): spoken.title(step) for step in open_}
    now = {base(step["id"]): spoken.title(step) for step in new.get("steps", ())}
    gone = [title for id_, title in before.items() if id_ not in now]
    more = [title for id_, title in now.items() if id_ not in before]
    until = new.get("deadline_weeks")
    if until and until != old.get("deadline_weeks"):
        found = [turn.phrase("change_deadline", weeks=until)]
    else:
        found = [turn.phrase(phrase, names=spoken.names(turn, names))
                 for phrase, names in (("change_gone", gone), ("change_new", more))
                 if names]  # fmt: skip
    for name, was, is_ in (
        ("change_hours", old.get("hours_per_week"), new.get("hours_per_week")),
        ("change_weeks", _weeks(old), _weeks(new)),
    ):
        if was != is_ and was is not None and is_ is not None:
            found.append(turn.phrase(name, before=f"{was:g}", after=f"{is_:g}"))
    both = [id_ for id_ in before if id_ in now]
    if not found and both != [id_ for id_ in now if id_ in before]:
        found.append(turn.phrase("change_order"))
    if _BEHIND.search(turn.heard.text) and old.get("ends") != new.get("ends"):
        found.append(turn.phrase("change_ends", before=old.get("ends"), after=new.get("ends")))
    return found


def _weeks(plan: Mapping[str, Any]) -> Any:
    """Return the weeks of the whole path, whatever a deadline leaves of it."""
    return plan.get("honest_weeks") or plan.get("weeks")
