"""Fields of invoices: rules, a tagger that learns, and both. Six gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import random
import re
from collections import Counter
from collections.abc import Generator, Iterator
from itertools import groupby, product
from statistics import fmean
from typing import Any

LAYOUTS, TRAIN, ROUNDS, DROP, NEAR = 8, 40, 4, 0.3, 3
FIELDS = ("number", "date", "due", "total", "vendor")
GAP, NAME = r"[\s:|#]*", r"(?-i:([A-Z]\w+(?: &)?(?: [A-Z]\w+)? (?:Ltd|Inc|GmbH|LLC|Co)\b))"
SUM, DAY = r"(\$?[\d,]+\.\d\d(?: EUR)?)", r"(\d+[-./]\d\d[-./]\d+|\w+ \d+, \d{4}|\d+ \w{3} \d{4})"
RULES = {  # written with the eight known layouts on the desk, and the other four unseen
    "number": rf"\b(?:(?:invoice|document|bill) number|inv. no.|invoice(?: no.)?){GAP}(\S*\d\S*)",
    "date": rf"\b(?:date|dated|issued|date of issue|invoice \S+){GAP}{DAY}",
    "due": rf"\b(?:due|due by|due date|date due|pay by|pay before|payable until){GAP}{DAY}",
    "total": rf" total{GAP}{SUM}",  # TODO 6: some say "Total due", "Balance due" and the like
    "vendor": rf"(?:^(?!sell)|\b(?:from|supplier|seller|tax invoice|^invoice .*\n.*\n)){GAP}{NAME}",
}  # fmt: skip


def by_rules(words: Any) -> dict[str, str]:
    """Return what the rules find for each field; "" where they find nothing."""
    matches = ((k, re.search(rule, " ".join(words), re.I)) for k, rule in RULES.items())
    return {field: match[1] if match else "" for field, match in matches}


def features(words: Any, place: int) -> list[str]:
    """Return what is said of the word at a place: its shape, and NEAR words on each side."""
    shapes = [re.sub(r"[a-z]+", "a", re.sub(r"\d+", "9", word)) for word in words]
    mine = shapes[place]
    told = [f"end {words[place][-3:]}", f"line {words[:place].count(chr(10))} {mine}",
            f"before {mine in shapes[:place]}", f"after {mine in shapes[place + 1 :]}"]  # fmt: skip
    # TODO 1: for each word from NEAR before to NEAR after this place, as far as there are any, add
    # its distance with the word in small letters, and its distance with its shape and `mine`.
    raise NotImplementedError("TODO 1: the words near this one")


def best(weights: Any, told: list[str]) -> str:
    """Return the label of the highest sum of weights (keys: what was told, label); "" is none."""
    raise NotImplementedError("TODO 2: add up the weights for each label, and take the best label")


def learn(forms: Any, rng: random.Random) -> Generator[Any, None, Any]:
    """Yield the share of words tagged wrongly in each round; return weights averaged over steps."""
    weights, late, steps = Counter[Any](), Counter[Any](), 0
    rows = [(features(f.words, i), f.labels[i]) for f in forms for i in range(len(f.words))]
    for number in range(ROUNDS):
        wrong = 0
        for told, label in rng.sample(rows, len(rows)):
            steps, kept = steps + 1, [name for name in told if rng.random() >= DROP]
            if (guess := best(weights, kept)) != label:
                wrong += 1
                # TODO 3: for each name in `kept`, raise its weight for the right label by one and
                # lower its weight for the guess by one. In `late`, do the same by `steps`.
                raise NotImplementedError("TODO 3: learn from a wrong guess")
        yield {"stage": "tagger", "step": number + 1, "total": ROUNDS, "wrong": wrong / len(rows)}
    return {key: weight - late[key] / steps for key, weight in weights.items()}


def by_tagger(weights: Any, words: Any) -> dict[str, str]:
    """Return for each field the first run of words tagged with it; "" if there is none."""
    tagged = [(best(weights, features(words, i)), word) for i, word in enumerate(words)]
    found = dict.fromkeys(FIELDS, "")
    for tag, run in groupby(tagged, key=lambda pair: pair[0]):
        # TODO 4: the words of the first run with each tag, joined by spaces ("" is no field).
        raise NotImplementedError(f"TODO 4: what was tagged {tag!r}: {run}")
    return found


def split(forms: Any, rng: random.Random) -> Any:
    """Return forms to learn from, and forms to test: others of these layouts, and of new ones."""
    mixed = rng.sample(forms, len(forms))
    old = [[f for f in mixed if f.layout == layout] for layout in range(LAYOUTS)]
    test = [f for some in old for f in some[TRAIN:]] + [f for f in mixed if not f.known]
    return [f for some in old for f in some[:TRAIN]], test


def measure(found: Any, forms: Any) -> dict[str, float]:
    """Return shares of fields: right in layouts known and new; wrong and empty in new ones."""
    rows = [(f.known, r[k], f.truth()[k]) for r, f in zip(found, forms, strict=True) for k in r]
    old, new = ([row[1:] for row in rows if row[0] == known] for known in (True, False))
    return {"known": fmean(a == b for a, b in old), "unseen": fmean(a == b for a, b in new),
            "wrong": 0.0,  # TODO 5: of all fields in new layouts, those with a wrong text
            "empty": fmean(not a for a, _ in new)}  # fmt: skip


def run(forms: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield what rules, the tagger, and both read in forms that were put aside."""
    train, test = split(forms, random.Random(seed))
    rules = [by_rules(form.words) for form in test]
    yield {"stage": "rules", "metrics": measure(rules, test)}
    weights = yield from learn(train, random.Random(seed))
    tags = [by_tagger(weights, form.words) for form in test]
    yield {"stage": "tagger", "metrics": measure(tags, test)}
    both = [{k: one[k] or two[k] for k in FIELDS} for one, two in zip(rules, tags, strict=True)]
    yield {"stage": "both", "metrics": measure(both, test)}


if __name__ == "__main__":
    from skills.data import load

    for progress in run(load("office_forms")):
        print(progress)
