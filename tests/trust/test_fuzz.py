"""Whatever is typed, the reply is whole, clean and soon there; LODESTAR_FUZZ=20000 tries more."""

import io
import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hostile import conversations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from assistant.batch import timed
from assistant.conversation import LIMIT, Conversation
from assistant.mind import Mind
from assistant.render.document import as_json
from assistant.render.plain import clean, whole
from assistant.render.terminal import draw

MANY = os.environ.get("LODESTAR_FUZZ")
TURNS = int(MANY or "300")
SEED = 20_000
GROWTH = 64 + TURNS // 100  # MB that a process may grow by
Start = Callable[[], Conversation]
ANYTHING = st.text(st.characters(exclude_categories=()))
CUT = "first 2,000 characters"


def check(conversation: Conversation, text: str) -> float:
    """Return the milliseconds that a turn takes; fail where the reply is not fit to be shown."""
    reply = timed(conversation, text)
    said, screen = whole(reply), io.StringIO()
    draw(reply, Console(file=screen, width=80, color_system=None, markup=False, emoji=False))
    assert said.strip() and said == clean(said)
    drawn = screen.getvalue()
    assert drawn.strip() and drawn == clean(drawn)
    json.dumps(as_json(reply), ensure_ascii=False).encode()
    assert len(reply.question) <= LIMIT
    readable = any(char.isalnum() for char in clean(text[: 4 * LIMIT])[:LIMIT])
    if len(text) > 4 * LIMIT and readable and reply.intent != "skill_gap":
        assert CUT in said
    return reply.ms


def resident() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.fixture
def turns(mind: Mind) -> Iterator[tuple[bool, str]]:
    """Return hostile turns, each with whether it begins a conversation."""
    library = mind.library
    cards = library.of_kind("concept")[::5]
    asked = [line for card in cards for item in library.get(card.id).questions for line in item.ask]
    return (
        (number == 0, text)
        for talk in conversations(SEED, asked)
        for number, text in enumerate(talk)
    )


def test_hostile_turns_are_answered(
    chat: Start, turns: Iterator[tuple[bool, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    talk, took, before = chat(), [], 0.0
    for number, (begins, text) in enumerate(islice(turns, TURNS)):
        if number == TURNS // 10:
            before = resident()  # what is opened on demand is open
        talk = chat() if begins else talk
        try:
            milliseconds = check(talk, text)
        except Exception as error:
            raise AssertionError(f"turn {number}: {text[:300]!a}") from error
        if len(text) <= LIMIT:
            took.append(milliseconds)
    assert resident() - before < GROWTH
    took.sort()
    if MANY:
        with capsys.disabled():
            print(f"\n{TURNS:,} hostile turns; the {len(took):,} of up to {LIMIT:,} characters: "
                  f"p50 {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms, "
                  f"longest {took[-1]:.1f} ms; {resident() - before:+.0f} MB")  # fmt: skip


@settings(
    max_examples=max(30, TURNS // 20), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(talk=st.lists(ANYTHING, min_size=1, max_size=4))
def test_any_text_at_all_is_answered(chat: Start, talk: list[str]) -> None:
    conversation = chat()
    for text in talk:
        check(conversation, text)
