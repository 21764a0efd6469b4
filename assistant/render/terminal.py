"""A reply drawn in a terminal with rich: no background colours, readable on light and dark."""

import os
import re
import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from assistant.render import plain
from assistant.render.bars import BAR, LONGEST, spans
from assistant.render.curve import chart
from assistant.reply import Block, Bullets, Code, Plot, Reply, Table, Text, Tree
from assistant.settings import current

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text as RichText

WIDEST = 100  # columns of running text; longer lines are hard to read
NARROW = 70  # below this, a table with more than two columns becomes a list


def wants_plain(stream: IO[str] | None = None) -> bool:
    """Return whether to write plain text: no terminal, or one that asks for nothing fancy."""
    stream = stream or sys.stdout
    if current().plain or os.environ.get("TERM") == "dumb":
        return True
    return not stream.isatty()


def console() -> "Console":
    """Return the console to draw on; honours NO_COLOR, and draws nothing where plain is wanted."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False,
                   color_system=None if wants_plain() else "auto")  # fmt: skip


def background() -> str:
    """Return "light" or "dark": as set, else as COLORFGBG tells, else dark."""
    theme = current().theme
    if theme != "auto":
        return theme
    # "15;0" is white on black; 7 and 9 to 15 are the light colours of the sixteen.
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if ground in ("7", *map(str, range(9, 16))) else "dark"


def show(reply: Reply, on: "Console") -> None:
    """Print a reply at a terminal, in plain text where that is wanted."""
    if wants_plain():
        on.print(plain.whole(reply), width=min(on.width, WIDEST))
    else:
        draw(reply, on)


def pairs(rows: Sequence[tuple[str, str]], width: int) -> "RenderableType":
    """Return a few words each with what they mean beside them, below them where that is narrow."""
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    if width < NARROW or wants_plain():
        return RichText("\n".join(f"{name}: {meaning}" for name, meaning in rows))
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", overflow="fold")
    grid.add_column(overflow="fold")
    for name, meaning in rows:
        grid.add_row(RichText(name), RichText(meaning))
    return grid


def draw(reply: Reply, on: "Console") -> None:
    """Print a reply, once and whole."""
    width = min(on.width, WIDEST)
    for block in reply.blocks:
        for renderable in _block(block, width, on.width):
            on.print(renderable, width=None if isinstance(block, Table) else width)
        on.print()
    _footer(reply, on, width)


def has_colours(on: "Console") -> bool:
    """Return whether what is drawn on a console may differ in nothing but colour."""
    return on.color_system is not None and not on.no_color


def knows_links() -> bool:
    """Return whether the terminal may be sent links (OSC 8), which most either show or ignore."""
    return os.environ.get("TERM", "") not in ("dumb", "linux")


def _footer(reply: Reply, on: "Console", width: int) -> None:
    from rich.style import Style
    from rich.text import Text as RichText

    for source in reply.sources:
        style = Style(dim=True, link=source.url if knows_links() else None)
        line = RichText("Source: ", style="dim")
        line.append(source.title, style=style)
        line.append(" ").append(source.url, style=style)
        on.print(line, width=width, overflow="fold")
    if reply.suggestions:
        if reply.sources:
            on.print()
        if reply.status == "answered":
            on.print(RichText("You could ask:", style="dim"))
        for number, ask in enumerate(reply.suggestions, 1):
            on.print(_item(f"{number}. {ask}"), width=width)


def _block(block: Block, width: int, full: int) -> "list[RenderableType]":
    match block:
        case Text():
            return [markdown(block.text)]
        case Bullets():
            return _bullets(block, width)
        case Table():
            return [_table(block, full)]
        case Code():
            from rich.syntax import Syntax

            return [Syntax(block.code.rstrip(), block.language, theme=f"ansi_{background()}",
                           background_color="default", word_wrap=True)]  # fmt: skip
        case Plot():
            from rich.text import Text as RichText

            lines = chart(block.series, min(width, 60))
            return [RichText("\n".join([block.title, *lines] if block.title else lines))]
        case Tree():
            return [_tree(block), *(f"  {line}" for line in plain.left_out(block))]


def _tree(block: Tree) -> "RenderableType":
    from rich.text import Text as RichText
    from rich.tree import Tree as RichTree

    def grow(branch: RichTree, needs: Sequence[Tree]) -> None:
        for one in needs:
            label = RichText().append(one.name, "bold" if one.text else "")
            label.append_text(marked(f": {one.text}" if one.text else ""))
            grow(branch.add(label), one.needs)

    drawn = RichTree(RichText(f"{block.name}:", "bold"), guide_style="dim")
    grow(drawn, block.needs)
    return drawn


def _bullets(block: Bullets, width: int) -> "list[RenderableType]":
    from rich.text import Text as RichText

    drawn: list[RenderableType] = []
    if block.title:
        drawn.append(RichText(f"{block.title}:", style="bold"))
    drawn += [_item(item if _LIST.match(item) else f"- {item}") for item in block.items]
    return drawn


_LIST = re.compile(r"\s*(\d+\.|[-*•])\s+")


def _item(line: str) -> "RenderableType":
    """Return a line of a list, its text hanging behind the bullet or the number."""
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    found = _LIST.match(line)
    mark = found.group(1) if found else "-"
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    text = line[found.end() :] if found else line
    grid.add_row(RichText("•" if mark in "-*•" else mark), marked(text))
    return Padding(grid, (0, 0, 0, 2))


def marked(text: str) -> "RichText":
    """Return a line of Markdown with its bold and code marks drawn."""
    from rich.text import Text as RichText

    line = RichText()
    for piece in re.split(r"(\*\*.+?\*\*|`[^`\n]+`)", text):
        if piece.startswith("**") and piece.endswith("**") and len(piece) > 4:
            line.append(piece[2:-2], style="bold")
        elif piece.startswith("`") and piece.endswith("`") and len(piece) > 2:
            line.append(piece[1:-1], style="cyan")
        else:
            line.append(piece)
    return line


def markdown(text: str) -> "RenderableType":
    """Return running text: paragraphs flow, lists keep their lines."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if parts:
            parts.append("")
        parts += [_item(line) if _LIST.match(line) else marked(line) for line in lines(paragraph)]
    return Group(*parts)


def lines(paragraph: str) -> list[str]:
    """Return the lines of a paragraph, those that only wrap a sentence joined again."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        starts = _LIST.match(line)
        if lines and not starts:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
    return lines


def _table(block: Table, width: int) -> "RenderableType":
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    if (width < NARROW and len(block.columns) > 2) or width < 50:
        bars = spans(block.spans, min(width - 4, LONGEST))
        return RichText("\n".join(plain.listed(block, bars)))
    drawn = RichTable(box=box.SIMPLE_HEAD, title=block.title or None, title_justify="left",
                      title_style="bold", width=min(width, 140) if _long(block) else None,
                      pad_edge=False)  # fmt: skip
    for number, column in enumerate(block.columns):
        drawn.add_column(column, style="bold" if number == 0 else "", overflow="fold",
                         min_width=12 if number == 0 else None)  # fmt: skip
    beneath = max((cell_len(row[block.drawn]) for row in block.rows), default=0)
    if block.spans:
        drawn.columns[block.drawn].min_width = beneath
    bars = spans(block.spans, beneath) or [""] * len(block.rows)
    for number, (row, bar) in enumerate(zip(block.rows, bars, strict=True)):
        cells = [marked(cell) for cell in row]
        if bar:
            cells[block.drawn].append("\n").append(bar, BAR)
        drawn.add_row(*cells, end_section=False)
        if _long(block) and number < len(block.rows) - 1:
            drawn.add_row(*("" for _ in row))
    return drawn


def _long(block: Table) -> bool:
    return any(len(cell) > 40 for row in block.rows for cell in row)
