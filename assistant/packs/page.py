"""A Markdown file as a page: its title, its source and its sections.

A title and a web address as source may stand in front, as YAML between two lines of `---`;
else the first heading of the first level, or the file's name, is the title.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from assistant.packs.folder import fault
from assistant.render.plain import clean
from knowledge.authoring import Fault, KnowledgeError, document_of
from knowledge.schema import Page, Section, Source

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
# Neither part of a link holds what opens one, so that hostile text takes no longer than other.
_MARKS = re.compile(r"[*_`]+|!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
LONGEST_ADDRESS = 2_000  # characters
SECTION_WORDS = 250  # a longer section is cut between paragraphs: an answer is not a document
SUMMARY_WORDS, SUMMARY_FROM = 45, 4_000  # words, the characters they are taken from
FIELDS = ("title", "source")


def read(text: str, name: str, pack: str, id_: str) -> Page:
    """Return the page that a Markdown file holds; `name` is the file's path in the pack.

    Raises KnowledgeError where what stands in front is wrong or the file says nothing.
    """
    text = clean(text.replace("\r\n", "\n"))
    front, body = _front(text, name)
    parts = _sections(body)
    top = next((heading for level, heading, _ in parts if level == 1), "")
    title = _plain(str(front.get("title") or top)) or PurePath(name).stem.replace("_", " ")
    sections = tuple(
        Section(heading=_plain(heading) if _plain(heading) != title else "", text=piece)
        for _, heading, blocks in parts
        for piece in _pieces(blocks)
    )
    if not sections:
        raise KnowledgeError([fault(name, "says nothing under its headings", "write some text")])
    summary = " ".join(_plain(sections[0].text[:SUMMARY_FROM]).split()[:SUMMARY_WORDS])
    return Page(
        id=id_, name=title, summary=summary, sections=sections,
        sources=(origin(title, name, pack, str(front.get("source") or "")),),
    )  # fmt: skip


def origin(title: str, name: str, pack: str, url: str = "") -> Source:
    """Return the source that names a pack and a file in it."""
    return Source(
        title=f"{title} (knowledge pack {pack})", by=pack, url=url or f"pack:{pack}/{clean(name)}"
    )


def _front(text: str, name: str) -> tuple[dict[str, object], str]:
    found = _FRONT.match(text)
    if not found:
        return {}, text
    front = document_of(found[1], name) if found[1].strip() else {}
    faults = [
        Fault(name, 1, clean(str(field)), "is no field of a page", f"use {' and '.join(FIELDS)}")
        for field in front if field not in FIELDS
    ]  # fmt: skip
    for field in FIELDS:
        if field in front and not isinstance(front[field], str):
            faults.append(Fault(name, 1, field, "is not text", "quote it"))
    source = front.get("source")
    if isinstance(source, str) and not _is_address(source):
        mend = "give it with https://, or leave it out"
        faults.append(Fault(name, 1, "source", "is not a web address", mend))
    if faults:
        raise KnowledgeError(faults)
    return front, text[found.end() :]


def _is_address(source: str) -> bool:
    found = re.fullmatch(r"https?://[^\s/]+\.[^\s<>]+", source[: LONGEST_ADDRESS + 1])
    return found is not None and len(source) <= LONGEST_ADDRESS


def _sections(body: str) -> list[tuple[int, str, list[str]]]:
    """Return level, heading and blocks (paragraphs, lists, code …) of each section."""
    from markdown_it import MarkdownIt

    lines = body.splitlines()
    blocks = MarkdownIt("commonmark").enable("table").disable("inline")  # slow, and not needed
    tokens = blocks.parse(body)
    found: list[tuple[int, str, list[str]]] = [(0, "", [])]
    for token, inside in zip(tokens, [*tokens[1:], None], strict=True):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open" and inside:
            found.append((int(token.tag[1:]), inside.content, []))
        else:
            block = "\n".join(lines[slice(*token.map)]).strip("\n")
            found[-1][2].append(block)
    return found


def _pieces(blocks: list[str]) -> Iterator[str]:
    """Yield the blocks of a section in pieces of at most `SECTION_WORDS`, or of one block."""
    piece: list[str] = []
    for block in blocks:
        if piece and len(" ".join([*piece, block]).split()) > SECTION_WORDS:
            yield "\n\n".join(piece)
            piece = []
        piece.append(block)
    if piece:
        yield "\n\n".join(piece)


def _plain(text: str) -> str:
    """Return a line without the marks of Markdown."""
    return re.sub(r"\s+", " ", _MARKS.sub(lambda found: found[1] or "", text)).strip()
