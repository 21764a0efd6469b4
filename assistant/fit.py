"""Which roles suit somebody, by what they like, know and want; with reasons on both sides."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from knowledge.library import Library
from knowledge.schema import Competency, Role, Traits

MUCH, LITTLE, MIDDLE = 4, 2, 2.5  # of 5
INTEREST, KNOWN = 2.0, 1.0  # what an interest, and all must-haves known, weigh against one like
LATER = 2.0  # what it counts against a role that one comes to from others, with little of it known


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody likes (trait → 1), or does not (→ -1), roles they are drawn to by a word."""

    traits: Mapping[str, int]
    drawn: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.traits or self.drawn)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a role suits or does not: the name of a phrase and what fills its blanks."""

    phrase: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fit:
    """A role with its rank and the reasons for it and against it."""

    role: Role
    score: float
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]


def trait_names() -> dict[str, str]:
    """Return what each trait is called, by its field."""
    return {trait: str(row["name"]) for trait, row in _vocabulary()["traits"].items()}


def taste(text: str) -> Taste:
    """Return what a text says of likes and dislikes; what it names with neither word is liked."""
    words = _vocabulary()
    traits: dict[str, int] = {}
    drawn: dict[str, str] = {}
    for part in _parts(text.casefold()):
        cut = re.search(rf"\b(?:{words['dislike']})\b", part)
        border = cut.start() if cut else len(part)
        for trait, row in words["traits"].items():
            for place in _places(part, row["words"]):
                traits[trait] = -1 if place >= border else traits.get(trait, 1)
        for role, listed in words["interests"].items():
            for word in listed:
                if any(place < border for place in _places(part, [word])):
                    drawn.setdefault(role, word)
    return Taste(traits, drawn)


def listed(likes: str, dislikes: str) -> Taste:
    """Return a taste from two lists of words."""
    good, bad = taste(likes), taste(dislikes)
    return Taste({**good.traits, **dict.fromkeys(bad.traits, -1)}, good.drawn)


def rank(library: Library, likes: Taste, known: Collection[str] = ()) -> list[Fit]:
    """Return every role, those that suit best first."""
    fits = [_fit(library, role, likes, known) for role in library.all_of(Role)]
    return sorted(fits, key=lambda fit: (-fit.score, fit.role.id))


def _fit(library: Library, role: Role, likes: Taste, known: Collection[str]) -> Fit:
    good: list[Reason] = []
    bad: list[Reason] = []
    score = 0.0
    for trait, sign in likes.traits.items():
        value = getattr(role.traits, trait)
        score += sign * (value - MIDDLE) / MIDDLE
        blanks = {"trait": trait_names()[trait], "value": value}
        if value >= MUCH:
            (good if sign > 0 else bad).append(Reason("like" if sign > 0 else "dislike", blanks))
        elif value <= LITTLE:
            (bad if sign > 0 else good).append(Reason("little" if sign > 0 else "spared", blanks))
    if role.id in likes.drawn:
        score += INTEREST
        good.append(Reason("interest", {"word": likes.drawn[role.id]}))
    have = [id_ for id_ in role.must if id_ in known]
    if have:
        score += KNOWN * len(have) / len(role.must)
        names = ", ".join(library.name(id_) for id_ in have)
        good.append(Reason("known", {"known": len(have), "all": len(role.must), "names": names}))
    if role.id in _vocabulary()["later"] and 2 * len(have) < len(role.must):
        score -= LATER
        bad.append(Reason("later", {}))
    skills = (library.get_as(Competency, id_) for id_ in role.must if id_ not in known)
    bad.append(Reason("hours", {"hours": sum(skill.hours for skill in skills if skill)}))
    return Fit(role, score, tuple(good), tuple(bad))


def _parts(text: str) -> list[str]:
    """Return a text cut before each turn of it: "…, but I hate", "… and I love"."""
    places = [found.start() for found in re.finditer(_vocabulary()["turn"], text)]
    borders = [0, *places, len(text)]
    return [text[start:end] for start, end in pairwise(borders)]


def _places(text: str, words: Collection[str]) -> list[int]:
    pattern = "|".join(re.escape(word) for word in words)
    return [found.start() for found in re.finditer(rf"\b(?:{pattern})\b", text)]


@cache
def _vocabulary() -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(__file__).with_suffix(".yaml").read_text("utf-8")
    words = dict(yaml.load(text, Loader=loader))  # noqa: S506 - safe
    assert set(words["traits"]) == {item.name for item in fields(Traits)}
    return words
