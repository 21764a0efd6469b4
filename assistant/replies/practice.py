"""Replies that lead to doing: the list of exercises, an offer to start one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.replies import concept, passage
from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Reply, Table, Text
from assistant.search import Tokenizer
from skills.exercise import Exercise

FAMILIES = ("tabular", "networks", "vision", "language", "sequences", "generative", "graphs",
            "reinforcement", "claims")  # fmt: skip
FIRST = ("linear_regression", "mlp_digits")  # those to begin with
_WHICH = re.compile(
    r"\b(?:which|what) exercises?\b.*\b(?:begin|beginner|start|first|easiest)\b", re.I
)
_OWN = re.compile(
    r"\b(?:write|code|program|implement|do|try)\b.*\bexercise.*\b(?:myself|my ?self|on my own)\b"
    r"|\b(?:write|code|program|implement|do|try)\b.*\b(?:myself|my ?self|on my own)\b.*\bexercise"
    r"|\bexercise\b.*\b(?:in|with) my own code\b",
    re.I,
)
MOST_WORDS = 0.5  # of a message's words, so many in an exercise's id and title
_TOKENS = Tokenizer()
_EVERY = set(_TOKENS("train training model run start exercise try show want learn something "
                     "here now please let find make build use"))  # fmt: skip
STARTS = re.compile(
    r"^\W*(?:(?:ah|oh|ok|okay|so|yes|now|please|let's|lets)\W+)*"
    r"(?:start|run|begin|launch)\b",
    re.IGNORECASE,
)
_BY_ID = re.compile(
    r"^\W*(?:please\s+)?(?:start|run|begin|launch)\s+(?:the\s+)?(?:exercise\s+)?([\w-]+)\W*$",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"\b(?:start|run|begin|launch|do)\s+(?:the|that|this)\s+exercise\b", re.IGNORECASE
)


def exercise_list(turn: Turn) -> Reply:
    """List the exercises."""
    listed = _in_order(turn)
    rows = tuple(
        (exercise.id, exercise.title, f"{exercise.minutes} min", exercise.dataset)
        for exercise in listed
    )
    columns = ("Exercise", "What you train", "Time", "Data")
    asks = [f"start {id_}" for id_ in FIRST if id_ in turn.exercises]
    return turn.reply(Table(columns, rows, title=turn.phrase("exercise_list")), suggestions=asks)


def _in_order(turn: Turn) -> list[Exercise]:
    """Return the exercises by what they train, short ones first."""
    return sorted(
        turn.exercises.values(), key=lambda one: (FAMILIES.index(one.family), one.minutes)
    )


def about_exercises(turn: Turn) -> Reply | None:
    """Answer which exercise to begin with, or how to write one oneself, else None."""
    text = turn.heard.spelt
    if _OWN.search(text):
        named = find(turn) if turn.about or turn.memory.offer else None
        id_ = named.id if named else FIRST[0]
        return turn.reply(Text(turn.phrase("exercise_own", id=id_)), suggestions=["List exercises"])
    return exercise_list(turn) if _WHICH.search(text) else None


def exercise_start(turn: Turn) -> Reply | None:
    """Offer the exercise that the message names or that practises its topic."""
    found = find(turn)
    if found is None:
        known = passage.nearest(turn)
        if known:
            return known
        listed = exercise_list(turn)
        text = Text(turn.phrase("exercise_none") + ":")
        return turn.reply(text, *listed.blocks, suggestions=listed.suggestions)
    action = Action("exercise", found.id, found.title)
    if STARTS.search(turn.heard.text):
        return starting(turn, action)
    turn.memory.pending, turn.memory.offer = Pending(action=action), action
    offer = turn.phrase("exercise_offer", title=found.title, summary=found.summary)
    offered = facts(turn, action)
    return replace(offered, blocks=(Text(offer), *offered.blocks))


def facts(turn: Turn, action: Action) -> Reply:
    """Say what an exercise that is offered trains on, and how long it takes."""
    exercise = turn.exercises[action.id]
    device = "the best device found here" if exercise.device == "auto" else exercise.device.upper()
    text = turn.phrase(
        "exercise_facts", dataset=exercise.dataset, minutes=exercise.minutes, device=device
    )
    return turn.reply(Text(text), ids=exercise.concepts[:1], actions=(action,))


def starting(turn: Turn, action: Action) -> Reply:
    """Start an exercise."""
    turn.memory.offer = None
    text = Text(turn.phrase("exercise_starting", title=action.title))
    concepts = turn.exercises[action.id].concepts[:1]
    return turn.reply(text, ids=concepts, actions=(replace(action, start=True),))


def by_id(message: str, exercises: Mapping[str, Exercise]) -> Action | None:
    """Return the exercise that a message starts by its id."""
    found = _BY_ID.match(message)
    exercise = exercises.get(found[1].casefold().replace("-", "_")) if found else None
    return Action("exercise", exercise.id, exercise.title) if exercise else None


def _described(turn: Turn) -> Exercise | None:
    """Return the exercise whose id and title have most of the words of a message.

    Of several that have all of them, the one that the list has first; of several that have some,
    none. "Something about schools or houses" names but one of ours.
    """
    words = set(_TOKENS(turn.heard.spelt)) - _EVERY
    if not words:
        return None
    named = {one: set(_TOKENS(f"{one.id.replace('_', ' ')} {one.title}"))
             for one in _in_order(turn)}  # fmt: skip
    shares = [(len(words & has) / len(words), one) for one, has in named.items()]
    best = max(share for share, _ in shares)
    found = [exercise for share, exercise in shares if share == best]
    if best == 1 or (best >= MOST_WORDS and len(found) == 1):
        return found[0]
    held = [exercise for exercise, has in named.items() if words & has]
    return held[0] if len(held) == 1 else None


def find(turn: Turn) -> Exercise | None:
    """Return the exercise named by id or title, or the one that practises what is talked about."""
    words = re.sub(r"[\s_-]+", " ", turn.heard.text.casefold())
    for exercise in turn.exercises.values():
        if exercise.id.replace("_", " ") in words or exercise.title.casefold() in words:
            return exercise
    offer = turn.memory.offer
    if offer and not turn.heard.mentions:
        return turn.exercises.get(offer.id)
    subjects = [mention.id for mention in turn.about]
    named = _practising(turn, subjects) or _described(turn)
    if named or subjects:
        return named
    asked = passage.asked(turn)  # "train something on spam mails" is near to a question on spam
    return _practising(turn, [asked.entry] if asked else turn.memory.topics[-1:])


def _practising(turn: Turn, ids: Sequence[str]) -> Exercise | None:
    """Return the exercise that practises the first of some entries that has one."""
    for id_ in ids:
        entry = turn.library.get(id_) if id_ in turn.library else None
        found = concept.practising(turn.exercises, entry) if entry else []
        if found:
            return turn.exercises[found[0]]
    return None
