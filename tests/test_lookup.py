"""Names find their entry in lower case, in the plural, as abbreviations and misspelt."""

import random

import pytest

from assistant.lookup import find
from assistant.mind import Mind
from knowledge.schema import Concept

SHARE = 0.98
SAMPLE = 150


def misspelt(name: str, chance: random.Random) -> str:
    """Return a name of five letters or more with one letter left out, swapped or replaced."""
    at = chance.choice([index for index, char in enumerate(name[:-1]) if char.isalpha()])
    kind = chance.choice(("drop", "swap", "replace"))
    if kind == "drop":
        return name[:at] + name[at + 1 :]
    if kind == "swap":
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + name[at + 1 :]


@pytest.mark.parametrize("form", ["lower", "plural", "typo"])
def test_concept_names_resolve(mind: Mind, form: str) -> None:
    chance = random.Random(7)
    concepts = [item for item in mind.library.all_of(Concept) if len(item.name) >= 5]
    missed = []
    for concept in chance.sample(concepts, SAMPLE):
        name = concept.name
        asked = {
            "lower": name.lower(),
            "plural": name if name.endswith("s") else f"{name}s",
            "typo": misspelt(name, chance),
        }[form]
        match = find(mind, asked)["match"]
        if match is None or match["id"] != concept.id:
            missed.append(f"{asked} -> {match and match['id']}, not {concept.id}")
    assert 1 - len(missed) / SAMPLE >= SHARE, "\n".join(missed)


def test_nothing_is_found_for_what_is_no_name_of_ours(mind: Mind) -> None:
    assert find(mind, "banana bread with walnuts")["match"] is None
