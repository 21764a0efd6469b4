"""Everything a conversation needs, compiled once into the cache and opened from there."""

import functools
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from assistant.compiled import EXERCISES, current, usable
from assistant.errors import CacheError
from assistant.language import encoder as encoding
from assistant.language.intents import IntentClassifier
from assistant.language.masking import encode_both
from assistant.language.mentions import MentionFinder
from assistant.language.slots import Story
from assistant.language.spelling import Speller
from assistant.places import cache_dir, data_dir, is_private
from assistant.questions import Questions
from assistant.search import Index, Joined, SearchIndex
from assistant.wordings import Wordings
from knowledge import library as knowledge
from skills.exercise import Catalogue


class Say(Protocol):
    """What is told of the steps of compiling: the step, and the share of it that is done."""

    def __call__(self, step: str, share: float | None = None) -> None: ...


Model = Callable[[], encoding.Encoder]


SERVER = "LODESTAR_INDEX"  # the address of the server that holds passages for many readers


def _silent(step: str, share: float | None = None) -> None:
    pass


def _warn(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - it may come with any message


@dataclass
class Mind:
    """The compiled knowledge and language of Lodestar; opens its parts when they are used."""

    folder: Path
    cache: Path
    model: Model
    packs: Sequence[tuple[str, Path]] = ()  # name and compiled folder of each knowledge pack
    notes: Sequence[str] = ()  # what the learner is to know of parts that are left out
    shared: bool = False  # whether the server that is named, if one is, is asked as well

    @cached_property
    def library(self) -> knowledge.Library:
        """The entries, those of packs after ours."""
        return knowledge.Library(self.folder, self.packs)

    @cached_property
    def index(self) -> Index:
        """The passages, searchable, those of packs after ours."""
        parts: list[Index] = [*self._parts]
        address = os.environ.get(SERVER, "") if self.shared else ""
        if address and not is_private():
            from assistant.packs.postgres import ServerIndex

            places = self.library.passages.more
            parts.append(ServerIndex(address, _warn, self.library.adopt, places))
        return Joined(parts) if len(parts) > 1 else parts[0]

    @cached_property
    def _parts(self) -> list[SearchIndex]:
        return [SearchIndex.open(folder) for folder in self._folders()]

    def _folders(self) -> tuple[Path, ...]:
        return (self.folder, *(folder for _, folder in self.packs))

    def own(self) -> "Mind":
        """Return the mind with our own knowledge only."""
        return Mind(self.folder, self.cache, self.model)

    def _read(self, name: str) -> list[Any]:
        """Return a compiled JSON document of ours and those of the packs, in order."""
        return [json.loads((folder / name).read_text("utf-8")) for folder in self._folders()]

    @cached_property
    def exercises(self) -> Catalogue:
        """The exercises."""
        return Catalogue.open(self.folder / EXERCISES)

    @cached_property
    def questions(self) -> Questions:
        """The stored questions, by what tells that a message asks them."""
        rows, *others = self._read("questions.json")
        starts = accumulate(map(len, self._parts))
        for table, start in zip(others, starts, strict=False):
            rows += Questions.behind(table, start)
        return Questions(rows)

    @cached_property
    def wordings(self) -> Wordings:
        """The wordings of the stored questions, by what they ask."""
        return Wordings.open(*self._folders())

    @cached_property
    def encoder(self) -> encoding.Encoder:
        """The sentence model; raises CacheError where it has to be made and cannot be kept."""
        try:
            return self.model()
        except OSError as error:
            raise CacheError("The language model", self.cache, error) from error

    @cached_property
    def intents(self) -> IntentClassifier:
        """The classifier of what a message wants."""
        encode = encode_both(self.encoder.layers)
        return IntentClassifier.load(self.folder / "intents", encode=encode)

    @cached_property
    def names(self) -> MentionFinder:
        """The names of entries and how to find them in a text."""
        forms, *further = self._read("names.json")
        for names in further:
            for form, owners in names.items():
                forms.setdefault(form, []).extend(owners)
        return MentionFinder(forms, self._words["known"], self._words["everyday"])

    @cached_property
    def story(self) -> Story:
        """Reads what learners tell of themselves."""
        return Story(json.loads((self.folder / "story.json").read_text("utf-8")))

    @cached_property
    def speller(self) -> Speller:
        """Mends typing mistakes."""
        words = self._words
        is_word = self.encoder.is_word
        return Speller(words["known"], words["common"], words["shorthand"], is_word)

    @cached_property
    def _words(self) -> dict[str, Any]:
        """Words by what they are good for, those that packs know with ours."""
        words, *others = self._read("words.json")
        words["known"] += [word for other in others for word in other["known"]]
        return dict(words)

    @cached_property
    def phrases(self) -> dict[str, str]:
        """What Lodestar says about itself and the conversation, by name."""
        phrases: dict[str, str] = json.loads((self.folder / "phrases.json").read_text("utf-8"))
        return phrases

    def warm_up(self) -> None:
        """Open every part now, so that no question waits; it is never looked at as garbage."""
        for part in (
            self.library,
            self.index,
            self.questions,
            self.wordings,
            self.names,
            self.phrases,
            self.speller,
            self.story,
            self.exercises,
            self.intents,
        ):
            assert part is not None
        self.encoder.encode(["ready"])
        gc.freeze()


def open_mind(say: Say = _silent, model: Model | None = None) -> Mind:
    """Return the compiled mind, compiling it first where the cache does not hold it as written.

    `say` gets a line for each step that takes long; `model` gives the sentence model. Raises
    CacheError where the cache cannot be written, KnowledgeError where the knowledge has faults,
    ModelError where the model is altered.
    """
    cache = cache_dir()
    model = model or functools.partial(encoding.load, cache, say=say)
    folder = current(cache)
    if folder is None or not usable(folder):
        from assistant.compiling import compile_mind

        folder = compile_mind(cache, model, say)
    mind = Mind(folder, cache, model, shared=True)
    if (data_dir() / "packs").exists():
        from assistant.packs import shelf

        mind.packs, mind.notes = shelf.beside(mind.own(), say)
    return mind
