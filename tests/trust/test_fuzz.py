"""Whatever is typed, the reply is whole, clean and soon there; LODESTAR_FUZZ=20000 tries more."""

import io
import json
import os
import time
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


def check(conversation: Conversation, text: str) -> tuple[float, float]:
    """Return the milliseconds that a turn takes by the clock, and those of a processor.

    Fails where the reply is not fit to be shown.
    """
    began = time.process_time()
    reply = timed(conversation, text)
    busy = (time.process_time() - began) * 1000
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
    return reply.ms, busy


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
    talk, before = chat(), 0.0
    took: list[tuple[float, float]] = []
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
    grown = resident() - before
    assert grown < GROWTH
    if MANY:
        with capsys.disabled():
            print(f"\n{TURNS:,} hostile turns, {grown:+.0f} MB; {len(took):,} of up to {LIMIT:,} "
                  "characters, milliseconds")  # fmt: skip
            for at, name in enumerate(("clock", "processor")):
                ordered = sorted(pair[at] for pair in took)
                middle, late = (ordered[len(ordered) * share // 100] for share in (50, 99))
                print(f"{name}: p50 {middle:.1f}, p99 {late:.1f}, longest {ordered[-1]:.1f}")


@settings(
    max_examples=max(30, TURNS // 20), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(talk=st.lists(ANYTHING, min_size=1, max_size=4))
def test_any_text_at_all_is_answered(chat: Start, talk: list[str]) -> None:
    conversation = chat()
    for text in talk:
        check(conversation, text)
