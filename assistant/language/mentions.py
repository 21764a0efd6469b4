"""Names of entries in a text, forgiving about plurals, hyphens, spelling and typing.

Words are brought to a plain form, misspelt words are corrected towards the words that names are
made of, and the longest names win.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[+#]{1,2}(?!\w))?(?:['’][^\W_]+)?")
_NOT_NAMES = re.compile(
    r"\b(?:do(?:es)?|did|what|u|you|it|that|this|i) mean\b"
    r"(?!\s+(?:average|squared|absolute|field))|\bmean(?:s|ing)? (?:by|that|to|of|is)\b"
    r"|\bby means\b|\bi recall\b|\bin general\b|\bin order to\b|\bit means\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|isn't|instead of|rather than)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE)
_DOES_MEAN = re.compile(  # "what does X mean in machine learning" is about X alone
    r"(\b(?:does|do|did)\b.+) means?"
    r"(?: in (?:(?:machine|deep) learning|ml|dl|ai|data science))?(?=\s*(?:[?.!]*$|in\b))",
    re.IGNORECASE,
)
KIND_ORDER = (
    "concept", "role", "application", "industry", "competency", "claim", "resource", "path",
    "occupation", "faq",
)  # fmt: skip
LONGEST_NAME = 8
WEAK = 0.5
_LETTERS_FOR_ONE_EDIT, _LETTERS_FOR_TWO_EDITS = 4, 8
JOINED_LETTERS = 5  # a name needs more, to be found where its words are run together
_LETTERS_FOR_A_PHRASE = 12  # of a name of several words, for an edit that leaves words of ours
_AND = frozenset(("and", "or", "vs", "versus", "n", "from"))


@dataclass(frozen=True, slots=True)
class Mention:
    """An entry named in a text: where (characters), as what, and how surely (0 to 1)."""

    id: str
    kind: str
    text: str
    score: float
    start: int
    end: int
    also: tuple[str, ...] = ()


def denied(text: str, mention: Mention) -> bool:
    """Return whether a text says that it does not mean what it names: "…, not a data scientist"."""
    place = text.find(mention.text)
    return bool(_DENIAL.search(text[: place if place >= 0 else mention.start]))


@dataclass(frozen=True, slots=True)
class _Token:
    plain: str
    start: int
    end: int


def plain(word: str) -> str:
    """Return a word in lower case, without accents, possessive and plural endings."""
    word = unicodedata.normalize("NFKD", word.casefold())
    word = "".join(char for char in word if not unicodedata.combining(char))
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and word[-2] not in "suia":
        return word[:-1]
    return _BRITISH.sub(lambda found: found.group(1) + "s" + found.group(2), word)


_BRITISH = re.compile(r"(\w{3,})z(e|ed|er|ing|ation)$")


def tokens(text: str) -> list[_Token]:
    """Return the words of a text in plain form, with where they stand."""
    return [
        _Token(plain(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)
    ]


def _misspelt(one: str, other: str) -> bool:
    """Return whether two words of a name may be one word, typed in two ways."""
    return one[0] == other[0] and min(len(one), len(other)) >= _LETTERS_FOR_ONE_EDIT


def key(name: str) -> str:
    """Return the form under which a name is looked up."""
    return " ".join(token.plain for token in tokens(name))


Owners = Mapping[str, Sequence[Sequence[str]]]
"""The form of each name, and the (id, kind) of every entry that goes by it."""


def owners(names: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return the owners of (name, id, kind) triples, those that a name mostly means first."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, id_, kind in names:
        form = key(name)
        if form and (id_, kind) not in found[form]:
            found[form].append((id_, kind))
    for listed in found.values():
        listed.sort(key=lambda owner: KIND_ORDER.index(owner[1]))
    return dict(found)


class MentionFinder:
    """Finds the entries that a text names."""

    def __init__(
        self, names: Owners, known_words: Collection[str] = (), everyday: Collection[str] = ()
    ) -> None:
        """Take names with their owners and the plain words that are not misspelt.

        A name that is one of the `everyday` words, and not written in capitals, is found with a
        score of `WEAK`: "zero", "chance" and "join" are names of ours, and mostly mean no such
        thing.
        """
        self._everyday = frozenset(everyday)
        self._owners = names
        self._joined: dict[str, str] = {}
        for form in names:
            if len(form) > JOINED_LETTERS:
                self._joined.setdefault(form.replace(" ", ""), form)
        words = {word for form in names for word in form.split()}
        self._words = sorted(word for word in words if len(word) >= _LETTERS_FOR_ONE_EDIT)
        self._known = {*words, *known_words}
        self._corrections: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._long: dict[tuple[int, str], list[str]] = defaultdict(list)
        for form in self._owners:
            if " " in form and len(form) >= _LETTERS_FOR_A_PHRASE:
                self._long[form.count(" ") + 1, form[0]].append(form)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in a text in the order they stand, the longest names first served."""
        masked = _NOT_NAMES.sub(lambda found: " " * len(found.group()), text)
        masked = _DOES_MEAN.sub(lambda found: found[1].ljust(len(found[0])), masked)
        words = tokens(masked)
        corrected = [self.correct(word.plain) for word in words]
        found: list[Mention] = []
        taken: set[int] = set()
        for size in range(min(LONGEST_NAME, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                span = range(start, start + size)
                if taken.isdisjoint(span):
                    mention = self._match(text, words, corrected, start, start + size)
                    if mention:
                        found.append(mention)
                        taken.update(span)
        return sorted(found, key=lambda mention: mention.start)

    def _match(
        self, text: str, words: Sequence[_Token], corrected: Sequence[str], start: int, end: int
    ) -> Mention | None:
        written = " ".join(word.plain for word in words[start:end])
        repaired = " ".join(corrected[start:end])
        shared = self._shared_head(words, start, end)
        forms = ((written, 1.0), (repaired, 0.85), (self._rejoin(repaired), 0.9),
                 (self._alike(repaired, start, end), 0.8), (shared, 0.9))  # fmt: skip
        for form, score in forms:
            owners = self._owners.get(form)
            if owners:
                id_, kind = owners[0]
                also = tuple(owner[0] for owner in owners[1:])
                first, last = words[start].start, words[end - 1].end
                piece = text[first:last]
                if len(piece) == 1 and piece.islower():
                    continue  # "what r LLMs": R and C are written in capitals
                if form in self._everyday and piece[1:] == piece[1:].lower():
                    score = WEAK
                return Mention(id_, kind, piece, score, first, last, also)
        return None

    def _alike(self, form: str, start: int, end: int) -> str:
        """Return the name of several words that a text is a typing mistake or two away from."""
        if end - start < 2 or len(form) < _LETTERS_FOR_A_PHRASE or form in self._owners:
            return ""
        if form not in self._phrases:
            self._phrases[form] = self._nearest_phrase(form, end - start)
        return self._phrases[form]

    def _nearest_phrase(self, form: str, words: int) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        names = self._long.get((words, form[0]), ())
        found = process.extractOne(form, names, scorer=OSA.distance, score_cutoff=2)
        pairs = zip(form.split(), found[0].split(), strict=True) if found else ()
        alike = all(one == other or _misspelt(one, other) for one, other in pairs)
        return found[0] if found and alike else ""

    def _shared_head(self, words: Sequence[_Token], start: int, end: int) -> str:
        """Return "L1 regularisation" for the first word of "L1 and L2 regularisation"."""
        if end - start != 1 or start + 3 >= len(words) or words[start + 1].plain not in _AND:
            return ""
        whole = " ".join(word.plain for word in words[start + 2 : start + 4])
        return f"{words[start].plain} {words[start + 3].plain}" if whole in self._owners else ""

    def _rejoin(self, form: str) -> str:
        return self._joined.get(form.replace(" ", ""), "")

    def correct(self, word: str) -> str:
        """Return the word of our names that a misspelt word stands for, else the word itself."""
        if word in self._known or len(word) < _LETTERS_FOR_ONE_EDIT or word.isdigit():
            return word
        if word not in self._corrections:
            self._corrections[word] = self._nearest(word)
        return self._corrections[word]

    def _nearest(self, word: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        edits = 2 if len(word) >= _LETTERS_FOR_TWO_EDITS else 1
        close = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=edits, limit=5)
        near = [
            (distance, other[0] != word[0], other)
            for other, distance, _ in close
            if distance == 0 or len(other) >= _LETTERS_FOR_ONE_EDIT + distance
        ]
        return min(near)[2] if near else word

    def owners(self, name: str) -> list[tuple[str, str]]:
        """Return every (id, kind) that goes by exactly this name."""
        return [(id_, kind) for id_, kind in self._owners.get(key(name), ())]

    def closest(self, name: str, limit: int = 5) -> list[tuple[str, str, float]]:
        """Return (id, kind, score from 0 to 1) of the names nearest to a text, best first."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        form = key(name)
        best: dict[str, tuple[str, str, float]] = {}
        for other, score, _ in process.extract(
            form,
            list(self._owners),
            scorer=OSA.normalized_similarity,
            limit=limit * 3,
            score_cutoff=0.6,
        ):
            for id_, kind in self._owners[other]:
                best.setdefault(id_, (id_, kind, round(score, 3)))
        return list(best.values())[:limit]
