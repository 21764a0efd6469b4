"""A quiz in the conversation: a question, the reasons for each answer, the next question."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

from assistant.language.mentions import WEAK
from assistant.learner import quiz as quizzes
from assistant.learner.keeping import Answered
from assistant.learner.quiz import Feedback, Question, Quiz
from assistant.learner.records import Answer
from assistant.learner.review import due
from assistant.replies import control
from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Block, Bullets, Reply, Text
from knowledge.schema import Option

_BACK = re.compile(r"\b(?:back|resume|continue|return|go on with)\b", re.IGNORECASE)
_NO_IDEA = re.compile(
    r"^\W*(?:(?:no idea|i (?:don'?t|do not) know|idk|dunno|no clue|not sure|pass|skip)\b"
    r"(?:\W+\w+){0,4}|tell me(?:\s+the answer)?)\W*$",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"^\W*(?:ok\W+)?(?:another|next|one more|once more|more|again|go on|continue)\b"
    r"(?:\s+(?:one|question|please|pls|quiz))*\W*$",
    re.IGNORECASE,
)
_WHY = re.compile(r"^\W*(?:but\s+)?why(?:\s+(?:is that|not|so|was it wrong))?\W*$", re.IGNORECASE)
LEAVING = (*control.CONTROL, "goodbye", "thanks", "help")  # what a single word may well say
_OUT_OF_RANGE = re.compile(r"\W*(?:\d{1,3}|[a-z])\W*", re.IGNORECASE)
_ASKS = re.compile(r"^\W*(?:what|how|why|when|which|who|is|are|does|do|can|explain)\b.*\s", re.I)
_REVIEW = re.compile(
    r"^\W*(?:(?:let'?s|please|ok|okay|yes|now|start|do|begin|my|the|a|daily|today'?s|i want to"
    r"|i'd like to|can (?:i|we))\W+)*(?:review|revise)"
    r"(?:\W+(?:now|today|please|what(?:'s| is) due|due|my|cards?|questions?|session|them|it|me))*"
    r"\W*$|^\W*what(?:'s| is| do i have)\s+(?:due|to (?:review|repeat))"
    r"(?:\W+(?:now|today|for review))*\W*$",
    re.IGNORECASE,
)
_ON = re.compile(r"\b(?:on|about|in)\s+(?:the\s+)?$", re.IGNORECASE)  # before a word that is meant
KINDS = ("concept", "role", "competency")


def is_review(message: str) -> bool:
    """Return whether a message asks for what is due."""
    return bool(_REVIEW.search(message))


def start(turn: Turn) -> Reply:
    """Begin a quiz on what the message names, else on the topic, or go on with the open one."""
    if turn.memory.quiz and (_BACK.search(turn.heard.text) or _ANOTHER.match(turn.heard.text)):
        return asked(turn)
    answers = _answers(turn)
    topics = _topics(turn)
    turn.memory.reviewing = False
    turn.memory.quiz = quizzes.start(
        turn.library, turn.exercises, topics, answers=answers, seed=len(answers)
    )
    return asked(turn)


def review(turn: Turn) -> Reply:
    """Ask again what is due today."""
    learner = turn.memory.learner
    waiting = due(learner.records.cards, learner.now) if learner else []
    found = (quizzes.find(turn.library, turn.exercises, card.item) for card in waiting)
    items = [item for item in found if item]
    if not items:
        return turn.reply(Text(turn.phrase("review_none")), suggestions=("Quiz me", "What's next?"))
    turn.memory.reviewing = True
    turn.memory.quiz = quizzes.in_order(items, seed=len(_answers(turn)), count=len(items))
    return asked(turn)


def is_unsure(turn: Turn) -> bool:
    """Return whether somebody whose quiz waits says that they do not know."""
    return turn.memory.quiz is not None and bool(_NO_IDEA.match(turn.heard.text))


def is_another(message: str) -> bool:
    """Return whether a message asks for another question."""
    return bool(_ANOTHER.match(message))


def is_stray(turn: Turn) -> bool:
    """Return whether a word in a quiz is neither an answer nor about anything."""
    word = re.fullmatch(r"\W*[^\W\d_]+\W*", turn.heard.text) and turn.heard.text[0] != "/"
    strange = turn.heard.prediction.is_out_of_scope or turn.intent == "greeting"
    return bool(word and strange and not turn.heard.mentions) and turn.intent not in LEAVING


def is_answer(quiz: Quiz, message: str) -> bool:
    """Return whether a message is for the quiz: an option, a pass, or the wish to go on."""
    question = quiz.question()
    options = question.options if question else ()
    read = quizzes.read_choice(message, options)
    return (
        (read is not None and read != "stop")
        or (_picked(options, message) is not None and not _ASKS.match(message))
        or any(way.match(message) for way in (_NO_IDEA, _ANOTHER))
        or bool(_OUT_OF_RANGE.fullmatch(message))
        or bool(quiz.given and _WHY.match(message))
    )


def answer(turn: Turn, quiz: Quiz) -> Reply:
    """Say whether an answer is right and why, and ask the next question."""
    message, question = turn.heard.text, quiz.question()
    assert question is not None
    if _ANOTHER.match(message):
        turn.memory.quiz = _without(quiz, question)
        return asked(turn)
    if quiz.given and _WHY.match(message):
        return _reasons(turn, quiz.given[-1])
    read = quizzes.read_choice(message, question.options)
    chosen = read if isinstance(read, int) else _picked(question.options, message)
    if chosen is None and read != "pass" and not _NO_IDEA.match(message):
        turn.memory.pending = Pending(quiz=True)
        return turn.reply(Text(turn.phrase("quiz_range", most=len(question.options))),
                          status="clarify")  # fmt: skip
    turn.memory.quiz, feedback = quiz.answer(chosen)
    keeps = (Answered(feedback, turn.memory.reviewing),)
    after = asked(turn) if turn.memory.quiz.question() else _over(turn, turn.memory.quiz)
    if not turn.memory.quiz or not turn.memory.quiz.question():
        turn.memory.quiz = None
    topic = feedback.item.topic
    return dataclasses.replace(
        after, blocks=(*_judged(turn, feedback), *after.blocks), keeps=keeps,
        sources=turn.references(topic),
    )  # fmt: skip


def waiting(reply: Reply, quiz: Quiz, phrases: Mapping[str, str]) -> Reply:
    """Return a reply given in the middle of a quiz, with a word that the quiz can go on."""
    number, of = len(quiz.given) + 1, min(quiz.count, len(quiz.items))
    note = Text(phrases["quiz_waits"].format(number=number, of=of))
    return dataclasses.replace(reply, blocks=(*reply.blocks, note))


def stop(turn: Turn) -> Reply:
    """End a quiz before its end."""
    quiz, turn.memory.quiz = turn.memory.quiz, None
    if quiz is None or not quiz.given:
        return turn.reply(Text(turn.phrase("cancelled")))
    return _over(turn, quiz)


def _without(quiz: Quiz, question: Question) -> Quiz:
    """Return the quiz with a question put aside, unless it is the last one."""
    left = tuple(item for item in quiz.items if item.key != question.item.key)
    put = dataclasses.replace(quiz, items=left)
    return put if left and put.question() else quiz


def _picked(options: Sequence[Option], message: str) -> int | None:
    return control.pick(message, [option.text for option in options])


def _answers(turn: Turn) -> tuple[Answer, ...]:
    learner = turn.memory.learner
    return learner.records.answers if learner else ()


def _topics(turn: Turn) -> tuple[str, ...]:
    """Return the concepts that are meant, or those that should be asked about."""
    weak = {item.id for item in turn.about if item.score == WEAK
            and not _ON.search(turn.heard.spelt[: item.start])}  # fmt: skip
    named = [entry.id for entry in turn.entries(*KINDS) if entry.id not in weak]
    for id_ in [*named, turn.memory.topic]:
        topics = quizzes.topics_of(turn.library, turn.exercises, id_) if id_ else ()
        if topics:
            return topics
    learner = turn.memory.learner
    runs = learner.records.runs if learner else ()
    played = [id_ for run in runs if run.exercise in turn.exercises
              for id_ in turn.exercises[run.exercise].concepts]  # fmt: skip
    goal = turn.told.goal
    aimed = quizzes.topics_of(turn.library, turn.exercises, goal) if goal else ()
    return (quizzes.suggest(turn.library, _answers(turn), (*played, *aimed)),)


def asked(turn: Turn) -> Reply:
    """Ask the question that the quiz is at."""
    quiz = turn.memory.quiz
    question = quiz.question() if quiz else None
    if quiz is None or question is None:
        turn.memory.quiz = None
        return turn.reply(Text(turn.phrase("quiz_none")), status="unsure")
    topic = question.item.topic
    turn.memory.turn_to(topic)
    turn.memory.pending = Pending(quiz=True)
    number, of = len(quiz.given) + 1, min(quiz.count, len(quiz.items))
    options = tuple(f"{place}. {option.text}" for place, option in enumerate(question.options, 1))
    prompt = turn.phrase("quiz_prompt") if not quiz.given else ""
    blocks: list[Block] = [
        Text(f"**{number}/{of}  {question.item.quiz.question}**"), Bullets(options),
        *([Text(prompt)] if prompt else []),
    ]  # fmt: skip
    action = Action("quiz", topic, turn.library.name(topic))
    return turn.reply(*blocks, ids=[topic], actions=(action,))


def _reasons(turn: Turn, feedback: Feedback) -> Reply:
    """Say of each option of the last question why it is right or wrong, and ask on."""
    options = feedback.item.quiz.options
    why = Bullets(tuple(f"**{option.text}**: {option.why}" for option in options))
    after = asked(turn)
    return dataclasses.replace(after, blocks=(why, *after.blocks))


def _judged(turn: Turn, feedback: Feedback) -> list[Block]:
    blocks: list[Block] = []
    if feedback.chosen:
        verdict = turn.phrase("quiz_right" if feedback.right else "quiz_wrong")
        blocks.append(Text(f"**{verdict}** {feedback.chosen.why}"))
    if not feedback.right:
        told = turn.phrase("quiz_answer", text=feedback.answer.text.rstrip("."))
        blocks.append(Text(f"{told}. {feedback.answer.why}"))
    return blocks


def _over(turn: Turn, quiz: Quiz) -> Reply:
    """Say how a quiz went, and what to read on."""
    right = sum(feedback.right for feedback in quiz.given)
    missed = dict.fromkeys(f.item.topic for f in quiz.given if not f.right)
    learner = turn.memory.learner
    note = "quiz_again" if missed and learner and learner.keeps else "quiz_over"
    text = turn.phrase(note, right=right, of=len(quiz.given))
    asks = [f"Explain {turn.library.name(id_)}" for id_ in list(missed)[:2]]
    asks += ["What's next?"] if learner else []
    ids = [*missed, *(feedback.item.topic for feedback in quiz.given)]
    return turn.reply(Text(text), ids=ids[:1], suggestions=asks)
