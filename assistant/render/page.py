"""A page that stands alone: nothing is fetched, no script runs, light or dark as the reader's."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from assistant.render import svg
from assistant.render.plain import clean, left_out
from assistant.reply import Block, Bullets, Code, Plot, Table, Text, Tree

# A browser that is told so asks nobody for anything, whatever stands in the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}
th{border-bottom:1px solid #888}caption{text-align:left;font-weight:bold;padding-top:1rem}
pre{overflow-x:auto;border:1px solid #888;padding:.8rem}
img,svg{max-width:100%;height:auto}dt{font-weight:bold}
""".strip()


def framed(title: str, body: Iterable[str]) -> str:
    """Return a whole page around parts that are HTML already; the title is escaped here."""
    head = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
    ]
    return "\n".join([*head, *body, "</body>\n</html>", ""])


def of_blocks(title: str, opening: str, blocks: Iterable[Block]) -> str:
    """Return a page of the blocks of a reply under a heading; every text is escaped."""
    heading = f"<h1>{_marked(title)}</h1>\n<p>{_marked(opening)}</p>"
    return framed(clean(title), [heading, *(part for block in blocks for part in _block(block))])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> str:
    """Return a table of plain texts."""
    caption = [f"<caption>{_marked(title)}</caption>"] if title else []
    lines = [_row("th", columns), *(_row("td", row) for row in rows)]
    return "\n".join(["<table>", *caption, *lines, "</table>"])


def _row(cell: str, values: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{_marked(value)}</{cell}>' for value in values)}</tr>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text():
            for paragraph in re.split(r"\n\s*\n", block.text.strip()):
                yield f"<p>{_marked(paragraph)}</p>"
        case Bullets():
            if block.title:
                yield f"<p><b>{_marked(block.title)}</b></p>"
            yield f"<ul>{''.join(f'<li>{_marked(item)}</li>' for item in block.items)}</ul>"
        case Table():
            yield table(block.columns, block.rows, block.title)
        case Code():
            yield f"<pre><code>{escape(clean(block.code).rstrip())}</code></pre>"
        case Plot():
            series = {clean(name): list(enumerate(values, 1))
                      for name, values in block.series.items()}  # fmt: skip
            yield svg.curves(clean(block.title), "", series)
        case Tree():
            yield f"<p><b>{_marked(block.name)}</b></p>{_needs(block)}"
            yield from (f"<p>{line}</p>" for line in left_out(block))


def _needs(tree: Tree) -> str:
    """Return what a name needs as lists in a list."""
    items = [
        f"<li><b>{_marked(one.name)}</b> {_marked(one.text)}{_needs(one)}</li>"
        for one in tree.needs
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _marked(text: str) -> str:
    """Return a line of Markdown as HTML: bold and code, all else escaped."""
    return "".join(map(_piece, _PIECES.split(clean(text))))


def _piece(text: str) -> str:
    if not _PIECES.fullmatch(text):
        return escape(text)
    if text.startswith("`"):
        return f"<code>{escape(text[1:-1])}</code>"
    return f"<b>{escape(text[2:-2])}</b>"


_PIECES = re.compile(r"(\*\*.+?\*\*|`[^`\n]+`)", re.DOTALL)
