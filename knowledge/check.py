"""The content linter behind `lodestar knowledge check`.

Each rule is a function that yields faults; a fault names file, field and mend. Rules on a
single entry come first, rules across entries after them.
"""

import ast
import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.authoring import Fault, KnowledgeError, Loader, files, line_of, read
from knowledge.links import LINKS
from knowledge.schema import Claim, Concept, Entry, Faq, OccupationStatistics, Resource, Role
from knowledge.schema import Path as Route

SUMMARY_WORDS = 45
SHARED_WORDS = 8
DUPLICATE_COSINE = 0.95
Embed = Callable[[Sequence[str]], np.ndarray]

_FUNCTIONS = {"log", "ln", "exp", "max", "min", "sin", "cos", "tan", "det", "tr", "var", "cov"}
_MONEY = re.compile(r"[$€£]\s?\d[\d,.]*")
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclasses.dataclass(frozen=True)
class _Place:
    """An entry with the file it came from."""

    entry: Entry
    file: str
    path: Path

    def fault(self, field: str, problem: str, mend: str) -> Fault:
        """Return a fault at a field, written as `quiz.0.options`."""
        node = yaml.compose(self.path.read_text("utf-8"), Loader=Loader)
        parts = [int(part) if part.isdigit() else part for part in field.split(".")]
        return Fault(self.file, line_of(node, parts), field, problem, mend)


def check(
    root: Path, exercises: Collection[str] = (), embed: Embed | None = None
) -> tuple[list[Entry], list[Fault]]:
    """Return the readable entries under `root` and every fault, sorted by file and line.

    `exercises` are the ids that `exercises:` fields may name. `embed` maps texts to unit
    vectors, (n, d); without it near-duplicate questions are not looked for.
    """
    places: list[_Place] = []
    faults: list[Fault] = []
    for path, kind in files(root):
        try:
            entry = read(path, kind, root)
            places.append(_Place(entry, str(path.relative_to(root)), path))
        except KnowledgeError as error:
            faults.extend(error.faults)
    for place in places:
        for rule in (_summary, _quiz, _formula, _code, _undated, _urls):
            faults.extend(rule(place))
    for across in (_ids, _cycles, _aliases, _shared_sentences):
        faults.extend(across(places))
    faults.extend(_links(places, exercises))
    faults.extend(_orphans(places))
    if embed is not None:
        faults.extend(_near_duplicates(places, embed))
    return [place.entry for place in places], sorted(faults)


def unsound(
    read: Sequence[tuple[Entry, Path]], root: Path, known: Mapping[str, str],
    exercises: Collection[str],
) -> list[Fault]:  # fmt: skip
    """Return what would break an answer in entries that stand beside others, and their files.

    `known` maps the ids of the others, which links may name and nobody may take, to their kinds.
    """
    places = [_Place(entry, str(path.relative_to(root)), path) for entry, path in read]
    faults = [fault for place in places for rule in (_quiz, _urls) for fault in rule(place)]
    for place in places:
        if place.entry.id in known:
            problem = f"has the id of another entry, a {known[place.entry.id]}"
            faults.append(place.fault("file name", problem, "rename the file"))
    for across in (_ids, _cycles):
        faults.extend(across(places))
    return sorted([*faults, *_links(places, exercises, known)])


def texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field path, text) for every string inside an entry, code and links left out."""
    if isinstance(value, str):
        yield field, value
    elif dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            if item.name not in {"id", "code", "url", "formula", "area"}:
                path = f"{field}.{item.name}" if field else item.name
                yield from texts(getattr(value, item.name), path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from texts(item, f"{field}.{index}")


def _summary(place: _Place) -> Iterator[Fault]:
    words = len(place.entry.summary.split())
    if words > SUMMARY_WORDS:
        yield place.fault("summary", f"has {words} words", f"say it in {SUMMARY_WORDS} or fewer")


def _quiz(place: _Place) -> Iterator[Fault]:
    for index, item in enumerate(getattr(place.entry, "quiz", ())):
        field = f"quiz.{index}"
        right = sum(option.right for option in item.options)
        if right != 1:
            yield place.fault(field, f"has {right} right options", "mark exactly one `right: true`")
        if len({option.text.casefold() for option in item.options}) < len(item.options):
            yield place.fault(field, "has the same option twice", "change one of them")


def _formula(place: _Place) -> Iterator[Fault]:
    maths = getattr(place.entry, "maths", None)
    if maths is None:
        return
    named = set("".join(maths.symbols))
    plain = re.sub(r"\\(?:text|mathrm|operatorname)\{[^}]*\}", " ", maths.formula)
    for word in re.findall(r"[A-Za-zα-ωΑ-Ω]+", re.sub(r"\\[A-Za-z]+", " ", plain)):
        if len(word) == 1 and word not in named and word not in "de":
            yield place.fault("maths.formula", f"uses {word!r}", "name it under maths.symbols")


def _code(place: _Place) -> Iterator[Fault]:
    code = getattr(place.entry, "code", "") if isinstance(place.entry, Concept) else ""
    try:
        ast.parse(code)
    except SyntaxError as error:
        yield place.fault(
            "code", f"does not parse: {error.msg}", f"look at its line {error.lineno}"
        )


def _undated(place: _Place) -> Iterator[Fault]:
    if not isinstance(place.entry, Role | Faq | Route | OccupationStatistics | Resource | Claim):
        return
    for field, text in texts(place.entry):
        for paragraph in text.split("\n\n"):
            if _MONEY.search(paragraph) and not _YEAR.search(paragraph):
                yield place.fault(field, "gives money without a year", "name year and source")


def _urls(place: _Place) -> Iterator[Fault]:
    for index, source in enumerate(place.entry.sources):
        if not re.match(r"https?://[^\s/]+\.[^\s]+$", source.url):
            yield place.fault(
                f"sources.{index}.url", "is not a web address", "give it with https://"
            )


def _ids(places: Sequence[_Place]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for place in places:
        if place.entry.id in seen:
            problem = f"has the id of {seen[place.entry.id]}"
            yield place.fault("file name", problem, "rename one of the two files")
        seen[place.entry.id] = place.file


def _links(
    places: Sequence[_Place], exercises: Collection[str], known: Mapping[str, str] | None = None
) -> Iterator[Fault]:
    kinds = dict(known or {}) | {place.entry.id: place.entry.kind for place in places}
    for place in places:
        for field, target, allowed in links(place.entry):
            kind = (
                "exercise" if "exercise" in allowed and target in exercises else kinds.get(target)
            )
            if kind is None:
                if "exercise" not in allowed or exercises:
                    yield place.fault(
                        field, f"names {target!r}, which no entry has", "correct the id"
                    )
            elif kind not in allowed:
                mend = f"name one of the kind {' or '.join(allowed)}"
                yield place.fault(field, f"names {target!r}, a {kind}", mend)
            elif target == place.entry.id and kind == place.entry.kind:
                yield place.fault(field, "names the entry itself", "drop it")


def links(entry: Entry) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (field, id, kinds that may stand there) for every link an entry holds."""
    for link in LINKS:
        value = getattr(entry, link.field, ())
        for target in (value,) if isinstance(value, str) else value:
            yield link.field, target, link.kinds
    for index, rival in enumerate(getattr(entry, "compare", ())):
        yield f"compare.{index}.rival", rival.rival, (entry.kind,)
    if isinstance(entry, Route):
        for index, step in enumerate(entry.further):
            yield f"further.{index}.resource", step.resource, ("resource",)
        for index, phase in enumerate(entry.phases):
            for link in LINKS:
                for target in getattr(phase, link.field, ()):
                    yield f"phases.{index}.{link.field}", target, link.kinds


def _cycles(places: Sequence[_Place]) -> Iterator[Fault]:
    by_id = {place.entry.id: place for place in places}
    state: dict[str, bool] = {}  # absent: unseen, False: on the current walk, True: done

    def walk(node: str, trail: tuple[str, ...]) -> Iterator[Fault]:
        if state.get(node) is False:
            circle = " → ".join((*trail[trail.index(node) :], node))
            yield by_id[node].fault("prerequisites", f"run in a circle: {circle}", "drop one link")
        if node in state or node not in by_id:
            return
        state[node] = False
        for needed in getattr(by_id[node].entry, "prerequisites", ()):
            yield from walk(needed, (*trail, node))
        state[node] = True

    for place in places:
        yield from walk(place.entry.id, ())


def _aliases(places: Sequence[_Place]) -> Iterator[Fault]:
    owners: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        if place.entry.kind == "faq":
            continue
        for name in {name.casefold() for name in (place.entry.name, *place.entry.aliases)}:
            owners[name].append(place)
    for name, claimed in owners.items():
        if len(claimed) > 1:
            for place in claimed:
                if not place.entry.disambiguate:
                    others = ", ".join(other.entry.id for other in claimed if other is not place)
                    yield place.fault(
                        "aliases", f"{name!r} also means {others}", "add `disambiguate: …` to each"
                    )


def _shared_sentences(places: Sequence[_Place]) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], _Place] = {}
    for place in places:
        for field, text in texts(place.entry):
            if re.search(r"(^|\.)(sources|projection|wage|occupations|titles)(\.|$)", field):
                continue
            for sentence in _SENTENCE.split(text):
                words = tuple(word.casefold() for word in _WORD.findall(sentence))
                if len(words) < SHARED_WORDS:
                    continue
                first = seen.setdefault(words, place)
                if first.entry.id != place.entry.id:
                    problem = f"a sentence also stands in {first.file}: “{sentence.strip()[:60]}…”"
                    yield place.fault(field, problem, "say it once, or in other words")


def _orphans(places: Sequence[_Place]) -> Iterator[Fault]:
    linked = {target for place in places for _, target, _ in links(place.entry)}
    for place in places:
        out = any(True for _ in links(place.entry))
        if not out and place.entry.id not in linked and place.entry.kind != "occupation":
            yield place.fault("related", "nothing links to it and it links nowhere", "add links")


def _near_duplicates(places: Sequence[_Place], embed: Embed) -> Iterator[Fault]:
    asked = [
        (place, field, wording) for place in places for field, wording in questions(place.entry)
    ]
    if not asked:
        return
    vectors = embed([wording for _, _, wording in asked])
    for start in range(0, len(asked), 1024):
        close = np.argwhere(vectors[start : start + 1024] @ vectors.T > DUPLICATE_COSINE)
        for row, column in close:
            left, right = asked[start + row], asked[column]
            if start + row < column and left[0].entry.id != right[0].entry.id:
                problem = f"“{right[2]}” is nearly “{left[2]}” in {left[0].file}"
                yield right[0].fault(right[1], problem, "keep the question in one of the two")


def questions(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield (field, wording) for every question that an entry answers."""
    for index, question in enumerate(entry.questions):
        for wording in question.ask:
            yield f"questions.{index}.ask", wording
    if isinstance(entry, Faq):
        yield "name", entry.name
        for wording in entry.ask:
            yield "ask", wording


__all__ = ["SUMMARY_WORDS", "check", "links", "questions", "texts", "unsound"]
