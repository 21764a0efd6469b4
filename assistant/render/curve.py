"""Series of values drawn in braille dots: two columns and four rows of dots a character."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
EMPTY = "\u2800"  # the character without a dot
_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """Return values as one line of blocks at most `width` characters long."""
    if not values:
        return ""
    picked = _resample(values, min(width, len(values)))
    low, high = min(picked), max(picked)
    span = (high - low) or 1.0
    return "".join(_BLOCKS[int((value - low) / span * (len(_BLOCKS) - 1))] for value in picked)


def braille(values: Sequence[float], width: int, height: int) -> list[str]:
    """Return `height` lines of `width` characters with the values drawn from left to right."""
    if not values:
        return [" " * width] * height
    cells = [[0] * width for _ in range(height)]
    picked = _stretch(_resample(values, min(width * 2, len(values))), width * 2)
    low, high = min(picked), max(picked)
    span = (high - low) or 1.0
    last = None
    for index, value in enumerate(picked):
        x = round(index * (width * 2 - 1) / max(1, len(picked) - 1))
        y = round((high - value) / span * (height * 4 - 1))
        for row in range(min(y, last if last is not None else y), max(y, last or y) + 1):
            cells[row // 4][x // 2] |= _DOTS[row % 4][x % 2]
        last = y
    return ["".join(chr(ord(EMPTY) + cell) for cell in row) for row in cells]


def chart(series: Mapping[str, Sequence[float]], width: int, height: int = 6) -> list[str]:
    """Return each series as a labelled braille curve with its highest and lowest value."""
    lines: list[str] = []
    for name, values in series.items():
        if len(values) < 2:
            continue
        high, low = f"{max(values):.3g}", f"{min(values):.3g}"
        margin = max(len(high), len(low))
        rows = braille(values, max(8, width - margin - 1), height)
        lines.append(f"{name}: {values[0]:.3g} → {values[-1]:.3g}")
        for index, row in enumerate(rows):
            label = high if index == 0 else low if index == len(rows) - 1 else ""
            lines.append(f"{label:>{margin}} {row.rstrip(EMPTY)}")
    return lines


def _stretch(values: Sequence[float], count: int) -> list[float]:
    """Return `count` values, those between the given ones on straight lines."""
    if len(values) < 2:
        return [*values] * count
    stretched = []
    for index in range(count):
        place = index * (len(values) - 1) / (count - 1)
        left = min(int(place), len(values) - 2)
        share = place - left
        stretched.append(values[left] * (1 - share) + values[left + 1] * share)
    return stretched


def _resample(values: Sequence[float], count: int) -> list[float]:
    if count >= len(values):
        return list(values)
    edges = [round(index * len(values) / count) for index in range(count + 1)]
    return [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]
