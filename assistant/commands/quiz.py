"""`lodestar quiz` and `lodestar review`: questions with reasons, asked again when they are due."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.common import Json, load_mind, print_json
from assistant.commands.naming import entry_ids
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.learner.quiz import Feedback, Question, Quiz
    from assistant.learner.records import Records, ReviewCard
    from assistant.learner.store import Store

WIDEST = 100
SURE = 0.8  # how near a name must be to what is typed
Count = click.IntRange(1, 50)


class Stopped(Exception):
    """The learner wants no more questions, or the input has ended."""


class Asker:
    """Asks at a terminal or along a pipe and keeps each answer before it is judged aloud."""

    def __init__(self, store: "Store", cards: "Iterable[ReviewCard]", *, quiet: bool) -> None:
        self._store = store
        self._cards = {card.item: card for card in cards}
        self._quiet = quiet
        self._terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self.asked: list[dict[str, Any]] = []

    def say(self, text: str, indent: int = 0) -> None:
        """Print a paragraph, wrapped where people read it in a terminal."""
        if self._quiet:
            return
        from assistant.render.plain import inline

        if self._terminal:
            width = min(shutil.get_terminal_size().columns, WIDEST)
            hang = " " * (indent + 3 if indent else 0)
            text = textwrap.fill(inline(text), width, initial_indent=" " * indent,
                                 subsequent_indent=hang)  # fmt: skip
        else:
            text = " " * indent + inline(text)
        click.echo(text)

    def choice(self, question: "Question", number: int, of: int) -> int | None:
        """Return the index of the option chosen, None for a pass; raises Stopped."""
        from assistant.learner.quiz import read_choice

        self.say(f"{number}/{of}  {question.item.quiz.question}")
        for place, option in enumerate(question.options, 1):
            self.say(f"{place}. {option.text}", 2)
        while True:
            most = len(question.options)
            if self._terminal and not self._quiet:
                click.echo(f"Your answer (1-{most}, Enter to pass, q to stop): ", nl=False)
            line = self._line()
            chosen = read_choice(line, question.options)
            if chosen == "stop":
                raise Stopped
            if chosen is not None:
                return None if chosen == "pass" else chosen
            click.echo(f"Answer with a number from 1 to {most}, or q to stop.", err=True)

    def _line(self) -> str:
        """Return a line of input; raises Stopped at its end, KeyboardInterrupt at Ctrl-C."""
        line = ""
        try:
            line = sys.stdin.readline()
        finally:
            if not line and self._terminal:
                click.echo()  # what follows begins a line of its own
        if not line:
            raise Stopped
        return line

    def keep(self, feedback: "Feedback", at: datetime, *, review: bool) -> None:
        """Keep an answer, then say whether it is right, why, and when it is asked again."""
        from assistant.learner.review import kept

        item, chosen = feedback.item, feedback.chosen
        answer, card = kept(feedback, self._cards.get(item.key), at, review=review)
        self._store.add_answer(answer, card)
        self._cards[item.key] = card
        due = card.due.astimezone(at.tzinfo).date()
        self.asked.append(_asked(feedback, due.isoformat()))
        if feedback.right:
            self.say(f"Right. {feedback.answer.why}")
        else:
            if chosen:
                self.say(f"No: “{chosen.text}”. {chosen.why}")
            self.say(f"The answer is “{feedback.answer.text}”. {feedback.answer.why}")
        self.say(f"Asked again on {due:%d %B %Y}.")
        self.say("")

    def score(self) -> dict[str, Any]:
        """Return what was asked and how many answers were right."""
        right = sum(row["right"] for row in self.asked)
        return {"asked": self.asked, "right": right, "of": len(self.asked)}


def _asked(feedback: "Feedback", due: str) -> dict[str, Any]:
    return {
        "id": feedback.item.key, "topic": feedback.item.topic, "rung": feedback.item.rung,
        "question": feedback.item.quiz.question,
        "chosen": feedback.chosen.text if feedback.chosen else None, "right": feedback.right,
        "why": feedback.chosen.why if feedback.chosen else None,
        "answer": feedback.answer.text, "answer_why": feedback.answer.why, "due": due,
    }  # fmt: skip


def _ask_all(asker: Asker, quiz: "Quiz", *, review: bool) -> "tuple[Quiz, bool]":
    """Ask until the quiz is over; return it, and whether Ctrl-C ended it."""
    from assistant.learner.access import now

    total = min(quiz.count, len(quiz.items))
    try:
        while question := quiz.question():
            chosen = asker.choice(question, len(quiz.given) + 1, total)
            quiz, feedback = quiz.answer(chosen)
            asker.keep(feedback, now(), review=review)
    except Stopped:
        return quiz, False
    except KeyboardInterrupt:
        return quiz, True
    return quiz, False


def _end(asker: Asker, quiz: "Quiz", head: dict[str, Any], *, as_json: bool) -> None:
    """Print how it went, with the question still open where the input ended before."""
    from assistant.places import is_private

    if as_json:
        print_json({**head, **asker.score(), "next": _pending(quiz.question())})
        return
    score = asker.score()
    if score["of"]:
        kept = "Private: nothing is kept." if is_private() else "Your answers are kept."
        asker.say(f"{score['right']} of {score['of']} right. {kept}")


def _pending(question: "Question | None") -> dict[str, Any] | None:
    if question is None:
        return None
    return {
        "id": question.item.key, "topic": question.item.topic,
        "question": question.item.quiz.question,
        "options": [option.text for option in question.options],
    }  # fmt: skip


@click.command()
@click.argument("topic", nargs=-1, shell_complete=entry_ids("concepts"))
@click.option("--count", default=6, show_default=True, type=Count, help="Questions to ask.")
@click.option("--seed", type=click.IntRange(0), help="Decides the order; by default a new one.")
@Json
def quiz(topic: tuple[str, ...], count: int, seed: int | None, as_json: bool) -> None:
    """Answer questions on a topic, harder as you succeed.

    One answer a line: a number, a letter or the words of an option; an empty line passes, q
    stops. Without a topic: what you last got wrong, or what your exercises and your goal ask
    for. With --json the answers are read from stdin and one document is printed; `next` is the
    question still open.

    \b
    Examples:
      lodestar quiz
      lodestar quiz overfitting
      lodestar quiz random forest --count 10 --seed 1
    """
    from assistant.learner import quiz as quizzes
    from assistant.learner.access import open_store
    from skills.exercise import catalogue

    mind, exercises = load_mind(), catalogue()
    with open_store() as store:
        records = store.load()
        topics = _topics(mind, exercises, " ".join(topic), records)
        seed = len(records.answers) if seed is None else seed
        asked = quizzes.start(
            mind.library, exercises, topics, answers=records.answers, count=count, seed=seed
        )
        asker = Asker(store, records.cards, quiet=as_json)
        names = ", ".join(mind.library.name(id_) for id_ in topics[:3])
        asker.say(f"Quiz: {names}{' and more' if len(topics) > 3 else ''}")
        asker.say("")
        asked, interrupted = _ask_all(asker, asked, review=False)
    _end(asker, asked, {"topic": topics[0], "seed": seed}, as_json=as_json)
    missed = dict.fromkeys(row["topic"] for row in asker.asked if not row["right"])
    for id_ in list(missed)[:2]:
        asker.say(f'To read on: lodestar ask "explain {mind.library.name(id_)}"')
    if interrupted:
        raise SystemExit(130)


def _topics(
    mind: Any, exercises: Mapping[str, Any], text: str, records: "Records"
) -> tuple[str, ...]:
    """Return the concepts that a text means; without a text, those that are due to be asked."""
    from assistant.learner.quiz import suggest, topics_of
    from assistant.lookup import find

    if not text.strip():
        played = [id_ for run in records.runs if run.exercise in exercises
                  for id_ in exercises[run.exercise].concepts]  # fmt: skip
        aimed = topics_of(mind.library, exercises, str(records.profile.get("role", "")))
        return (suggest(mind.library, records.answers, (*played, *aimed)),)
    found = find(mind, text.replace("_", " "))["candidates"]
    likely = [match["id"] for match in found if match["score"] >= SURE]
    for id_ in (text.strip(), *likely):
        topics = topics_of(mind.library, exercises, id_)
        if topics:
            return topics
    near = ", ".join(match["id"] for match in found[:3])
    where = f"Near to it: {near}." if near else "Look it up with: lodestar knowledge find …"
    raise UsageError(f"There are no questions on {text!r}. {where}")


@click.command()
@click.option("--count", default=20, show_default=True, type=Count, help="Questions at the most.")
@Json
def review(count: int, as_json: bool) -> None:
    """Answer again what is due today; FSRS chooses the dates.

    One answer a line, and --json, as in `lodestar quiz`.

    \b
    Examples:
      lodestar review
      lodestar review --count 5
    """
    from assistant.learner import quiz as quizzes
    from assistant.learner.access import now, open_store
    from assistant.learner.review import due
    from skills.exercise import catalogue

    with open_store() as store:
        records = store.load()
        waiting = due(records.cards, now())
        items = []
        if waiting:
            library, exercises = load_mind().library, catalogue()
            found = (quizzes.find(library, exercises, card.item) for card in waiting)
            items = [item for item in found if item]
        asker = Asker(store, records.cards, quiet=as_json)
        asked = quizzes.in_order(items, seed=len(records.answers), count=count)
        asked, interrupted = _ask_all(asker, asked, review=True)
        next_due = min((card.due for card in store.load().cards), default=None)
    day = next_due.astimezone(now().tzinfo).date() if next_due else None
    head = {"due": len(items), "next_due": day.isoformat() if day else None}
    _end(asker, asked, head, as_json=as_json)
    asker.say(_outlook(len(items) - len(asker.asked), day))
    if interrupted:
        raise SystemExit(130)


def _outlook(left: int, day: date | None) -> str:
    """Return what comes next: what is left for today, or the day of the next review."""
    if day is None:
        return "Nothing to review yet. A quiz makes review cards: lodestar quiz"
    if left:
        return f"{left} more for today: lodestar review"
    return f"Nothing more is due today. The next review is on {day:%d %B %Y}."
