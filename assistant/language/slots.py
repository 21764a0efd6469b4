"""What a learner tells in passing: time, background, skills, goal, worries.

A message is read with the vocabulary of `assistant/language/story`; nothing is guessed from what
it leaves out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from typing import Any

from assistant.language.mentions import Mention
from assistant.language.story import figures
from assistant.language.story.backgrounds import Background
from assistant.language.story.life import life
from assistant.language.story.marks import Finder
from assistant.language.story.skills import skills
from assistant.language.story.told import Told
from assistant.language.story.vocabulary import compile_vocabulary

__all__ = ["Background", "Slots", "Story", "compile_vocabulary", "slots"]


_STYLES = ("less_theory", "theory_first", "hands_on")


@dataclass(frozen=True, slots=True)
class Slots:
    """What a message tells of its writer, or with `hypothetical` of somebody else.

    hours: a week, for learning; weeks: until they want to be there; years: of experience, 0 for
    none; backgrounds: the most telling first; stage: pupil, student, graduate, working,
    unemployed or career break; degree: none, school, bachelor, master or phd; country: theirs;
    market: the one asked about; skills: id → known, partly, unknown or wants, where the ids are
    those of entries, or "programming" or "mathematics"; goal, now: ids of roles; worries: age,
    too_late, maths, degree, money, time, ai_replacing, competition, language; style: theory_first,
    hands_on or less_theory. What is not told is None or empty.
    """

    hours: float | None = None
    weeks: int | None = None
    age: int | None = None
    years: float | None = None
    backgrounds: tuple[Background, ...] = ()
    stage: str = ""
    degree: str = ""
    field_of_study: str = ""
    country: str = ""
    market: str = ""
    skills: Mapping[str, str] = field(default_factory=dict)
    goal: str = ""
    now: str = ""
    worries: tuple[str, ...] = ()
    style: str = ""
    hypothetical: bool = False

    def after(self, earlier: "Slots") -> "Slots":
        """Return what is known once this is told after what was told earlier."""
        told = {
            item.name: getattr(self, item.name) or getattr(earlier, item.name)
            for item in fields(self)
        }
        return Slots(**{**told, "skills": {**earlier.skills, **self.skills}})

    @property
    def background(self) -> Background | None:
        """The background that tells most."""
        return self.backgrounds[0] if self.backgrounds else None


class Story:
    """Reads messages with a compiled vocabulary."""

    def __init__(self, vocabulary: Mapping[str, Any]) -> None:
        """Take what `compile_vocabulary` returned."""
        self._finder = Finder(vocabulary["patterns"])
        self._lists = {name: frozenset(words) for name, words in vocabulary["lists"].items()}
        self._backgrounds = vocabulary["backgrounds"]
        self._roles = vocabulary["roles"]

    def read(self, text: str, mentions: Sequence[Mention] = (), today: date | None = None) -> Slots:
        """Return what a message tells; a date in it counts from `today`, else it is not read."""
        told = Told(text, self._finder, mentions, self._lists)
        about = life(told, self._backgrounds, self._roles)
        found = Slots(
            hours=figures.hours(told),
            weeks=figures.weeks(told, today),
            age=figures.age(told),
            years=figures.experience(told, bool(about.backgrounds)),
            backgrounds=about.backgrounds,
            stage=about.stage,
            degree=about.degree,
            field_of_study=about.field_of_study,
            country=about.country,
            market=about.market,
            skills=skills(told),
            goal=about.goal,
            now=about.now,
            worries=tuple(dict.fromkeys(m.value for m in told.of("worry") if told.own(m.start))),
            style=_style(told),
            hypothetical=about.hypothetical,
        )
        others = told.of_others and found != Slots()
        return replace(found, hypothetical=True) if others else found


def _style(told: Told) -> str:
    either = told.lists["alternatives"]
    said = {
        mark.value
        for mark in told.of("style")
        if not told.asking[mark.start]
        and either.isdisjoint((told.word(mark.start - 1), told.word(mark.end)))
    }
    return next((style for style in _STYLES if style in said), "")


@cache
def _story() -> Story:
    return Story(compile_vocabulary())


def slots(text: str, mentions: Sequence[Mention] = (), today: date | None = None) -> Slots:
    """Return what a message tells, read with a vocabulary that is compiled at the first call."""
    return _story().read(text, mentions, today)
