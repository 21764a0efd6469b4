"""What can be completed: slash commands, their arguments, and names of the knowledge base."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from assistant.compiled import EXERCISES, current
from assistant.places import cache_dir

KINDS = ("concept", "role", "exercise")
MOST = 30  # names offered
SHORTEST = 3  # letters that stand for a name which they do not begin
SPREAD = 2  # letters of a name for each of those
LONGEST = 4  # words of a name that are looked at before the cursor


class Name(NamedTuple):
    """Something that can be typed, and what it is."""

    text: str
    what: str


def near(typed: str, names: Iterable[Name]) -> list[Name]:
    """Return the names that are meant by what was typed, the nearest first.

    Each word typed begins a word of the name, in order ("grad boo"), or is made of the first
    letters of its words ("cnn"). Where no name is meant so, the letters stand in it in order
    ("clstring").
    """
    words = _words(typed)
    for place in (_begun, _spread):
        ranked = [(at, len(name.text), name) for name in names
                  if (at := place(words, _words(name.text))) is not None]  # fmt: skip
        if ranked:
            return [name for *_, name in sorted(ranked)][:MOST]
    return []


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\W_]+", text.casefold()) if word)


def _begun(typed: Sequence[str], words: Sequence[str]) -> int | None:
    """Return the place of the first word that was begun, None unless all were, in order.

    First letters of the words count as begun at the first.
    """
    if len(typed) == 1 and "".join(word[0] for word in words).startswith(typed[0]):
        return 0
    places: list[int] = []
    for word in typed:
        after = places[-1] + 1 if places else 0
        place = next((n for n in range(after, len(words)) if words[n].startswith(word)), None)
        if place is None:
            return None
        places.append(place)
    return places[0] if places else 0


def _spread(typed: Sequence[str], words: Sequence[str]) -> int | None:
    """Return over how many letters of the name one typed word is spread, None if it is not."""
    if len(typed) != 1 or len(typed[0]) < SHORTEST:
        return None
    spans = [_span(typed[0], "".join(words[start:])) for start in range(len(words))]
    return min((span for span in spans if span and span <= SPREAD * len(typed[0])), default=None)


def _span(letters: str, text: str) -> int | None:
    """Return how many letters from the first on hold all of some in order, None if they do not."""
    at = 0
    if text[0] != letters[0]:
        return None
    for letter in letters[1:]:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
    return at + 1


class Names(Completer):
    """Completes a line of the chat; the compiled names are read when they are first needed."""

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        """Yield what could stand before the cursor."""
        from assistant.terminal.commands import COMMANDS, find

        text = document.text_before_cursor
        if not text.startswith("/"):
            yield from self._within(text)
            return
        head, space, argument = text.partition(" ")
        if not space:
            listed = [Name(f"/{one.name}", one.help) for one in COMMANDS]
            yield from _offered(near(head[1:], listed), len(head))
            return
        command = find(head[1:])
        if command:
            yield from _offered(near(argument, self._of(command.completes)), len(argument))

    def _within(self, text: str) -> Iterator[Completion]:
        """Yield the names that the last words of a sentence begin."""
        starts = [found.start() for found in re.finditer(r"\S+", text)][-LONGEST:]
        if not starts or text[-1].isspace():
            return
        for start in starts:
            tail = text[start:].lstrip("\"'(¿")
            found = near(tail, self._of(KINDS)) if _words(tail) else []
            if found:
                yield from _offered(found, len(tail))
                return

    def _of(self, what: Iterable[str]) -> list[Name]:
        """Return the names of some kinds, and the words that are no kind themselves."""
        words = [Name(word, "") for word in what if word not in KINDS]
        return [*words, *(name for name in self._known if name.what in what)]

    @cached_property
    def _known(self) -> list[Name]:
        """Every name there is, read without opening the mind."""
        folder = current(cache_dir())
        if folder is None:
            return []
        cards = json.loads((folder / "library.json").read_text("utf-8"))["cards"]
        exercises = json.loads((folder / EXERCISES).read_text("utf-8"))
        known = [Name(name, kind) for _, kind, name, *_ in cards if kind in KINDS]
        return [*known, *(Name(id_, "exercise") for id_ in exercises)]


def _offered(names: Iterable[Name], typed: int) -> Iterator[Completion]:
    for name in names:
        yield Completion(name.text, -typed, display_meta=name.what)
