"""Everything that the article covers is answered from the right entry."""

from collections.abc import Callable
from pathlib import Path

import yaml

from assistant.conversation import Conversation

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
