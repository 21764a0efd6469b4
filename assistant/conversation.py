"""A conversation: text in, Reply out. No input, no output, no clock of its own."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.language.mentions import Mention
from assistant.language.understanding import Parts, Understanding, understand
from assistant.render.plain import clean
from assistant.replies import control, dispatch, practice, talk
from assistant.replies.turn import TOPIC_KINDS, Knowing, Memory, Pending, Turn
from assistant.reply import Block, Reply, Text
from assistant.scope import in_field, in_scope
from assistant.search import Encode
from skills.exercise import Exercise

LIMIT = 2000  # characters of a message that are read
SMALL_TALK = 0.75  # how likely talk must be in a message that names something of ours
MOST_QUESTIONS = 3  # of one message that are answered one by one
STORY_WORDS = 45  # a longer message is a story with a question, not a list of questions
_ELLIPSIS = re.compile(r"^\s*(?:and|what about|how about|or|but what about|also)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it|its|it's|they|them|their|that|this|these|those|one|he|she|there)\b", re.IGNORECASE
)
# Intents that say what is wanted but not of what: with no name in the message, of the topic.
NEEDS_TOPIC = frozenset(
    (*dispatch.KNOWLEDGE, *dispatch.ADVICE, "role", "path", "resources", "exercise_start", "quiz")
)


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
        message = clean(text[: 4 * LIMIT]).strip()
        cut = len(text) > 4 * LIMIT or len(message) > LIMIT
        message = message[:LIMIT]
        if not re.search(r"\w", message):
            note = self._mind.phrases["not_readable" if text.strip() else "empty"]
            return Reply("clarify", "empty", (Text(note),), question=message)
        reply = self._picked(message) or self._several(message) or self._answer(message)
        if cut:
            note = self._mind.phrases["truncated_input"].format(limit=f"{LIMIT:,}")
            reply = dataclasses.replace(reply, blocks=(Text(note), *reply.blocks))
        self.memory.last = reply
        return reply

    def _several(self, message: str) -> Reply | None:
        """Answer each of several questions in one message; None where there is but one."""
        questions = split(message)
        if len(questions) < 2:
            return None
        replies: list[Reply] = []
        for question in questions:
            reply = self._answer(question)
            self.memory.last = reply
            known = {source.id for other in replies for source in other.sources[:1]}
            fresh = not reply.sources or reply.sources[0].id not in known
            if reply.status == "answered" and (fresh or reply.intent != replies[-1].intent):
                replies.append(reply)
        if len(replies) < 2:
            return dataclasses.replace(replies[0], question=message) if replies else None
        return _joined(message, replies)

    def _answer(self, message: str) -> Reply:
        heard = understand(message, self._encode, self._mind)
        pending, self.memory.pending = self.memory.pending, Pending()
        turn = self._turn(heard)
        reply = self._control(turn, pending)
        if reply is None and not in_scope(turn):
            reply = talk.out_of_scope(turn)
        if reply is None:
            readings = [] if pending.choices else control.readings(turn)
            reply = talk.choose(turn, readings) if readings else dispatch.answer(turn)
        if reply is None:
            reply = talk.unsure(turn) if in_field(turn) else talk.out_of_scope(turn)
        self._remember(turn, reply)
        return dataclasses.replace(reply, trace=trace(turn))

    def _turn(self, heard: Understanding) -> Turn:
        """Return the turn, with intent and topic taken from the conversation where left out."""
        intent, sure = heard.intent, heard.confidence
        about = tuple(heard.named())
        topical = [mention for mention in about if mention.kind in TOPIC_KINDS]
        words = len(heard.text.split())
        if topical and intent in (*dispatch.TALK, *control.CONTROL):
            intent, sure = self._substantial(heard)
        if topical and self.memory.intent and words <= 6 and _ELLIPSIS.match(heard.text):
            intent, sure = self.memory.intent, 1.0
        elif not topical and self.memory.topic and self._leans_on_topic(heard, words):
            heard = self._with_topic(heard)
            about = (*about, *self._topic_mention())
        return Turn(self._mind, heard, self.memory, self._exercises, intent, about, sure)

    def _substantial(self, heard: Understanding) -> tuple[str, float]:
        """Return the likeliest intent that is about something, unless small talk is likelier."""
        if heard.confidence < SMALL_TALK:
            for label, share in heard.prediction.ranked:
                if label not in dispatch.TALK and label not in control.CONTROL:
                    return label, share
        return heard.intent, heard.confidence

    def _leans_on_topic(self, heard: Understanding, words: int) -> bool:
        if heard.intent not in NEEDS_TOPIC:
            return False
        return words <= 4 or (words <= 12 and bool(_PRONOUN.search(heard.text)))

    def _with_topic(self, heard: Understanding) -> Understanding:
        """Return the message with its passages found as if it had named the topic."""
        name = self._mind.library.name(self.memory.topic)
        text, count = _PRONOUN.subn(name, heard.text, count=1)
        spelt = understand(text if count else f"{text} {name}", self._encode, self._mind)
        return dataclasses.replace(heard, hits=spelt.hits, asked=spelt.asked, vector=spelt.vector)

    def _topic_mention(self) -> tuple[Mention, ...]:
        topic = self.memory.topic
        cards = self._mind.library.cards
        if topic not in cards:
            return ()
        return (Mention(topic, cards[topic].kind, cards[topic].name, 0.8, 0, 0),)

    def _control(self, turn: Turn, pending: Pending) -> Reply | None:
        """Answer what is about the conversation itself: yes, no, more, simpler, I meant …"""
        if turn.intent == "affirm" and len(turn.heard.text.split()) <= 6:
            chosen = pending.choices or (self.memory.last.suggestions if self.memory.last else ())
            if not pending.action and chosen:
                return self._answer(chosen[0])
        corrected = control.corrected(turn)
        if corrected is not None:
            return dispatch.answer(corrected)
        return control.reply(turn, pending)

    def _picked(self, message: str) -> Reply | None:
        """Answer a digit, an ordinal or a name that picks one of what the last reply offered."""
        pending = self.memory.pending
        if pending.quiz is not None:
            options = [option.text for option in pending.quiz.options]
            chosen = control.pick(message, options)
            return None if chosen is None else self._judged(message, pending, chosen)
        last = self.memory.last
        offered = pending.choices or (last.suggestions if last else ())
        chosen = control.pick(message, offered, pending.choices)
        if chosen is None:
            return None
        reply = self._answer(offered[chosen])
        return dataclasses.replace(reply, question=message)

    def _judged(self, message: str, pending: Pending, chosen: int) -> Reply:
        assert pending.quiz is not None
        heard = understand(message, self._encode, self._mind)
        turn = Turn(self._mind, heard, self.memory, self._exercises, "quiz", ())
        self.memory.pending = Pending()
        return practice.judge(turn, pending.quiz, pending.quiz_entry, chosen)

    def _remember(self, turn: Turn, reply: Reply) -> None:
        if reply.status != "answered" or reply.intent in dispatch.TALK:
            return
        if reply.intent not in control.CONTROL:
            self.memory.intent = reply.intent
        topics = [entity.id for entity in reply.entities if entity.kind in TOPIC_KINDS]
        if not topics and reply.sources:
            topics = [reply.sources[0].id]
        for id_ in reversed(topics):
            self.memory.turn_to(id_)


def split(message: str) -> list[str]:
    """Return the questions of a message that holds several, else nothing."""
    if message.count("?") < 2 or len(message.split()) > STORY_WORDS:
        return []
    parts = [part.strip() for part in re.findall(r"[^?]+\?+", message)]
    parts = [part for part in parts if len(part.split()) >= 2]
    return parts if 2 <= len(parts) <= MOST_QUESTIONS else []


def _joined(message: str, replies: Sequence[Reply]) -> Reply:
    """Return one reply made of the replies to several questions, in order."""
    blocks: list[Block] = []
    for reply in replies:
        blocks += [Text(f"**{reply.question}**"), *reply.blocks]
    sources = {source.url: source for reply in replies for source in reply.sources}
    entities = {entity.id: entity for reply in replies for entity in reply.entities}
    return dataclasses.replace(
        replies[0],
        question=message,
        blocks=tuple(blocks),
        sources=tuple(sources.values()),
        entities=tuple(entities.values()),
        suggestions=replies[-1].suggestions,
        actions=tuple(action for reply in replies for action in reply.actions),
    )


def trace(turn: Turn) -> dict[str, object]:
    """Return how a reply came to be: intents, scope, names and the nearest passages."""
    prediction = turn.heard.prediction
    places = turn.library.passages
    return {
        "intent": turn.intent,
        "intents": [[label, round(share, 3)] for label, share in prediction.ranked],
        "out_of_scope": round(prediction.out_of_scope, 3),
        "called_out_of_scope": prediction.is_out_of_scope,
        "names": [[mention.text, mention.id, mention.score] for mention in turn.about],
        "passages": [
            [places[hit.row].entry, places[hit.row].field, round(hit.dense, 3),
             round(hit.lexical, 3)]
            for hit in turn.heard.hits[:5]
        ],
    }  # fmt: skip


__all__ = ["LIMIT", "Conversation", "split", "trace"]
