"""What a block of a path holds for one learner: what to read, what to do, what to leave out.

Times are counted in half hours, the smallest step of a plan.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from assistant.planning.change import DONE
from knowledge.library import Library
from knowledge.schema import Competency, Concept, Ids, Path, Phase, Resource
from skills.exercise import Exercise

CONCEPT_HOURS = {"newcomer": 1.5, "practitioner": 2.5, "advanced": 4.0}
NEEDED_SHARE = 0.5  # of a concept's hours where it is only there because another needs it
MOST_CONCEPTS = 0.4  # of the hours of a block outside its project
EXERCISE_SHARE = 6 / 60  # hours a minute of running it: played once, then written by oneself
EASED_SHARE = 0.5  # of the hours of what the learner knows in part
LEAST_PROJECT = 0.5  # of a project's hours, however little of its block is new
CHECK_HALVES = 2
RESOURCES = 2


@dataclass(frozen=True, slots=True)
class Style:
    """How a learner likes it: shares of the time, and how soon doing follows reading.

    project: of a block's hours; practice: of a competency's; begin: of the reading that must be
    done before the project begins; run: weeks of reading at the most before something is done.
    """

    project: float = 0.3
    practice: float = 0.5
    begin: float = 0.6
    run: float = 1.0


STYLES = {
    "": Style(),
    "theory_first": Style(project=0.25, practice=0.4, begin=0.9, run=1.5),
    "hands_on": Style(project=0.4, practice=0.65, begin=0.3, run=0.5),
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something to read or do, whole; `hours` in half hours, `after` the items it needs."""

    id: str
    kind: str
    title: str
    halves: int
    why: str
    after: Ids = ()
    resources: Ids = ()


@dataclass(frozen=True, slots=True)
class Block:
    """What a phase of the path holds for this learner."""

    number: int
    phase: Phase
    reading: tuple[Item, ...]
    doing: tuple[Item, ...]
    project: Item | None
    check: Item


@dataclass
class Learner:
    """What decides which steps a learner gets; the ids of what is left out, with why.

    `only`, where given, is what is kept of the path; `spent` holds half hours by item.
    """

    known: dict[str, str]
    eased: Collection[str] = ()
    only: Collection[str] | None = None
    spent: Mapping[str, int] = field(default_factory=dict)


def known_with_reasons(library: Library, known: Mapping[str, str]) -> dict[str, str]:
    """Return what is known with what follows from it: parts of a skill, what a concept needs.

    Nothing follows from what was done as a step of a plan: its parts are steps of their own.
    """
    found = {id_: why for id_, why in known.items() if why != DONE}
    for id_ in list(found):
        entry = library.get(id_) if id_ in library else None
        if isinstance(entry, Competency):
            for part in entry.concepts:
                found.setdefault(part, f"part of {entry.name}: {known[id_]}")
    for id_ in list(found):
        concept = library.get_as(Concept, id_)
        for needed in library.with_prerequisites(concept.prerequisites if concept else ()):
            found.setdefault(needed, f"{library.name(id_)} builds on it: {found[id_]}")
    return {**found, **known}


def essentials(library: Library, route: Path) -> set[str]:
    """Return what every post asks for: the must-haves of the role and the concepts they take."""
    role = library.get(route.role)
    must = set(getattr(role, "must", ()))
    concepts = set(getattr(role, "concepts", ()))
    for id_ in must:
        skill = library.get_as(Competency, id_)
        concepts.update(skill.concepts if skill else ())
    planned = {id_ for phase in route.phases for id_ in phase.concepts}
    return must | set(library.with_prerequisites(concepts & planned))


def blocks(
    library: Library,
    route: Path,
    exercises: Mapping[str, Exercise],
    learner: Learner,
    style: Style,
) -> tuple[list[Block], dict[str, str]]:
    """Return the blocks of a path and what was left out of it, with why."""
    placed: set[str] = set()
    skipped: dict[str, str] = {}
    made = []
    for number, phase in enumerate(route.phases):
        filler = _Filler(library, exercises, learner, style, placed, skipped)
        made.append(filler.block(number, phase))
    return made, skipped


@dataclass
class _Filler:
    library: Library
    exercises: Mapping[str, Exercise]
    learner: Learner
    style: Style
    placed: set[str]
    skipped: dict[str, str]

    def block(self, number: int, phase: Phase) -> Block:
        """Return a block, its hours shared out among what is new to the learner."""
        budget = phase.hours * (1 - self.style.project)
        drills = self._drills(phase)
        wanted = [*phase.concepts, *(id_ for drill in drills for id_ in drill.prerequisites)]
        every = self.library.with_prerequisites(wanted)
        weights = self._weights(phase, every, budget)
        fresh = [id_ for id_ in self._in_order(phase, every) if self._is_new(id_)]
        self.placed.update(fresh)
        read, practised = self._learning(phase, [*self._unpractised(phase), *fresh], weights)
        doing = [*(self._exercise(drill) for drill in drills if self._is_new(drill.id)), *practised]
        self.placed.update(drill.id for drill in drills)
        weighed = sum(weights.values())
        share = sum(weights[id_] for id_ in fresh) / weighed if weighed else 0.0
        done = Item(f"check:{number + 1}", "check", f"Check: {phase.title}", CHECK_HALVES,
                    phase.milestone)  # fmt: skip
        project = self._project(number, phase, share) if fresh else None
        if phase.project and not fresh:
            why = "all of its block is known; the check at the end of the block is left"
            self.skipped[f"project:{number + 1}"] = why
        return Block(number, phase, tuple(read), tuple(filter(_lasts, doing)), project, done)

    def _is_new(self, id_: str) -> bool:
        """Return whether something is to be learned; notes why, where it is left out."""
        if id_ in self.placed:
            return False
        if id_ in self.learner.known:
            self.skipped[id_] = self.learner.known[id_]
            return False
        return self.learner.only is None or id_ in self.learner.only

    def _unpractised(self, phase: Phase) -> list[str]:
        """Return the competencies that were learned as steps of a plan, and not practised yet."""
        known = self.learner.known
        found = [id_ for id_ in phase.competencies
                 if known.get(id_) == DONE and not {f"practice:{id_}", id_} & self.placed
                 and f"practice:{id_}" not in known]  # fmt: skip
        self.placed.update(found)
        return found

    def _drills(self, phase: Phase) -> list[Exercise]:
        """Return the exercises that belong to a phase by the path, or by what they are about."""
        listed = set(phase.exercises)
        for id_ in phase.competencies:
            skill = self.library.get_as(Competency, id_)
            listed.update(skill.exercises if skill else ())
        concepts = set(phase.concepts)
        return [
            exercise for id_, exercise in self.exercises.items()
            if (id_ in listed or exercise.concepts[0] in concepts) and id_ not in self.placed
            and f"exercise:{id_}" not in self.learner.known
        ]  # fmt: skip

    def _weights(self, phase: Phase, every: Iterable[str], budget: float) -> dict[str, float]:
        """Return the hours of each concept and competency of a phase, for somebody new to it."""
        concepts = {id_: self._concept_hours(id_, phase) for id_ in every}
        whole = sum(concepts.values())
        most = budget * (MOST_CONCEPTS if phase.competencies else 1.0)
        if whole > most:
            concepts = {id_: hours * most / whole for id_, hours in concepts.items()}
        skills = {id_: skill.hours for id_ in phase.competencies
                  if (skill := self.library.get_as(Competency, id_))}  # fmt: skip
        left = (budget - sum(concepts.values())) / max(1, sum(skills.values()))
        return {**concepts, **{id_: hours * left for id_, hours in skills.items()}}

    def _concept_hours(self, id_: str, phase: Phase) -> float:
        concept = self.library.get(id_)
        hours = CONCEPT_HOURS[concept.level] if isinstance(concept, Concept) else 1.0
        return hours if id_ in phase.concepts else hours * NEEDED_SHARE

    def _in_order(self, phase: Phase, every: Iterable[str]) -> Iterator[str]:
        """Yield each skill followed by the concepts it takes, then the other concepts."""
        left = dict.fromkeys(every)
        for id_ in phase.competencies:
            skill = self.library.get_as(Competency, id_)
            if skill is None:
                continue
            yield id_
            taken = [concept for concept in skill.concepts if concept in left]
            for concept in self.library.with_prerequisites(taken):
                if concept in left:
                    del left[concept]
                    yield concept
        yield from left

    def _learning(
        self, phase: Phase, fresh: Iterable[str], weights: Mapping[str, float]
    ) -> tuple[list[Item], list[Item]]:
        read, practised = [], []
        for id_ in fresh:
            entry = self.library.get(id_)
            hours = weights[id_] * (EASED_SHARE if id_ in self.learner.eased else 1.0)
            books = self._resources(phase, id_)
            if isinstance(entry, Competency):
                item = Item(id_, "competency", entry.name, 0, entry.summary, (), books)
                own = hours * self.style.practice
                if id_ not in self.learner.known:
                    read.append(self._sized(item, hours - own))
                proof = Item(f"practice:{id_}", "practice", f"Practise: {entry.name}", 0,
                             entry.prove, (id_,))  # fmt: skip
                practised.append(self._sized(proof, own))
            elif isinstance(entry, Concept):
                item = Item(id_, "concept", entry.name, 0, entry.summary, entry.prerequisites,
                            books)  # fmt: skip
                read.append(self._sized(item, hours))
        return [item for item in read if _lasts(item)], practised

    def _sized(self, item: Item, hours: float) -> Item:
        halves = max(1, round(hours * 2)) - self.learner.spent.get(item.id, 0)
        return replace(item, halves=max(1, halves))

    def _resources(self, phase: Phase, id_: str) -> Ids:
        fitting = []
        for name in phase.resources:
            resource = self.library.get_as(Resource, name)
            if resource and id_ in resource.topics:
                fitting.append(name)
        entry = self.library.get(id_)
        own = entry.resources if isinstance(entry, Competency) else ()
        return tuple(dict.fromkeys((*fitting, *own)))[:RESOURCES]

    def _exercise(self, exercise: Exercise) -> Item:
        needs = (*exercise.prerequisites, exercise.concepts[0])
        item = Item(f"exercise:{exercise.id}", "exercise", exercise.title, 0, exercise.summary,
                    needs)  # fmt: skip
        return self._sized(item, exercise.minutes * EXERCISE_SHARE)

    def _project(self, number: int, phase: Phase, share: float) -> Item | None:
        id_ = f"project:{number + 1}"
        if not phase.project or id_ in self.learner.known:
            if phase.project:
                self.skipped[id_] = self.learner.known[id_]
            return None
        hours = phase.hours * self.style.project * max(LEAST_PROJECT, share)
        title = phase.project.split(". ")[0].rstrip(".")
        return self._sized(Item(id_, "project", title, 0, phase.project), hours)


def _lasts(item: Item) -> bool:
    return item.halves > 0
