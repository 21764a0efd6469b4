"""Figures of exercises as lines of text: tables, images in half-blocks, curves, counts."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.render.curve import braille
from skills.figures import Curves, Figure, Images, Matrix, Table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BLOCKS = " ░▒▓█"


def lines(figure: Figure, width: int, *, plain: bool) -> list[str]:
    """Return a figure as lines of at most about `width` characters.

    Plain output has no block or braille characters and describes what it cannot draw.
    """
    match figure:
        case Table():
            return list(_table(figure.columns, figure.rows, width))
        case Matrix():
            cells = [[str(count) if plain else _shaded(count, counts) for count in counts]
                     for counts in figure.counts]  # fmt: skip
            rows = [(name, *line) for name, line in zip(figure.rows, cells, strict=True)]
            return list(_table(("", *figure.columns), rows, width))
        case Images():
            return _images(figure, width, plain)
        case Curves():
            return list(_curves(figure, min(width, 64), plain))


def _shaded(count: int, row: Sequence[int]) -> str:
    """Return a count with a block beside it, the darker the larger its share of the row."""
    share = count / (max(row) or 1)
    return f"{count} {_BLOCKS[math.ceil(share * (len(_BLOCKS) - 1))]}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    from rich.cells import cell_len

    every = [columns, *rows]
    widths = [max(cell_len(row[index]) for row in every) for index in range(len(columns))]
    if sum(widths) + 2 * len(widths) > width:
        for row in rows:
            yield row[0]
            for name, cell in zip(columns[1:], row[1:], strict=True):
                yield f"  {name}: {cell}"
        return
    for row in every:
        gaps = [" " * (size - cell_len(cell)) for cell, size in zip(row, widths, strict=True)]
        cells = [
            row[0] + gaps[0],
            *(gap + cell for gap, cell in zip(gaps[1:], row[1:], strict=True)),
        ]
        yield "  ".join(cells).rstrip()


def _images(figure: Images, width: int, plain: bool) -> list[str]:
    if plain:
        return [f"image: {caption}" for caption in figure.captions]
    drawn = [_image(image, figure.low, figure.high) for image in figure.images]
    result: list[str] = []
    row: list[int] = []
    for index in range(len(drawn)):
        used = sum(len(drawn[other][0]) + 2 for other in row)
        if row and used + len(drawn[index][0]) > width:
            result += _row(figure, drawn, row)
            row = []
        row.append(index)
    return result + _row(figure, drawn, row)


def _row(figure: Images, drawn: Sequence[list[str]], row: Sequence[int]) -> list[str]:
    height = max(len(drawn[index]) for index in row)
    result = [
        "  ".join(figure.captions[i][: len(drawn[i][0])].ljust(len(drawn[i][0])) for i in row)
    ]
    for line in range(height):
        cells = []
        for index in row:
            picture = drawn[index]
            cells.append(picture[line] if line < len(picture) else " " * len(picture[0]))
        result.append("  ".join(cells).rstrip())
    return [*result, ""]


def _image(image: "npt.NDArray[np.float32]", low: float, high: float) -> list[str]:
    """Return an image with two columns of characters for each two rows and one column of pixels."""
    span = (high - low) or 1.0
    result = []
    tall = len(image) > 10
    for top in range(0, len(image), 2 if tall else 1):
        pair = image[top : top + (2 if tall else 1)].mean(axis=0)
        levels = ((pair - low) / span * (len(_BLOCKS) - 1)).round().clip(0, len(_BLOCKS) - 1)
        size = 1 if tall else 2
        result.append("".join(_BLOCKS[int(level)] * size for level in levels))
    return result


def _curves(figure: Curves, width: int, plain: bool) -> Iterator[str]:
    for line in figure.lines:
        if len(line.y) < 2:
            continue
        if plain:
            yield (f"{line.name}: {figure.y_label} from {line.y[0]:.3g} to {line.y[-1]:.3g} "
                   f"over {figure.x_label} {line.x[0]:.3g} to {line.x[-1]:.3g}")  # fmt: skip
            continue
        yield f"{line.name} ({figure.y_label} {min(line.y):.3g} to {max(line.y):.3g})"
        yield from braille(line.y, width - 4, 5)
        yield f"{figure.x_label} {line.x[0]:.3g} … {line.x[-1]:.3g}"
