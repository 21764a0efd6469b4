"""What a plan is made of."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.schema import Ids

DOING = ("exercise", "practice", "project")  # kinds of step in which something is made
LOW, HIGH = 0.7, 1.5  # how far a learner may be from the typical hours; our own judgement


def base(id_: str) -> str:
    """Return the id of the whole that a step is a part of: `python` for `python/2`."""
    return id_.partition("/")[0]


def whole_title(title: str) -> str:
    """Return the title of the whole that a step is a part of."""
    return re.sub(r" \(\d+ of \d+\)$", "", title)


def in_part(title: str) -> str:
    """Return the title of a step with the part that it is of its whole said in words."""
    return re.sub(r" \((\d+ of \d+)\)$", r", part \1", title)


def spread(hours: float) -> tuple[float, float]:
    """Return the least and the most that typical hours may turn out to be, in half hours."""
    return max(0.5, round(hours * LOW * 2) / 2), round(hours * HIGH * 2) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to learn or do within one week (from 1); `after` names the steps it needs.

    Kinds: concept and competency to learn; exercise, practice and project to do; check to end a
    block. What takes longer than a week holds is several steps: `python`, `python/2`, …
    """

    id: str
    kind: str
    title: str
    week: int
    hours: float
    why: str
    after: Ids
    resources: Ids
    phase: int

    @property
    def ends(self) -> int:
        """The week in which the step ends."""
        return self.week

    def as_json(self) -> dict[str, Any]:
        """Return the step as `lodestar path --json` has it."""
        return {
            "id": self.id, "kind": self.kind, "title": self.title, "week": self.week,
            "hours": self.hours, "hours_range": list(spread(self.hours)), "why": self.why,
            "after": list(self.after), "resources": list(self.resources),
            "block": self.phase + 1,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Milestone:
    """The end of a block: the week in which it is reached, what is built, how one knows."""

    week: int
    title: str
    done_when: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a deadline leaves no time for."""

    id: str
    title: str
    hours: float
    why: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a deadline of so many weeks means.

    `full_weeks` is when the whole path would end, `lean_weeks` the part that every post asks
    for, `hours_needed` what a week would have to hold for the whole path to fit.
    """

    weeks: int
    fits: bool
    full_weeks: int
    full_hours: float
    lean_weeks: int
    hours_needed: float
    cut: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A path in weeks. Hours are the typical ones of the path, summed.

    With a deadline that cannot be met, the steps are those that fit before it.
    """

    path: str
    role: str
    hours_per_week: float
    steps: tuple[Step, ...]
    skipped: tuple[tuple[str, str], ...]
    milestones: tuple[Milestone, ...]
    style: str = ""
    deadline: Deadline | None = None

    @property
    def hours(self) -> float:
        """All the hours of the plan."""
        return round(sum(step.hours for step in self.steps), 1)

    @property
    def weeks(self) -> int:
        """The week in which the last step ends."""
        return max((step.week for step in self.steps), default=0)

    @property
    def full_weeks(self) -> int:
        """The week in which the whole path ends, whatever the deadline leaves of it."""
        return self.deadline.full_weeks if self.deadline else self.weeks

    def within(self, weeks: int) -> float:
        """Return the hours that fit into the first `weeks` weeks."""
        return round(sum(step.hours for step in self.steps if step.week <= weeks), 1)

    def as_json(self) -> dict[str, Any]:
        """Return the document of `lodestar path --json`."""
        document: dict[str, Any] = {
            "role": self.role,
            "path": self.path,
            "weeks": self.weeks,
            "hours_per_week": self.hours_per_week,
            "hours": self.hours,
            "hours_range": list(spread(self.hours)),
            "style": self.style,
            "steps": [step.as_json() for step in self.steps],
            "skipped": [{"id": id_, "why": why} for id_, why in self.skipped],
            "milestones": [asdict(milestone) for milestone in self.milestones],
        }
        if self.deadline:
            document |= self._deadline_json(self.deadline)
        return document

    def _deadline_json(self, deadline: Deadline) -> dict[str, Any]:
        return {
            "deadline_weeks": deadline.weeks,
            "fits": deadline.fits,
            "hours_within_deadline": self.within(deadline.weeks),
            "full_hours": deadline.full_hours,
            "honest_weeks": deadline.full_weeks,
            "essential_weeks": deadline.lean_weeks,
            "hours_per_week_needed": deadline.hours_needed,
            "cut": [asdict(cut) for cut in deadline.cut],
        }
