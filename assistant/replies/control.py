"""Messages about the conversation itself: yes, no, more, simpler, I meant the other one."""

import dataclasses
import re
from collections.abc import Sequence

from assistant.language.mentions import Mention, denied
from assistant.replies import concept, practice, talk
from assistant.replies.turn import TOPIC_KINDS, Pending, Turn
from assistant.reply import Reply, Text
from knowledge.schema import Entry

CONTROL = frozenset(("affirm", "deny", "cancel", "more", "simplify", "formal", "correct", "source"))
AGAIN = {"more": concept.more, "simplify": concept.simplify, "formal": concept.formal}
TALKING = 0.4  # how likely talk must be in a message that the classifier finds strange
SHORT = 8  # words of a message that is about the conversation
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "last": -1,
}  # fmt: skip
_MEANT = re.compile(
    r"\b(?:i\s+meant|i\s+mean|meant|not\s+that|no,|nope,|rather|instead|actually)\b", re.IGNORECASE
)
GO = re.compile(
    r"^\W*(?:(?:ok|okay|yes|sure|alright|fine|then|now|so|please|let'?s)\W+)*"
    r"(?:go|start|begin|run|do it|launch|try it|continue|resume)"
    r"(?:\W+(?:it|now|ahead|then|please|on|with|again|the|this|that|exercise|training))*\W*$",
    re.IGNORECASE,
)
ALIKE = 75  # rapidfuzz's partial token ratio from which a phrase names a choice


def reply(turn: Turn, pending: Pending) -> Reply | None:
    """Answer a message that is about the conversation, else None."""
    intent = turn.intent
    if turn.heard.prediction.is_out_of_scope and turn.sure < TALKING:
        return None
    named = bool(turn.heard.named(*TOPIC_KINDS))
    if intent in AGAIN:
        return _again(turn) if named or len(turn.heard.text.split()) <= SHORT else None
    if named or len(turn.heard.text.split()) > SHORT:
        return None
    if pending.action and intent == "time_needed":
        turn.memory.pending = pending
        return practice.facts(turn, pending.action)
    match intent:
        case "affirm":
            return _affirm(turn, pending)
        case "deny":
            turn.memory.offer = None
            return turn.reply(
                Text(turn.phrase("choices_declined" if pending.choices else "declined"))
            )
        case "cancel":
            turn.memory.offer = turn.memory.quiz = None
            return turn.reply(Text(turn.phrase("cancelled")))
        case "source":
            return _source(turn)
        case "correct":
            return _which(turn)
    return None


def _again(turn: Turn) -> Reply:
    """Say the topic again: in more detail, more simply or more formally."""
    entry = turn.subject(*TOPIC_KINDS)
    if entry:
        turn.memory.turn_to(entry.id)
    return AGAIN[turn.intent](turn) or talk.which_topic(turn)


def _affirm(turn: Turn, pending: Pending) -> Reply:
    action = pending.action
    if action:
        return practice.starting(turn, action)
    last = turn.memory.last
    offered = last.suggestions if last else ()
    text = turn.phrase("yes_to_which" if offered else "nothing_to_confirm")
    return turn.reply(Text(text), status="clarify", suggestions=offered)


def _source(turn: Turn) -> Reply | None:
    last = turn.memory.last
    if last is None or not last.sources:
        return None
    lines = "\n".join(f"- {source.title}: {source.url}" for source in last.sources)
    again = turn.reply(Text(lines), ids=[last.sources[0].id])
    return dataclasses.replace(again, sources=last.sources, entities=last.entities)


def _which(turn: Turn) -> Reply:
    """Offer what the last message could also have meant."""
    last = turn.memory.last
    offered = last.suggestions if last else ()
    turn.memory.pending = Pending(choices=offered)
    return turn.reply(Text(turn.phrase("corrected")), status="clarify", suggestions=offered)


def corrected(turn: Turn) -> Turn | None:
    """Return the turn that a correction asks for: the last intent, of what was meant."""
    if not _corrects(turn):
        return None
    other = _kept(turn) or _other_reading(turn)
    if not other:
        return None
    intent = turn.memory.intent or "define"
    return dataclasses.replace(turn, intent=intent, about=tuple(other))


def put_right(turn: Turn) -> str:
    """Return the last question with what a correction names in place of what it denies, or ""."""
    if not _corrects(turn):
        return ""
    kept = _kept(turn)
    denied = {mention.id for mention in turn.about} - {mention.id for mention in kept}
    for old in reversed(turn.memory.said_names):
        if kept and old.id in denied:
            said = turn.memory.said
            return f"{said[: old.start]}{kept[0].text}{said[old.end :]}"
    return ""


def _corrects(turn: Turn) -> bool:
    """Return whether a message may say that the last one was taken in a wrong sense."""
    last, text = turn.memory.last, turn.heard.text
    if last is None or not last.entities or len(text.split()) > SHORT + 4:
        return False
    return bool(_MEANT.search(text)) or turn.heard.intent == "correct"


def _kept(turn: Turn) -> list[Mention]:
    """Return what a correction names, without what it says it is not."""
    named = turn.heard.named(*TOPIC_KINDS)
    return [mention for mention in named if not denied(turn.heard.text, mention)]


def _other_reading(turn: Turn) -> list[Mention]:
    """Return the entry that shares the last name and that the words of the message describe."""
    from rapidfuzz import fuzz

    last = turn.memory.last
    for entity in last.entities if last else ():
        for entry in homonyms(turn, entity.text, entity.id):
            if fuzz.partial_token_set_ratio(entry.disambiguate, turn.heard.text) >= ALIKE:
                return [Mention(entry.id, entry.kind, entry.name, 1.0, 0, 0)]
    return []


def homonyms(turn: Turn, name: str, besides: str) -> list[Entry]:
    """Return the other entries that go by a name."""
    owners = [id_ for id_, _ in turn.mind.names.owners(name) if id_ != besides]
    return [turn.library.get(id_) for id_ in owners if id_ in turn.library]


def readings(turn: Turn) -> dict[str, str]:
    """Return the questions a message could stand for, and the entry that each is about.

    Several where its one name means several things.
    """
    if turn.intent != "define" or len(turn.about) != 1 or not turn.about[0].also:
        return {}
    mention = turn.about[0]
    owners = [turn.library.get(id_) for id_ in (mention.id, *mention.also)]
    same = [entry for entry in owners if entry.disambiguate]
    asks = {f"What is {entry.name} ({entry.disambiguate})?": entry.id for entry in same}
    return asks if len(asks) > 1 else {}


def pick(message: str, offered: Sequence[str], by_words: Sequence[str] | None = None) -> int | None:
    """Return the index of the choice that a short message picks, else None.

    By number ("2", "option 2"), by ordinal ("the second one", "last") or, among `by_words`
    (by default all), by words that are its own.
    """
    text = message.casefold().strip(" .!)(#")
    count = len(offered)
    found = re.fullmatch(r"(?:(?:number|option|answer|no\.?|choice)\s*)?(\d{1,2}|[a-h])", text)
    if found:
        sign = found.group(1)
        number = int(sign) if sign.isdigit() else ord(sign) - ord("a") + 1
        return number - 1 if 1 <= number <= count else None
    ordinals = "|".join(_ORDINALS)
    found = re.fullmatch(rf"(?:the\s+)?({ordinals})(?:\s+(?:one|option|choice|question))?", text)
    if found:
        index = _ORDINALS[found.group(1)]
        return index % count if count and index < count else None
    return _by_words(text, offered if by_words is None else by_words)


def _by_words(text: str, offered: Sequence[str]) -> int | None:
    if len(text.split()) > SHORT or not offered:
        return None
    from rapidfuzz import fuzz

    words = re.sub(r"^(?:the|i mean|i meant|as)\s+", "", text)
    scores = [fuzz.token_set_ratio(words, choice.casefold()) for choice in offered]
    best = max(range(len(scores)), key=scores.__getitem__)
    unique = sorted(scores)[-2] < scores[best] - 10 if len(scores) > 1 else True
    return best if scores[best] >= 95 and unique else None
