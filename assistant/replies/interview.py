"""A mock interview in the conversation: a question, what an answer covers, the next question."""

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.learner.keeping import Happened
from assistant.replies.turn import Pending, Turn, inside
from assistant.reply import Reply, Text
from assistant.search import Encode
from knowledge.schema import Role

if TYPE_CHECKING:
    from assistant.learner.interview import Question

KIND = "interview"  # of the events in the log
_PASS = re.compile(
    r"^\W*(?:(?:i'?m|i am)\s+)?(?:pass|skip|next|no idea|not sure|idk|dunno|no clue"
    r"|i (?:really )?(?:don'?t|do not) know|tell me)\b(?:\W+\w+){0,4}\W*$",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"^\W*(?:(?:ok|okay|please|let'?s|i want to|can we)\W+)*(?:stop|quit|exit|end|cancel"
    r"|enough|abort|that'?s (?:all|enough)|no more)\b(?:\W+(?:it|this|the|interview|now|here|please"
    r"|for|today|questions?|practice|thanks|thank|you))*\W*$",
    re.IGNORECASE,
)
_OWN_QUESTION = re.compile(
    r"^\W*(?:wait\W+|sorry\W+|but\W+)*(?:what|how|why|when|where|which|who|is|are|does|do|can"
    r"|could|should)\b[^.!]*\?\W*$",
    re.IGNORECASE,
)
_HELP = re.compile(r"^\W*help\W*$", re.IGNORECASE)
_AGAIN = re.compile(
    r"^\W*(?:(?:can|could) you\W+)?(?:please\W+)?(?:repeat|again|(?:say|ask) (?:that|it) again)"
    r"(?:\W+(?:it|that|the question|please))*\W*$",
    re.IGNORECASE,
)
SHORT_QUESTION = 14  # words of a question that is no answer


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview so far: questions, how many were answered, the points covered and all."""

    role: str
    questions: "tuple[Question, ...]"
    answered: int = 0
    covered: int = 0
    points: int = 0


def start(turn: Turn) -> Reply:
    """Begin an interview for the role that is named or aimed at, or go on with the open one."""
    from assistant.learner import interview

    if turn.memory.interview and not turn.entries("role"):
        return _asked(turn, turn.memory.interview)
    role = _role(turn)
    if not role:
        roles = [card.name for card in turn.library.of_kind("role")[:4]]
        asks = [f"Mock interview for {inside(name)}" for name in roles]
        return turn.reply(Text(turn.phrase("interview_which")), status="clarify", suggestions=asks)
    learner = turn.memory.learner
    events = learner.records.events if learner else ()
    asked = {str(event.data.get("question")) for event in events if event.kind == KIND}
    found = interview.questions(
        turn.library, role, turn.memory.level, seed=len(asked), asked=asked
    ) or interview.questions(turn.library, role, turn.memory.level, seed=len(asked))
    if not found:
        return turn.reply(Text(turn.phrase("interview_none")), status="unsure", ids=[role])
    begun = turn.memory.interview = Interview(role, tuple(found))
    reply = _asked(turn, begun)
    intro = turn.phrase("interview_intro", role=turn.library.name(role), count=len(found))
    return dataclasses.replace(reply, blocks=(Text(intro), *reply.blocks))


def is_answer(message: str) -> bool:
    """Return whether a message answers the question: all but a short question of the learner's."""
    asks = _OWN_QUESTION.match(message) and len(message.split()) <= SHORT_QUESTION
    return bool(_AGAIN.match(message)) or not (asks or _HELP.match(message))


def answer(turn: Turn, now: Interview, encode: Encode) -> Reply:
    """Say what an answer covers of the model answer, and ask the next question."""
    from assistant.learner import interview

    message, question = turn.heard.text, now.questions[now.answered]
    if _STOP.match(message):
        return _over(turn, now)
    if _AGAIN.match(message):
        return _asked(turn, now)
    passed = bool(_PASS.match(message))
    found = interview.assess(question, "" if passed else message, encode)
    shown = interview.as_reply(found)
    blocks = (shown.blocks[-1],) if passed else shown.blocks
    covered, of = len(found.of("covered")), len(found.points)
    then = dataclasses.replace(
        now, answered=now.answered + 1, covered=now.covered + covered, points=now.points + of
    )
    turn.memory.interview = then
    after = _over(turn, then) if then.answered == len(then.questions) else _asked(turn, then)
    told = {"role": now.role, "topic": question.entry, "question": question.ask,
            "covered": covered, "of": of}  # fmt: skip
    return dataclasses.replace(
        after, blocks=(*blocks, *after.blocks), keeps=(Happened(KIND, told),),
        sources=turn.references(question.entry),
    )  # fmt: skip


def _asked(turn: Turn, now: Interview) -> Reply:
    question = now.questions[now.answered]
    turn.memory.pending = Pending(interview=True)
    text = f"**{now.answered + 1}/{len(now.questions)}  {question.ask}**"
    return turn.reply(Text(text))


def _over(turn: Turn, now: Interview) -> Reply:
    turn.memory.interview = None
    if not now.answered:
        return turn.reply(Text(turn.phrase("cancelled")))
    text = turn.phrase(
        "interview_over", answered=now.answered, covered=now.covered, points=now.points
    )
    topics = dict.fromkeys(question.topic for question in now.questions[: now.answered])
    asks = [f"Quiz me on {topic}" for topic in list(topics)[:3]]
    return turn.reply(Text(text), ids=[now.role], suggestions=asks)


def _role(turn: Turn) -> str:
    named = [entry.id for entry in turn.entries("role")]
    if named or turn.told.goal:
        return named[0] if named else turn.told.goal
    return next((id_ for id_ in reversed(turn.memory.topics)
                 if turn.library.get_as(Role, id_)), "")  # fmt: skip
