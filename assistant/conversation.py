"""A conversation: text in, Reply out. No input, no output, no clock of its own."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Protocol

from assistant.language.mentions import Mention
from assistant.language.understanding import Parts, Understanding, understand
from assistant.render.plain import clean
from assistant.replies import concept, dispatch, practice, talk
from assistant.replies.turn import TOPIC_KINDS, Knowing, Memory, Pending, Turn
from assistant.reply import Action, Reply, Text
from assistant.scope import in_scope
from assistant.search import Encode
from skills.exercise import Exercise

LIMIT = 2000  # characters of a message that are read
_ELLIPSIS = re.compile(r"^\s*(?:and|what about|how about|or|but what about|also)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it|its|it's|they|them|their|that|this|these|those|one|he|she|there)\b", re.IGNORECASE
)
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": -1,
}  # fmt: skip
# Intents that say what is wanted but not of what: with no name in the message, of the topic.
NEEDS_TOPIC = frozenset((*dispatch.KNOWLEDGE, *dispatch.ADVICE, "role", "path", "resources"))


class Mind(Parts, Knowing, Protocol):
    """What a conversation needs of `assistant.mind.Mind`."""


class Conversation:
    """One learner talking with Lodestar; remembers topics and what was left open."""

    def __init__(
        self, mind: Mind, encode: Encode, exercises: Mapping[str, Exercise], level: str = "newcomer"
    ) -> None:
        self._mind = mind
        self._encode = encode
        self._exercises = exercises
        self.memory = Memory(level=level)

    def respond(self, text: str) -> Reply:
        """Return the reply to a message of any length and kind; never raises for its content."""
        message = clean(text).strip()
        cut = len(message) > LIMIT
        message = message[:LIMIT]
        if not re.search(r"\w", message):
            key = "not_readable" if text.strip() else "empty"
            return self._note(text[:LIMIT], self._mind.phrases[key])
        reply = self._pending(message) or self._answer(message)
        if cut:
            note = self._mind.phrases["truncated_input"].format(limit=f"{LIMIT:,}")
            reply = dataclasses.replace(reply, blocks=(Text(note), *reply.blocks))
        self.memory.last = reply
        return reply

    def _note(self, question: str, text: str) -> Reply:
        reply = Reply("clarify", "empty", (Text(text),), question=clean(question))
        return reply

    def _answer(self, message: str) -> Reply:
        heard = understand(message, self._encode, self._mind)
        pending, self.memory.pending = self.memory.pending, Pending()
        turn = self._turn(heard)
        control = self._control(turn, pending)
        if control is not None:
            return control
        if not in_scope(turn):
            return talk.out_of_scope(turn)
        readings = self._readings(turn)
        if readings:
            return talk.choose(turn, readings)
        reply = dispatch.answer(turn) or talk.unsure(turn)
        self._remember(turn, reply)
        return reply

    def _turn(self, heard: Understanding) -> Turn:
        """Return the turn, with intent and topic taken from the conversation where left out."""
        intent = heard.intent
        about = tuple(heard.named())
        topical = [mention for mention in about if mention.kind in TOPIC_KINDS]
        words = len(heard.text.split())
        if topical and self.memory.intent and words <= 6 and _ELLIPSIS.match(heard.text):
            intent = self.memory.intent
        elif not topical and self.memory.topic and self._leans_on_topic(heard, words):
            about = (*about, *self._topic_mention())
        return Turn(self._mind, heard, self.memory, self._exercises, intent, about)

    def _leans_on_topic(self, heard: Understanding, words: int) -> bool:
        if heard.intent not in NEEDS_TOPIC:
            return False
        return words <= 4 or (words <= 12 and bool(_PRONOUN.search(heard.text)))

    def _topic_mention(self) -> tuple[Mention, ...]:
        topic = self.memory.topic
        cards = self._mind.library.cards
        if topic not in cards:
            return ()
        return (Mention(topic, cards[topic].kind, cards[topic].name, 0.8, 0, 0),)

    def _control(self, turn: Turn, pending: Pending) -> Reply | None:
        """Answer what is about the conversation itself: yes, no, more, simpler."""
        intent = turn.intent
        short = len(turn.heard.text.split()) <= 6
        if not short or (turn.entries() and intent not in ("more", "simplify")):
            return None
        phrases = {"deny": "declined", "cancel": "cancelled"}
        if intent == "affirm":
            return self._affirm(turn, pending)
        if intent in phrases:
            return turn.reply(Text(turn.phrase(phrases[intent])))
        if intent in ("more", "simplify"):
            self._follow_name(turn)
            replier: Callable[[Turn], Reply | None] = getattr(concept, intent)
            return replier(turn) or talk.which_topic(turn)
        if intent == "source" and self.memory.last is not None:
            return dataclasses.replace(
                self.memory.last, question=turn.heard.text, intent=intent, blocks=()
            )
        return None

    def _follow_name(self, turn: Turn) -> None:
        for entry in turn.entries(*TOPIC_KINDS):
            self.memory.turn_to(entry.id)

    def _affirm(self, turn: Turn, pending: Pending) -> Reply:
        if pending.action:
            action = dataclasses.replace(pending.action, start=True)
            text = turn.phrase("exercise_starting", title=action.title)
            return turn.reply(Text(text), actions=(action,))
        if pending.choices:
            return self._answer(pending.choices[0])
        if self.memory.last and self.memory.last.suggestions:
            return self._answer(self.memory.last.suggestions[0])
        return turn.reply(Text(turn.phrase("nothing_to_confirm")), status="clarify")

    def _pending(self, message: str) -> Reply | None:
        """Answer a digit, an ordinal or a name that picks one of what the last reply offered."""
        pending = self.memory.pending
        number = pick(message)
        if pending.quiz is not None:
            options = [option.text.casefold() for option in pending.quiz.options]
            if message.casefold() in options:
                number = options.index(message.casefold()) + 1
            if number is None or not -1 <= number <= len(options) or number == 0:
                return None
            return self._judge(message, pending, len(options) - 1 if number < 0 else number - 1)
        offered = pending.choices or (self.memory.last.suggestions if self.memory.last else ())
        if number is not None and number <= len(offered) and offered and number != 0:
            self.memory.pending = Pending()
            return self._answer(offered[number - 1 if number > 0 else -1])
        return None

    def _judge(self, message: str, pending: Pending, chosen: int) -> Reply:
        assert pending.quiz is not None
        heard = understand(message, self._encode, self._mind)
        turn = Turn(self._mind, heard, self.memory, self._exercises, "quiz", ())
        self.memory.pending = Pending()
        reply = practice.judge(turn, pending.quiz, pending.quiz_entry, chosen)
        return dataclasses.replace(reply, actions=(Action("quiz", pending.quiz_entry),))

    def _readings(self, turn: Turn) -> list[str]:
        """Return the questions a message could stand for where a name means several things."""
        if turn.intent != "define" or len(turn.about) != 1 or not turn.about[0].also:
            return []
        library = self._mind.library
        owners = [library.get(id_) for id_ in (turn.about[0].id, *turn.about[0].also)]
        same = [entry for entry in owners if entry.kind == owners[0].kind and entry.disambiguate]
        asks = [f"What is {entry.name} ({entry.disambiguate})?" for entry in same]
        return asks if len(asks) > 1 else []

    def _remember(self, turn: Turn, reply: Reply) -> None:
        if reply.status == "answered" and turn.intent not in dispatch.TALK:
            self.memory.intent = turn.intent
            topics = [entity.id for entity in reply.entities if entity.kind in TOPIC_KINDS]
            if not topics and reply.sources:
                topics = [reply.sources[0].id]
            for id_ in reversed(topics):
                self.memory.turn_to(id_)


def pick(message: str) -> int | None:
    """Return the number a short message picks ("2", "the second one", "last"), else None."""
    text = message.casefold().strip(" .!)(#")
    if re.fullmatch(r"\d{1,2}", text):
        return int(text)
    found = re.fullmatch(r"(?:number|option|no\.?)?\s*(\d{1,2})", text)
    if found:
        return int(found.group(1))
    ordinals = "|".join(_ORDINALS)
    found = re.fullmatch(rf"(?:the\s+)?({ordinals})(?:\s+(?:one|option|choice))?", text)
    return _ORDINALS[found.group(1)] if found else None


__all__ = ["LIMIT", "Conversation", "pick"]
