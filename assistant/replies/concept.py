"""Replies about one entry: what it is, how it works, when to use it, and so on."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.language.masking import mask
from assistant.questions import Asked
from assistant.replies import needs, passage
from assistant.replies.turn import Turn, a, is_field
from assistant.reply import Action, Block, Reply, Text
from assistant.search import STOP_WORDS
from assistant.several import split
from knowledge.passages import prose
from knowledge.schema import Application, Claim, Competency, Concept, Entry, Industry, Role
from skills.exercise import Catalogue

# What a learner wants → the fields that say it, the best first.
FIELDS: dict[str, tuple[str, ...]] = {
    "define": ("summary", "plain"),
    "how_it_works": ("how",),
    "why": ("why",),
    "when_to_use": ("when", "when_not"),
    "pros_cons": ("strengths", "weaknesses"),
    "example": ("example",),
    "code": ("code",),
    "maths": ("maths", "how"),
    "history": ("history",),
    "prerequisites": ("prerequisites",),
    "how_to": ("how", "pitfalls", "learn"),
    "technical": (),
    "tools": (),
    "applications": ("applications",),
    "choose": ("when",),
}
LISTED = ("concept", "role", "competency", "application")
MOST_LISTED, DESCRIBED = 6, 3  # entries of a list that are defined; up to how many in full
_BETWEEN_NAMES = re.compile(r"\s*(?:[,/&+;]|\b(?:and|or|vs|versus|n)\b|\s)+\s*", re.IGNORECASE)
_FOR = re.compile(r"\b(?:for|before|to (?:learn|understand|do|use))\b", re.IGNORECASE)
DRAWN = ("define", "code", "maths", "history", "prerequisites", "example")
# Intents whose field says little without the sentence that says what the thing is.
OPENED = ("how_it_works", "why", "maths", "when_to_use", "pros_cons", "example", "how_to")
LAST = 99  # the place of an exercise that an entry names, and that does not name the entry
ALWAYS = 1.01  # no stored question is asked instead
BARE = {"define": passage.CERTAIN, "history": ALWAYS}  # … where nothing but that is asked
# How likely a stored question must be …
PLAIN = 0.7  # … to be asked whatever the intent
FOUND = 0.35  # … where more is asked than what one field says
AHEAD = 5  # how many times likelier than the next it must be to stand alone
OWN = 0.45  # … of the entry itself, to be asked and no field
# A wording that asks for what a thing is, and for more.
_DEFINES = re.compile(r"^\W*(?:what(?:'s| is| are)|define|explain)\b.*(?:\band\b|[?,;])\s*\w", re.I)
SPELT = 85  # rapidfuzz's ratio of two spellings of a name: "labeled data", "labelled data"
ITSELF = 0.76  # cosine below which "what is X" asks for X itself, by whichever of its names
# Words that say which field of an entry is wanted and nothing else.
GENERAL = frozenset(
    """
    topic job background whats wats what's hows why's tell more explain describe define definition
    meaning work works working function use used uses using useful need needed needs matter matters
    important importance idea concept intuition purpose point advantage advantages disadvantage
    disadvantages pros cons benefit benefits drawback drawbacks strength strengths weakness
    weaknesses limitation limitations good bad example examples code formula formulas equation
    equations math maths mathematics mathematical history invented invent inventor came introduced
    first prerequisite prerequisites before learn know simple simply plain terms words word detail
    details brief briefly basic basics exactly really actually step steps show give want
    understand understanding help some thing earn earns salary salaries pay paid wage wages income
    much difference differences between compare
    algorithm algorithms method technique represent represents calculate things kind let wat wht
    plz pls hey hi hello
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
# The order in which "tell me more" goes through an entry.
MORE = (
    "summary", "plain", "how", "day", "problem", "models", "example", "why", "when", "strengths",
    "weaknesses", "pitfalls", "code", "maths", "history", "data", "responsibilities", "mathematics",
    "entry", "suits", "outlook", "overview", "constraints", "nuance", "learn", "prove",
)  # fmt: skip


def reply(turn: Turn) -> Reply | None:
    """Answer from the fields of the entry named, or from the stored question that fits better."""
    entry = _needing(turn) or turn.subject()
    question = passage.asked(turn, passage.POSSIBLE)
    several = _listed(turn)
    if turn.intent == "define" and several and not passage.asked(turn, passage.SURE):
        return _each(turn, several)
    if entry is None:
        return passage.nearest(turn)
    if question and question.chance >= _bar(turn, entry, question):
        return passage.answer(turn, question)
    fields = FIELDS.get(turn.intent, ())
    candidates = passage.candidates(turn, fields)
    if specific(turn) and turn.intent not in DRAWN and candidates and candidates[0].good:
        near = passage.asked(turn, passage.HEDGED)
        named = candidates[0].named and not (near and near.named)
        return passage.answer(turn, candidates[0] if named or near is None else near)
    opening = passage.opening(turn, entry) if turn.intent in OPENED else []
    blocks = list(_fields(turn, entry))
    if not blocks:
        best = next((item for item in candidates if item.named), None)
        if question and (question.named or best is None):
            return passage.answer(turn, question)
        if best and best.good:
            return passage.answer(turn, best)
        opening, blocks = [], list(definition(turn, entry))
    return turn.reply(
        *opening,
        *blocks,
        ids=[entry.id],
        suggestions=suggestions(turn, entry),
        actions=actions(turn, entry),
    )


def _needing(turn: Turn) -> Entry | None:
    """Return Y of "is X a prerequisite for Y?", where both are named."""
    named = turn.entries("concept")
    if turn.intent != "prerequisites" or len(named) < 2 or not _FOR.search(turn.heard.spelt):
        return None
    last = max(turn.heard.mentions, key=lambda mention: mention.start)
    return next((entry for entry in named if entry.id == last.id), None)


def _listed(turn: Turn) -> list[Entry]:
    """Return the entries that a message names in a row: "GAN, VAE and diffusion models"."""
    mentions = sorted(turn.heard.mentions, key=lambda mention: mention.start)
    gaps = [turn.heard.spelt[left.end : right.start] for left, right in pairwise(mentions)]
    entries = turn.entries(*LISTED)
    listed = bool(gaps) and all(_BETWEEN_NAMES.fullmatch(gap) for gap in gaps)
    return entries[:MOST_LISTED] if listed and len(entries) > 1 else []


def _each(turn: Turn, entries: Sequence[Entry]) -> Reply:
    """Say what each of several entries is."""
    blocks: list[Block] = []
    for entry in entries:
        turn.memory.shown.add((entry.id, "summary"))
        plain = prose(entry, "how" if turn.memory.level == "practitioner" else "plain")
        blocks.append(Text(f"**{entry.name}**: {entry.summary}"))
        if plain and len(entries) <= DESCRIBED:
            blocks.append(Text(plain.split("\n\n")[0]))
    asks = [" vs ".join(entry.name for entry in entries[:2])]
    asks += [f"How does {entry.name} work?" for entry in entries[:2]]
    return turn.reply(*blocks, ids=[entry.id for entry in entries], suggestions=asks)


def _bar(turn: Turn, entry: Entry, question: Asked) -> float:
    """Return how likely a stored question must be asked to be answered instead of the field."""
    own = question.entry == entry.id
    drawn = turn.intent in DRAWN
    field = next(iter(FIELDS.get(turn.intent, ())), "")
    if turn.intent == "prerequisites" and not getattr(entry, field, ()):
        return passage.HEDGED  # the entry says that nothing is needed first
    if field and (drawn or prose(entry, field)) and not specific(turn):
        alone = len(turn.entries("concept")) == 1 and len(split(turn.heard.spelt)) < 2
        if own and alone and turn.intent == "define":
            # "What is X": the definition, unless X is the name of a part that has its own answer.
            named = _by_its_name(turn, entry) or question.dense < ITSELF
            return ALWAYS if named else OWN
        if own or not alone:
            return BARE.get(turn.intent, OWN if alone else FOUND)
        return ALWAYS if drawn or turn.intent == "how_it_works" else passage.CERTAIN
    if own:
        return OWN if drawn else passage.POSSIBLE
    if drawn and not _alone(turn, question):
        return passage.LIKELY if is_field(entry) else passage.SURE
    return FOUND


def _alone(turn: Turn, question: Asked) -> bool:
    """Return whether no question of another entry comes near to being the one that is asked."""
    others = (item.chance for item in turn.heard.asked if item.entry != question.entry)
    return question.chance >= AHEAD * max(others, default=0.0)


def _by_its_name(turn: Turn, entry: Entry) -> bool:
    """Return whether a message calls an entry by its name, a part of that or its initials.

    Other names that it has may be those of its parts.
    """
    from rapidfuzz import fuzz

    said = [_letters(turn.heard.spelt[item.start : item.end]) for item in turn.heard.mentions
            if item.id == entry.id]  # fmt: skip
    words = re.findall(r"\w+", entry.name.casefold().partition(" (")[0])  # "precision (metric)"
    parts = ["".join(part) for n in range(len(words)) for part in (words[: n + 1], words[n:])]
    parts.append("".join(word[0] for word in words if word not in STOP_WORDS))
    return any(fuzz.ratio(one, part) >= SPELT for one in said for part in parts)


def _letters(text: str) -> str:
    """Return the letters of a name, without the plural's."""
    return "".join(re.findall(r"\w", text.casefold())).removesuffix("s")


def left_out(first: Turn, whole: Turn) -> list[Text]:
    """Return what a thing is, where a message asks that first and its answer does not say it.

    "What is overfitting and how do I prevent it?" is near to the stored question on how.
    """
    entry, question = first.subject("concept"), passage.asked(whole)
    if entry is None or question is None or first.intent != "define" or specific(first):
        return []
    asked = passage.wordings(whole.library.get(question.entry), question.field)
    return [] if any(_DEFINES.match(text) for text in asked) else passage.opening(whole, entry)


def plainly(turn: Turn) -> Asked | None:
    """Return the stored question that a message asks, whatever its intent may be taken for."""
    question = passage.asked(turn, PLAIN)
    return question if question and specific(turn) else None


def specific(turn: Turn) -> bool:
    """Return whether a message asks for more than one thing of an entry: "how does X work"."""
    bare = mask(turn.heard.spelt, turn.heard.mentions)
    words = {word.casefold() for word in re.findall(r"[^\W\d_]+", bare)}
    return bool(words - GENERAL - STOP_WORDS)


def _fields(turn: Turn, entry: Entry) -> Iterator[Block]:
    intent = turn.intent
    if intent == "define":
        yield from definition(turn, entry)
    elif intent == "prerequisites" and isinstance(entry, Concept):
        yield from _prerequisites(turn, entry)
    elif intent == "code" and isinstance(entry, Concept) and not entry.code:
        yield Text(turn.phrase("no_code", name=entry.name))
        yield Text(entry.how)
    elif intent == "maths" and isinstance(entry, Concept) and entry.maths is None:
        yield Text(turn.phrase("no_maths", name=entry.name))
        yield Text(entry.how)
    else:
        for field in FIELDS.get(intent, ()):
            if prose(entry, field) or (field == "code" and getattr(entry, "code", "")):
                turn.memory.shown.add((entry.id, field))
                yield from passage.field_blocks(turn, entry, field)
                if intent in ("maths", "history", "how_to"):
                    return


def definition(turn: Turn, entry: Entry) -> Iterator[Block]:
    """Yield what an entry is, at the level the learner wants."""
    shown = ["summary"]
    yield Text(entry.summary)
    if isinstance(entry, Concept):
        deeper = {"newcomer": ("plain", "example"), "practitioner": ("how", "when")}.get(
            turn.memory.level, ("maths", "how")
        )
        shown += deeper
    else:
        shown += {
            Role: ["day"], Application: ["problem", "models", "example"], Industry: ["overview"],
            Competency: ["why", "learn"], Claim: ["machine_learning", "deep_learning", "nuance"],
        }.get(type(entry), [])  # fmt: skip
    for field in shown[1:]:
        text = prose(entry, field)
        if text:
            yield Text(text)
    turn.memory.shown.update((entry.id, field) for field in shown)


def _prerequisites(turn: Turn, concept: Concept) -> Iterator[Block]:
    needed = turn.library.with_prerequisites([concept.id])[:-1]
    if not needed and is_field(concept):
        return  # what a whole field asks for is said by its questions and its passages
    if not needed:
        yield Text(turn.phrase("no_prerequisites", name=concept.name))
        return
    yield needs.tree(turn.library, concept, turn.phrase("prerequisites", name=concept.name))


def more(turn: Turn) -> Reply | None:
    """Say the next thing about the topic that has not been said."""
    topic = turn.memory.topic
    if topic not in turn.library:
        return None
    entry = turn.library.get(topic)
    for field in MORE:
        has = prose(entry, field) or (field == "code" and getattr(entry, "code", ""))
        if has and (topic, field) not in turn.memory.shown:
            turn.memory.shown.add((topic, field))
            blocks = passage.field_blocks(turn, entry, field)
            return turn.reply(*blocks, ids=[topic], suggestions=suggestions(turn, entry))
    text = turn.phrase("nothing_more", name=entry.name)
    return turn.reply(Text(text), ids=[topic], suggestions=suggestions(turn, entry))


def simplify(turn: Turn) -> Reply | None:
    """Say the topic again for a newcomer."""
    entry = turn.library.get(turn.memory.topic) if turn.memory.topic in turn.library else None
    if entry is None:
        return None
    turn.memory.level = "newcomer"
    text = prose(entry, "plain") or entry.summary
    return turn.reply(Text(text), ids=[entry.id], suggestions=suggestions(turn, entry))


def formal(turn: Turn) -> Reply | None:
    """Say the topic again with its formula and its steps, as for a mathematician."""
    entry = turn.library.get(turn.memory.topic) if turn.memory.topic in turn.library else None
    if entry is None:
        return None
    turn.memory.level = "mathematical"
    texts = [prose(entry, field) for field in ("maths", "how")]
    blocks = [Text(text) for text in (entry.summary, *texts) if text]
    return turn.reply(*blocks, ids=[entry.id], suggestions=suggestions(turn, entry))


def suggestions(turn: Turn, entry: Entry) -> list[str]:
    """Return what could be asked next about an entry, all of it answerable."""
    asks = passage.questions_near(turn, entry, 2)
    if isinstance(entry, Concept):
        if entry.compare:
            asks.append(f"{entry.name} vs {turn.library.name(entry.compare[0].rival)}")
        if entry.code and (entry.id, "code") not in turn.memory.shown:
            asks.append(f"Show me code for {entry.name}")
    elif isinstance(entry, Role):
        asks.append(f"How do I become {a(entry.name)}?")
    return asks


def actions(turn: Turn, entry: Entry) -> tuple[Action, ...]:
    """Return the exercises that practise an entry, those that are most about it first."""
    found = practising(turn.exercises, entry)[:2]
    return tuple(Action("exercise", id_, turn.exercises[id_].title) for id_ in found)


def practising(exercises: Catalogue, entry: Entry) -> list[str]:
    """Return the exercises that practise an entry, those that are most about it first."""
    listed = (id_ for id_ in getattr(entry, "exercises", ()) if id_ in exercises)
    return list(dict.fromkeys((*exercises.about(entry.id), *listed)))


__all__ = ["actions", "definition", "more", "practising", "reply", "simplify", "suggestions"]
