"""Replies about a job advert or a CV: what it names, by which words, and what that means."""

from assistant.adverts.match import Match, Near, advert
from assistant.adverts.reading import Findings, Named
from assistant.gap import Gap
from assistant.replies.gap import SOONEST, Phrase, closes, evidence
from assistant.replies.turn import Turn, a
from assistant.reply import Block, Bullets, Reply, Table, Text
from knowledge.library import Library

NAMED = 3  # competencies that an advert in a chat names, at least


def reply(turn: Turn, text: str) -> Reply | None:
    """Return what an advert asks for against what the learner told; None where it names little."""
    match = advert(turn.library, text, turn.exercises, evidence(turn))
    if len(match.findings.asks) < NAMED:
        return None
    names = [row.name for row in match.near[:2]]
    asks = [f"How do I become {a(name)}?" for name in names]
    ids = [row.id for row in match.near[:1]]
    return turn.reply(*advert_blocks(turn.library, match, turn.phrase), ids=ids, suggestions=asks)


def advert_blocks(library: Library, match: Match, phrase: Phrase) -> list[Block]:
    """Return what an advert asks for, what of it the learner has, and what closes the rest."""
    found = match.findings
    made: list[Block] = [Text(phrase("advert_private"))]
    if not found.asks:
        return [*made, Text(phrase("advert_nothing"))]
    made += [Text(_near(match.near, phrase)), Text(_fit(match.gap, phrase))]
    states = {row.id: row.state for row in match.gap.findings}
    rows = tuple(
        (library.name(row.id), "nice" if row.nice else "asked for", states[row.id],
         f"“{row.words}”") for row in found.asks
    )  # fmt: skip
    made.append(Table(("Competency", "Need", "You", "The words"), rows))
    made += _others(library, found, phrase)
    lines = tuple(closes(library, row, phrase) for row in match.gap.soonest[:SOONEST])
    return [*made, Bullets(lines, title=phrase("gap_soonest"))] if lines else made


def cv_blocks(
    library: Library, found: Findings, near: tuple[Near, ...], phrase: Phrase
) -> list[Block]:
    """Return what a CV names, by which words, and the roles it is nearest to."""
    made: list[Block] = [Text(phrase("advert_private"))]
    if not found.asks:
        return [*made, Text(phrase("advert_nothing"))]
    rows = tuple((library.name(row.id), f"“{row.words}”") for row in found.asks)
    made += [Table(("Competency (claimed)", "The words"), rows), *_others(library, found, phrase)]
    lines = tuple(
        phrase("cv_role", name=row.name, must=row.must, of=row.of, id=row.id) for row in near
    )
    return [*made, Bullets(lines, title=phrase("cv_roles"))] if lines else made


def _near(near: tuple[Near, ...], phrase: Phrase) -> str:
    names = ", ".join(f"{row.name} ({row.must} of {row.of} must-haves named)" for row in near)
    return phrase("advert_near", names=names)


def _fit(gap: Gap, phrase: Phrase) -> str:
    have = len(gap.of("shown")) + len(gap.of("claimed"))
    return phrase("advert_fit", have=have, all=len(gap.findings), shown=len(gap.of("shown")),
                  partly=len(gap.of("partly")))  # fmt: skip


def _others(library: Library, found: Findings, phrase: Phrase) -> list[Block]:
    made: list[Block] = []
    if found.requirements:
        lines = tuple(f"{_spoken(row, phrase)}: “{row.words}”" for row in found.requirements)
        made.append(Bullets(lines, title=phrase("advert_requirements")))
    if found.refuses:
        lines = tuple(f"{library.name(row.id)}: “{row.words}”" for row in found.refuses)
        made.append(Bullets(lines, title=phrase("advert_refused")))
    return made


def _spoken(row: Named, phrase: Phrase) -> str:
    kind, _, value = row.id.partition(":")
    return phrase(f"advert_{kind}", value=value)
