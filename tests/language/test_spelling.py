"""Typing mistakes are mended, and words that only look like one are left alone."""

import pytest

from assistant.language.spelling import Speller

SPELLER = Speller(
    known=["what", "the", "is", "in", "learning", "gradient"],
    common=["learning", "gradient", "correctly", "reading"],
    shorthand={"pls": "please"},
    is_word=lambda word: word in {"currently", "regarding"},
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what is the gradiant", "what is the gradient"),
        ("pls", "please"),
        ("currently in", "currently in"),
        ("Regarding the learnign", "Regarding the learning"),
        ("in Graadient", "in Graadient"),
        ("rdg", "rdg"),
    ],
)
def test_a_misspelt_word_is_mended_and_english_is_left(typed: str, meant: str) -> None:
    assert SPELLER.mend(typed) == meant


def test_without_a_dictionary_a_near_word_is_taken() -> None:
    assert Speller(["is"], ["correctly"], {}).mend("currently") == "correctly"
