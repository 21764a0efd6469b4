"""Messages about the learner: what is kept of them, what is next, how far they have come."""

import re

from assistant.replies import agenda, interview, passage, quiz, remember
from assistant.replies.turn import Pending, Turn
from assistant.reply import Reply

_REHEARSES = re.compile(r"\b(?:mock|practi[cs]e|rehears|simulat|interview me|ask me)", re.I)
SURE = 0.5  # how likely an intent of these must be


def reply(turn: Turn, pending: Pending) -> Reply | None:
    """Answer a message about the learner, else None."""
    if pending.keeps:
        reply = remember.decided(turn, pending)
        if reply:
            return reply
    if turn.intent == "cancel" and turn.memory.quiz and not turn.about:
        return quiz.stop(turn)
    if quiz.is_unsure(turn):
        return quiz.asked(turn)
    if quiz.is_review(turn.heard.text):
        return quiz.review(turn)
    rehearses = turn.intent == "interview_practice" and turn.sure >= SURE
    if rehearses and (_REHEARSES.search(turn.heard.spelt) or not passage.asked(turn)):
        return interview.start(turn)
    about_plan = remember.requested(turn) or agenda.reply(turn)
    if about_plan and pending.keeps and turn.intent == "why" and not about_plan.keeps:
        turn.memory.pending = pending  # what was offered is explained and still open
    return about_plan
