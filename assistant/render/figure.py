"""Figures of exercises as lines: tables with bars, heat maps, images, curves.

`ink` says what there is to draw with: "colours", "shades" where colours are unwanted, and "plain"
for words alone, without a block or a braille character.
"""

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from assistant.render.bars import BAR, LONGEST, bars
from assistant.render.curve import EMPTY, braille
from assistant.render.pixels import SHADES, pixels
from skills.figures import Curves, Figure, Images, Matrix, Table

if TYPE_CHECKING:
    from rich.text import Text

Ink = Literal["plain", "shades", "colours"]
SHORTEST = 6  # characters of the longest bar of a table; shorter ones say too little
# From few to many: a colour of the 256, and black (16) or white (231) on it, that can be read
# better; set by number, so that no theme of a terminal makes them alike.
HEAT = ((53, 231), (60, 231), (30, 16), (77, 16), (226, 16))


def lines(figure: Figure, width: int, ink: Ink) -> "list[Text]":
    """Return a figure as lines of at most `width` columns, longer ones where words must wrap."""
    match figure:
        case Table():
            return list(_table(figure, width, ink))
        case Matrix():
            return list(_matrix(figure, width, ink))
        case Images():
            return list(_images(figure, width, ink))
        case Curves():
            return list(_curves(figure, min(width, 64), ink))


def _table(table: Table, width: int, ink: Ink) -> "Iterator[Text]":
    """Yield rows of columns, of lines where these or bars do not fit, of sentences where plain."""
    from rich.cells import cell_len

    every = [table.columns, *table.rows]
    sizes = [max(map(cell_len, column)) for column in zip(*every, strict=True)]
    room = width - sum(sizes) - 2 * (len(sizes) - 1)
    if ink == "plain":
        yield from _spoken(table)
        return
    if room < (SHORTEST + 1 if table.bars else 0):
        yield from _listed(table, width, ink)
        return
    drawn = _bars(table, room - 1, ink)
    longest = max(map(len, drawn), default=0)
    for row, bar in zip(every, ["", *drawn], strict=True):
        cells = [_padded(cell, size, right=index > 0)
                 for index, (cell, size) in enumerate(zip(row, sizes, strict=True))]  # fmt: skip
        yield _with_bar("  ".join(cells[:2]), f"{bar:{longest}}" if longest else "", cells[2:])


def _spoken(table: Table) -> "Iterator[Text]":
    from rich.text import Text

    for row in table.rows:
        cells = (f"{name} {cell}" for name, cell in zip(table.columns[1:], row[1:], strict=True))
        yield Text(f"{table.columns[0]} {row[0]}: {'; '.join(cells)}".strip())


def _listed(table: Table, width: int, ink: Ink) -> "Iterator[Text]":
    from rich.cells import cell_len
    from rich.text import Text

    heads = (f"  {name}: {cell}" for row in table.rows
             for name, cell in zip(table.columns[1:2], row[1:2], strict=True))  # fmt: skip
    longest = max(map(cell_len, heads), default=0)
    beside = width - longest - 1 >= SHORTEST
    drawn = _bars(table, width - (longest + 1 if beside else 4), ink)
    for row, bar in zip(table.rows, drawn, strict=True):
        yield from _wrapped(row[0], width)
        for number, (name, cell) in enumerate(zip(table.columns[1:], row[1:], strict=True)):
            line = f"  {name}: {cell}"
            if bar and beside and not number:
                yield _with_bar(line, bar, ())
                continue
            yield from _wrapped(line, width)
            if bar and not number:
                yield Text("    ").append(bar, BAR)


def _wrapped(text: str, width: int) -> "Iterator[Text]":
    """Yield a line broken between words, what follows a break set in."""
    from rich.text import Text

    return map(Text, textwrap.wrap(text, width, subsequent_indent="    "))


def _bars(table: Table, room: int, ink: Ink) -> list[str]:
    """Return a bar for each row, all of them empty where none can be drawn."""
    if ink == "plain" or not table.bars or room < SHORTEST:
        return [""] * len(table.rows)
    return bars(table.bars, min(room, LONGEST))


def _with_bar(before: str, bar: str, cells: Sequence[str]) -> "Text":
    from rich.text import Text

    line = Text(before)
    if bar:
        line.append(" ").append(bar, BAR)
    line.append("".join(f"  {cell}" for cell in cells))
    line.rstrip()
    return line


def _padded(text: str, size: int, *, right: bool) -> str:
    from rich.cells import cell_len

    gap = " " * (size - cell_len(text))
    return gap + text if right else text + gap


def _matrix(matrix: Matrix, width: int, ink: Ink) -> "Iterator[Text]":
    """Yield the counts as a heat map: the warmer or darker, the larger the share of its row."""
    from rich.cells import cell_len
    from rich.text import Text

    texts = [*matrix.columns, *(str(count) for row in matrix.counts for count in row)]
    size, first = max(map(cell_len, texts)), max(map(cell_len, matrix.rows))
    mark = int(ink == "shades")
    room = (width - first) // len(matrix.columns) - size - mark - 1
    if ink == "plain" or room < 0:
        for told in _told(matrix):
            yield from [Text(told)] if ink == "plain" else _wrapped(told, width)
        return
    after = " " * min(room, 1)
    heads = [f" {_padded(name, size, right=True)}{' ' * mark}{after}" for name in matrix.columns]
    yield Text(" " * first + "".join(heads).rstrip())
    for name, counts in zip(matrix.rows, matrix.counts, strict=True):
        line = Text(_padded(name, first, right=False))
        for count in counts:
            step = math.ceil(count / (sum(counts) or 1) * len(HEAT))
            shade = SHADES[math.ceil(count / (max(counts) or 1) * (len(SHADES) - 1))] * mark
            ground, letters = HEAT[step - 1]
            style = f"color({letters}) on color({ground})" if step and not mark else ""
            line.append(f" {count:>{size}}{shade}{after}", style)
        if mark:
            line.rstrip()
        yield line


def _told(matrix: Matrix) -> Iterator[str]:
    """Yield what became of each row in words, without what never happened."""
    for name, counts in zip(matrix.rows, matrix.counts, strict=True):
        pairs = zip(matrix.columns, counts, strict=True)
        found = ", ".join(f"{count} as {column}" for column, count in pairs if count)
        yield f"{name}: {found or 'none'}"


def _images(figure: Images, width: int, ink: Ink) -> "Iterator[Text]":
    from rich.cells import cell_len
    from rich.text import Text

    if ink == "plain":
        for image, caption in zip(figure.images, figure.captions, strict=True):
            yield Text(f"image of {image.shape[1]} by {image.shape[0]} pixels: {caption}")
        return
    colour = ink == "colours"
    row: list[tuple[str, list[Text]]] = []
    used = 0
    for image, caption in zip(figure.images, figure.captions, strict=True):
        drawn = pixels(image, figure.low, figure.high, width, colour=colour)
        size = max(drawn[0].cell_len, cell_len(caption))
        if row and used + size > width:
            yield from _beside(row)
            row, used = [], 0
        row.append((caption, drawn))
        used += size + 2
    yield from _beside(row)


def _beside(row: "Sequence[tuple[str, list[Text]]]") -> "Iterator[Text]":
    """Yield images beside each other, each under its caption, and an empty line."""
    from rich.text import Text

    pictures = [[Text(caption), *drawn] for caption, drawn in row]
    sizes = [max(line.cell_len for line in picture) for picture in pictures]
    for number in range(max(map(len, pictures), default=0)):
        whole = Text()
        for picture, size in zip(pictures, sizes, strict=True):
            line = picture[number] if number < len(picture) else Text()
            whole.append_text(line).append(" " * (size - line.cell_len + 2))
        whole.rstrip()
        yield whole
    yield Text()


def _curves(figure: Curves, width: int, ink: Ink) -> "Iterator[Text]":
    from rich.text import Text

    for line in figure.lines:
        if len(line.y) < 2:
            continue
        if ink == "plain":
            yield Text(f"{line.name}: {figure.y_label} from {line.y[0]:.3g} to {line.y[-1]:.3g} "
                       f"over {figure.x_label} {line.x[0]:.3g} to {line.x[-1]:.3g}")  # fmt: skip
            continue
        yield Text(f"{line.name} ({figure.y_label} {min(line.y):.3g} to {max(line.y):.3g})")
        yield from (Text(row.rstrip(EMPTY)) for row in braille(line.y, width - 4, 5))
        yield Text(f"{figure.x_label} {line.x[0]:.3g} … {line.x[-1]:.3g}")
