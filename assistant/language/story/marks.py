"""Patterns of words found in a text: each find is a mark of some kind and value.

The patterns are data; their form is explained in `frames.yaml`. All patterns are followed at
once, a word at a time, and what a word leads to is remembered: the time is linear in the length
of the text, for no pattern looks further ahead than it is long.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

START, END, STOP, COMMA, NUMBER, ANY = "^", "$", ".", ",", "#", "~"
IGNORE = "ignore"
GAP = 5
MOST = 1e9  # the largest number that is read; of hundreds of digits a float would be infinite
_GAP_SET = 0
_TOKEN = re.compile(
    r"(?P<short>\b(?:ph|[bmu])\.\s?(?:tech|sc|com|phil|[adek]|s(?:\.?a)?)\b\.?)"
    r"|[^\W\d_]+(?:['’`][^\W\d_]+)*[+#]{0,2}|(?P<number>\d+(?:[.,]\d+)?)|[%@→]|[-=]+>|(?<=\d)[-–](?=\d)"
    r"|(?P<stop>[.!?;\n]+)|[,():]",
    re.IGNORECASE,
)
_SIGNS = {"@": "at", "→": "to"}
_NOT_LETTERS = re.compile(r"['’`.\s]")
_LONGEST_NUMBER = 4  # words
_TENS, _UNITS = range(20, 100, 10), range(1, 10)
_BETWEEN = ("to", "or", "-", "–")
_LETTERS_FOR_A_TYPO, _LETTERS_FOR_A_PLURAL = 7, 5
_REMEMBERED = 50_000


class Word(NamedTuple):
    """A word, number or punctuation mark in plain form, with where it stands (characters)."""

    plain: str
    start: int
    end: int
    number: float | None = None


class Mark(NamedTuple):
    """A pattern found: `start` and `end` count words; `number` is what stood for `#`."""

    kind: str
    value: str
    start: int
    end: int
    number: float | None = None


def split(text: str) -> list[Word]:
    """Return the words of a text: lower case, without apostrophes; "." and "," end clauses."""
    found = []
    for match in _TOKEN.finditer(text):
        piece, number = match.group().casefold(), None
        if match.group("stop"):
            piece = STOP
        elif piece in "():":
            piece = COMMA
        elif piece in _SIGNS or piece.endswith(">"):
            piece = _SIGNS.get(piece, "to")
        elif match.group("number"):
            number = min(float(piece.replace(",", ".")), MOST)
        elif len(piece) > 1:
            piece = _NOT_LETTERS.sub("", piece)
        found.append(Word(piece, match.start(), match.end(), number))
    return found


def plain_name(name: str) -> str:
    """Return a name as a row of plain words."""
    return " ".join(word.plain for word in split(name))


def compile_patterns(
    kinds: Mapping[str, Mapping[str, Iterable[str]]],
    mended: Collection[str] = (),
    spelt: Iterable[str] = (),
) -> dict[str, Any]:
    """Return kind → value → patterns in the form that a `Finder` takes, ready for JSON.

    Misspelt words are mended, but for those in `spelt`: into long words of the kinds `mended`.
    Of patterns that find the same, one with the value `ignore` counts, else the first. The kind
    `number` holds words that are numbers; its values are what they count.

    A pattern becomes its kind, its value, its elements as places in `sets`, for each place in it
    those whose element can be met next, and the place from which nothing has to follow.
    """
    sets: dict[tuple[str, ...], int] = {(ANY,): _GAP_SET}
    openings: dict[str, list[int]] = defaultdict(list)
    patterns: list[list[Any]] = []
    names: set[str] = set()
    for kind, value, source in _sources(kinds):
        elements = [tuple(part.removesuffix("?").split("|")) for part in source.split()]
        after, last = _ways(source)
        ids = [sets.setdefault(element, len(sets)) for element in elements]
        for word in sorted({word for place in after[0] for word in elements[place]}):
            openings[word].append(len(patterns))
        patterns.append([kind, value, ids, after, last])
        if kind in mended:
            names.update(word for element in elements for word in element)
    numbers = {
        name: float(value) for value, listed in kinds.get("number", {}).items() for name in listed
    }
    words = {word for element in sets for word in element}
    return {
        "sets": list(sets), "patterns": patterns, "openings": openings, "numbers": numbers,
        "words": sorted(words.union(*map(str.split, numbers))), "spelt": sorted(spelt),
        "mended": sorted(name for name in names if len(name) >= _LETTERS_FOR_A_TYPO),
    }  # fmt: skip


def _sources(kinds: Mapping[str, Mapping[str, Iterable[str]]]) -> list[tuple[str, str, str]]:
    """Return the kind, value and source of every pattern, the ignored first."""
    sources = [
        (kind, value, source)
        for kind, values in kinds.items() if kind != "number"
        for value, listed in values.items()
        for source in listed
    ]  # fmt: skip
    return sorted(sources, key=lambda source: source[1] != IGNORE)


def _ways(source: str) -> tuple[list[list[int]], int]:
    """Return the places that can be met next, for each place, and where nothing has to follow."""
    parts = source.split()
    optional = [part.endswith("?") for part in parts]
    after: list[list[int]] = []
    for place in range(len(parts) + 1):
        end = place
        while end < len(parts) and (optional[end] or parts[end] == ANY):
            end += 1
        after.append(list(range(place, min(end + 1, len(parts)))))
    last = max((place + 1 for place, free in enumerate(optional) if not free), default=0)
    return after, last


_Item = tuple[int, int, int]  # a pattern, the place reached in it, how many words its gap may skip


@dataclass(slots=True)
class _State:
    """The patterns still in play after some words, those complete by kind, where words lead."""

    items: tuple[_Item, ...]
    complete: dict[str, int]
    following: dict[str, "_State"] = field(default_factory=dict)


class Finder:
    """Finds patterns in texts."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Take what `compile_patterns` returned. `states` counts what is remembered of texts."""
        self._sets = [frozenset(words) for words in compiled["sets"]]
        self._patterns = compiled["patterns"]
        self._openings: dict[str, list[int]] = compiled["openings"]
        self._numbers: dict[str, float] = compiled["numbers"]
        self._number_starts = {name.split()[0] for name in self._numbers}
        self._known = frozenset(compiled["words"])
        self._spelt = frozenset(compiled["spelt"])
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in compiled["mended"]:
            for length in range(len(word) - 1, len(word) + 2):
                self._alike[f"{word[0]}{length}"].append(word)
        self._begun: dict[str, _State] = {}
        self.states = 0

    def read(self, text: str) -> list[Word]:
        """Return `^`, the words of a text, `$`: misspelt words mended, a number as one word."""
        words = [self._mended(word) for word in split(text)]
        found = [Word(START, 0, 0)]
        at = 0
        while at < len(words):
            word = words[at]
            if word.number is not None or word.plain in self._number_starts:
                number, end = self._number_at(words, at)
                plain = word.plain if end == at + 1 else NUMBER
                found.append(Word(plain, word.start, words[end - 1].end, number))
                at = end
            else:
                found.append(word)
                at += 1
        found.append(Word(END, len(text), len(text)))
        return found

    def find(self, words: Sequence[Word]) -> list[Mark]:
        """Return the marks in a text, in order; those of one kind do not overlap."""
        symbols = [self._symbol(word) for word in words]
        free: dict[str, int] = {}
        found: list[Mark] = []
        for at in range(len(words)):
            for kind, (end, id_) in self._longest(symbols, at).items():
                if at >= free.get(kind, 0):
                    free[kind] = end
                    number = self._number(id_, words[at:end], symbols[at:end])
                    found.append(Mark(kind, self._patterns[id_][1], at, end, number))
        return found

    def _longest(self, symbols: Sequence[str], at: int) -> dict[str, tuple[int, int]]:
        """Return kind → where the longest find that begins at a word ends, and its pattern."""
        state = self._begun.get(symbols[at]) or self._begin(symbols[at])
        longest: dict[str, tuple[int, int]] = {}
        end = at + 1
        while True:
            for kind, id_ in state.complete.items():
                longest[kind] = end, id_
            if end == len(symbols) or not state.items:
                return longest
            following = state.following.get(symbols[end])
            if following is None:
                following = state.following[symbols[end]] = self._state(state.items, symbols[end])
            state = following
            end += 1

    def _symbol(self, word: Word) -> str:
        if word.plain in self._known or word.plain == STOP:
            return word.plain
        return NUMBER if word.number is not None else ""

    def _begin(self, symbol: str) -> _State:
        if self.states > _REMEMBERED:
            self._begun.clear()
            self.states = 0
        ids = set(self._openings.get(symbol, ()))
        if self._counts(symbol):
            ids.update(self._openings.get(NUMBER, ()))
        self._begun[symbol] = self._state([(id_, 0, GAP) for id_ in sorted(ids)], symbol)
        return self._begun[symbol]

    def _state(self, items: Iterable[_Item], symbol: str) -> _State:
        """Return what the patterns in play become when a word is met."""
        counts = self._counts(symbol)
        following: dict[_Item, None] = {}
        for id_, place, gap in items:
            for step, left in self._steps(id_, place, gap, symbol, counts):
                following[id_, step, left] = None
        self.states += 1
        complete: dict[str, int] = {}
        for id_, place, _ in following:
            if place >= self._patterns[id_][4]:
                complete.setdefault(self._patterns[id_][0], id_)
        return _State(tuple(following), complete)

    def _steps(
        self, id_: int, place: int, gap: int, symbol: str, counts: bool
    ) -> list[tuple[int, int]]:
        """Return the places that a word leads to in a pattern, and what the gap there may skip."""
        _, _, elements, after, _ = self._patterns[id_]
        found = []
        for step in after[place]:
            words = self._sets[elements[step]]
            if symbol in words or (counts and NUMBER in words):
                found.append((step + 1, GAP))
            elif elements[step] == _GAP_SET and gap and symbol != STOP:
                found.append((step, gap - 1))
        return found

    def _number(self, id_: int, words: Sequence[Word], symbols: Sequence[str]) -> float | None:
        """Return what `#` stands for where a pattern is found."""
        _, _, elements, _, last = self._patterns[id_]
        if not any(NUMBER in self._sets[element] for element in elements):
            return None
        reached: dict[tuple[int, int], float | None] = {(0, GAP): None}
        for word, symbol in zip(words, symbols, strict=True):
            following: dict[tuple[int, int], float | None] = {}
            for (place, gap), number in reached.items():
                for step, left in self._steps(id_, place, gap, symbol, self._counts(symbol)):
                    met = left == GAP and NUMBER in self._sets[elements[step - 1]]
                    following.setdefault((step, left), word.number if met else number)
            reached = following
        return next((number for (place, _), number in reached.items() if place >= last), None)

    def _counts(self, symbol: str) -> bool:
        return symbol == NUMBER or symbol in self._numbers or symbol[:1].isdecimal()

    def _number_at(self, words: Sequence[Word], at: int) -> tuple[float | None, int]:
        """Return the number that begins at a word, of a range the first, and where it ends."""
        number, end = words[at].number, at + 1
        if number is None:
            number, end = self._number_in_words(words, at)
        further = words[end : end + 2]
        if number is not None and len(further) == 2 and further[0].plain in _BETWEEN:
            end += 2 if further[1].number is not None else 0
        return number, end

    def _number_in_words(self, words: Sequence[Word], at: int) -> tuple[float | None, int]:
        for size in range(_LONGEST_NUMBER, 0, -1):
            number = self._numbers.get(" ".join(word.plain for word in words[at : at + size]))
            if number is not None:
                end = min(at + size, len(words))
                unit = self._numbers.get(words[end].plain, 0) if end < len(words) else 0
                tens = number in _TENS and unit in _UNITS
                return (number + unit, end + 1) if tens else (number, end)
        return None, at + 1

    def _mended(self, word: Word) -> Word:
        plain = word.plain
        if plain in self._known or plain in self._spelt or len(plain) < _LETTERS_FOR_A_PLURAL:
            return word
        if plain.endswith("s") and plain[:-1] in self._known:
            return word._replace(plain=plain[:-1])
        alike = [other for other in self._alike[f"{plain[0]}{len(plain)}"] if _near(plain, other)]
        return word._replace(plain=alike[0]) if len(alike) == 1 else word


def _near(word: str, other: str) -> bool:
    """Return whether one letter more, less, changed or swapped makes one word the other."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    left, right = word[start:], other[start:]
    if len(left) != len(right):
        return left[1:] == right if len(left) > len(right) else left == right[1:]
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
