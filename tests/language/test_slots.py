"""Hours and weeks are read from messages."""

import pytest

from assistant.language.slots import Slots, slots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6 hours a week for 3 months", Slots(6, 13)),
        ("10-12 hrs per week", Slots(10, None)),
        ("an hour a day", Slots(7, None)),
        ("two hours every evening", Slots(10, None)),
        ("in 8 weeks", Slots(None, 8)),
        ("within a year", Slots(None, 52)),
        ("2 yrs experience, 3 years of experience", Slots(None, None)),
        ("I am 35 years old", Slots(None, None)),
        ("no numbers", Slots(None, None)),
        ("500 hours a day", Slots(None, None)),
    ],
)
def test_slots(text: str, expected: Slots) -> None:
    assert slots(text) == expected
