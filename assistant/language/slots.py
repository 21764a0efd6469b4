"""Numbers that a learner gives in passing: hours a week, weeks until a date."""

import re
from dataclasses import dataclass

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "a": 1, "an": 1,
}  # fmt: skip
_NUMBER = r"(\d{1,3}(?:\.\d)?|" + "|".join(_NUMBER_WORDS) + ")"
_HOURS = re.compile(
    rf"\b{_NUMBER}\s*(?:-|to|–)?\s*(?:\d{{1,2}}\s*)?(?:h|hrs?|hours?)\b"
    r"\s*(?P<per>(?:(?:a|per|each|every|/|in a)\s*(?P<unit>week|wk|day|evening|night|weekend"
    r"|month))|weekly|daily)?",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"\b{_NUMBER}\s*(?P<unit>weeks?|months?|years?)\b", re.IGNORECASE)
_WEEKS = {"week": 1.0, "month": 4.345, "year": 52.18}
_PER_WEEK = {"day": 7.0, "evening": 5.0, "night": 5.0, "weekend": 1.0, "week": 1.0, "wk": 1.0,
             "month": 1 / 4.345}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slots:
    """What a message says about time: hours a week and weeks, None where it does not."""

    hours: float | None = None
    weeks: int | None = None


def slots(text: str) -> Slots:
    """Return the hours a week and the number of weeks a text names."""
    return Slots(_hours(text), _weeks(text))


def _value(word: str) -> float:
    return float(_NUMBER_WORDS.get(word.casefold(), 0) or word)


def _hours(text: str) -> float | None:
    found = _HOURS.search(text)
    if not found:
        return None
    per = (found.group("per") or "").casefold()
    unit = (found.group("unit") or ("day" if per == "daily" else "week")).casefold()
    hours = _value(found.group(1)) * _PER_WEEK[unit]
    return round(hours, 1) if 0 < hours <= 120 else None


def _weeks(text: str) -> int | None:
    text = _HOURS.sub(" ", text)
    for found in _SPAN.finditer(text):
        before = text[max(0, found.start() - 12) : found.start()].casefold()
        after = text[found.end() : found.end() + 14].casefold()
        if re.search(r"experience|old|ago|exp\b|as a|of ", after) or "past" in before:
            continue
        unit = found.group("unit").casefold().rstrip("s")
        return max(1, round(_value(found.group(1)) * _WEEKS[unit]))
    return None
