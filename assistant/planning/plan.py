"""From a path, a learner and their time to weeks."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from assistant.planning.contents import STYLES, Learner, blocks, essentials, known_with_reasons
from assistant.planning.model import Cut, Deadline, Plan, Step, base, whole_title
from assistant.planning.weeks import milestones, steps, tape
from knowledge.library import Library
from knowledge.schema import Path
from skills.exercise import Exercise

HOURS_PER_WEEK = 6.0
YOU_KNOW = "you know it"
SPOKEN = {"theory": "theory_first", "hands-on": "hands_on", "less_theory": "hands_on"}


def plan(
    library: Library,
    path: Path,
    exercises: Mapping[str, Exercise],
    hours_per_week: float = HOURS_PER_WEEK,
    known: Collection[str] | Mapping[str, str] = (),
    *,
    style: str = "",
    weeks: int | None = None,
    background: Path | None = None,
    eased: Collection[str] = (),
    spent: Mapping[str, float] | None = None,
) -> Plan:
    """Lay a path out in weeks, each step after what it needs, leaving out what is known.

    `known` may say why of each id. `background` is a transition path whose learner starts from
    there; `spent` the hours already put into an item. With a deadline of `weeks` that cannot be
    met, what every post asks for comes first, and what does not fit is cut.
    """
    told = dict(known) if isinstance(known, Mapping) else dict.fromkeys(known, YOU_KNOW)
    halved = set(eased)
    if background:
        for id_ in background.gives:
            told.setdefault(id_, f"a {background.background} brings it")
        if background.id != path.id:
            halved |= set(background.eases)
    halves = {id_: int(hours * 2) for id_, hours in (spent or {}).items()}
    learner = Learner(known_with_reasons(library, told), halved, None, halves)
    way = SPOKEN.get(style, style)

    def lay_out(who: Learner) -> Plan:
        made, skipped = blocks(library, path, exercises, who, STYLES[way])
        capacity = max(1, int(hours_per_week * 2))
        laid = steps(tape(made, capacity, STYLES[way]), capacity)
        return Plan(path.id, path.role, hours_per_week, tuple(laid), tuple(skipped.items()),
                    milestones(made, laid), way)  # fmt: skip

    full = lay_out(learner)
    if weeks is None:
        return full
    needed = math.ceil(full.hours / weeks * 2) / 2
    if full.weeks <= weeks:
        due = Deadline(weeks, True, full.weeks, full.hours, full.weeks, needed)
        return replace(full, deadline=due)
    lean = lay_out(replace(learner, only=essentials(library, path)))
    due = Deadline(
        weeks, False, full.weeks, full.hours, lean.weeks, needed, _cut(full, lean, weeks)
    )
    kept = tuple(step for step in lean.steps if step.week <= weeks)
    reached = tuple(stone for stone in lean.milestones if stone.week <= weeks)
    return replace(lean, steps=kept, milestones=reached, deadline=due)


def _cut(full: Plan, lean: Plan, weeks: int) -> tuple[Cut, ...]:
    """Return what is left out, first what the deadline is too near for."""
    late = _hours([step for step in lean.steps if step.week > weeks])
    kept = {base(step.id) for step in lean.steps}
    spare = {id_: row for id_, row in _hours(full.steps).items() if id_ not in kept}
    after = "there is no time for it before the deadline"
    part = "the rest of it comes after the deadline"
    begun = {base(step.id) for step in lean.steps if step.week <= weeks}
    return (
        *(Cut(id_, title, hours, part if id_ in begun else after)
          for id_, (title, hours) in late.items()),
        *(Cut(id_, title, hours, "not among what every post asks for")
          for id_, (title, hours) in spare.items()),
    )  # fmt: skip


def _hours(listed: Sequence[Step]) -> dict[str, tuple[str, float]]:
    """Return title and hours of each item that the steps are parts of."""
    found: dict[str, tuple[str, float]] = {}
    for step in listed:
        id_ = base(step.id)
        found[id_] = whole_title(step.title), found.get(id_, ("", 0.0))[1] + step.hours
    return found
