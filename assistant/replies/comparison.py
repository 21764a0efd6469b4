"""Two or more entries side by side, from their structured fields."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from assistant.replies import concept, passage
from assistant.replies.turn import Pending, Turn, a
from assistant.reply import Block, Bullets, Entity, Reply, Table, Text
from knowledge.passages import prose
from knowledge.schema import Claim, Concept, Entry, OccupationStatistics, Role

MOST = 4
BESIDE = 0.4  # how likely a stored question must be to be answered before a table
APART = 8  # words between two names to choose from
_OR = re.compile(
    r"\b(?:or|vs|versus|and|than|against|over|instead of)\b|^\W*[,/]\W*$", re.IGNORECASE
)
CONCEPT_ROWS = (
    ("What it is", "summary"), ("Data", "data"), ("Compute", "compute"),
    ("Strengths", "strengths"), ("Weaknesses", "weaknesses"), ("Take it when", "when"),
)  # fmt: skip
ROLE_ROWS = (
    ("What they do", "summary"), ("A day", "day"), ("Mathematics", "mathematics"),
    ("Programming", "code"), ("Way in", "entry"), ("Suits", "suits"), ("Not for", "not_for"),
    ("Outlook", "outlook"),
)  # fmt: skip
OTHER_ROWS = (
    ("What it is", "summary"), ("Problem", "problem"), ("Data", "data"), ("Models", "models"),
    ("Why", "why"),
)  # fmt: skip


def reply(turn: Turn) -> Reply | None:
    """Compare the entries named; with one name, the topic is the other."""
    entries = _same_kind(turn.entries("concept", "role", "application", "industry", "competency"))
    if len(entries) == 1 and turn.memory.topic not in ("", entries[0].id):
        other = turn.library.get(turn.memory.topic)
        if other.kind == entries[0].kind:
            entries.insert(0, other)
    if len(entries) < 2:
        return _ask(turn, entries)
    return compare(turn, entries[:MOST])


def choose(turn: Turn) -> Reply | None:
    """Answer "X or Y for Z": the stored question that fits, else X beside Y."""
    entries = _same_kind(turn.entries("concept", "role", "competency"))
    among = len(entries) > 1 and _alternatives(turn)
    question = passage.asked(turn, passage.LIKELY if among else passage.HEDGED)
    if question:
        return passage.answer(turn, question)
    return compare(turn, entries[:MOST]) if among else concept.reply(turn)


def _alternatives(turn: Turn) -> bool:
    """Return whether two of the names in a message stand as ways to choose from."""
    mentions = sorted(turn.heard.mentions, key=lambda mention: mention.start)
    gaps = (turn.heard.spelt[left.end : right.start] for left, right in pairwise(mentions))
    return any(_OR.search(gap) and len(gap.split()) <= APART for gap in gaps)


def _same_kind(entries: list[Entry]) -> list[Entry]:
    kinds = [entry.kind for entry in entries]
    common = max(kinds, key=kinds.count, default="")
    return [entry for entry in entries if entry.kind == common] if kinds else []


def _ask(turn: Turn, entries: Sequence[Entry]) -> Reply | None:
    strange = not entries and concept.specific(turn)  # what is to be compared is no name of ours
    question = passage.asked(turn, passage.HINT if strange else passage.POSSIBLE)
    if question:
        return passage.answer(turn, question)
    if not entries:
        near = passage.nearest(turn) if strange else None
        return near or turn.reply(Text(turn.phrase("compare_nothing")), status="clarify")
    entry = entries[0]
    rivals = [rival.rival for rival in getattr(entry, "compare", ())]
    asks = tuple(f"{entry.name} vs {turn.library.name(id_)}" for id_ in rivals)
    turn.memory.pending = Pending(choices=asks)
    text = turn.phrase("compare_what", name=entry.name)
    return turn.reply(Text(text), status="clarify", ids=[entry.id], suggestions=asks)


def compare(turn: Turn, entries: Sequence[Entry]) -> Reply:
    """Return a table of the entries and the lines that decide between them."""
    blocks: list[Block] = [*_direct(turn), table(turn, entries)]
    for left, right in combinations(entries, 2):
        claims = _claims(turn, left, right)
        if claims:
            blocks.append(claims)
    verdicts = tuple(_verdicts(entries))
    blocks += [Bullets(verdicts)] if verdicts else []
    asks = [f"When should I use {entry.name}?" for entry in entries if entry.kind == "concept"]
    asks += [f"How do I become {a(entry.name)}?" for entry in entries if entry.kind == "role"]
    ids = [entry.id for entry in entries]
    compared = tuple(Entity(entry.id, entry.kind, entry.name, 1.0) for entry in entries)
    return replace(turn.reply(*blocks, ids=ids, suggestions=asks), entities=compared)


def table(turn: Turn, entries: Sequence[Entry]) -> Table:
    """Return the fields that entries of this kind are compared by, one column an entry."""
    first = entries[0]
    fields: tuple[tuple[str, str], ...] = CONCEPT_ROWS if isinstance(first, Concept) else OTHER_ROWS
    if isinstance(first, Role):
        fields = ROLE_ROWS
    rows = []
    for title, field in fields:
        cells = tuple(_short(entry, field) for entry in entries)
        if any(cells):
            rows.append((title, *cells))
    if isinstance(first, Role):
        rows.insert(2, ("Must know", *(_skills(turn, entry) for entry in entries)))
        rows.append(("U.S. median pay", *(pay(turn, entry) for entry in entries)))
    return Table(("", *(entry.name for entry in entries)), tuple(rows))


def _skills(turn: Turn, entry: Entry) -> str:
    return ", ".join(turn.library.name(id_) for id_ in getattr(entry, "must", ()))


def _short(entry: Entry, field: str) -> str:
    value = getattr(entry, field, "")
    if isinstance(value, tuple):
        return "; ".join(value)
    text = prose(entry, field) if field != "summary" else entry.summary
    return text.split("\n\n")[0].replace("\n", " ")


def pay(turn: Turn, entry: Entry) -> str:
    """Return the median wage of the occupations a role is counted in, with code and year."""
    parts = []
    for occupation in getattr(entry, "occupations", ()):
        id_ = f"soc_{occupation.soc.replace('-', '_')}"
        figures = turn.library.get_as(OccupationStatistics, id_)
        if figures and figures.wage.median:
            wage = figures.wage
            parts.append(f"${wage.median:,} ({wage.year}, SOC {figures.soc} {occupation.title})")
    return "; ".join(parts)


def _claims(turn: Turn, left: Entry, right: Entry) -> Table | None:
    """Return the claims about exactly these two as a table of their aspects."""
    rows = [
        (
            claim.aspect[:1].upper() + claim.aspect[1:],
            _first_sentence(claim.machine_learning),
            _first_sentence(claim.deep_learning),
        )
        for claim in turn.library.all_of(Claim)
        if {left.id, right.id} == {"machine_learning", "deep_learning"}
        and {left.id, right.id} <= set(claim.concepts)
    ]
    if not rows:
        return None
    names = (turn.library.name("machine_learning"), turn.library.name("deep_learning"))
    return Table(("", *names), tuple(rows[:4]))


def _direct(turn: Turn) -> list[Block]:
    """Return the answer of the stored question that is asked, if one is."""
    question = passage.asked(turn, BESIDE if concept.specific(turn) else passage.SURE)
    if question is None:
        return []
    entry = turn.library.get(question.entry)
    turn.memory.shown.add((entry.id, question.field))
    return list(passage.field_blocks(turn, entry, question.field))


def _verdicts(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what decides between each two of the entries, where that is written down."""
    for left, right in combinations(entries, 2):
        for one, other in ((left, right), (right, left)):
            rivals = getattr(one, "compare", ())
            found = next((rival.differs for rival in rivals if rival.rival == other.id), "")
            if found:
                yield found
                break


def _first_sentence(text: str) -> str:
    head, dot, _ = text.partition(". ")
    return head + (dot.strip() or "")
