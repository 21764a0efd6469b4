"""Curves as an SVG picture that stands alone: dark on white, readable in any page."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 220, 36, 48  # names stand on the right
# Okabe and Ito's colours, which people with colour blindness can tell apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_FONT = 'font-family="sans-serif" font-size="12" fill="#222"'
Points = Sequence[tuple[float, float]]


def curves(title: str, x_label: str, series: Mapping[str, Points]) -> str:
    """Return named series of (x, y) points as an SVG document; empty ones are left out."""
    drawn = {name: points for name, points in series.items() if points}
    xs = [x for points in drawn.values() for x, _ in points] or [0.0]
    ys = [y for points in drawn.values() for _, y in points] or [0.0]
    frame = _Frame(min(xs), max(xs), min(ys), max(ys))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" {_FONT} font-weight="bold">{escape(title)}</text>',
        *frame.axes(x_label),
    ]
    for index, (name, points) in enumerate(drawn.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        path = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in points)
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>'
        )
        font = _FONT.replace("#222", colour)
        place = f'x="{WIDTH - _RIGHT + 16}" y="{_TOP + 12 + 18 * index}"'
        parts.append(f"<text {place} {font}>{escape(name)}</text>")
    return "\n".join([*parts, "</svg>", ""])


class _Frame:
    """Where values stand in the picture."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self._left, self._right, self._low, self._high = left, right, low, high

    def x(self, value: float) -> float:
        """Return the pixel of a value across."""
        share = (value - self._left) / ((self._right - self._left) or 1.0)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Return the pixel of a value up."""
        share = (value - self._low) / ((self._high - self._low) or 1.0)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def axes(self, x_label: str) -> list[str]:
        """Return both axes with their ends named."""
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        middle, edge = (_LEFT + right) // 2, f'x="{_LEFT - 6}" {_FONT} text-anchor="end"'
        return [
            f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#888"/>',
            f'<text {edge} y="{_TOP + 8}">{self._high:.3g}</text>',
            f'<text {edge} y="{bottom}">{self._low:.3g}</text>',
            f'<text x="{_LEFT}" y="{bottom + 18}" {_FONT}>{self._left:g}</text>',
            f'<text x="{right}" y="{bottom + 18}" {_FONT} text-anchor="end">{self._right:g}</text>',
            f'<text x="{middle}" y="{bottom + 34}" {_FONT} text-anchor="middle">'
            f"{escape(x_label)}</text>",
        ]
