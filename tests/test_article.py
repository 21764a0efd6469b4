"""Everything that the article covers is answered from the right entry."""

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from assistant.compiled import LANGUAGE
from assistant.conversation import Conversation
from assistant.language.utterances import read_utterances

LETTERS = re.compile(r"\W+")
FILE = Path(__file__).parent / "questions" / "article.yaml"
SHARE = 0.95


def test_article_is_answered(chat: Callable[[], Conversation]) -> None:
    questions = yaml.safe_load(FILE.read_text("utf-8"))
    assert len(questions) >= 80
    missed = []
    for question in questions:
        reply = chat().respond(question["ask"])
        found = [source.id for source in reply.sources[:3]]
        if reply.status != "answered" or not set(found) & set(question["expect"]):
            missed.append(f"{question['ask']} -> {reply.status} {reply.intent} {found}")
    share = 1 - len(missed) / len(questions)
    assert share >= SHARE, f"{share:.1%} of {len(questions)} right\n" + "\n".join(missed)


def test_no_question_is_one_that_the_classifier_learnt() -> None:
    taught = {plain(text) for texts in read_utterances(LANGUAGE).values() for text in texts}
    asked = {plain(question["ask"]) for question in yaml.safe_load(FILE.read_text("utf-8"))}
    assert not asked & taught


def plain(text: str) -> str:
    return LETTERS.sub(" ", text.casefold()).strip()
