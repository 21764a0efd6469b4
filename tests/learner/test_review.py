"""When an item is due again."""

import sys
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from learner_samples import make_card

from assistant.learner.review import answered, due

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def days(card, at):
    return (card.due - at) / timedelta(days=1)


def test_intervals_grow_while_answers_are_right():
    card, at, gaps = None, NOON, []
    for _ in range(5):
        card = answered(card, "x:1", True, at)
        gaps.append(days(card, at))
        at = card.due
    assert gaps[0] >= 1
    assert all(later > 2 * sooner for sooner, later in pairwise(gaps))
    assert (card.reviews, card.lapses) == (5, 0)


def test_a_wrong_answer_comes_back_the_next_day_and_sets_back():
    known = None
    at = NOON
    for _ in range(4):
        known = answered(known, "x:1", True, at)
        at = known.due
    lapsed = answered(known, "x:1", False, at)
    assert days(lapsed, at) == 1
    assert lapsed.lapses == 1
    assert lapsed.stability < known.stability / 5
    again = answered(lapsed, "x:1", True, lapsed.due)
    assert days(again, lapsed.due) < days(answered(known, "x:1", True, at), at) / 5
    assert days(answered(None, "x:1", False, NOON), NOON) == 1


def test_dates_are_the_same_on_every_machine_and_in_every_zone():
    first = answered(None, "x:1", True, NOON)
    assert first == answered(None, "x:1", True, NOON)
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert answered(None, "x:1", True, tokyo) == first
    assert first.due == NOON + timedelta(days=2)


def test_a_clock_that_was_set_back_does_no_harm():
    card = answered(None, "x:1", True, NOON)
    earlier = answered(card, "x:1", True, NOON - timedelta(days=400))
    assert earlier.due > NOON - timedelta(days=400)


def test_due_is_what_falls_on_today_where_the_learner_is():
    evening = datetime(2026, 3, 2, 20, tzinfo=timezone(timedelta(hours=-5)))
    cards = [
        make_card("late today", datetime(2026, 3, 3, 4, tzinfo=UTC)),
        make_card("tomorrow", datetime(2026, 3, 3, 6, tzinfo=UTC)),
        make_card("long ago", datetime(2026, 1, 1, tzinfo=UTC)),
    ]
    assert [card.item for card in due(cards, evening)] == ["long ago", "late today"]
    assert due([], evening) == []


def test_what_is_due_is_found_without_fsrs(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsrs", None)
    assert due([make_card("x:1", NOON)], NOON)
