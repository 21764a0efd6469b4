"""Bars in eighths of a character, as long as the numbers that stand beside them are large."""

import math
from collections.abc import Sequence

LONGEST = 24  # characters of a bar, whatever the room
BAR = "cyan"
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_BELOW = "▒"  # a number below zero is as long as its amount, and not solid


def bars(values: Sequence[float], width: int) -> list[str]:
    """Return a bar for each value, the longest `width` characters; none for what is no number."""
    top = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return [_bar(value, top, width) if top and math.isfinite(value) else "" for value in values]


def spans(ends: Sequence[tuple[float, float]], width: int) -> list[str]:
    """Return bars from one number to another, both at least 0, all on one scale from 0.

    The right end is exact to an eighth of a character, the left end to a half. None up to 0.
    """
    top = max((high for _, high in ends), default=0.0)
    return [_span(low / top * width, high / top * width) if high else "" for low, high in ends]


def _bar(value: float, top: float, width: int) -> str:
    if value < 0:
        return _BELOW * max(1, round(-value / top * width))
    return _eighths(max(1, round(value / top * width * 8))) if value else ""


def _span(start: float, end: float) -> str:
    halves = round(start * 2)
    first = (halves + 1) // 2
    before = " " * (halves // 2) + "▐" * (halves % 2)
    return before + _eighths(max(int(not halves % 2), round(end * 8) - first * 8))


def _eighths(count: int) -> str:
    return "█" * (count // 8) + _EIGHTHS[count % 8]
