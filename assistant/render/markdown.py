"""A reply as Markdown, for a file that a reader keeps."""

from collections.abc import Iterable, Iterator

from assistant.render.plain import clean, outline, text_of
from assistant.reply import Block, Bullets, Code, Plot, Reply, Table, Text, Tree


def page(replies: Iterable[Reply]) -> str:
    """Return replies as a Markdown document, each under its question, with its sources."""
    return clean("\n\n".join(part for reply in replies for part in _parts(reply))) + "\n"


def _parts(reply: Reply) -> Iterator[str]:
    yield f"## {' '.join(reply.question.split())}"
    yield from (_block(block) for block in reply.blocks)
    if reply.sources:
        yield "\n".join(f"- Source: [{item.title}]({item.url})" for item in reply.sources)


def _block(block: Block) -> str:
    match block:
        case Text():
            return block.text.strip()
        case Bullets():
            title = [f"**{block.title}**", ""] if block.title else []
            return "\n".join([*title, *(f"- {item}" for item in block.items)])
        case Table():
            return "\n".join(_table(block))
        case Code():
            return f"```{block.language}\n{block.code.rstrip()}\n```"
        case Plot():
            return text_of((block,))
        case Tree():
            heading, *needed = outline(block)
            return "\n".join([f"**{heading}**", "", *needed])


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"**{table.title}**\n"
    yield _row(table.columns)
    yield _row(["---"] * len(table.columns))
    yield from (_row(row) for row in table.rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
