"""Typing mistakes and shorthand mended before a text is understood."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from assistant.language.mentions import plain

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\w+")
_LETTERS, _LETTERS_FOR_TWO = 5, 8  # a word needs for one edit, for two


class Speller:
    """Replaces words that nobody writes by the ones that they are meant to be.

    `known` are words in the plain form of `mentions.plain` that are left as they are, as are those
    that are words of English by `is_word`; a misspelt word becomes one of the `common` words, so
    that a rare word is not read into a text.
    """

    def __init__(
        self,
        known: Iterable[str],
        common: Iterable[str],
        shorthand: Mapping[str, str],
        is_word: Callable[[str], bool] = lambda word: False,
    ) -> None:
        self._known, self._is_word = frozenset(known), is_word
        self._shorthand = shorthand
        self._mended: dict[str, str] = {}
        self._common: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(common)):
            if len(word) >= _LETTERS - 1:
                self._common[word[0]].append(word)

    def mend(self, text: str) -> str:
        """Return a text with shorthand written out and misspelt words put right.

        Words with a capital inside a sentence are names, and stay; a text in capitals is read as
        one in small letters.
        """
        if text.isupper() and len(text.split()) > 1:
            text = text.lower()
        return _WORD.sub(lambda found: self._word(found.group(), found.start()), text)

    def unknown(self, word: str) -> bool:
        """Return whether a word is one that nobody here ever wrote, and no misspelling of one."""
        form = plain(word)
        return len(form) >= _LETTERS and form not in self._known and not self._nearest(form)

    def _word(self, word: str, start: int) -> str:
        if word in self._shorthand:
            return self._shorthand[word]
        if not word.isalpha() or (not word.islower() and (start or not word.istitle())):
            return word
        form = plain(word)
        if form in self._known or len(form) < _LETTERS:
            return word
        if form not in self._mended:
            english = self._is_word(word.lower())
            self._mended[form] = "" if english else self._nearest(form)
        return self._mended[form] or word

    def _nearest(self, form: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        edits = 2 if len(form) >= _LETTERS_FOR_TWO else 1
        words = self._common.get(form[0], ())
        found = process.extractOne(form, words, scorer=OSA.distance, score_cutoff=edits)
        return found[0] if found else ""
