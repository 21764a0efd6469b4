"""What becomes of a plan when the learner goes on, falls behind, skips or wants another goal."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from assistant.planning.model import base, whole_title

DONE = "done"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new plan takes over: what is left out and why, and the hours put into the rest."""

    known: dict[str, str]
    spent: dict[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """How an item of a plan changed; the dates are those of the week in which it ends."""

    what: str  # new, gone, later or sooner
    id: str
    title: str
    before: date | None = None
    after: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands in a plan in its week `week`: what should be done and is not."""

    week: int
    late: tuple[Mapping[str, Any], ...]
    coming: tuple[Mapping[str, Any], ...]

    @property
    def hours_late(self) -> float:
        """The hours of what should be done and is not."""
        return sum(float(step["hours"]) for step in self.late)


def whole(document: Mapping[str, Any], id_: str) -> list[str]:
    """Return the ids of the steps that an id means: all parts of an item, or one part."""
    ids = [str(step["id"]) for step in document["steps"]]
    if "/" in id_:
        return [id_] if id_ in ids else []
    return [step for step in ids if base(step) == id_]


def standing(document: Mapping[str, Any], done: Collection[str], today: date) -> Standing:
    """Return where a learner stands; `done` holds ids of steps."""
    week = max(1, (today - start_of(document)).days // 7 + 1)
    left = [step for step in document["steps"] if step["id"] not in done]
    late = tuple(step for step in left if step["week"] < week)
    coming = tuple(step for step in left if step["week"] >= week)
    return Standing(week, late, coming)


def carried(
    document: Mapping[str, Any],
    done: Collection[str],
    proved: Mapping[str, str],
    skipped: Collection[str] = (),
) -> Carried:
    """Return what a new plan takes over from a kept one.

    `done` holds ids of steps, `proved` why an item is done whole, `skipped` what the learner
    leaves out.
    """
    known = dict(proved)
    hours: dict[str, float] = {}
    open_: set[str] = set()
    for step in document["steps"]:
        id_ = base(str(step["id"]))
        if step["id"] in done:
            hours[id_] = hours.get(id_, 0.0) + float(step["hours"])
        else:
            open_.add(id_)
    for id_ in hours:
        if id_ not in open_:
            known.setdefault(id_, DONE)
    known |= {base(id_): "you skip it" for id_ in skipped}
    return Carried(known, {id_: spent for id_, spent in hours.items() if id_ in open_})


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what changed from one plan to the next, each a document with its start."""
    before, after = _ends(old), _ends(new)
    reasons = {row["id"]: row["why"] for row in new["skipped"]}
    reasons |= {row["id"]: row["why"] for row in new.get("cut", ())}
    found = []
    for id_, (title, end) in before.items():
        if id_ not in after:
            why = reasons.get(id_) or reasons.get(id_.removeprefix("practice:"))
            found.append(Change("gone", id_, title, end, None, why or "not on this path"))
        elif after[id_][1] != end:
            what = "later" if after[id_][1] > end else "sooner"
            found.append(Change(what, id_, title, end, after[id_][1]))
    found += [
        Change("new", id_, title, None, end)
        for id_, (title, end) in after.items() if id_ not in before
    ]  # fmt: skip
    return tuple(found)


def as_json(change: Change) -> dict[str, Any]:
    """Return a change with its dates as text."""
    row = asdict(change)
    return row | {name: row[name] and row[name].isoformat() for name in ("before", "after")}


def start_of(document: Mapping[str, Any]) -> date:
    """Return the day on which a kept plan begins."""
    return date.fromisoformat(str(document["start"]))


def end_of(document: Mapping[str, Any]) -> date:
    """Return the last day of a kept plan."""
    return start_of(document) + timedelta(weeks=int(document["weeks"]), days=-1)


def _ends(document: Mapping[str, Any]) -> dict[str, tuple[str, date]]:
    start = start_of(document)
    return {
        base(step["id"]): (
            whole_title(step["title"]),
            start + timedelta(weeks=step["week"], days=-1),
        )
        for step in document["steps"]
    }
