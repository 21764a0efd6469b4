"""Grey images: half-blocks in two colours, or shades where there are no colours."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from rich.style import Style
    from rich.text import Text

    Image = npt.NDArray[np.floating]

SHADES = " ░▒▓█"
SMALL = 10  # rows of pixels up to which an image is drawn at twice its size
_BLACK, _GREYS = 232, 24  # the greys of a terminal's 256 colours, of which all terminals have some


def pixels(image: "Image", low: float, high: float, width: int, *, colour: bool) -> "list[Text]":
    """Return an image as lines at most `width` characters wide, a pixel about a square.

    `low` and `high` are the values drawn darkest and brightest.
    """
    scaled = (_fitted(image, width) - low) / ((high - low) or 1.0)
    return list(_halves(scaled) if colour else _shades(scaled))


def _fitted(image: "Image", width: int) -> "Image":
    """Return a small image at twice its size, one that is too wide with fewer pixels."""
    if len(image) <= SMALL and 2 * image.shape[1] <= width:
        return image.repeat(2, 0).repeat(2, 1)
    size = -(-image.shape[1] // width)
    rows, columns = (length // size for length in image.shape)
    cut = image[: rows * size, : columns * size]
    fitted: Image = cut.reshape(rows, size, columns, size).mean((1, 3))
    return fitted


def _halves(image: "Image") -> "Iterator[Text]":
    """Yield lines of half-blocks: the upper pixel is the foreground, the lower the background."""
    from rich.text import Text

    greys = (image * (_GREYS - 1)).round().clip(0, _GREYS - 1).astype(int) + _BLACK
    for top in range(0, len(greys), 2):
        lower = greys[top + 1] if top + 1 < len(greys) else [None] * greys.shape[1]
        line = Text()
        for above, below in zip(greys[top], lower, strict=True):
            line.append("▀", _style(int(above), None if below is None else int(below)))
        yield line


@cache
def _style(above: int, below: int | None) -> "Style":
    from rich.color import Color
    from rich.style import Style

    ground = None if below is None else Color.from_ansi(below)
    return Style(color=Color.from_ansi(above), bgcolor=ground)


def _shades(image: "Image") -> "Iterator[Text]":
    """Yield lines of shades, each of two rows of pixels."""
    from rich.text import Text

    for top in range(0, len(image), 2):
        levels = (image[top : top + 2].mean(0) * (len(SHADES) - 1)).round()
        yield Text("".join(SHADES[int(level)] for level in levels.clip(0, len(SHADES) - 1)))
