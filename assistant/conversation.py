"""A conversation: text in, Reply out. No input, no output, no clock of its own."""

import dataclasses
import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from assistant.adverts.pasted import is_pasted
from assistant.context import WHICH_OF, Reading, as_role, in_context, ordinals, readings, returns
from assistant.language.encoder import Encoder, last
from assistant.language.mentions import WEAK, Mention
from assistant.language.understanding import Parts, Understanding, understand
from assistant.learner.keeping import Learner
from assistant.render.plain import clean
from assistant.replies import (
    agenda,
    concept,
    control,
    dispatch,
    interview,
    learner,
    pack,
    passage,
    practice,
    quiz,
    remember,
    replan,
    talk,
    why,
)
from assistant.replies.turn import TOPIC_KINDS, Knowing, Memory, Pending, Turn
from assistant.reply import Reply, Text
from assistant.scope import in_field, in_scope, strange_subject
from assistant.search import Floats
from assistant.several import ASKS, astray, joined, split
from skills.exercise import Catalogue

LIMIT = 2000  # characters of a message that are read
SMALL_TALK = 0.75  # how likely talk must be in a message that leans on the conversation
_CLOSING = ("cancel", "deny", "goodbye")
_CHOOSES = re.compile(r"\b(?:the|one|kind|type|sense|mean|meant|as in|that|thing)\b", re.IGNORECASE)
CHOOSING_WORDS = 10
CLEARLY = 0.05  # how much nearer the chosen reading must be than the next
ONE_QUESTION = 0.75  # how likely a stored question must be to answer several clauses as one
STANDING = 0.1  # how much likelier a message must be with its topic than without
LEANING = 0.5  # … and how likely at least, where its own words could stand alone
STRANGE = 0.75  # … where its own words are out of scope
FAR = 0.4  # how much likelier a message must be with an earlier topic than with a later one
PRACTISED = 0.95  # how likely the wish to train or to be asked must be to go before a question
OWN_INTENT = 0.5  # how likely the intent of a message's own words must be to be kept


class Mind(Parts, Knowing, Protocol):
    """What a conversation needs of `assistant.mind.Mind`."""

    @property
    def encoder(self) -> Encoder: ...
    @property
    def exercises(self) -> Catalogue: ...


class Conversation:
    """One learner talking with Lodestar; remembers topics and what was left open."""

    def __init__(self, mind: Mind, level: str = "newcomer", today: date | None = None) -> None:
        """Start a conversation; deadlines such as "by June" count from `today`."""
        self._today = today
        self._mind = mind
        self._read: dict[str, Understanding] = {}  # what was understood while answering a message
        self._explained: Reply | None = None  # the last reply that says how it came to be
        self.memory = Memory(level=level)

    def know(self, somebody: Learner) -> None:
        """Take over what is kept of the learner: before the first message, and when it changes."""
        if self.memory.learner is None:
            self._today = self._today or somebody.now.date()
            remember.recall(self.memory, somebody, self._mind)
        self.memory.learner = somebody

    def respond(self, text: str) -> Reply:
        """Return the reply to a message of any length and kind; never raises for its content."""
        self._read = {}
        whole = clean(text[: 4 * LIMIT]).strip()
        cut = len(text) > 4 * LIMIT or len(whole) > LIMIT
        message = whole[:LIMIT]
        if not re.search(r"\w", message):
            note = self._mind.phrases["not_readable" if text.strip() else "empty"]
            return Reply("clarify", "empty", (Text(note),), question=message)
        if message.casefold() == "/why":
            return why.reply(self._explained, self._mind.phrases, self._mind.library)
        asking = self.memory.pending.quiz
        reply = self._pasted(whole)
        if reply is None:
            reply = self._picked(message) or self._several(message) or self._answer(message)
            if cut:
                note = self._mind.phrases["truncated_input"].format(limit=f"{LIMIT:,}")
                reply = dataclasses.replace(reply, blocks=(Text(note), *reply.blocks))
        reply = remember.offered(reply, self.memory, self._mind)
        if asking and self.memory.quiz and not self.memory.pending.quiz:
            reply = quiz.waiting(reply, self.memory.quiz, self._mind.phrases)
        self.memory.last = reply
        self._explained = reply if reply.trace else self._explained
        return reply

    def _pasted(self, text: str) -> Reply | None:
        """Read a message that is a job advert, longer than others may be; None if it is none."""
        if not is_pasted(text):
            return None
        from assistant.replies import advert  # rarely needed: the reader of adverts

        return advert.reply(self._plain_turn(text[:LIMIT], "skill_gap"), text)

    def _several(self, message: str) -> Reply | None:
        """Answer each of several questions in one message; None where there is but one."""
        questions = split(message)
        if len(questions) < 2:
            return None
        if self._is_one(message):
            reply = self._answer(message)
            first, whole = (self._heard(self._understood(text)) for text in (questions[0], message))
            opening = concept.left_out(first, whole) if reply.status == "answered" else []
            return dataclasses.replace(reply, blocks=(*opening, *reply.blocks))
        replies: list[Reply] = []
        left: list[str] = []
        for question in questions:
            reply = self._answer(question)
            self.memory.last = reply
            own = bool(self._understood(question).mentions)
            if astray(reply, replies, self._mind.phrases, own=own):
                left.append(question)
                continue
            known = {source.id for other in replies for source in other.sources[:1]}
            fresh = not reply.sources or reply.sources[0].id not in known
            if reply.status != "answered" or (replies and not reply.sources):
                continue  # talk may come first; after a question it is what the split made of it
            again = any(reply.blocks == other.blocks for other in replies)
            if not again and (fresh or reply.intent != replies[-1].intent):
                replies.append(reply)  # one answer for two questions is given once
        return joined(message, replies, left, self._mind.phrases) if replies else None

    def _is_one(self, message: str) -> bool:
        """Return whether a message of several clauses is strange, or a stored question, whole."""
        heard = self._understood(message)
        return heard.prediction.is_out_of_scope or _evidence(heard) >= ONE_QUESTION

    def _answer(self, message: str) -> Reply:
        pending, self.memory.pending = self.memory.pending, Pending()
        spelt = message if pending.choices else ordinals(message, self.memory, self._mind.library)
        resumed = returns(spelt)
        heard = self._understood(resumed or spelt)
        own = self._heard(heard)
        about_them = None
        fits = agenda.is_of_plan(own) or in_scope(own)
        if pending.keeps or (fits and not passage.verbatim(own)):
            about_them = learner.reply(own, pending)
        if about_them is not None:
            self._remember(own, about_them)
            return dataclasses.replace(about_them, trace=why.trace(own))
        turn = self._turn(heard)
        if resumed and turn.about and turn.intent == "define" and not concept.specific(turn):
            turn = dataclasses.replace(turn, intent="more")
        made = turn.intent in dispatch.CAREER  # for this learner, on this day
        made = made or (turn.intent in dispatch.PRACTICE and turn.sure >= PRACTISED)
        two = turn.intent == "compare" and len(turn.about) > 1
        plainly = passage.verbatim(turn) or concept.plainly(turn)
        named = {mention.id for mention in turn.about}
        made = made or (two and (plainly is None or plainly.entry in named))
        repeated = None if pending.choices or made else plainly
        if repeated:
            reply: Reply | None = passage.answer(turn, repeated)
        elif pending.choices:
            reply = self._control(turn, pending) or pack.reply(turn)
        else:
            reply = pack.reply(turn) or self._control(turn, pending)
        if reply is None and not in_scope(turn):
            reply = talk.out_of_scope(turn)
        if reply is None and strange_subject(turn, self._mind.speller):
            reply = talk.unsure(turn)
        if reply is None:
            meanings = {} if pending.choices else control.readings(turn)
            reply = talk.choose(turn, meanings) if meanings else dispatch.answer(turn)
        if reply is None:
            reply = talk.unsure(turn) if in_field(turn) else talk.out_of_scope(turn)
        self._remember(turn, reply)
        return dataclasses.replace(reply, trace=why.trace(turn))

    def _understood(self, text: str) -> Understanding:
        """Return what a text means on its own; each text of a message is looked into once."""
        if text not in self._read:
            self._read[text] = understand(text, self._mind, self._today)
        return self._read[text]

    def _turn(self, heard: Understanding) -> Turn:
        """Return the turn, with what the message leaves out taken from the conversation."""
        intent, sure = heard.intent, heard.confidence
        about = tuple(heard.named())
        topical = any(mention.kind in TOPIC_KINDS for mention in about)
        if intent == "profile" and ("?" in heard.text or ASKS.match(heard.text)):
            ranked = heard.prediction.ranked
            intent, sure = next((pair for pair in ranked if pair[0] != "profile"), (intent, sure))
        if intent in dispatch.DOES and sure < dispatch.SURE_TO_DO:
            said = (pair for pair in heard.prediction.ranked if pair[0] not in dispatch.DOES)
            intent, sure = next(said, (intent, sure))
        talks = intent in (*dispatch.TALK, *control.CONTROL)
        again = intent in control.AGAIN and sure >= SMALL_TALK  # "simpler: what is PCA"
        asks = topical or (intent in _CLOSING and ASKS.match(heard.text))
        if talks and asks and not again:
            intent, sure = self._substantial(heard)
        if intent in (*dispatch.TALK, *control.CONTROL) and sure >= SMALL_TALK:
            return Turn(self._mind, heard, self.memory, self._mind.exercises, intent, about, sure)
        replans = replan.wanted(heard, self.memory)
        leans_on = ""
        chosen = self._spelt(heard)
        if chosen is not None:
            reading, spelt = chosen
            leans_on = reading.topic
            about = tuple(spelt.named())
            intent, sure = self._meant(heard, spelt, reading)
            told = spelt.slots if reading.goes_on and not replans else heard.slots
            heard = dataclasses.replace(spelt, text=heard.text, slots=told)
        if not heard.slots.hypothetical:
            self.memory.told = heard.slots.after(self.memory.told)
        if replans:
            intent, about = "path", tuple(item for item in about if item.kind == "role")
        topic, library = self.memory.topic, self._mind.library
        about = tuple(in_context(item, heard.mentions, topic, library) for item in about)
        if intent in dispatch.CAREER or intent in dispatch.ADVICE:
            about = tuple(as_role(mention, library) for mention in about)
        return Turn(
            self._mind, heard, self.memory, self._mind.exercises, intent, about, sure, leans_on
        )  # fmt: skip

    def _spelt(self, heard: Understanding) -> tuple[Reading, Understanding] | None:
        """Return what the message stands for in its conversation, None if it stands alone."""
        found = [
            (reading, self._understood(reading.text))
            for reading in readings(heard, self.memory, self._mind.library)
        ]
        if not found:
            return None
        strange = heard.prediction.is_out_of_scope
        leaning = any(
            reading.leans and (not strange or _familiar(spelt)) for reading, spelt in found
        )
        best = max(found, key=lambda pair: _evidence(pair[1]) - FAR * pair[0].far)
        alone, spelt_out = _evidence(heard), _evidence(best[1])
        if alone >= ONE_QUESTION and spelt_out < alone / 2:
            return None  # a stored question as it stands
        bar = STRANGE if strange else LEANING
        return best if leaning or spelt_out > max(alone + STANDING, bar) else None

    def _meant(
        self, heard: Understanding, spelt: Understanding, reading: Reading
    ) -> tuple[str, float]:
        """Return the intent of a message that was spelt out, and how sure it is."""
        if WHICH_OF.search(heard.text) and len(spelt.named(*TOPIC_KINDS)) > 1:
            return "compare", 1.0
        own = heard.intent not in (*dispatch.TALK, *control.CONTROL, "define")
        if own and heard.confidence >= OWN_INTENT and not heard.prediction.is_out_of_scope:
            return heard.intent, heard.confidence
        if reading.goes_on and self.memory.intent and spelt.confidence < OWN_INTENT:
            return self.memory.intent, 1.0
        return self._substantial(spelt)

    def _substantial(self, heard: Understanding) -> tuple[str, float]:
        """Return the likeliest intent that is about something, with its probability."""
        about = (
            pair
            for pair in heard.prediction.ranked
            if pair[0] not in dispatch.TALK and pair[0] not in control.CONTROL
        )
        return next(about, (heard.intent, heard.confidence))

    def _control(self, turn: Turn, pending: Pending) -> Reply | None:
        """Answer what is about the conversation itself: yes, no, more, simpler, I meant …"""
        if turn.intent == "affirm" and len(turn.heard.text.split()) <= 6:
            chosen = pending.choices or (self.memory.last.suggestions if self.memory.last else ())
            if not pending.action and (pending.choices or len(chosen) == 1):
                return self._answer(chosen[0])
        again = control.put_right(turn)
        if again:
            return dataclasses.replace(self._answer(again), question=turn.heard.text)
        corrected = control.corrected(turn)
        if corrected is not None:
            return dispatch.answer(corrected)
        return control.reply(turn, pending)

    def _picked(self, message: str) -> Reply | None:
        """Answer a digit, an ordinal or a name that picks one of what the last reply offered."""
        pending = self.memory.pending
        if self._taken(message, pending):
            return self._taken_up(message, pending)
        last = self.memory.last
        offered = pending.choices or (last.suggestions if last else ())
        if quiz.is_another(message) and last and last.intent == "quiz" and last.sources:
            return self._answer(f"quiz me on {self._mind.library.name(last.sources[0].id)}")
        goes = control.GO.match(message) or practice.AGREED.search(message)
        if self.memory.offer and goes:
            return practice.starting(self._plain_turn(message, "affirm"), self.memory.offer)
        named = practice.by_id(message, self._mind.exercises)
        if named:
            self.memory.pending = Pending()
            return practice.starting(self._plain_turn(message, "exercise_start"), named)
        chosen = control.pick(message, offered, pending.choices)
        if chosen is None and pending.choices:
            chosen = self._nearest(message, pending.choices)
        if chosen is None:
            return None
        if pending.entries and chosen < len(pending.entries):
            return self._define(message, pending.entries[chosen])
        reply = self._answer(offered[chosen])
        return dataclasses.replace(reply, question=message)

    def _define(self, message: str, id_: str) -> Reply:
        """Say what the entry is that was picked of several readings."""
        self.memory.pending = Pending()
        self.memory.turn_to(id_)
        card = self._mind.library.cards[id_]
        heard = self._understood(f"what is {card.name}")
        about = (Mention(id_, card.kind, card.name, 1.0, 8, 8 + len(card.name)),)
        turn = Turn(self._mind, heard, self.memory, self._mind.exercises, "define", about)
        reply = concept.reply(turn) or talk.unsure(turn)
        self._remember(turn, reply)
        return dataclasses.replace(reply, question=message, trace=why.trace(turn))

    def _plain_turn(self, message: str, intent: str) -> Turn:
        heard = self._understood(message)
        return Turn(self._mind, heard, self.memory, self._mind.exercises, intent, ())

    def _heard(self, heard: Understanding) -> Turn:
        """Return the turn of a message as it stands, without the conversation around it."""
        about = tuple(heard.named())
        return Turn(self._mind, heard, self.memory, self._mind.exercises, heard.intent, about,
                    heard.confidence)  # fmt: skip

    def _taken(self, message: str, pending: Pending) -> bool:
        """Return whether a message is for the quiz or the interview, or says yes and goes on."""
        if pending.quiz and self.memory.quiz:
            stray = quiz.is_stray(self._heard(self._understood(message)))
            return stray or quiz.is_answer(self.memory.quiz, message)
        if pending.interview and self.memory.interview:
            return interview.is_answer(message)
        return bool(pending.keeps and remember.yes_and(message))

    def _taken_up(self, message: str, pending: Pending) -> Reply:
        if pending.keeps:
            reply = self._answer(remember.yes_and(message))
            kept = (*reply.kept, Text(pending.kept))
            return dataclasses.replace(reply, keeps=(*pending.keeps, *reply.keeps), kept=kept)
        self.memory.pending = Pending()
        if pending.interview and self.memory.interview:
            turn = self._plain_turn(message, "interview_practice")
            return interview.answer(turn, self.memory.interview, self._meanings)
        assert self.memory.quiz is not None
        return quiz.answer(self._plain_turn(message, "quiz"), self.memory.quiz)

    def _nearest(self, message: str, choices: Sequence[str]) -> int | None:
        """Return the choice that a few words mean more than any other: "the unfair kind"."""
        if len(message.split()) > CHOOSING_WORDS or not _CHOOSES.search(message):
            return None
        vectors = self._meanings([message, *choices])
        likeness = vectors[1:] @ vectors[0]
        order = likeness.argsort()[::-1]
        clear = likeness[order[0]] - likeness[order[1]] >= CLEARLY
        return int(order[0]) if clear else None

    def _meanings(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors of what texts mean, float32 (n, 384)."""
        return last(self._mind.encoder.layers(texts))

    def _remember(self, turn: Turn, reply: Reply) -> None:
        if reply.status != "answered" or reply.intent in dispatch.TALK:
            return
        if reply.intent not in control.CONTROL:
            self.memory.intent = reply.intent
            self.memory.said, self.memory.said_names = turn.heard.spelt, turn.heard.mentions
        entities = [entity for entity in reply.entities if entity.kind in TOPIC_KINDS]
        clear = [entity for entity in entities if entity.score > WEAK]
        topics = [entity.id for entity in clear or entities]
        if len(topics) > 1:
            self.memory.listed = tuple(topics)
        if not topics and reply.sources:
            topics = [reply.sources[0].id]
        kept = [turn.leans_on] if turn.leans_on in topics else []
        for id_ in (*reversed(topics), *kept):
            self.memory.turn_to(id_)


def _familiar(heard: Understanding) -> bool:
    return not heard.prediction.is_out_of_scope


def _evidence(heard: Understanding) -> float:
    """Return how likely the message asks something that is known."""
    return max((item.chance for item in heard.asked), default=0.0)


__all__ = ["LIMIT", "Conversation"]
