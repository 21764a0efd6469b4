"""Replies about one entry: what it is, how it works, when to use it, and so on."""

from collections.abc import Iterator

from assistant.replies import passage
from assistant.replies.turn import Turn, a, is_field
from assistant.reply import Action, Block, Bullets, Reply, Text
from knowledge.passages import prose
from knowledge.schema import Application, Claim, Competency, Concept, Entry, Industry, Role

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
# The order in which "tell me more" goes through an entry.
MORE = (
    "summary", "plain", "how", "day", "problem", "models", "example", "why", "when", "strengths",
    "weaknesses", "pitfalls", "code", "maths", "history", "data", "responsibilities", "mathematics",
    "entry", "suits", "outlook", "overview", "constraints", "nuance", "learn", "prove",
)  # fmt: skip


def reply(turn: Turn) -> Reply | None:
    """Answer from the fields of the entry named, or from the stored question that fits better."""
    entry = turn.subject()
    question = passage.asked(turn, passage.POSSIBLE)
    if entry is None:
        return passage.nearest(turn)
    if question and question.chance >= _bar(turn, entry):
        return passage.answer(turn, question)
    blocks = list(_fields(turn, entry))
    if not blocks:
        fields = FIELDS.get(turn.intent, ())
        best = next((item for item in passage.candidates(turn, fields) if item.named), None)
        if question and (question.named or best is None):
            return passage.answer(turn, question)
        if best and best.good:
            return passage.answer(turn, best)
        blocks = list(definition(turn, entry))
    return turn.reply(
        *blocks, ids=[entry.id], suggestions=suggestions(turn, entry), actions=actions(turn, entry)
    )


def _bar(turn: Turn, entry: Entry) -> float:
    """Return how likely a stored question must be asked to be answered instead of the field."""
    if is_field(entry):
        return passage.LIKELY  # "is ML used for …": the field may be only the setting
    own = turn.intent in ("define", "code", "maths", "history", "prerequisites", "example")
    return passage.SURE if own else passage.LIKELY


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
    if not needed:
        yield Text(turn.phrase("no_prerequisites", name=concept.name))
        return
    lines = [f"**{turn.library.name(id_)}**: {turn.library.get(id_).summary}" for id_ in needed]
    yield Bullets(tuple(lines[-8:]), title=turn.phrase("prerequisites", name=concept.name))


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
    """Return the exercises that practise an entry."""
    found = [
        exercise
        for exercise in turn.exercises.values()
        if entry.id in exercise.concepts or exercise.id in getattr(entry, "exercises", ())
    ]
    return tuple(Action("exercise", exercise.id, exercise.title) for exercise in found[:2])


__all__ = ["actions", "definition", "more", "reply", "simplify", "suggestions"]
