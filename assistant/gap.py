"""From where a learner stands to a role: what is shown, claimed, partly there or missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.library import Library
from knowledge.schema import Competency, Path, Resource, Role
from skills.exercise import Exercise

State = Literal["shown", "claimed", "partly", "missing"]
STATES: tuple[State, ...] = ("shown", "claimed", "partly", "missing")
PARTLY = 0.5  # of the hours that are left where something is there already
TOGETHER = 2  # concepts that an exercise and a competency share, to belong together


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a learner; ids throughout.

    passed: exercise → what it measured here; given: competency → where its proof is; known and
    partly: what they say; learned: concepts known in the quiz; origin: where they come from.
    """

    passed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    known: Collection[str] = ()
    partly: Collection[str] = ()
    learned: Collection[str] = ()
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a learner stands in one competency, and what closes the gap soonest.

    `hours` are typical hours of learning that are left; `exercise` can be run here.
    """

    id: str
    name: str
    must: bool
    state: State
    why: str
    hours: float
    exercise: str = ""
    minutes: int = 0
    resource: str = ""
    prove: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a role asks for, against what a learner has."""

    role: str
    findings: tuple[Finding, ...]

    def of(self, state: State, *, must: bool | None = None) -> tuple[Finding, ...]:
        """Return the findings of one state, of the must-haves or of the others if that is said."""
        return tuple(
            row for row in self.findings
            if row.state == state and (must is None or row.must == must)
        )  # fmt: skip

    @property
    def soonest(self) -> tuple[Finding, ...]:
        """What is left to do, must-haves first, then what takes the least time."""
        open_ = [row for row in self.findings if row.state != "shown"]
        return tuple(sorted(open_, key=lambda row: (not row.must, row.hours, not row.exercise)))

    def as_json(self) -> dict[str, Any]:
        """Return the document of `lodestar gap --json`."""
        rows = [
            {"id": row.id, "name": row.name, "need": "must" if row.must else "nice",
             "state": row.state, "why": row.why, "hours_left": row.hours,
             "closes": {"exercise": row.exercise or None, "minutes": row.minutes or None,
                        "resource": row.resource or None, "prove": row.prove}}
            for row in self.findings
        ]  # fmt: skip
        counts = {state: len(self.of(state)) for state in STATES}
        return {"role": self.role, "counts": counts, "competencies": rows,
                "hours_left_must": sum(row.hours for row in self.findings if row.must),
                "soonest": [row.id for row in self.soonest]}  # fmt: skip


def gap(library: Library, role: Role, exercises: Mapping[str, Exercise], evidence: Evidence) -> Gap:
    """Return where a learner stands in each competency of a role, must-haves first."""
    needs = {**dict.fromkeys(role.must, True), **dict.fromkeys(role.nice, False)}
    return against(library, role.id, needs, exercises, evidence)


def against(
    library: Library, role: str, needs: Mapping[str, bool], exercises: Mapping[str, Exercise],
    evidence: Evidence,
) -> Gap:  # fmt: skip
    """Return where a learner stands in competencies, of which the must-haves are True."""
    findings = []
    for id_, must in needs.items():
        skill = library.get_as(Competency, id_)
        if skill is not None:
            findings.append(_finding(library, skill, must, _drills(skill, exercises), evidence))
    return Gap(role, tuple(findings))


def _drills(skill: Competency, exercises: Mapping[str, Exercise]) -> list[Exercise]:
    """Return the exercises that show something of a competency, the shortest first."""
    concepts = set(skill.concepts)
    found = [
        exercise for id_, exercise in exercises.items()
        if id_ in skill.exercises or exercise.concepts[0] in concepts
        or len(concepts & set(exercise.concepts)) >= TOGETHER
    ]  # fmt: skip
    return sorted(found, key=lambda exercise: exercise.minutes)


def _finding(
    library: Library, skill: Competency, must: bool, drills: list[Exercise], evidence: Evidence
) -> Finding:
    state, why = _state(library, skill, drills, evidence)
    hours = {"partly": skill.hours * PARTLY, "missing": float(skill.hours)}.get(state, 0.0)
    left = [drill for drill in drills if drill.id not in evidence.passed]
    next_ = left[0] if left and state != "shown" else None
    books = [book for id_ in skill.resources if (book := library.get_as(Resource, id_))]
    free = sorted(books, key=lambda book: not book.free)
    return Finding(
        skill.id, skill.name, must, state, why, hours,
        next_.id if next_ else "", next_.minutes if next_ else 0,
        free[0].id if free and hours else "", "" if state == "shown" else skill.prove,
    )  # fmt: skip


def _state(
    library: Library, skill: Competency, drills: list[Exercise], evidence: Evidence
) -> tuple[State, str]:
    origin = evidence.origin
    if skill.id in evidence.given:
        return "shown", f"your evidence: {evidence.given[skill.id]}"
    done = [drill for drill in drills if drill.id in evidence.passed]
    if done:
        runs = "; ".join(f"{drill.title} ({evidence.passed[drill.id]})" for drill in done)
        return "shown", f"passed here: {runs}"
    if skill.id in evidence.known or _names(library, skill, evidence.known):
        return "claimed", "you say so; nothing here shows it yet"
    if origin and skill.id in origin.gives:
        return "claimed", f"a {origin.background} brings it; nothing here shows it yet"
    if skill.id in evidence.partly:
        return "partly", "you know it in part"
    if origin and skill.id in origin.eases:
        return "partly", f"a {origin.background} brings some of it"
    parts = [id_ for id_ in skill.concepts if id_ in evidence.learned or id_ in evidence.known]
    if parts:
        return "partly", f"of it you know {', '.join(library.name(id_) for id_ in parts)}"
    return "missing", "nothing speaks for it yet"


def _names(library: Library, skill: Competency, known: Collection[str]) -> bool:
    """Return whether a known concept goes by the name of the skill: SQL, and SQL in practice."""
    first = next(iter(skill.concepts), "")
    return first in known and library.name(first).casefold() in skill.name.casefold()
