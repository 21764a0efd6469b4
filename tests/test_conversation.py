"""What `Conversation.respond` must do with messages of any length and kind."""

from collections.abc import Callable

import pytest

from assistant.conversation import LIMIT, Conversation
from assistant.mind import Mind
from assistant.render.document import as_json
from assistant.render.plain import clean, text_of, whole
from assistant.replies.control import pick
from assistant.several import split
from knowledge.schema import Faq

Start = Callable[[], Conversation]


@pytest.mark.parametrize(
    "text",
    [
        "what is overfitting? " * 5000,
        "a" * 100_000,
        "\x00\x01\x02\xff binary",
        "\x1b[2J\x1b]0;title\x07what is a CNN?",
        "qué es el aprendizaje profundo",
        "什么是深度学习",
        "\u202ewhat is a CNN\u202c\u200b?",
        "'; DROP TABLE concepts; --",
        "{0.__class__} %s %n {intent}",
        "🤖🤖🤖 what is AI",
        "\ud800 lone surrogate",
        "...\n\n\n???",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_any_text_gets_a_clean_reply(chat: Start, text: str) -> None:
    reply = chat().respond(text)
    said = whole(reply)
    assert said.strip()
    assert said == clean(said)
    assert len(as_json(reply)["question"]) <= LIMIT


def test_a_long_message_is_cut_and_says_so(chat: Start) -> None:
    reply = chat().respond("what is a random forest " + "and so on " * 10_000)
    assert "first 2,000 characters" in whole(reply)


def test_several_questions_are_answered_in_order(chat: Start) -> None:
    reply = chat().respond("What is a random forest? And what is clustering?")
    assert {source.id for source in reply.sources} >= {"random_forest", "clustering"}
    text = whole(reply)
    assert text.index("random forest") < text.index("clustering")


def test_conversations_do_not_share_memory(chat: Start) -> None:
    first, second = chat(), chat()
    first.respond("what is a random forest?")
    assert second.respond("tell me more").status == "clarify"


@pytest.mark.parametrize(
    ("message", "expected"),
    [("what is a CNN?", []), ("Really? Yes?", []),
     ("What is X? How does Y work?", ["What is X?", "How does Y work?"])],
)  # fmt: skip
def test_split(message: str, expected: list[str]) -> None:
    assert split(message) == expected


@pytest.mark.parametrize(
    ("message", "index"),
    [("2", 1), ("the second one", 1), ("option 1", 0), ("last", 2), ("9", None), ("0", None),
     ("the metric", 1), ("what is a CNN", None)],
)  # fmt: skip
def test_pick(message: str, index: int | None) -> None:
    assert pick(message, ["numeric precision", "the metric", "something else"]) == index


def test_why_shows_what_the_last_answer_rests_on(chat: Start) -> None:
    talk = chat()
    assert talk.respond("/why").status == "clarify"
    answer = talk.respond("what is overfitting?")
    shown = talk.respond("/why")
    lines = [line for block in shown.blocks for line in getattr(block, "items", ())]
    assert shown.status == "answered" and shown.sources == answer.sources
    assert any("**define**" in line for line in lines)
    assert any(line.startswith("“overfitting” is overfitting") for line in lines)
    assert talk.respond("/why").blocks == shown.blocks


def test_questions_stored_in_an_faq_are_answered_with_their_own_answers(chat: Start, mind: Mind):
    stored = [
        (question.ask[0], question.answer)
        for entry in mind.library.all_of(Faq)
        for question in entry.questions
    ]
    picked = stored[:: max(1, len(stored) // 30)]
    assert len(picked) >= 30
    missed = [
        ask for ask, answer in picked
        if _letters(answer)[:60] not in _letters(text_of(chat().respond(ask).blocks))
    ]  # fmt: skip
    assert len(missed) <= 0.1 * len(picked), missed


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
