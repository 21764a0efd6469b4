"""Replies about roles: what they do, what they need, what they pay, which one suits."""

import re

from assistant.fit import Taste, rank, taste
from assistant.replies import concept, passage
from assistant.replies import fit as fitting
from assistant.replies.path import known_ids
from assistant.replies.turn import Turn, a
from assistant.reply import Action, Block, Bullets, Reply, Table, Text
from knowledge.passages import prose
from knowledge.schema import Entry, OccupationStatistics, Role

FIELDS: dict[str, tuple[str, ...]] = {
    "role": ("day", "responsibilities"),
    "salary": ("occupation_note",),
    "outlook": ("outlook",),
    "skills": ("must", "nice", "mathematics", "code"),
    "skill_gap": ("must", "nice"),
    "education": ("entry",),
    "worries": ("entry", "not_for"),
    "define": ("summary", "day"),
    "pros_cons": ("suits", "not_for"),
    "maths": ("mathematics",),
    "code": ("code",),
    "applications": ("applications",),
}
# How likely a stored question must be to be answered instead of the wages …
SAME = 0.95  # … "what does X earn?" stands near to "what does X do?"
PAY = 0.7  # … where more is asked than what X earns
ASIDE = 0.35  # … where pay may be but a part of what is asked
_LIKES = re.compile(
    r"\b(?:i|me|my|to)\W+(?:\w+\W+){0,3}(?:like|love|enjoy|prefer|fascinat\w+|interest\w*|fond)\b"
    r"|\bgood (?:at|with)\b",
    re.IGNORECASE,
)
SUITS_FIELDS = ("suits", "day", "summary", "responsibilities")
SUITED = 4


def reply(turn: Turn) -> Reply | None:
    """Answer a question about a role from the stored question that fits, or from its fields."""
    role = next(iter(turn.entries("role")), None)
    if not isinstance(role, Role):
        return None
    question = passage.asked(turn, _bar(turn))
    if question:
        return passage.answer(turn, question)
    blocks = _blocks(turn, role)
    asks = [*passage.questions_near(turn, role, 2), f"How do I become {a(role.name)}?"]
    ids = [role.id]
    if turn.intent in ("salary", "outlook"):
        ids += [_soc(occupation.soc) for occupation in role.occupations]
    return turn.reply(
        *blocks, ids=ids, suggestions=asks,
        actions=(Action("path", role.id, role.name), *concept.actions(turn, role)),
    )  # fmt: skip


def _bar(turn: Turn) -> float:
    """Return how likely a stored question must be asked to be answered instead of the fields."""
    specific = concept.specific(turn)
    if turn.intent == "salary":
        aside = turn.sure < passage.CERTAIN
        return (ASIDE if aside else PAY) if specific else SAME
    facts = turn.intent in ("role", "define", "skills")
    return passage.POSSIBLE if specific else concept.ALWAYS if facts else passage.LIKELY


def _soc(code: str) -> str:
    return f"soc_{code.replace('-', '_')}"


def _blocks(turn: Turn, role: Role) -> list[Block]:
    match turn.intent:
        case "salary":
            place = turn.heard.slots.market or turn.heard.slots.country
            abroad = place and place not in ("United States", "US", "USA")
            elsewhere = [Text(turn.phrase("pay_elsewhere", place=place))] if abroad else []
            return [*elsewhere, Text(role.occupation_note), *wages(turn, role)]
        case "outlook":
            return [Text(role.outlook), *projections(turn, role)]
        case "skills" | "skill_gap" | "maths" | "code":
            return [*skills(turn, role), Text(role.mathematics), Text(role.code)]
        case "education" | "worries":
            return [Text(role.entry), Text(role.suits), Text(role.not_for)]
        case "pros_cons":
            return [Text(role.suits), Text(role.not_for)]
        case _:
            turn.memory.shown.update({(role.id, "summary"), (role.id, "day")})
            duties = Bullets(role.responsibilities, title=turn.phrase("responsibilities"))
            return [Text(role.summary), Text(role.day), duties]


def skills(turn: Turn, role: Role) -> list[Block]:
    """Return what a role needs, as two lists of competencies."""
    blocks: list[Block] = []
    for title, ids in (("must", role.must), ("nice", role.nice)):
        names = ", ".join(turn.library.name(id_) for id_ in ids)
        if names:
            blocks.append(Text(f"**{turn.phrase(title)}**: {names}."))
    return blocks


def wages(turn: Turn, role: Role) -> list[Block]:
    """Return the wages of the occupations in which holders of a role are counted."""
    rows, spans = [], []
    year = 0
    for occupation in role.occupations:
        figures = turn.library.get_as(OccupationStatistics, _soc(occupation.soc))
        if figures is None:
            continue
        wage, year = figures.wage, figures.wage.year
        low, high = _dollars(wage.p10), _dollars(wage.p90)
        title = f"{occupation.title} (SOC {occupation.soc})"
        rows.append((title, _dollars(wage.median), f"{low} to {high}", occupation.fit))
        known = wage.p10 and wage.p90
        spans.append((float(wage.p10 or 0), float(wage.p90 or 0)) if known else (0.0, 0.0))
    if not rows:
        return []
    columns = ("Occupation", "Median", "10th to 90th percentile", "How well it fits")
    title = turn.phrase("salary_caption", year=year)
    return [Table(columns, tuple(rows), title, tuple(spans), drawn=2)]


def _dollars(value: int | None) -> str:
    return f"${value:,}" if value else "not released"


def projections(turn: Turn, role: Role) -> list[Block]:
    """Return the projected growth of the occupations of a role."""
    lines = []
    for occupation in role.occupations:
        figures = turn.library.get_as(OccupationStatistics, _soc(occupation.soc))
        if figures and figures.projection:
            projection = figures.projection
            lines.append(
                f"{occupation.title} (SOC {occupation.soc}): {projection.percent:+g} % "
                f"{projection.period}, U.S. ({projection.source.by})"
            )
    return [Bullets(tuple(lines))] if lines else []


def recommend(turn: Turn) -> Reply | None:
    """Rank the roles by how near the message is to what they do and whom they suit."""
    named = [entry.id for entry in turn.entries("role")]
    likes = taste(turn.heard.text)
    bar = passage.HINT if named and concept.specific(turn) else passage.LIKELY
    told = bool(_LIKES.search(turn.heard.spelt) or -1 in likes.traits.values())
    ranked_by = passage.CERTAIN if told else passage.POSSIBLE
    question = passage.asked(turn, ranked_by if likes and not named else bar)
    if question:
        return passage.answer(turn, question)
    if len(named) == 1:
        return reply(turn)
    if likes and not named:
        return _fitting(turn, likes)
    ranked: dict[str, float] = {}
    for item in passage.candidates(turn, SUITS_FIELDS, kinds=("role",)):
        if item.field in SUITS_FIELDS:
            ranked[item.entry] = max(ranked.get(item.entry, 0.0), item.rank)
    order = sorted(ranked, key=lambda id_: -ranked[id_])
    chosen = [*named, *(id_ for id_ in order if id_ not in named)][:SUITED]
    question = passage.asked(turn, passage.HINT) if not chosen else None
    if question:
        return passage.answer(turn, question)
    if not chosen:
        listed = ", ".join(card.name for card in turn.library.of_kind("role"))
        return turn.reply(Text(f"{turn.phrase('role_pick')}: {listed}."), status="clarify")
    lines = tuple(_suits(turn.library.get(id_)) for id_ in chosen)
    asks = [f"What does {a(turn.library.name(id_))} do?" for id_ in chosen[:2]]
    if len(chosen) > 1:
        asks.append(f"{turn.library.name(chosen[0])} vs {turn.library.name(chosen[1])}")
    return turn.reply(Bullets(lines, title=turn.phrase("role_fit")), ids=chosen, suggestions=asks)


def _fitting(turn: Turn, likes: Taste) -> Reply:
    """Rank the roles by what the message says is liked and disliked, with reasons on both sides."""
    fits = rank(turn.library, likes, known_ids(turn))[:SUITED]
    names = [fit.role.name for fit in fits]
    asks = [*(f"What does {a(name)} do?" for name in names[:2]), f"{names[0]} vs {names[1]}"]
    ids = [fit.role.id for fit in fits]
    return turn.reply(*fitting.blocks(fits, likes, turn.phrase), ids=ids, suggestions=asks)


def _suits(role: Entry) -> str:
    return f"**{role.name}**: {prose(role, 'suits')}"
