"""What a job advert or a CV names: competencies, degree, years, each with the words that say so.

Nothing is guessed: a finding is a name or a wording that stands in the text. What is said not to
be needed is found too, and marked. The text is read here and goes nowhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.adverts.page import visible
from assistant.language.mentions import key, tokens
from assistant.render.plain import clean
from knowledge.library import Library
from knowledge.schema import Competency

LIMIT = 100_000  # characters of a text that are read
LONGEST = 6  # words of a name
HEADING = 6  # words of a heading, at the most
WORDS_SHOWN = 110
_CUES = ("not_negated", "before", "after", "ends", "nice", "no_years")
LEVELS = ("bachelor", "master", "phd")
_WRAPPED = re.compile(
    r"(?<=[^\n]{55}[^\n.:;!?])[ ]*\n(?![ ]*(?:[-*•·‣–\n]|$))"
)  # a long line goes on
_SENTENCE = re.compile(r"[.;!?](?=\s|$)|\n\s*(?:[-*•·‣–]|\n)|\n(?=[A-Z¿¡<])|:\s")


@dataclass(frozen=True, slots=True)
class Named:
    """Something the text names: a competency's id, or "degree:master", "years:3", "no:phd".

    `words` is the piece of the text that says so, `found` the name in it.
    """

    id: str
    found: str
    words: str
    nice: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """What a text asks for, or offers; what it says is not needed; degree and years."""

    asks: tuple[Named, ...]
    refuses: tuple[Named, ...]
    requirements: tuple[Named, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the findings as lists of `{"id", "found", "words", "nice"}`."""
        return {
            name: [{"id": row.id, "found": row.found, "words": row.words, "nice": row.nice}
                   for row in rows]
            for name, rows in (("asks", self.asks), ("refuses", self.refuses),
                               ("requirements", self.requirements))
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as written, folded (lower case, no accents), and what it negates."""

    text: str
    folded: str
    negated: tuple[tuple[int, int], ...]
    nice: bool
    under: str = ""  # the heading over it, where that says something of it

    def negates(self, place: int) -> bool:
        return any(start <= place < end for start, end in self.negated)


class Reader:
    """Reads adverts and CVs by the names of the knowledge base and the words of `words.yaml`."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._words = _vocabulary()
        self._degrees = {name: _any(listed) for name, listed in self._words["degrees"].items()}
        self._years = _years(self._words)

    @cached_property
    def _cue(self) -> dict[str, re.Pattern[str]]:
        return {name: _any(self._words[name]) for name in _CUES}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Every name of a competency, in plain words, and the competency."""
        common = {key(name) for name in self._words["too_common"]}
        found: dict[str, str] = {}
        for skill in self._library.all_of(Competency):
            for name in _names_of(self._library, skill):
                if key(name) not in common:
                    found.setdefault(key(name), skill.id)
        for id_, listed in self._words["wordings"].items():
            found.update({key(name): id_ for name in listed if "*" not in name})
        return found

    @cached_property
    def _stems(self) -> list[tuple[re.Pattern[str], str]]:
        return [
            (re.compile(r"\b" + re.escape(name).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+")
                        + r"\b"), id_)
            for id_, listed in self._words["wordings"].items() for name in listed if "*" in name
        ]  # fmt: skip

    def read(self, text: str) -> Findings:
        """Return what a text names, everything once; an asked-for name outweighs a refused one."""
        asks: dict[str, Named] = {}
        refuses: dict[str, Named] = {}
        wanted: list[Named] = []
        for sentence in self._sentences(visible(clean(text[:LIMIT]))):
            for id_, start, end in self._skills(sentence):
                rows = refuses if sentence.negates(start) else asks
                row = _named(id_, sentence, start, end)
                if id_ not in rows or (rows[id_].nice and not row.nice):
                    rows[id_] = row
            wanted += self._requirements(sentence)
        refused = tuple(row for id_, row in refuses.items() if id_ not in asks)
        return Findings(tuple(asks.values()), refused, tuple(_lowest(wanted)))

    def _sentences(self, text: str) -> Iterator[_Sentence]:
        text = text.replace("’", "'").replace("\xa0", " ").replace("\t", " ")
        text = _WRAPPED.sub(" ", text)
        start, over = 0, _Sentence("", "", (), False)
        for found in [*_SENTENCE.finditer(text), None]:
            end = found.start() if found else len(text)
            part = re.sub(r"\s+", " ", text[start:end]).strip(" -*•·‣–")
            if part:
                sentence = self._sentence(part, over)
                yield sentence
                over = self._heading(sentence, found.group() if found else "", over)
            start = found.end() if found else end

    def _sentence(self, part: str, over: _Sentence) -> _Sentence:
        """Return a sentence, with what the heading over it says of all that stands under it."""
        folded = _fold(part)
        negated = ((0, len(part)),) if over.negated else tuple(self._negated(folded))
        nice = over.nice or bool(self._cue["nice"].search(folded))
        return _Sentence(part, folded, negated, nice, over.text)

    def _heading(self, sentence: _Sentence, end: str, over: _Sentence) -> _Sentence:
        """Return the heading over the next sentence: "Nice to have:", "You won't need:"."""
        if end.startswith(":") and len(sentence.text.split()) <= HEADING:
            return sentence
        return over if "\n" in end and end.strip() else _Sentence("", "", (), False)

    def _negated(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield from where to where a sentence says what is not needed."""
        kept = self._cue["not_negated"].sub(lambda found: " " * len(found.group()), folded)
        for start, end in self._clauses(kept):
            clause = kept[start:end]
            after = self._cue["after"].search(clause)
            if after and clause[: after.start()].strip():
                yield start, start + after.start()
                continue
            if after:
                yield start + after.end(), end
                continue
            before = self._cue["before"].search(clause)
            if before:
                yield start + before.end(), end

    def _clauses(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the parts of a sentence that one negation can reach over."""
        start = 0
        for comma in re.finditer(r", (?:and |y |et |und )", text):
            spoken = text[start : comma.start()]
            if self._cue["after"].search(spoken) or self._cue["before"].search(spoken):
                yield from self._until_turn(text, start, comma.start())
                start = comma.end()
        yield from self._until_turn(text, start, len(text))

    def _until_turn(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield a clause cut where its sense turns: "…, but", "…, we have people for that"."""
        for turn in self._cue["ends"].finditer(text, start, end):
            yield start, turn.start()
            start = turn.start()
        yield start, end

    def _skills(self, sentence: _Sentence) -> Iterator[tuple[str, int, int]]:
        words = tokens(sentence.text)
        taken: set[int] = set()
        for size in range(min(LONGEST, len(words)), 0, -1):
            for at in range(len(words) - size + 1):
                span = range(at, at + size)
                form = " ".join(word.plain for word in words[at : at + size])
                id_ = self._names.get(form)
                if id_ is None or not taken.isdisjoint(span):
                    continue
                start, end = words[at].start, words[at + size - 1].end
                if self._is_word(form, sentence.text[start:end]):
                    taken.update(span)
                    yield id_, start, end
        for pattern, id_ in self._stems:
            for found in pattern.finditer(sentence.folded):
                yield id_, found.start(), found.end()

    def _is_word(self, form: str, written: str) -> bool:
        """Return whether a name is meant: "R" and "Excel", not "r" and "excel"."""
        careful = len(form) == 1 or form in self._words["capital"]
        return written[:1].isupper() if careful else True

    def _requirements(self, sentence: _Sentence) -> Iterator[Named]:
        levels = [level for level in LEVELS if self._degrees[level].search(sentence.folded)]
        spans = [found.span() for level in levels
                 for found in self._degrees[level].finditer(sentence.folded)]  # fmt: skip
        for level in (*levels, "degree"):
            for found in self._degrees[level].finditer(sentence.folded):
                negated = sentence.negates(found.start())
                part = any(start < found.start() <= end + 1 for start, end in spans)
                if level == "degree" and (part or not negated):
                    continue
                id_ = f"no:{level}" if negated else f"degree:{level}"
                yield _named(id_, sentence, *found.span())
        for found in self._years.finditer(sentence.folded):
            if found["least"] or found["plus"] or found["of"]:
                number = self._words["numbers"].get(found["number"]) or int(found["number"])
                yield _named(f"years:{number}", sentence, *found.span())
        found_ = self._cue["no_years"].search(sentence.folded)
        if found_ and sentence.negates(found_.start()):
            yield _named("no:years", sentence, *found_.span())


def _named(id_: str, sentence: _Sentence, start: int, end: int) -> Named:
    """Return a finding with the words around it, at most WORDS_SHOWN characters of them."""
    left = max(0, min(start - WORDS_SHOWN // 2, len(sentence.text) - WORDS_SHOWN))
    words = sentence.text[left : left + WORDS_SHOWN].strip()
    words = f"{sentence.under}: {words}" if sentence.under else words
    return Named(id_, sentence.text[start:end], words, sentence.nice)


def _lowest(wanted: list[Named]) -> Iterator[Named]:
    """Yield the lowest degree that suffices, the most years, and each thing not needed, once."""
    degrees = [row for row in wanted if row.id.startswith("degree:")]
    firm = [row for row in degrees if not row.nice] or degrees
    if firm:
        yield min(firm, key=lambda row: LEVELS.index(row.id.partition(":")[2]))
    years = [row for row in wanted if row.id.startswith("years:")]
    if years:
        yield max(years, key=lambda row: int(row.id.partition(":")[2]))
    yield from {row.id: row for row in wanted if row.id.startswith("no:")}.values()


def _names_of(library: Library, skill: Competency) -> Iterator[str]:
    """Yield the names of a competency, bare of "skills", "in practice" and the like."""
    for name in (skill.name, *skill.aliases):
        yield name
        bare = re.sub(r"^(?:building|using) | (?:libraries )?in practice$| skills$", "", name)
        if bare != name:
            yield bare
    first = next(iter(skill.concepts), "")
    if first in library and key(library.name(first)) in key(skill.name):
        concept = library.get(first)
        yield concept.name
        yield from concept.aliases


def _fold(text: str) -> str:
    """Return a text of the same length in lower case without accents."""
    return "".join(unicodedata.normalize("NFD", char)[0].lower()[:1] or char for char in text)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})")


def _years(words: Mapping[str, Any]) -> re.Pattern[str]:
    """Return the pattern of so many years, with what tells that they are years of work."""
    least, more, years, work, other = (
        "|".join(words[name])
        for name in ("at_least", "or_more", "years", "experience", "no_longer")
    )
    numbers = "|".join(words["numbers"])
    return re.compile(
        rf"(?P<least>\b(?:{least}) )?\b(?P<number>\d{{1,2}}|{numbers})\b"
        rf" ?(?P<plus>\+|(?:{more})\b)?(?: ?(?:-|–|to|bis|a) ?\d{{1,2}})?"
        rf" ?(?:{years})\b(?! (?:{other}))"
        rf"(?P<of>'? (?:[\w'-]+ ){{0,5}}?(?:{work})\b)?"
    )


def _vocabulary() -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (Path(__file__).parent / "words.yaml").read_text("utf-8")
    return dict(yaml.load(text, Loader=loader))  # noqa: S506 - safe
