"""What a learner's own reader of forms must do, whatever its style."""

import random
from typing import Any

from skills.data.office_forms import FIELDS, Form

LABELS = ("", *FIELDS)


def _form(words: list[str], labels: list[str], *, known: bool = True) -> Form:
    return Form(tuple(words), tuple(labels), 0, known)


def check_rules(work: Any, tools: Any) -> None:
    """The rules read every field of the known layouts, and say "" where they find nothing."""
    forms = [form for form in tools.data() if form.known][::7]
    for form in forms:
        got = work.by_rules(form.words)
        tools.same(dict(got), form.truth(), f"by_rules, layout {form.layout}", at=work.by_rules)
    nothing = work.by_rules(("no", "field", "here", "\n"))
    if None in nothing.values() or "None" in nothing.values():
        evidence = "a field that was not found holds None, where it should hold an empty text"
        tools.mistake("missing_as_value", evidence, work.by_rules)
    tools.same(dict(nothing), dict.fromkeys(FIELDS, ""), "by_rules where no field is")


def check_features(work: Any, tools: Any) -> None:
    """A word is told by its neighbours up to NEAR words away on both sides, and no further."""
    words = [f"w{chr(97 + n)}" for n in range(20)]
    near = tools.reference.NEAR
    with tools.settings(work, NEAR=near):
        plain = set(work.features(words, 10))
        for step in (*range(-near - 2, 0), *range(1, near + 3)):
            other = [*words[: 10 + step], "Total:", *words[11 + step :]]
            changed = set(work.features(other, 10)) != plain
            if changed == (abs(step) <= near):
                continue
            evidence = f"a word at a distance of {step:+d} {'counts' if changed else 'is ignored'}"
            if abs(step) in (near, near + 1):
                tools.mistake("off_by_one_window", evidence, work.features)
            tools.fail(f"features: with NEAR = {near}, {evidence}")
    left = set(work.features(["due", "x", "7"], 1)) & set(work.features(["7", "x", "due"], 1))
    tools.hold(not any("due" in name for name in left), "features: left and right look the same")
    for words in (["Total", "$3.50"], ["a"]):
        tools.hold(work.features(words, 0), "features: expected something for the first word")


def check_best(work: Any, tools: Any) -> None:
    """The label with the highest sum of weights wins; what was never seen has none."""
    for seed in tools.seeds:
        rng = random.Random(seed)
        for _ in range(30):
            names = [f"n{n}" for n in range(8)]
            keys = [(name, label) for name in names for label in LABELS]
            weights = {key: rng.gauss(0, 1) for key in rng.sample(keys, 40)}
            weights[names[0], ""] = rng.gauss(0, 1) + 1.0
            told = [*rng.sample(names, 5), "never seen"]
            right = tools.reference.best(weights, told)
            sums = {k: sum(weights.get((n, k), 0) for n in told) for k in LABELS}
            wrong = {
                "absent_ignored": max(FIELDS, key=lambda k: sums[k]),
                "wrong_sign": min(sums, key=lambda k: sums[k]),
            }
            tools.same(work.best(weights, told), right, "best", at=work.best, wrong=wrong)


def check_learn(work: Any, tools: Any) -> None:
    """A wrong guess raises the right label and lowers the guess; weights are averaged."""
    one = [_form(["7"] * 5, ["total"] * 5)]
    with tools.settings(work, ROUNDS=2, DROP=0.0, features=lambda words, place: ["seven"]):
        told, got = tools.drain(work.learn(one, random.Random(0)))
    tools.same(len(told), 2, "learn: progress in two rounds")
    keys = ("seven", "total"), ("seven", "")
    got = [got.get(key, 0) for key in keys]
    wrong = {
        "wrong_averaging": [1, -1],
        "guess_not_lowered": [0.9, 0],
        "wrong_sign": [-4.5, 4.5],
    }
    tools.same(got, [0.9, -0.9], "learn: weights for the right label and the guess",
               at=work.learn, wrong=wrong)  # fmt: skip
    tools.same(told[0]["wrong"], 0.2, "learn: share of words tagged wrongly", at=work.learn)
    _order(work, tools)
    forms = [form for form in tools.data() if form.layout in (0, 1)]
    forms = forms[::6]
    with tools.settings(work, ROUNDS=2):
        told, weights = tools.drain(work.learn(forms, random.Random(1)))
    tools.at_most(told[1]["wrong"], 0.05, "learn: share tagged wrongly in the second round")
    again = [tools.reference.by_tagger(weights, form.words) for form in forms]
    right = [got == form.truth() for got, form in zip(again, forms, strict=True)]
    tools.at_least(sum(right) / len(right), 0.8, "learn: forms read rightly that it has seen")


def _order(work: Any, tools: Any) -> None:
    """Each round shows every word once, with its own label, in a new order."""
    words = [chr(97 + n) for n in range(12)]
    labels = [LABELS[n % 6] for n in range(12)]
    seen: list[str] = []

    def noted(weights: Any, told: list[str]) -> str:
        seen.append(told[0])
        return LABELS[(words.index(told[0]) + 1) % 6]

    with tools.settings(work, ROUNDS=2, DROP=0.0, best=noted, features=lambda w, i: [w[i]]):
        _, weights = tools.drain(work.learn([_form(words, labels)], random.Random(2)))
    tools.same(sorted(seen), sorted(2 * words), "learn: words shown in two rounds")
    if seen[:12] == seen[12:]:
        tools.mistake("no_shuffling", "two rounds had the same order", work.learn)
        tools.fail("learn: expected a new order in each round, got the same one twice")
    raised = [weights.get((word, label), 0) > 0 for word, label in zip(words, labels, strict=True)]
    if sum(raised) < 6:
        tools.mistake("shuffled_labels", "words were learned with labels of others", work.learn)
    tools.hold(all(raised), "learn: expected each word's own label to be raised")


def check_tagger(work: Any, tools: Any) -> None:
    """Each field is the first run of words with its tag, joined by spaces."""
    words = ["To", "Abc", "Ltd", "x", "7", "EUR", "Late", "Co", "9"]
    tags = ["", "vendor", "vendor", "", "total", "total", "vendor", "vendor", "number"]
    turn = iter(tags)
    with tools.settings(work, best=lambda weights, told: next(turn)):
        got = work.by_tagger({}, words)
    right = {"number": "9", "date": "", "due": "", "total": "7 EUR", "vendor": "Abc Ltd"}
    wrong = {
        "runs_joined": right | {"vendor": "Abc Ltd Late Co"},
        "off_by_one_window": right | {"total": "7", "vendor": "Abc"},
        "best_not_kept": right | {"vendor": "Late Co"},
    }
    tools.same(dict(got), right, "by_tagger", at=work.by_tagger, wrong=wrong)


def check_split(work: Any, tools: Any) -> None:
    """No form is learned from and tested, and new layouts are only tested."""
    forms = tools.data()
    for seed in tools.seeds:
        train, test = work.split(forms, random.Random(seed))
        if not all(form.known for form in train):
            tools.mistake(
                "trained_on_test", "forms of the new layouts are learned from", work.split
            )
            tools.fail("split: expected known layouts only to learn from")
        if {id(form) for form in train} & {id(form) for form in test}:
            tools.mistake("metric_on_training_data", "forms are on both sides", work.split)
            tools.fail("split: expected no form on both sides")
        sizes = [len(train), sum(f.known for f in test), sum(not f.known for f in test)]
        tools.same(sizes, [320, 160, 240], "split: forms learned from, tested known, tested new")
    with tools.settings(work, LAYOUTS=2, TRAIN=10):
        train, test = work.split(forms, random.Random(0))
    tools.same(sorted({f.layout for f in train}), [0, 1], "layouts learned from with LAYOUTS = 2")
    tools.same(len(train), 20, "forms learned from with LAYOUTS = 2, TRAIN = 10")


def check_measure(work: Any, tools: Any) -> None:
    """A wrong text, an empty field and a right one are told apart, in new layouts."""
    for seed in tools.seeds:
        rng = random.Random(seed)
        forms = rng.sample(tools.data(), 60)
        found = [{k: rng.choice((v, v, "", "wrong")) for k, v in f.truth().items()} for f in forms]
        got, right = (module.measure(found, forms) for module in (work, tools.reference))
        rows = [(r[k], f.truth()[k]) for r, f in zip(found, forms, strict=True)
                if not f.known for k in FIELDS]  # fmt: skip
        filled = [a != b for a, b in rows if a]
        wrong: dict[str, dict[str, Any]] = {
            "wrong": {
                "missing_as_value": sum(a != b for a, b in rows) / len(rows),
                "precision_as_recall": sum(filled) / len(filled),
            },
            "unseen": {"precision_as_recall": 1 - sum(filled) / len(filled)},
        }
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong.get(name))


def check_run(work: Any, tools: Any) -> None:
    """Rules come first where they find something, the tagger where they do not."""
    forms = tools.data()[::3]
    small = {"TRAIN": 4, "ROUNDS": 1, "NEAR": 2}
    rules = {field: "" for field in FIELDS} | {"date": "by rule", "total": "by rule"}
    tags = dict.fromkeys(FIELDS, "by tag") | {"vendor": ""}
    seen: list[Any] = []

    def noted(found: Any, forms: Any) -> dict[str, float]:
        seen.append(found)
        return {"known": 0.0, "unseen": 0.0, "wrong": 0.0, "empty": 0.0}

    with tools.settings(work, by_rules=lambda words: dict(rules), measure=noted,
                        by_tagger=lambda weights, words: dict(tags)):  # fmt: skip
        ran = tools.run(work, forms, seed=1, **small)
    tools.same(sorted(ran), ["both", "rules", "tagger"], "the stages of a run")
    both = seen[-1][0]
    right = {field: rules[field] or tags[field] for field in FIELDS}
    wrong = {"order_reversed": {field: tags[field] or rules[field] for field in FIELDS}}
    tools.same(dict(both), right, "what both read", at=work.run, wrong=wrong)
    first, second = (tools.run(work, forms[::2], seed=3, **small)["tagger"] for _ in range(2))
    tools.same(first["metrics"], second["metrics"], "the tagger, run twice with one seed")
