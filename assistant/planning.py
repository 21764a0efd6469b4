"""A learning path laid out in weeks for one learner."""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.library import Library
from knowledge.schema import Concept, Path, Phase
from skills.exercise import Exercise

HOURS_PER_WEEK = 6.0
PROJECT_SHARE = 0.3  # of a phase's hours, where it has a project
MIN_HOURS = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to learn or do; it starts in `week` (from 1), `after` names what it needs."""

    id: str
    kind: str
    title: str
    week: int
    hours: float
    why: str
    after: tuple[str, ...]
    phase: int
    ends: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """The end of a phase: the week in which it is reached and how the learner knows."""

    week: int
    title: str
    done_when: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A path in weeks. Hours are the path's own estimates, summed."""

    path: str
    role: str
    hours_per_week: float
    steps: tuple[Step, ...]
    skipped: tuple[tuple[str, str], ...]
    milestones: tuple[Milestone, ...]

    @property
    def hours(self) -> float:
        """All the hours of the plan."""
        return round(sum(step.hours for step in self.steps), 1)

    @property
    def weeks(self) -> int:
        """The week in which the last step ends."""
        return max((step.ends for step in self.steps), default=0)

    def within(self, weeks: int) -> float:
        """Return the hours that fit into the first `weeks` weeks."""
        return round(sum(step.hours for step in self.steps if step.ends <= weeks), 1)

    def as_json(self) -> dict[str, Any]:
        """Return the document of `lodestar path --json`."""
        steps = [asdict(step) for step in self.steps]
        for step in steps:
            del step["phase"], step["ends"]
        return {
            "role": self.role,
            "path": self.path,
            "weeks": self.weeks,
            "hours_per_week": self.hours_per_week,
            "steps": [{**step, "after": list(step["after"])} for step in steps],
            "skipped": [{"id": id_, "why": why} for id_, why in self.skipped],
            "milestones": [asdict(milestone) for milestone in self.milestones],
        }


@dataclass(frozen=True, slots=True)
class _Item:
    id: str
    kind: str
    title: str
    weight: float
    why: str
    after: tuple[str, ...]


def plan(
    library: Library,
    path: Path,
    exercises: Mapping[str, Exercise],
    hours_per_week: float = HOURS_PER_WEEK,
    known: Collection[str] = (),
) -> Plan:
    """Lay a path out in weeks, each step after what it needs, leaving out what is known."""
    steps: list[Step] = []
    skipped: dict[str, str] = {}
    milestones: list[Milestone] = []
    placed: set[str] = set()
    clock = 0.0
    for number, phase in enumerate(path.phases):
        items = _items(library, phase, number, exercises)
        fresh = []
        for item in items:
            if item.id in known:
                skipped[item.id] = "you know it"
            elif item.id not in placed:
                fresh.append(item)
                placed.add(item.id)
        share = sum(item.weight for item in fresh) / max(sum(i.weight for i in items), 1e-9)
        for item in fresh:
            whole = sum(other.weight for other in fresh)
            hours = max(MIN_HOURS, round(phase.hours * share * item.weight / whole * 2) / 2)
            week = 1 + int((clock + 1e-9) // hours_per_week)
            clock += hours
            ends = max(week, math.ceil(clock / hours_per_week - 1e-9))
            after = tuple(id_ for id_ in item.after if id_ in placed)
            steps.append(
                Step(item.id, item.kind, item.title, week, hours, item.why, after, number, ends)
            )
        week = steps[-1].ends if steps else 1
        milestones.append(Milestone(week, phase.title, phase.milestone))
    return Plan(path.id, path.role, hours_per_week, tuple(steps), tuple(skipped.items()),
                tuple(milestones))  # fmt: skip


def _items(
    library: Library, phase: Phase, number: int, exercises: Mapping[str, Exercise]
) -> list[_Item]:
    """Return what a phase holds: concepts in the order they need each other, doing in between."""
    wanted = set(phase.concepts)
    order = [id_ for id_ in library.with_prerequisites(phase.concepts) if id_ in wanted]
    reading = [
        _Item(
            id_, "concept", library.name(id_), 1.0, library.get(id_).summary, _needs(library, id_)
        )
        for id_ in order
    ]
    skill = [
        _Item(id_, "competency", library.name(id_), 2.0, library.get(id_).summary, ())
        for id_ in phase.competencies
        if id_ in library
    ]
    doing = [
        _Item(f"exercise:{id_}", "exercise", exercises[id_].title, 1.5, exercises[id_].summary,
              tuple(exercises[id_].prerequisites))
        for id_ in phase.exercises
        if id_ in exercises
    ]  # fmt: skip
    items = _alternate(skill + reading, doing)
    if phase.project:
        weight = PROJECT_SHARE / (1 - PROJECT_SHARE) * sum(item.weight for item in items)
        title = phase.project.split(". ")[0]
        after = tuple(item.id for item in items)
        items.append(
            _Item(f"project:{number + 1}", "project", title, weight or 1.0, phase.project, after)
        )
    return items


def _needs(library: Library, id_: str) -> tuple[str, ...]:
    concept = library.get_as(Concept, id_)
    return concept.prerequisites if concept else ()


def _alternate(reading: list[_Item], doing: list[_Item]) -> list[_Item]:
    """Spread what is done evenly between what is read, never before what it needs."""
    if not doing:
        return reading
    stride = max(1, len(reading) // (len(doing) + 1))
    waiting = list(doing)
    mixed: list[_Item] = []
    seen: set[str] = set()
    ids = {item.id for item in reading}
    for index, item in enumerate(reading, 1):
        mixed.append(item)
        seen.add(item.id)
        if index % stride == 0:
            ready = next((x for x in waiting if not (set(x.after) & ids) - seen), None)
            if ready:
                mixed.append(ready)
                waiting.remove(ready)
    return mixed + waiting
