"""Which reply answers which intent: the one table that says so."""

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.replies import (
    comparison,
    concept,
    gap,
    passage,
    path,
    practice,
    profile,
    quiz,
    role,
    talk,
    uses,
)
from assistant.replies.turn import Turn
from assistant.reply import Reply

Replier = Callable[[Turn], Reply | None]

# Short messages about the conversation; they need no topic and are never out of scope.
TALK: dict[str, Replier] = {
    "greeting": talk.phrase,
    "goodbye": talk.phrase,
    "thanks": talk.phrase,
    "small_talk": talk.phrase,
    "about": talk.phrase,
    "help": talk.help_,
}
KNOWLEDGE: dict[str, Replier] = {
    **dict.fromkeys(concept.FIELDS, concept.reply),
    "compare": comparison.reply,
    "choose": comparison.choose,
    "applications": uses.applications,
}
CAREER: dict[str, Replier] = {
    "role": role.reply,
    "recommend_role": role.recommend,
    "path": path.reply,
    "transition": path.reply,
    "resources": path.resources,
    "profile": profile.reply,
    "skill_gap": gap.reply,
}
PRACTICE: dict[str, Replier] = {
    "exercise_list": practice.exercise_list,
    "exercise_start": practice.exercise_start,
    "quiz": quiz.start,
}
# What is done and not said; where the wish is in doubt, the message is a question.
DOES = ("quiz", "exercise_start", "exercise_list", "recommend_role")
SURE_TO_DO = 0.6  # how likely such a wish must be
_OVER = re.compile(r"\b(?:over|than|compared (?:to|with)|versus|vs|instead of)\b", re.IGNORECASE)
DOUBTFUL = 0.5  # below this, a near question says more than the intent
# Career questions whose answer is advice: a stored question first, then the role's own fields.
ADVICE = frozenset(
    (
        "start",
        "education",
        "worries",
        "time_needed",
        "salary",
        "outlook",
        "skills",
        "portfolio",
        "resume",
        "interview",
        "job_search",
        "career_advice",
    )
)


def answer(turn: Turn) -> Reply | None:
    """Return the reply to a turn, or None where nothing good enough is known."""
    if turn.intent in TALK:
        return TALK[turn.intent](turn)
    return practice.about_exercises(turn) or _by_intent(turn)


def _by_intent(turn: Turn) -> Reply | None:
    if turn.sure < DOUBTFUL:
        question = passage.asked(turn)
        if question and (concept.specific(turn) or not turn.entries("concept")):
            return passage.answer(turn, question)
        if turn.entries("application", "industry"):
            return uses.applications(replace(turn, intent="applications"))
    if turn.intent in PRACTICE:
        return PRACTICE[turn.intent](turn)
    if turn.intent in ADVICE:
        return advice(turn)
    if turn.intent in CAREER:
        return _career(turn)
    if turn.entries("role") and turn.intent in role.FIELDS and not turn.entries("concept"):
        return role.reply(turn)
    if _weighs(turn):
        return comparison.reply(turn) or passage.nearest(turn)
    replier = KNOWLEDGE.get(turn.intent, concept.reply)
    found = replier(turn) or passage.nearest(turn)
    return found or (advice(turn) if turn.intent == "tools" else None)


def _career(turn: Turn) -> Reply | None:
    """Return a plan, a gap, resources …, or the stored question where it asks for more."""
    told = turn.intent == "skill_gap" and turn.heard.slots.skills
    listed = turn.intent in ("resources", "skill_gap") and concept.specific(turn) and not told
    question = passage.asked(turn) if listed else None
    if question:
        return passage.answer(turn, question)
    return CAREER[turn.intent](turn) or advice(turn)


def _weighs(turn: Turn) -> bool:
    """Return whether the good of one thing is asked for as against another's."""
    compared = turn.intent in ("pros_cons", "why", "technical", "when_to_use")
    two = len(turn.entries("concept")) > 1 or len(turn.entries("role")) > 1
    return compared and two and bool(_OVER.search(turn.heard.spelt)) and not passage.asked(turn)


def advice(turn: Turn) -> Reply | None:
    """Answer a career question: the stored question that it asks, or what the role says."""
    named = turn.entries("role")
    doubtful = turn.sure < DOUBTFUL and named and not turn.entries("resource")
    question = passage.asked(turn, passage.HINT) if doubtful else None
    if question:
        return passage.answer(turn, question)
    if turn.intent == "salary" and named:
        return role.reply(turn)
    facts = bool(named and turn.intent in ("outlook", "skills")) or bool(turn.entries("resource"))
    facts = facts and not concept.specific(turn)
    question = passage.asked(turn, passage.SURE if facts else passage.LIKELY)
    if question:
        return passage.answer(turn, question)
    question = passage.asked(turn, passage.POSSIBLE) if concept.specific(turn) else None
    if turn.entries("resource") and not question:
        return path.resources(turn)
    if turn.intent == "time_needed" and (turn.told.goal or named) and turn.told.hours:
        return path.reply(turn)
    question = passage.asked(turn, passage.HINT) if concept.specific(turn) else None
    if question:
        return passage.answer(turn, question)
    if named and turn.intent in role.FIELDS:
        return role.reply(turn)
    question = passage.asked(turn, passage.FAINT, kinds=("faq",))
    if question:
        return passage.answer(turn, question)
    found = passage.nearest(turn, role.FIELDS.get(turn.intent, ()))
    return found or (path.reply(turn) if turn.intent == "start" and named else None)
