"""How much the knowledge base holds."""

from collections import Counter
from typing import Any

from knowledge.check import texts
from knowledge.library import Library
from knowledge.schema import Concept, Faq


def statistics(library: Library) -> dict[str, Any]:
    """Return counts of entries by kind, and of words, questions, wordings, quiz items, sources."""
    kinds: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    urls: set[str] = set()
    for id_ in library.cards:
        entry = library.get(id_)
        kinds[entry.kind] += 1
        totals["words"] += sum(len(text.split()) for _, text in texts(entry))
        totals["questions"] += len(entry.questions) + isinstance(entry, Faq)
        totals["wordings"] += sum(len(question.ask) for question in entry.questions)
        if isinstance(entry, Faq):
            totals["wordings"] += 1 + len(entry.ask)
        if isinstance(entry, Concept):
            totals["concept_questions"] += len(entry.questions)
            totals["quiz_items"] += len(entry.quiz)
            totals["code_snippets"] += bool(entry.code)
        urls.update(source.url for source in entry.sources)
    return {"kinds": dict(sorted(kinds.items())), **dict(totals), "sources": len(urls)}
