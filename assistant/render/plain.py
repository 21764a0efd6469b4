"""A reply as plain text: no colours, no box art, tables as lines, nothing cut."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.reply import Block, Bullets, Code, Plot, Reply, Table, Text, Tree

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_TICKS = re.compile(r"`([^`\n]+)`")


def text_of(blocks: tuple[Block, ...]) -> str:
    """Return what blocks say as plain text."""
    return "\n\n".join(filter(None, (_block(block) for block in blocks)))


def whole(reply: Reply) -> str:
    """Return a reply with its sources and suggestions as plain text."""
    parts = [text_of(reply.blocks)]
    if reply.sources:
        parts.append("\n".join(f"Source: {item.title} <{item.url}>" for item in reply.sources))
    if reply.suggestions:
        asks = "\n".join(f"  {number}. {ask}" for number, ask in enumerate(reply.suggestions, 1))
        parts.append(f"You could ask:\n{asks}" if reply.status == "answered" else asks)
    return "\n\n".join(filter(None, parts))


def clean(text: str) -> str:
    """Return text without control, bidirectional and zero-width characters.

    Line breaks and tabs stay. Joiners inside emoji and scripts that need them go too: what a
    terminal gets is what a reader can see.
    """
    text = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", "", text)
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN
    )


def cleaned(value: Any) -> Any:
    """Return a JSON value with every text in it clean."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def inline(markdown: str) -> str:
    """Return a line of Markdown without its marks."""
    return _TICKS.sub(r"\1", _BOLD.sub(r"\1", markdown))


def _block(block: Block) -> str:
    match block:
        case Text():
            return inline(block.text).strip()
        case Bullets():
            lines = [f"- {inline(item)}" for item in block.items]
            return "\n".join([f"{block.title}:", *lines] if block.title else lines)
        case Table():
            return "\n".join(listed(block))
        case Code():
            return "\n".join(f"    {line}".rstrip() for line in block.code.rstrip().splitlines())
        case Plot():
            return "\n".join(_series(block))
        case Tree():
            return "\n".join(outline(block))


def outline(tree: Tree) -> Iterator[str]:
    """Yield a tree as lines, set in and each below the first level with what it is for."""
    yield f"{tree.name}:"
    yield from (line for one in tree.needs for line in _needs(one, 0))
    yield from left_out(tree)


def left_out(tree: Tree) -> list[str]:
    """Return the line that says how many are not in a tree, none where all are."""
    return [f"And {tree.more} more, before these."] if tree.more else []


def _needs(tree: Tree, depth: int) -> Iterator[str]:
    text = f": {inline(tree.text)}" if tree.text else ""
    yield f"{'  ' * depth}- {'needs ' if depth else ''}{tree.name}{text}"
    yield from (line for one in tree.needs for line in _needs(one, depth + 1))


def listed(table: Table, bars: Sequence[str] = ()) -> Iterator[str]:
    """Yield a table as lines, with a bar for each row under the cell that it draws."""
    if table.title:
        yield f"{table.title}:"
    for number, (head, *cells) in enumerate(table.rows):
        yield f"{inline(head)}"
        for place, (column, cell) in enumerate(zip(table.columns[1:], cells, strict=True), 1):
            if cell:
                yield f"  {inline(column)}: {inline(cell)}"
            if bars and place == table.drawn:
                yield f"    {bars[number]}"


def _series(plot: Plot) -> Iterator[str]:
    if plot.title:
        yield f"{plot.title}:"
    for name, values in plot.series.items():
        if values:
            yield f"{name}: from {values[0]:.4g} to {values[-1]:.4g} in {len(values)} steps"
