"""Replies about the conversation itself: hello, help, thanks, "I don't know that"."""

from collections.abc import Mapping

from assistant.questions import Asked
from assistant.replies import passage
from assistant.replies.turn import Pending, Turn, inside
from assistant.reply import Bullets, Reply, Text
from knowledge.schema import Concept, Faq

FIRST_QUESTIONS = (
    "What is the difference between AI, machine learning and deep learning?",
    "Which role suits me? I like maths and programming.",
    "Show me how a CNN works",
)
NEAREST = 3
OFFERED = 0.03  # how likely a stored question must be to be offered where nothing is known


def phrase(turn: Turn) -> Reply:
    """Say the phrase that has the intent's name."""
    text = turn.phrase(turn.intent, entries=f"{len(turn.library):,}")
    asks = FIRST_QUESTIONS if turn.intent in ("greeting", "small_talk", "about") else ()
    return turn.reply(Text(text), suggestions=asks)


def help_(turn: Turn) -> Reply:
    """Say what can be asked."""
    lines = tuple(turn.phrase("help_items").splitlines())
    return turn.reply(Text(turn.phrase("help")), Bullets(lines), suggestions=FIRST_QUESTIONS)


def out_of_scope(turn: Turn) -> Reply:
    """Say politely that this is not our field, and what is."""
    roles = ", ".join(inside(card.name) for card in turn.library.of_kind("role")[:6])
    text = turn.phrase(turn.heard.prediction.outside or "out_of_scope", roles=roles)
    return turn.reply(Text(text), status="out_of_scope", suggestions=FIRST_QUESTIONS)


def unsure(turn: Turn) -> Reply:
    """Say that no good answer was found, and offer the nearest that there is."""
    likely = [item for item in turn.heard.asked[:NEAREST] if item.chance >= OFFERED]
    nearest = {item.entry: _asked(turn, item) for item in likely}
    for item in passage.candidates(turn):
        nearest.setdefault(item.entry, _as_question(turn, item.entry))
        if len(nearest) >= NEAREST:
            break
    asks = tuple(nearest.values())
    turn.memory.pending = Pending(choices=asks)
    text = turn.phrase("unsure") + "\n\n" + turn.phrase("unsure_nearest" if asks else "unsure_none")
    return turn.reply(Text(text), status="unsure", suggestions=asks)


def _asked(turn: Turn, item: Asked) -> str:
    """Return the first wording of a stored question."""
    kind, _, number = item.field.partition(".")
    questions = turn.library.get(item.entry).questions
    if kind == "questions" and int(number) < len(questions):
        return questions[int(number)].ask[0]
    return _as_question(turn, item.entry)


def _as_question(turn: Turn, id_: str) -> str:
    entry = turn.library.get(id_)
    if isinstance(entry, Faq):
        return entry.name
    return f"What is {entry.name}?" if isinstance(entry, Concept) else f"Tell me about {entry.name}"


def choose(turn: Turn, readings: Mapping[str, str]) -> Reply:
    """Ask which of several readings is meant; `readings` maps questions to entries."""
    turn.memory.pending = Pending(choices=tuple(readings), entries=tuple(readings.values()))
    turn.memory.listed = tuple(readings.values())
    return turn.reply(Text(turn.phrase("which_one")), status="clarify", suggestions=readings)


def which_topic(turn: Turn) -> Reply:
    """Ask what the message is about."""
    return turn.reply(Text(turn.phrase("which_topic")), status="clarify")
