"""Each rule of the content linter fires on the fault it is for, and only there."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from knowledge.check import check

CONCEPT: dict[str, Any] = {
    "name": "Alpha",
    "what": "idea",
    "level": "newcomer",
    "summary": "Alpha is an idea that stands at the start of this small test.",
    "plain": "Think of the first letter of an alphabet, before all others.",
    "how": "It comes first, and whatever follows builds upon it.",
    "when": "Use it when something has to begin somewhere.",
    "when_not": "Leave it out when everything has begun already.",
    "pitfalls": [{"mistake": "Taking it for the last.", "sign": "The order is reversed."}],
    "example": "The letter A is the alpha of the Latin script.",
    "questions": [
        {
            "ask": [f"Alpha question {n}?", f"alpha {n} again"],
            "answer": f"Answer {n} is long enough.",
        }
        for n in range(3)
    ],
    "quiz": [
        {
            "question": f"Which one is right, number {n}?",
            "options": [
                {"text": "this", "why": "It is.", "right": True},
                {"text": "that", "why": "It is not."},
                {"text": "neither", "why": "One is."},
            ],
        }
        for n in range(2)
    ],
    "related": ["beta"],
    "sources": [{"title": "A book", "by": "Somebody", "url": "https://example.org/book"}],
}


def beta() -> dict[str, Any]:
    other = copy.deepcopy(CONCEPT)
    other |= {
        "name": "Beta",
        "summary": "Beta is what follows upon the first of all.",
        "plain": "Think of the runner who comes in second every time.",
        "how": "It waits for another thing and then goes.",
        "when": "Use it when there is one before.",
        "when_not": "Leave it out when nothing went before.",
        "example": "The letter B is one.",
        "related": ["alpha"],
    }
    for number, question in enumerate(other["questions"]):
        question["ask"] = [f"Beta matter {number}?", f"what of beta {number}"]
        question["answer"] = f"Reply {number} is rather short."
    return other


def faults(
    root: Path,
    changes: dict[str, Any] | None = None,
    other: dict[str, Any] | None = None,
    **more: Any,
) -> list[str]:
    folder = root / "concepts" / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    first = copy.deepcopy(CONCEPT) | (changes or {})
    (folder / "alpha.yaml").write_text(yaml.safe_dump(first, sort_keys=False), "utf-8")
    second = beta() | (other or {})
    (folder / "beta.yaml").write_text(yaml.safe_dump(second, sort_keys=False), "utf-8")
    return [str(fault) for fault in check(root, **more)[1]]


def test_clean_entries_have_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


QUIZ = CONCEPT["quiz"][0]
TWO_RIGHT = [{**option, "right": True} for option in QUIZ["options"]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"summary": "word " * 46}, "summary: has 46 words"),
        ({"quiz": [{**QUIZ, "options": TWO_RIGHT}, QUIZ]}, "quiz.0: has 3 right options"),
        ({"related": ["gamma"]}, "related: names 'gamma', which no entry has"),
        ({"applications": ["beta"]}, "applications: names 'beta', a concept"),
        ({"related": ["alpha"]}, "related: names the entry itself"),
        ({"prerequisites": ["beta"]}, None),
        ({"code": "def broken(:\n"}, "code: does not parse"),
        ({"aliases": ["beta"]}, "aliases: 'beta' also means beta"),
        (
            {
                "maths": {
                    "formula": "y = a·x",
                    "symbols": {"y": "out"},
                    "worked": "y is 2 when a is 1 and x is 2.",
                }
            },
            "maths.formula: uses 'a'",
        ),
        ({"example": "It waits for another thing and then goes."}, "a sentence also stands in"),
        (
            {"sources": [{"title": "T", "by": "B", "url": "see the web"}]},
            "sources.0.url: is not a web address",
        ),
    ],
)
def test_rule(tmp_path: Path, changes: dict[str, Any], expected: str | None) -> None:
    found = faults(tmp_path, changes)
    if expected is None:
        assert found == []
    else:
        assert any(expected in fault for fault in found), found
        assert all(" — " in fault for fault in found)  # each says how to mend it


def test_circle_of_prerequisites(tmp_path: Path) -> None:
    found = faults(tmp_path, {"prerequisites": ["beta"]}, {"prerequisites": ["alpha"]})
    assert any("run in a circle: alpha → beta → alpha" in fault for fault in found)


def test_alias_of_two_is_fine_when_both_say_which_they_are(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        {"aliases": ["letter"], "disambiguate": "the first"},
        {"aliases": ["letter"], "disambiguate": "the second"},
    )
    assert found == []


def test_exercises_are_known_by_the_ids_given(tmp_path: Path) -> None:
    assert faults(tmp_path, {"exercises": ["run"]}, exercises={"run"}) == []
    found = faults(tmp_path, {"exercises": ["walk"]}, exercises={"run"})
    assert any("names 'walk'" in fault for fault in found)


def test_near_duplicate_questions_between_entries(tmp_path: Path) -> None:
    def embed(texts: list[str]) -> np.ndarray:
        same = np.array([[1.0, 0.0] if "same" in text else [0.0, 1.0] for text in texts])
        return same * np.array([[1.0] if "same" in text else [0.0] for text in texts])

    questions = copy.deepcopy(CONCEPT["questions"])
    questions[0]["ask"] = ["the same thing?", "alpha 0"]
    others = beta()["questions"]
    others[1]["ask"] = ["is it the same?", "beta 1"]
    found = faults(tmp_path, {"questions": questions}, {"questions": others}, embed=embed)
    assert [fault for fault in found if "is nearly" in fault]


def test_money_needs_a_year(tmp_path: Path) -> None:
    folder = tmp_path / "faq"
    folder.mkdir()
    entry = {
        "name": "What does it pay?",
        "topic": "salary",
        "summary": "It pays what the market pays, which differs by country.",
        "ask": ["pay?", "how much is the pay", "salary please"],
        "answer": "People earn $100,000 on average in this job.",
        "sources": CONCEPT["sources"],
        "related": ["alpha"],
    }
    (folder / "pay.yaml").write_text(yaml.safe_dump(entry), "utf-8")
    assert any("money without a year" in fault for fault in faults(tmp_path))
    entry["answer"] = "In 2025 people earned $100,000 on average in this job."
    (folder / "pay.yaml").write_text(yaml.safe_dump(entry), "utf-8")
    assert faults(tmp_path) == []
