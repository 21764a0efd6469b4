"""Replies that lead to doing: the list of exercises, an offer to start one, a quiz item."""

import re

from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Bullets, Reply, Table, Text
from knowledge.schema import Concept, QuizItem
from skills.exercise import Exercise


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
        listed = exercise_list(turn)
        text = Text(turn.phrase("exercise_none") + ":")
        return turn.reply(text, *listed.blocks, suggestions=listed.suggestions)
    action = Action("exercise", found.id, found.title)
    if re.match(r"\s*(start|run|begin|launch)\b", turn.heard.text, re.IGNORECASE):
        action = Action("exercise", found.id, found.title, start=True)
        return turn.reply(Text(turn.phrase("exercise_starting", title=found.title)),
                          ids=found.concepts[:1], actions=(action,))  # fmt: skip
    turn.memory.pending = Pending(action=action)
    facts = turn.phrase(
        "exercise_facts", dataset=found.dataset, minutes=found.minutes,
        device="the best device found here" if found.device == "auto" else found.device.upper(),
    )  # fmt: skip
    offer = turn.phrase("exercise_offer", title=found.title, summary=found.summary)
    return turn.reply(Text(offer), Text(facts), ids=found.concepts[:1], actions=(action,))


def find(turn: Turn) -> Exercise | None:
    """Return the exercise named by id or title, or the one that practises what is talked about."""
    words = re.sub(r"[\s_-]+", " ", turn.heard.text.casefold())
    for exercise in turn.exercises.values():
        if exercise.id.replace("_", " ") in words or exercise.title.casefold() in words:
            return exercise
    subjects = [mention.id for mention in turn.about] or turn.memory.topics[-1:]
    for id_ in subjects:
        listed = getattr(turn.library.get(id_), "exercises", ()) if id_ in turn.library else ()
        for exercise in turn.exercises.values():
            if id_ in exercise.concepts or exercise.id in listed:
                return exercise
    return None


def quiz(turn: Turn) -> Reply:
    """Ask a question on the topic that has not been asked in this conversation."""
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


def _ask(turn: Turn, concept: Concept, item: QuizItem) -> Reply:
    turn.memory.asked.add(item.question)
    turn.memory.turn_to(concept.id)
    turn.memory.pending = Pending(quiz=item, quiz_entry=concept.id)
    options = tuple(f"{number}. {option.text}" for number, option in enumerate(item.options, 1))
    return turn.reply(
        Text(f"**{item.question}**"), Bullets(options), Text(turn.phrase("quiz_prompt")),
        ids=[concept.id], actions=(Action("quiz", concept.id, concept.name),),
    )  # fmt: skip


def judge(turn: Turn, item: QuizItem, entry: str, chosen: int) -> Reply:
    """Say whether the chosen option (from 0) is right, and why each way."""
    option = item.options[chosen]
    right = next(other for other in item.options if other.right)
    verdict = turn.phrase("quiz_right" if option.right else "quiz_wrong")
    blocks = [Text(f"**{verdict}** {option.why}")]
    if not option.right:
        blocks.append(Text(f"{turn.phrase('quiz_answer', text=right.text)}. {right.why}"))
    name = turn.library.name(entry)
    return turn.reply(*blocks, ids=[entry], suggestions=[f"Quiz me on {name}", f"Explain {name}"])
