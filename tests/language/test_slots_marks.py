"""Patterns of words are found as their form says."""

import re

import pytest

from assistant.language.slots import compile_vocabulary
from assistant.language.story.marks import Finder, compile_patterns
from assistant.language.story.vocabulary import check

NUMBERS = {"0.5": ["half a"], "1": ["a", "one"], "2": ["two"], "20": ["twenty"]}


def found(text: str, *patterns: str, ignore: tuple[str, ...] = ()) -> list[tuple[str, object]]:
    """Return what of a text patterns find, and the number in it."""
    check({"any": {"it": patterns, "ignore": ignore}})
    kinds = {"any": {"it": patterns, "ignore": ignore}, "number": NUMBERS}
    finder = Finder(compile_patterns(kinds))
    words = finder.read(text)
    return [
        (" ".join(word.plain for word in words[mark.start : mark.end]), mark.number)
        for mark in finder.find(words)
        if mark.value == "it"
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("red|blue car", "a red car, a BLUE car, a car", [("red car", None), ("blue car", None)]),
        ("i? am here", "I am here. am here", [("i am here", None), ("am here", None)]),
        ("very? very? good", "very very good", [("very very good", None)]),
        ("bread butter?", "bread and butter", [("bread", None)]),
        ("from ~ to", "from a to", [("from a to", None)]),
        ("from ~ to", "from a b c d e to", [("from a b c d e to", None)]),
        ("from ~ to", "from a b c d e f to", []),
        ("from ~ to", "from here. to", []),
        ("# years", "10 years or two years", [("10 years", 10.0), ("two years", 2.0)]),
        ("# years", "3-5 years", [("# years", 3.0)]),
        ("# years", "half a years", [("# years", 0.5)]),
        ("# years", "twenty two years", [("# years", 22.0)]),
        ("a # mile walk", "a two mile walk", [("a two mile walk", 2.0)]),
        ("for a ~ # days", "for a good 3 days", [("for a good 3 days", 3.0)]),
        ("^ yes", "yes and yes", [("^ yes", None)]),
        ("yes $", "yes and yes", [("yes $", None)]),
        ("dont", "Don't don’t", [("dont", None), ("dont", None)]),
        ("btech", "B.Tech, b. tech", [("btech", None), ("btech", None)]),
        ("c++|c#", "C++ and C#", [("c++", None), ("c#", None)]),
        ("at home", "@ home", [("at home", None)]),
    ],
)
def test_patterns(pattern: str, text: str, expected: list[tuple[str, object]]) -> None:
    assert found(text, pattern) == expected


def test_the_first_and_longest_wins() -> None:
    assert found("new york city", "new york", "new york city", "york city") == [
        ("new york city", None)
    ]


def test_what_is_ignored_is_taken_away() -> None:
    assert found("no cats but cats", "cats", ignore=("no cats",)) == [("cats", None)]
    assert found("cats", "cats", ignore=("cats",)) == []


def test_only_names_are_mended() -> None:
    kinds = {"job": {"it": ["accountant"]}, "frame": {"it": ["counting"]}}
    finder = Finder(compile_patterns(kinds, ["job"], ["accountent"]))
    for text, plain in (
        ("acountant", "accountant"), ("accoutnant", "accountant"), ("accountents", "accountents"),
        ("accountent", "accountent"), ("accountants", "accountant"), ("countin", "countin"),
    ):  # fmt: skip
        assert finder.read(text)[1].plain == plain


def test_reading_remembers_no_more_of_a_longer_text() -> None:
    """What is followed depends on the words there are, not on how many come after."""
    compiled = compile_vocabulary()["patterns"]
    for piece in ("a ", "I am ", "not ", "9 ", "in 3 ", "at ", "3 to or ", ", ", "i have no "):
        states = set()
        for times in (100, 1000):
            finder = Finder(compiled)
            finder.find(finder.read(piece * times))
            states.add(finder.states)
        assert len(states) == 1, piece


@pytest.mark.parametrize("wrong", ["a|", "a? b?", "{year} old", "one ~? two", "", "a ?"])
def test_a_pattern_that_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(wrong))):
        check({"age": {"exact": [wrong]}})
