"""An entry of the knowledge base as plain text, whole."""

from knowledge.passages import HEADINGS, prose
from knowledge.schema import Concept, Entry, Faq, Page


def entry_text(entry: Entry) -> str:
    """Return every field that a reader wants, under its heading, with the sources at the end."""
    parts = [f"{entry.name} ({entry.kind})"]
    if entry.aliases:
        parts.append(f"Also: {', '.join(entry.aliases)}")
    for field, heading in HEADINGS.items():
        text = prose(entry, field)
        if text:
            parts.append(f"{heading[:1].upper()}{heading[1:]}\n{text}")
    if isinstance(entry, Concept) and entry.code:
        parts.append(f"Code\n{entry.code}")
    if isinstance(entry, Page):
        parts += [f"{part.heading}\n{part.text}".strip() for part in entry.sections]
    for question in entry.questions:
        parts.append(f"{question.ask[0]}\n{question.answer}")
    if isinstance(entry, Faq):
        parts += [f"{case.who}: {case.answer}" for case in entry.cases]
    parts.append("\n".join(f"Source: {item.title}, {item.by} <{item.url}>"
                           for item in entry.sources))  # fmt: skip
    return "\n\n".join(parts)
