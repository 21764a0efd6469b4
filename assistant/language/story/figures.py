"""Numbers that a learner tells: hours a week, weeks until a date, age, years of experience."""

import calendar
from datetime import date

from assistant.language.story.marks import Mark
from assistant.language.story.told import Told

_HOURS_A_WEEK = {"week": 1.0, "bare": 1.0, "day": 7.0, "evening": 5.0, "weekend": 1.0,
                 "month": 1 / 4.345}  # fmt: skip
_WEEKS = {"week": 1.0, "month": 4.345, "year": 52.18}
_YEARS_OLD = {"exact": 0, "early": 2, "mid": 5, "late": 8, "decade": 5}
_MOST_HOURS, _MOST_WEEKS, _AGES, _MOST_YEARS = 120, 160, range(10, 91), 50
_DATE_WORDS = ("the", "of", "this", "end", "start", "beginning", "next", "coming", "st", "nd",
               "rd", "th", "early", "late", "mid")  # fmt: skip
_YEARS = range(2020, 2100)


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
        return round((mark.number or 0) * _WEEKS[mark.value])
    until = _date(told, mark.end, today) if today else None
    return max(1, (until - today).days // 7) if until and today and until > today else None


def _date(told: Told, place: int, today: date) -> date | None:
    """Return the date that is named at a word: a day, or the first of its month or year."""
    said: set[str] = set()
    day = month = year = None
    for place in range(place, place + 8):
        word, mark = told.word(place), told.at(place, "month")
        number = told.words[place].number if place < len(told.words) else None
        if mark and month is None:
            month = int(mark.value)
        elif number is not None and int(number) in _YEARS:
            year = int(number)
        elif number is not None and 1 <= number <= 31 and word not in _DATE_WORDS and not day:
            day = int(number)
        elif word in ("year", "month"):
            said.add(word)
        elif word not in _DATE_WORDS:
            break
        else:
            said.add(word)
    return _resolve(said, day, month, year, today)


def _resolve(
    said: set[str], day: int | None, month: int | None, year: int | None, today: date
) -> date | None:
    later = "next" in said
    if {"year", "month"} & said and not {"next", "end", "this"} & said:
        return None
    if month is None and "month" in said:
        month = today.month % 12 + 1 if later or "end" not in said else today.month
        year = today.year + (month < today.month)
    elif month is None:
        if year is None and "year" not in said:
            return None
        year = year or today.year + later
        return date(year, 12, 31) if "end" in said or year == today.year else date(year, 1, 1)
    year = year or today.year + (month <= today.month or (later and month < today.month))
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day or (last if "end" in said else 1), last))


def age(told: Told) -> int | None:
    """Return the age in years; of a decade the middle."""
    for mark in told.of("age"):
        years = int(mark.number or 0)
        if mark.value != "exact" and years % 10:
            continue
        years += _YEARS_OLD[mark.value]
        if years in _AGES and told.own(mark.start):
            return years
    return None


def experience(told: Told) -> float | None:
    """Return the years of experience, 0 where there is said to be none."""
    for mark in told.of("years"):
        if mark.value == "none" and told.own(mark.start):
            return 0.0
        years = (mark.number or 0) / (12 if mark.value == "month" else 1)
        if 0 < years <= _MOST_YEARS and told.own(mark.start):
            return round(years, 1)
    return None
