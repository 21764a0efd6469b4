"""Numbers that a learner tells: hours a week, weeks until a date, age, years of experience."""

import calendar
import math
from datetime import date

from assistant.language.story.marks import Mark
from assistant.language.story.told import Told

_HOURS_A_WEEK = {"week": 1.0, "bare": 1.0, "day": 7.0, "evening": 5.0, "weekend": 1.0,
                 "month": 1 / 4.345, "minutes": 7 / 60}  # fmt: skip
_WEEKS = {"day": 1 / 7, "week": 1.0, "month": 4.345, "year": 52.18}
_YEARS_OLD = {"exact": 0, "bare": 0, "early": 2, "mid": 5, "late": 8, "decade": 5}
_MOST_HOURS, _MOST_WEEKS, _AGES, _MOST_YEARS = 120, 110, range(10, 91), 50
_DAYS, _YEARS = range(1, 32), range(2020, 2100)


def hours(told: Told) -> float | None:
    """Return the hours a week for learning."""
    for mark in told.of("hours"):
        number = (mark.number or 0) * _HOURS_A_WEEK[mark.value]
        if mark.value == "bare" and told.word(mark.start - 1) not in told.lists["spare"]:
            continue
        if 0 < number <= _MOST_HOURS:
            return round(number, 1)
    return None


def weeks(told: Told, today: date | None) -> int | None:
    """Return the weeks until the learner wants to be there; dates need to know today's."""
    for mark in told.of("weeks"):
        number = _weeks(told, mark, today)
        if number and number <= _MOST_WEEKS and told.own(mark.start):
            return max(1, number)
    return None


def _weeks(told: Told, mark: Mark, today: date | None) -> int | None:
    if mark.value in _WEEKS:
        return math.ceil((mark.number or 0) * _WEEKS[mark.value] - 0.5)
    until = _date(told, mark.end, today) if today else None
    return max(1, (until - today).days // 7) if until and today and until > today else None


def _date(told: Told, place: int, today: date) -> date | None:
    """Return the date that is named at a word: a day, or the first of its month or year."""
    said: set[str] = set()
    day = month = year = None
    for at in range(place, min(place + 8, len(told.words))):
        word, mark = told.words[at], told.at(at, "month")
        number = int(word.number or 0)
        if mark and month is None:
            month = int(mark.value)
        elif word.plain in told.lists["date"]:
            said.add(word.plain)
        elif number in _YEARS:
            year = number
        elif number in _DAYS and day is None:
            day = number
        else:
            break
    return _day(said, day, month, year, today)


def _day(
    said: set[str], day: int | None, month: int | None, year: int | None, today: date
) -> date | None:
    """Return the day that is meant, None where too little is said."""
    end, later = "end" in said, "next" in said
    if month is None and year is None and not said & {"next", "end", "this"}:
        return None
    if month is None and "month" in said:
        month = today.month + later
        month, year = (1, today.year + 1) if month > 12 else (month, today.year)
        end = end or not later
    elif month is None:
        if year is None and "year" not in said:
            return None
        year = year or today.year + later
        month, end = (12, True) if end or year == today.year else (1, False)
    elif year is None:
        year = today.year + (month <= today.month or {"next", "year"} <= said)
    last = calendar.monthrange(year or today.year, month)[1]
    return date(year or today.year, month, min(day or (last if end else 1), last))


def age(told: Told) -> int | None:
    """Return the age in years; of a decade the middle."""
    for mark in told.of("age"):
        years = int(mark.number or 0)
        if _YEARS_OLD[mark.value] and years % 10:
            continue
        if mark.value == "bare" and not told.turns(mark.end):
            continue
        years += _YEARS_OLD[mark.value]
        if years in _AGES and told.own(mark.start):
            return years
    return None


def experience(told: Told, story: bool) -> float | None:
    """Return the years of experience, 0 where there is said to be none.

    With a `story` there is a background that bare years ("for 5 years") belong to.
    """
    aged = {place for mark in told.of("age") for place in range(mark.start, mark.end)}
    for mark in sorted(told.of("years"), key=lambda mark: mark.value == "spell"):
        bare = mark.value == "spell" and (not story or mark.end - 1 in aged)
        asked = told.asking[mark.start] and mark.number and not (told.speaks or story)
        if bare or asked or not told.own(mark.start):
            continue
        years = (mark.number or 0) / (12 if mark.value == "month" else 1)
        if mark.value == "none" or 0 < years <= _MOST_YEARS:
            return 0.0 if mark.value == "none" else round(years, 1)
    return None
