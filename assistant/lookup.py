"""The entry that a name means."""

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
    cards = mind.library.cards
    found: dict[str, Match] = {}

    def add(id_: str, score: float) -> None:
        if id_ in cards and id_ not in found:
            card = cards[id_]
            found[id_] = Match(card.id, card.kind, card.name, round(score, 3))

    if text.strip().casefold() in cards:
        add(text.strip().casefold(), 1.0)
    for id_, _ in mind.names.owners(text):
        add(id_, 1.0)
    mentions = mind.names.find(text)
    for mention in sorted(mentions, key=lambda mention: mention.start - mention.end):
        share = len(mention.text) / max(1, len(text.strip()))
        add(mention.id, mention.score * share)
        for other in mention.also:
            add(other, mention.score * share * 0.99)
    for id_, _, score in mind.names.closest(text, CANDIDATES):
        add(id_, score * 0.98)
    ranked = sorted(found.values(), key=lambda match: -match.score)
    if not ranked or ranked[0].score < SURE:
        vector = mind.encoder.encode([text])[0]
        for hit in mind.index.search(text, vector, CANDIDATES * 4):
            place = mind.library.passages[hit.row]
            if place.field in ("summary", "plain") and hit.dense >= NEAR:
                add(place.entry, hit.dense)
        ranked = sorted(found.values(), key=lambda match: -match.score)
    best = ranked[0] if ranked and ranked[0].score >= NEAR else None
    return {
        "match": asdict(best) if best else None,
        "candidates": [asdict(match) for match in ranked[:CANDIDATES]],
    }


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
