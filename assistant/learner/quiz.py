"""An adaptive quiz: a topic, what it needs and what lies near it, harder after each success.

    quiz = start(library, exercises, ["convolution"], seed=1)
    while question := quiz.question():
        quiz, feedback = quiz.answer(choice)

Nothing is asked or kept here: a quiz is a value, and answering gives the next one. Items stand
on rungs. A right answer climbs one, a wrong one goes down one, and the next item is the one not
yet asked that stands nearest.
"""

import dataclasses
import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.learner.records import Answer
from knowledge.library import Library
from knowledge.schema import Concept, Entry, Option, QuizItem
from skills.exercise import Exercise

COUNT = 6  # questions of a quiz
STEP = 2  # rungs between two levels
FAR = 2  # steps of prerequisites that a quiz goes down
KNOWN = 1.5  # rungs by which an item answered rightly before is put off
LEVELS = ("newcomer", "practitioner", "advanced")
FIRST = "machine_learning"
_EXERCISE = "exercise/"


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its place: the concept it is about, and how hard it is for this topic."""

    key: str
    topic: str
    quiz: QuizItem
    rung: int = 0
    near: int = 0  # 0 the topic itself, 1 its exercises, 2 what it needs, 3 what is related

    def options(self, seed: int) -> tuple[Option, ...]:
        """Return the options in an order that the seed decides."""
        shuffled = list(self.quiz.options)
        random.Random(f"{seed}:{self.key}").shuffle(shuffled)
        return tuple(shuffled)


@dataclass(frozen=True, slots=True)
class Question:
    """An item as it is asked, its options in the order in which they are shown."""

    item: Item
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of an answer; `chosen` is None where the learner passed."""

    item: Item
    chosen: Option | None
    answer: Option

    @property
    def right(self) -> bool:
        """Whether the option chosen is the right one."""
        return self.chosen is not None and self.chosen.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A quiz so far; `known` holds whether items asked on other days were answered rightly."""

    items: tuple[Item, ...]
    seed: int = 0
    count: int = COUNT
    start: int = 0
    known: Mapping[str, bool] = field(default_factory=dict)
    given: tuple[Feedback, ...] = ()
    first: tuple[str, ...] = ()  # keys of items that come before all others

    def question(self) -> Question | None:
        """Return what is asked now, None when the quiz is over."""
        asked = {feedback.item.key for feedback in self.given}
        left = [item for item in self.items if item.key not in asked]
        if not left or len(self.given) >= self.count:
            return None
        own = [item for item in left if item.key in self.first and not self.known.get(item.key)]
        item = min(own or left, key=self._distance)
        return Question(item, item.options(self.seed))

    def answer(self, chosen: int | None) -> "tuple[Quiz, Feedback]":
        """Return the quiz after the option with this index is chosen, and what became of it."""
        question = self.question()
        if question is None:
            raise ValueError("the quiz is over")
        option = None if chosen is None else question.options[chosen]
        right = next(option for option in question.options if option.right)
        feedback = Feedback(question.item, option, right)
        return dataclasses.replace(self, given=(*self.given, feedback)), feedback

    @property
    def place(self) -> int:
        """The rung that the answers have led to."""
        rungs = [item.rung for item in self.items]
        place = self.start
        for feedback in self.given:
            place = max(min(rungs), min(max(rungs), place + (1 if feedback.right else -1)))
        return place

    def _distance(self, item: Item) -> tuple[float, int, float]:
        away = abs(item.rung - self.place) + KNOWN * self.known.get(item.key, False)
        return away, item.near, random.Random(f"{self.seed}|{item.key}").random()


def start(
    library: Library,
    exercises: Mapping[str, Exercise],
    topics: Sequence[str],
    *,
    seed: int = 0,
    count: int = COUNT,
    answers: Iterable[Answer] = (),
) -> Quiz:
    """Return a quiz on concepts; earlier answers decide where it starts and what it puts off.

    One on all that an exercise is about begins with the exercise's own items.
    """
    items: dict[str, Item] = {}
    cores = [concept for id_ in topics if (concept := library.get_as(Concept, id_))]
    found = [item for core in cores for item in _around(library, exercises, core)]
    for item in sorted(found, key=lambda item: item.near):
        items.setdefault(item.key, item)
    known = {answer.item: answer.right for answer in answers}
    first = tuple(
        _key(_EXERCISE + exercise.id, item)
        for exercise in exercises.values() if exercise.concepts == tuple(topics)
        for item in exercise.quiz
    )  # fmt: skip
    rungs = [item.rung for item in items.values() if item.near == 0]
    mastered = bool(rungs) and all(
        known.get(item.key, False) for item in items.values() if item.near == 0
    )
    return Quiz(
        items=tuple(items.values()), seed=seed, count=count,
        start=min(rungs, default=0) + mastered, known=known, first=first,
    )  # fmt: skip


def in_order(items: Iterable[Item], *, seed: int = 0, count: int = COUNT) -> Quiz:
    """Return a quiz that asks these items one after the other, whatever is answered."""
    placed = tuple(dataclasses.replace(item, near=place) for place, item in enumerate(items))
    return Quiz(items=placed, seed=seed, count=count)


def _around(library: Library, exercises: Mapping[str, Exercise], core: Concept) -> Iterator[Item]:
    """Yield the items of a concept and of what lies around it, with their rungs."""
    level = STEP * LEVELS.index(core.level)
    yield from _items(core, level, 0)
    for exercise in exercises.values():
        if core.id in exercise.concepts:
            for item in exercise.quiz:
                yield Item(_key(_EXERCISE + exercise.id, item), core.id, item, level + 1, 1)
    needed = [(id_, 1) for id_ in core.prerequisites]
    for id_, steps in needed:
        concept = library.get_as(Concept, id_)
        if concept:
            theirs = STEP * LEVELS.index(concept.level)
            yield from _items(concept, min(theirs, level) - steps, 2)
            if steps < FAR:
                needed += [(further, steps + 1) for further in concept.prerequisites]
    for id_ in core.related:
        concept = library.get_as(Concept, id_)
        if concept:
            yield from _items(concept, max(STEP * LEVELS.index(concept.level), level) + 1, 3)


def _items(concept: Concept, rung: int, near: int) -> Iterator[Item]:
    for item in concept.quiz:
        yield Item(_key(concept.id, item), concept.id, item, rung, near)


def _key(owner: str, item: QuizItem) -> str:
    return f"{owner}:{hashlib.sha256(item.question.encode()).hexdigest()[:8]}"


def find(library: Library, exercises: Mapping[str, Exercise], key: str) -> Item | None:
    """Return the item with a key, None where it is no longer asked in these words."""
    owner = key.rpartition(":")[0]
    if owner.startswith(_EXERCISE):
        exercise = exercises.get(owner.removeprefix(_EXERCISE))
        items, topic = (exercise.quiz, exercise.concepts[0]) if exercise else ((), "")
    else:
        concept = library.get_as(Concept, owner)
        items, topic = (concept.quiz, owner) if concept else ((), "")
    found = (item for item in items if _key(owner, item) == key)
    return next((Item(key, topic, item) for item in found), None)


def topics_of(library: Library, exercises: Mapping[str, Exercise], id_: str) -> tuple[str, ...]:
    """Return the concepts that a concept, role, competency, exercise or area stands for."""
    if id_ in exercises:
        return exercises[id_].concepts
    entry: Entry | None = library.get(id_) if id_ in library else None
    if isinstance(entry, Concept):
        return (id_,)
    if entry is None:
        return tuple(concept.id for concept in library.all_of(Concept) if concept.area == id_)
    named = getattr(entry, "concepts", ())
    return tuple(name for name in named if library.get_as(Concept, name))


def suggest(library: Library, answers: Sequence[Answer], wanted: Iterable[str]) -> str:
    """Return the concept to quiz where none is named.

    The one answered wrongly last, unless it was answered rightly since; else the first of the
    wanted ones (of an exercise played, of the role aimed at) not asked about yet.
    """
    last = {answer.item: answer for answer in answers}
    missed = [answer for answer in last.values() if not answer.right and answer.topic in library]
    if missed:
        return max(missed, key=lambda answer: answer.at).topic
    asked = {answer.topic for answer in answers}
    fresh = (id_ for id_ in (*wanted, FIRST) if id_ not in asked and library.get_as(Concept, id_))
    return next(fresh, FIRST)


_SAYING = re.compile(
    r"^(?:i(?:'d| would)?\s+(?:think|guess|believe|say|choose|pick|take|go (?:for|with))"
    r"|maybe|probably|perhaps|(?:my|the)\s+answer\s+is)\s+(?:it'?s\s+|it\s+is\s+|that\s+)?"
)
_NAMING = re.compile(
    r"^(?:the\s+)?(?:(?:number|option|answer|choice)\s+)?"
    r"(first|second|third|fourth|\d{1,2}|[a-f])(?:\s+(?:one|option|answer|choice))?$"
)
_PLACES = ("first", "second", "third", "fourth")


def read_choice(text: str, options: Sequence[Option]) -> int | Literal["pass", "stop"] | None:
    """Return the index of the option a learner's line names; None where it names none.

    A line names an option by number, by letter, by its place ("I think the second") or by its
    words; "?" or nothing passes, "q" stops.
    """
    said = _SAYING.sub("", " ".join(text.split()).casefold()).rstrip(".)")
    said = _NAMING.sub(r"\1", said)
    if said in _PLACES[: len(options)]:
        return _PLACES.index(said)
    if said in ("", "?", "skip", "pass", "i don't know", "don't know", "dunno"):
        return "pass"
    if said in ("q", "quit", "stop", "exit"):
        return "stop"
    if re.fullmatch(r"\d{1,3}", said):
        return int(said) - 1 if 1 <= int(said) <= len(options) else None
    if len(said) == 1 and 0 <= ord(said) - ord("a") < len(options):
        return ord(said) - ord("a")
    words = [" ".join(option.text.split()).casefold().rstrip(".)") for option in options]
    return words.index(said) if said in words else None
