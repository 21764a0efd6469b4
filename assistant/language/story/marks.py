"""Patterns of words found in a text: each find is a mark of some kind and value.

The patterns are data; their form is explained in `frames.yaml`. All patterns are followed at
once, a word at a time, and what a word leads to is remembered: the time is linear in the length
of the text, for no pattern looks further ahead than it is long.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

START, END, STOP, COMMA, NUMBER, ANY = "^", "$", ".", ",", "#", "~"
IGNORE = "ignore"
GAP = 5
_TOKEN = re.compile(
    r"(?P<short>\b(?:ph|[bmu])\.\s?(?:tech|sc|com|phil|[adek]|s(?:\.?a)?)\b\.?)"
    r"|[^\W\d_]+(?:['’`][^\W\d_]+)*[+#]{0,2}|(?P<number>\d+(?:[.,]\d+)?)|[%@]|(?<=\d)[-–](?=\d)"
    r"|(?P<stop>[.!?;\n]+)|[,():]",
    re.IGNORECASE,
)
_NOT_LETTERS = re.compile(r"['’`.\s]")
_LONGEST_NUMBER = 4  # words
_TENS = range(20, 100, 10)
_BETWEEN = ("to", "or", "-", "–")
_LETTERS_FOR_A_TYPO, _LETTERS_FOR_A_PLURAL = 7, 5
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or punctuation mark in plain form, with where it stands (characters)."""

    plain: str
    start: int
    end: int
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
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
        elif piece == "@":
            piece = "at"
        elif match.group("number"):
            number = float(piece.replace(",", "."))
        elif len(piece) > 1:
            piece = _NOT_LETTERS.sub("", piece)
        found.append(Word(piece, match.start(), match.end(), number))
    return found


def plain_name(name: str) -> str:
    """Return a name as a row of plain words."""
    return " ".join(word.plain for word in split(name))


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A row of elements, each a set of words, `#` or `~`; some may be left out."""

    kind: str
    value: str
    elements: tuple[frozenset[str], ...]
    optional: tuple[bool, ...]

    @classmethod
    def read(cls, kind: str, value: str, source: str) -> "Pattern":
        """Return the pattern that a source means."""
        parts = source.split()
        elements = tuple(frozenset(part.removesuffix("?").split("|")) for part in parts)
        return cls(kind, value, elements, tuple(part.endswith("?") for part in parts))

    def after(self, place: int) -> range:
        """Return the places whose element can be met next."""
        end = place
        while end < len(self.elements) and (self.optional[end] or ANY in self.elements[end]):
            end += 1
        return range(place, min(end + 1, len(self.elements)))

    def complete(self, place: int) -> bool:
        """Return whether nothing has to follow."""
        return all(self.optional[place:])


def compile_patterns(
    kinds: Mapping[str, Mapping[str, Iterable[str]]],
    mended: Collection[str] = (),
    spelt: Iterable[str] = (),
) -> dict[str, Any]:
    """Return kind → value → patterns in the form that a `Finder` takes, ready for JSON.

    Misspelt words are mended, but for those in `spelt`: into long words of the kinds `mended`.
    Of patterns that find the same, one with the value `ignore` counts, else the first. The kind
    `number` holds words that are numbers; its values are what they count.
    """
    sources = [
        [kind, value, source]
        for kind, values in kinds.items() if kind != "number"
        for value, listed in values.items()
        for source in listed
    ]  # fmt: skip
    sources.sort(key=lambda source: source[1] != IGNORE)
    openings: dict[str, list[int]] = defaultdict(list)
    known: set[str] = set()
    for id_, source in enumerate(sources):
        pattern = Pattern.read(*source)
        known.update(*pattern.elements)
        for word in frozenset().union(*(pattern.elements[place] for place in pattern.after(0))):
            openings[word].append(id_)
    numbers = {
        name: float(value) for value, names in kinds.get("number", {}).items() for name in names
    }
    known.update(word for name in numbers for word in name.split())
    names = {
        word
        for kind, value, source in sources if kind in mended
        for element in Pattern.read(kind, value, source).elements
        for word in element if len(word) >= _LETTERS_FOR_A_TYPO
    }  # fmt: skip
    return {
        "sources": sources, "openings": openings, "numbers": numbers, "words": sorted(known),
        "mended": sorted(names), "spelt": sorted(spelt),
    }  # fmt: skip


_Item = tuple[Pattern, int, int]  # a pattern, the place reached in it, what its gap may skip


@dataclass(slots=True)
class _State:
    """The patterns still in play after some words, those complete, where each word leads."""

    items: tuple[_Item, ...]
    complete: tuple[Pattern, ...]
    following: dict[str, "_State"] = field(default_factory=dict)


class Finder:
    """Finds patterns in texts."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Take what `compile_patterns` returned."""
        self._sources: list[list[str]] = compiled["sources"]
        self._openings: dict[str, list[int]] = compiled["openings"]
        self._numbers: dict[str, float] = compiled["numbers"]
        self._known = frozenset(compiled["words"])
        self._spelt = frozenset(compiled["spelt"])
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in compiled["mended"]:
            for length in range(len(word) - 1, len(word) + 2):
                self._alike[f"{word[0]}{length}"].append(word)
        self._begun: dict[str, _State] = {}
        self._states = 0

    def read(self, text: str) -> list[Word]:
        """Return `^`, the words of a text, `$`: misspelt words mended, a number as one word."""
        words = [self._mended(word) for word in split(text)]
        found = [Word(START, 0, 0)]
        at = 0
        while at < len(words):
            number, end = self._number_at(words, at)
            plain = words[at].plain if end == at + 1 else NUMBER
            found.append(Word(plain, words[at].start, words[end - 1].end, number))
            at = end
        found.append(Word(END, len(text), len(text)))
        return found

    def find(self, words: Sequence[Word]) -> list[Mark]:
        """Return the marks in a text, in order; those of one kind do not overlap."""
        symbols = [self._symbol(word) for word in words]
        free: dict[str, int] = {}
        found: list[Mark] = []
        for at in range(len(words)):
            longest: dict[str, tuple[int, Pattern]] = {}
            for end, complete in self._walk(symbols, at):
                longest.update((pattern.kind, (end, pattern)) for pattern in reversed(complete))
            for kind, (end, pattern) in longest.items():
                if at >= free.get(kind, 0):
                    free[kind] = end
                    number = self._number(pattern, words[at:end], symbols[at:end])
                    found.append(Mark(kind, pattern.value, at, end, number))
        return found

    def _walk(self, symbols: Sequence[str], at: int) -> Iterator[tuple[int, tuple[Pattern, ...]]]:
        """Yield where patterns that begin at a word are complete, nearest first."""
        state = self._begun.get(symbols[at]) or self._begin(symbols[at])
        for end in range(at + 1, len(symbols) + 1):
            if state.complete:
                yield end, state.complete
            if end == len(symbols) or not state.items:
                return
            following = state.following.get(symbols[end])
            if following is None:
                following = state.following[symbols[end]] = self._state(state.items, symbols[end])
            state = following

    def _symbol(self, word: Word) -> str:
        if word.plain in self._known:
            return word.plain
        return NUMBER if word.number is not None else ""

    def _begin(self, symbol: str) -> _State:
        if self._states > _REMEMBERED:
            self._begun.clear()
            self._states = 0
        ids = set(self._openings.get(symbol, ()))
        if self._counts(symbol):
            ids.update(self._openings[NUMBER])
        items = [(Pattern.read(*self._sources[id_]), 0, GAP) for id_ in sorted(ids)]
        state = self._begun[symbol] = self._state(items, symbol)
        return state

    def _state(self, items: Iterable[_Item], symbol: str) -> _State:
        """Return what the patterns in play become when a word is met."""
        following = {
            (pattern, *step): None
            for pattern, place, gap in items
            for step in self._steps(pattern, place, gap, symbol)
        }
        self._states += 1
        complete = {pattern: None for pattern, place, _ in following if pattern.complete(place)}
        return _State(tuple(following), tuple(complete))

    def _number(
        self, pattern: Pattern, words: Sequence[Word], symbols: Sequence[str]
    ) -> float | None:
        """Return what `#` stands for where a pattern is found."""
        if not any(NUMBER in element for element in pattern.elements):
            return None
        reached: dict[tuple[int, int], float | None] = {(0, GAP): None}
        for word, symbol in zip(words, symbols, strict=True):
            following: dict[tuple[int, int], float | None] = {}
            for (place, gap), number in reached.items():
                for step, left in self._steps(pattern, place, gap, symbol):
                    met = NUMBER in pattern.elements[step - 1] and left == GAP
                    following.setdefault((step, left), word.number if met else number)
            reached = following
        return next((n for (place, _), n in reached.items() if pattern.complete(place)), None)

    def _steps(
        self, pattern: Pattern, place: int, gap: int, symbol: str
    ) -> Iterator[tuple[int, int]]:
        """Yield the places that a word leads to in a pattern, and what the gap there may skip."""
        for step in pattern.after(place):
            element = pattern.elements[step]
            if ANY in element:
                if symbol != STOP and gap:
                    yield step, gap - 1
            elif symbol in element or (NUMBER in element and self._counts(symbol)):
                yield step + 1, GAP

    def _counts(self, symbol: str) -> bool:
        return symbol == NUMBER or symbol in self._numbers or symbol[:1].isdecimal()

    def _number_at(self, words: Sequence[Word], at: int) -> tuple[float | None, int]:
        """Return the number that begins at a word, of a range the first, and where it ends."""
        number, end = words[at].number, at + 1
        for size in range(_LONGEST_NUMBER, 0, -1):
            name = " ".join(word.plain for word in words[at : at + size])
            if number is None and name in self._numbers:
                number, end = self._numbers[name], min(at + size, len(words))
        if number in _TENS and end < len(words) and words[end - 1].plain.isalpha():
            unit = self._numbers.get(words[end].plain, 0.0)
            number, end = (number + unit, end + 1) if 1 <= unit <= 9 else (number, end)
        further = words[end : end + 2]
        if number is not None and len(further) == 2 and further[0].plain in _BETWEEN:
            end += 2 if further[1].number is not None else 0
        return number, end

    def _mended(self, word: Word) -> Word:
        plain = word.plain
        if plain in self._known or plain in self._spelt or len(plain) < _LETTERS_FOR_A_PLURAL:
            return word
        if plain.endswith("s") and plain[:-1] in self._known:
            return replace(word, plain=plain[:-1])
        alike = [other for other in self._alike[f"{plain[0]}{len(plain)}"] if _near(plain, other)]
        return replace(word, plain=alike[0]) if len(alike) == 1 else word


def _near(word: str, other: str) -> bool:
    """Return whether one letter more, less, changed or swapped makes one word the other."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    left, right = word[start:], other[start:]
    if len(left) != len(right):
        return left[1:] == right if len(left) > len(right) else left == right[1:]
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
