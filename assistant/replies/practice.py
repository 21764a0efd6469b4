"""Replies that lead to doing: the list of exercises, an offer to start one, a quiz item."""

import re
from dataclasses import replace

from assistant.replies import passage
from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Bullets, Reply, Table, Text
from knowledge.schema import Concept, Entry, QuizItem
from skills.exercise import Exercise

STARTS = re.compile(
    r"^\W*(?:(?:ah|oh|ok|okay|so|yes|now|please|let's|lets)\W+)*"
    r"(?:start|run|begin|launch)\b",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"\b(?:start|run|begin|launch|do)\s+(?:the|that|this)\s+exercise\b", re.IGNORECASE
)
_BACK = re.compile(r"\b(?:back|resume|continue|return)\b", re.IGNORECASE)


def exercise_list(turn: Turn) -> Reply:
    """List the exercises."""
    rows = tuple(
        (exercise.id, exercise.title, f"{exercise.minutes} min", exercise.dataset)
        for exercise in turn.exercises.values()
    )
    columns = ("Exercise", "What you train", "Time", "Data")
    asks = [f"start {exercise_id}" for exercise_id in list(turn.exercises)[:2]]
    return turn.reply(Table(columns, rows, title=turn.phrase("exercise_list")), suggestions=asks)


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


def find(turn: Turn) -> Exercise | None:
    """Return the exercise named by id or title, or the one that practises what is talked about."""
    words = re.sub(r"[\s_-]+", " ", turn.heard.text.casefold())
    for exercise in turn.exercises.values():
        if exercise.id.replace("_", " ") in words or exercise.title.casefold() in words:
            return exercise
    offer = turn.memory.offer
    if offer and not turn.heard.mentions:
        return turn.exercises.get(offer.id)
    subjects = [mention.id for mention in turn.about] or turn.memory.topics[-1:]
    for id_ in subjects:
        listed = getattr(turn.library.get(id_), "exercises", ()) if id_ in turn.library else ()
        for exercise in turn.exercises.values():
            if id_ in exercise.concepts or exercise.id in listed:
                return exercise
    return None


def quiz(turn: Turn) -> Reply:
    """Ask a question on the topic that has not been asked in this conversation."""
    if turn.memory.quiz and _BACK.search(turn.heard.text):
        item, id_ = turn.memory.quiz
        return _ask(turn, turn.library.get(id_), item)
    subjects = [entry for entry in turn.entries("concept") if isinstance(entry, Concept)]
    topic = turn.library.get_as(Concept, turn.memory.topic)
    for concept in subjects or ([topic] if topic else _any(turn)):
        for item in concept.quiz:
            if item.question not in turn.memory.asked:
                return _ask(turn, concept, item)
    return turn.reply(Text(turn.phrase("quiz_none")), status="unsure")


def _any(turn: Turn) -> list[Concept]:
    starting = ("machine_learning", "overfitting", "supervised_learning", "classification")
    found = (turn.library.get_as(Concept, id_) for id_ in starting)
    return [concept for concept in found if concept]


def _ask(turn: Turn, concept: Entry, item: QuizItem) -> Reply:
    turn.memory.asked.add(item.question)
    turn.memory.quiz = (item, concept.id)
    turn.memory.turn_to(concept.id)
    turn.memory.pending = Pending(quiz=item, quiz_entry=concept.id)
    options = tuple(f"{number}. {option.text}" for number, option in enumerate(item.options, 1))
    return turn.reply(
        Text(f"**{item.question}**"), Bullets(options), Text(turn.phrase("quiz_prompt")),
        ids=[concept.id], actions=(Action("quiz", concept.id, concept.name),),
    )  # fmt: skip


def judge(turn: Turn, item: QuizItem, entry: str, chosen: int | None) -> Reply:
    """Say whether the chosen option (from 0; None: no idea) is right, and why each way."""
    turn.memory.quiz = None
    right = next(other for other in item.options if other.right)
    option = right if chosen is None else item.options[chosen]
    blocks = []
    if chosen is not None:
        verdict = turn.phrase("quiz_right" if option.right else "quiz_wrong")
        blocks.append(Text(f"**{verdict}** {option.why}"))
    if chosen is None or not option.right:
        blocks.append(Text(f"{turn.phrase('quiz_answer', text=right.text)}. {right.why}"))
    name = turn.library.name(entry)
    return turn.reply(*blocks, ids=[entry], suggestions=[f"Quiz me on {name}", f"Explain {name}"])
