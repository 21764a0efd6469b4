"""What a learner does and did: backgrounds, degree, stage, place, the role they are after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.language.story.backgrounds import Background, Claim, Claims
from assistant.language.story.marks import COMMA, START, Mark
from assistant.language.story.roles import targets, wanted
from assistant.language.story.told import Told

STAGES = ("unemployed", "career break", "pupil", "student", "graduate", "working")
_LEVELS = ("phd", "master", "bachelor", "school", "none")
_SETTLED = ("now", "past", "origin", "have", "study", "as")
_DIRECT = ("none", "school")  # levels whose patterns say whose they are
_IN_PASSING = ("student", "graduate")


@dataclass(frozen=True, slots=True)
class Life:
    """What a message tells about a life; empty where it does not."""

    backgrounds: tuple[Background, ...] = ()
    hypothetical: bool = False
    stage: str = ""
    degree: str = ""
    field_of_study: str = ""
    country: str = ""
    market: str = ""
    goal: str = ""
    now: str = ""


def life(told: Told, known: Mapping[str, Any], roles: Mapping[str, str]) -> Life:
    """Return what a message tells about a life.

    `known` is kind → name → path, exactness, kind and stage of backgrounds; `roles` path → role.
    """
    named = targets(told, roles)
    goal = wanted(told, named)
    claims = Claims(told, known, named, goal).read()
    own = [claim for claim in claims if not claim.hypothetical]
    claims = own or claims
    goal = goal or next((claim.goal for claim in claims if claim.goal), "")
    degree, field = _degree(told, claims, goal)
    country, market = _places(told, bool(claims))
    return Life(
        backgrounds=tuple({claim.background.name: claim.background for claim in claims}.values()),
        hypothetical=bool(claims and not own),
        stage=_stage(told, own),
        degree=degree,
        field_of_study=field,
        country=country,
        market=market,
        goal=goal,
        now=next((claim.role for claim in own if claim.role and claim.tense == "now"), ""),
    )


def _stage(told: Told, claims: Sequence[Claim]) -> str:
    found = {claim.stage for claim in claims if claim.stage}
    found |= {"student" for claim in claims if claim.tense == "study"}
    at_work = [c for c in claims if c.tense == "now" and c.background.kind == "job" and not c.stage]
    if at_work and not told.of_others:
        found.add("working")
    for mark in told.of("stage"):
        passing = mark.value in _IN_PASSING
        settled = told.stance[mark.start] in (*_SETTLED, "start", "case")
        asked = told.asking[mark.start] and (mark.value == "working" or not told.speaks)
        if told.own(mark.start) and (settled or not passing) and not asked:
            found.add(mark.value)
    return next((stage for stage in STAGES if stage in found), "")


def _degree(told: Told, claims: Sequence[Claim], goal: str) -> tuple[str, str]:
    """Return the highest degree somebody has or works for, and its field."""
    levels = [mark.value for mark in told.of("degree") if _has(told, mark, goal)]
    finished = [c for c in claims if c.mark.kind in ("field", "degree_field")
                and (levels or c.background.kind == "degree")]  # fmt: skip
    level = next((level for level in _LEVELS if level in levels), "")
    return level, finished[0].background.name if finished else ""


def _has(told: Told, mark: Mark, goal: str) -> bool:
    if not told.own(mark.start):
        return False
    stance = told.stance[mark.start]
    if stance == "with" and (told.speaks or not told.asking[mark.start]):
        return True
    if mark.value in _DIRECT or stance in (*_SETTLED, "case") or (stance == "can" and goal):
        return True
    return stance == "start" and told.goes_on(mark.start, "stage")


def _places(told: Told, story: bool) -> tuple[str, str]:
    """Return the country somebody lives in, or else comes from, and the one asked about."""
    found: dict[str, str] = {}
    for mark in told.of("country", "people"):
        if told.own(mark.start):
            found.setdefault(_how_in(told, mark, story or bool(found)), mark.value)
    return found.get("in") or found.get("from", ""), found.get("asked", "")


def _how_in(told: Told, mark: Mark, story: bool) -> str:
    """Return how a country is meant: in it, from it, asked about, or no matter."""
    before, stance = told.word(mark.start - 1), told.stance[mark.start]
    of_somebody = story or told.speaks or told.of_others
    settled = of_somebody and told.mood[mark.start] in _SETTLED
    if mark.kind == "people":
        told_of = settled or told.at(mark.end, "stage")
        return "from" if told_of and stance in (*_SETTLED, "start") else ""
    if told.asking[mark.start]:
        return "asked"
    around = frozenset(told.plain[max(0, mark.start - (5 if before == "to" else 3)) : mark.start])
    if before in told.lists["from"] or not told.lists["born"].isdisjoint(around):
        return "from"
    if not told.lists["lives"].isdisjoint(around):
        return "in"
    if before in (COMMA, START):
        return "in" if story and stance == "start" else "asked"
    return "in" if before in told.lists["at"] and settled else "asked"
