"""The entry that a name means."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from assistant.mind import Mind
from knowledge.passages import prose

SURE = 0.80  # letters in common, as a share, that make a misspelt name
NEAR = 0.62  # cosine of a text with a passage that defines an entry
CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a name may mean, with a score from 0 to 1."""

    id: str
    kind: str
    name: str
    score: float


def find(mind: Mind, text: str) -> dict[str, Any]:
    """Return `{"match": … | None, "candidates": […]}` for a name in any spelling.

    Exact names and aliases first, then names inside the text with typing mistakes mended, then
    names with similar letters, then meaning.
    """
    scores: dict[str, float] = {}
    for id_, score in _by_letters(mind, text):
        scores.setdefault(id_, score)
    if max(scores.values(), default=0.0) < SURE:
        for id_, score in _by_meaning(mind, text):
            scores.setdefault(id_, score)
    cards = mind.library.cards
    ranked = [
        Match(id_, cards[id_].kind, cards[id_].name, round(score, 3))
        for id_, score in sorted(scores.items(), key=lambda item: -item[1])
        if id_ in cards
    ]
    best = ranked[0] if ranked and ranked[0].score >= NEAR else None
    return {
        "match": asdict(best) if best else None,
        "candidates": [asdict(match) for match in ranked[:CANDIDATES]],
    }


def _by_letters(mind: Mind, text: str) -> Iterator[tuple[str, float]]:
    for id_, _ in mind.names.owners(text):
        yield id_, 1.0
    if text.strip().casefold() in mind.library:
        yield text.strip().casefold(), 1.0
    closest = mind.names.closest(text, CANDIDATES)
    for id_, _, score in closest:
        if score >= SURE:  # a whole name misspelt is likelier than a right name inside
            yield id_, 0.9 + score / 10 - 0.005
    for mention in sorted(mind.names.find(text), key=lambda mention: mention.start - mention.end):
        share = len(mention.text) / max(1, len(text.strip()))
        yield mention.id, mention.score * share
        for other in mention.also:
            yield other, mention.score * share * 0.99
    for id_, _, score in closest:
        yield id_, score * 0.98


def _by_meaning(mind: Mind, text: str) -> Iterator[tuple[str, float]]:
    vector = mind.encoder.encode([text])[0]
    for hit in mind.index.search(text, vector, CANDIDATES * 4):
        place = mind.library.passages[hit.row]
        if place.field in ("summary", "plain") and hit.dense >= NEAR:
            yield place.entry, hit.dense


def search(mind: Mind, text: str, k: int) -> list[dict[str, Any]]:
    """Return the k best passages as `{"id", "passage", "text", "score"}`, each place once."""
    vector = mind.encoder.encode([text])[0]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for hit in mind.index.search(text, vector, k * 6):
        place = mind.library.passages[hit.row]
        entry = mind.library.get(place.entry)
        found.setdefault(
            (place.entry, place.field),
            {
                "id": place.entry,
                "passage": place.field,
                "text": prose(entry, place.field) or entry.summary,
                "score": round(hit.score, 4),
            },
        )
    return list(found.values())[:k]
