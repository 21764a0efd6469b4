"""Everything a conversation needs, compiled once into the cache and opened from there."""

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import CacheError, LodestarError
from assistant.language import encoder as encoding
from assistant.language.intents import IntentClassifier
from assistant.language.masking import both, encode_both
from assistant.language.mentions import MentionFinder, tokens
from assistant.language.slots import Story, compile_vocabulary
from assistant.language.spelling import Speller
from assistant.places import cache_dir, package_dir
from assistant.questions import Questions
from assistant.search import Encode, SearchIndex
from knowledge import library as knowledge

Say = Callable[[str], None]
COMPILED = 6  # raise it when the code that compiles changes what it writes
OUT_OF_SCOPE = ("out_of_scope", "other_career")
COMMON = 3  # utterances that must hold a word, which the knowledge does not, for no typing mistake
LANGUAGE = package_dir("assistant") / "language" / "intents"
PHRASES = package_dir("assistant") / "replies" / "phrases.yaml"


def _silent(text: str) -> None:
    pass


@dataclass
class Mind:
    """The compiled knowledge and language of Lodestar; opens its parts when they are used."""

    folder: Path
    cache: Path
    say: Say = _silent

    @cached_property
    def library(self) -> knowledge.Library:
        """The entries."""
        return knowledge.Library(self.folder)

    @cached_property
    def index(self) -> SearchIndex:
        """The passages, searchable."""
        return SearchIndex.open(self.folder)

    @cached_property
    def questions(self) -> Questions:
        """The stored questions, by what tells that a message asks them."""
        return Questions(json.loads((self.folder / "questions.json").read_text("utf-8")))

    @cached_property
    def encoder(self) -> encoding.Encoder:
        """The sentence model."""
        return encoding.load(self.cache, say=self.say)

    @cached_property
    def intents(self) -> IntentClassifier:
        """The classifier of what a message wants."""
        encode = encode_both(self.encoder.layers)
        return IntentClassifier.load(self.folder / "intents", encode=encode)

    @cached_property
    def names(self) -> MentionFinder:
        """The names of entries and how to find them in a text."""
        cards = self.library.cards
        triples = [(name, id_, cards[id_].kind) for name, id_ in self.library.names]
        words = json.loads((self.folder / "words.json").read_text("utf-8"))
        return MentionFinder(triples, words["known"], words["everyday"])

    @cached_property
    def story(self) -> Story:
        """Reads what learners tell of themselves."""
        return Story(json.loads((self.folder / "story.json").read_text("utf-8")))

    @cached_property
    def speller(self) -> Speller:
        """Mends typing mistakes."""
        words = json.loads((self.folder / "words.json").read_text("utf-8"))
        return Speller(words["known"], words["common"], words["shorthand"])

    @cached_property
    def phrases(self) -> dict[str, str]:
        """What Lodestar says about itself and the conversation, by name."""
        phrases: dict[str, str] = json.loads((self.folder / "phrases.json").read_text("utf-8"))
        return phrases

    def warm_up(self) -> None:
        """Open every part now, so that the first question does not wait for them."""
        for part in (
            self.library,
            self.index,
            self.questions,
            self.names,
            self.phrases,
            self.intents,
        ):
            assert part is not None
        self.encoder.encode(["ready"])


def open_mind(say: Say = _silent) -> Mind:
    """Return the compiled mind, compiling it first where the cache does not hold it.

    `say` gets a line for each step that takes long. Raises CacheError where the cache cannot be
    written, KnowledgeError where the knowledge has faults, ModelError where the model is altered.
    """
    cache = cache_dir()
    current = _signature()
    try:
        latest = json.loads((cache / "latest.json").read_text("utf-8"))
        folder = cache / str(latest["folder"])
        if latest["signature"] == current and (folder / "complete").exists():
            return Mind(folder, cache, say)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Mind(_compile(cache, current, say), cache, say)


def _signature() -> str:
    parts = [str(COMPILED), encoding.MODEL_SHA256, knowledge.signature()]
    for path in (*sorted(LANGUAGE.glob("*.yaml")), PHRASES, *_code()):
        status = path.stat()
        parts.append(f"{path.name}|{status.st_size}|{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _code() -> list[Path]:
    """Return the files whose code decides what a compiled mind holds."""
    here = package_dir("assistant")
    return [
        here / "search.py", here / "questions.py",
        *sorted((here / "language").glob("*.py")), here / "language" / "shorthand.yaml",
        *sorted((here / "language" / "story").glob("*.*")),
        package_dir("knowledge") / "passages.py", package_dir("knowledge") / "library.py",
    ]  # fmt: skip


def _content() -> str:
    digest = hashlib.sha256(f"{COMPILED}{encoding.MODEL_SHA256}".encode())
    digest.update(knowledge.content_hash().encode())
    for path in (*sorted(LANGUAGE.glob("*.yaml")), PHRASES, *_code()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compile(cache: Path, signature: str, say: Say) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = cache / f"mind-{_content()[:16]}"
        if not (folder / "complete").exists():
            with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as name:
                _build(Path(name), cache, say)
                (Path(name) / "complete").touch()
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(name, folder)
        _write_json(cache / "latest.json", {"signature": signature, "folder": folder.name})
        _sweep(cache, {folder.name})
        return folder
    except OSError as error:
        raise CacheError(
            f"The compiled knowledge cannot be written to {cache}: {error.strerror or error}.\n"
            "Nothing of yours was changed. Free some space, or set LODESTAR_HOME to a folder "
            "you can write to."
        ) from error


def _build(work: Path, cache: Path, say: Say) -> None:
    from assistant.language.utterances import read_utterances
    from knowledge.authoring import read_all

    encoder = encoding.load(cache, say=say)
    say("Reading the knowledge base")
    entries = read_all(knowledge.ROOT)
    searched = knowledge.write(entries, work)
    say(f"Embedding {len(searched):,} passages")
    texts, gists = [item.text for item in searched], [item.gist for item in searched]
    SearchIndex.build(texts, encoder.encode, _previous(cache), gists).save(work)
    utterances = read_utterances(LANGUAGE)
    everyday = _words(text for label in OUT_OF_SCOPE for text in utterances[label])
    written = _words(texts)
    typed = Counter(
        token.plain for listed in utterances.values() for text in listed for token in tokens(text)
    )
    common = {word for word, count in typed.items() if count >= COMMON or word in written}
    words = {
        "known": sorted(written | common),
        "everyday": sorted(everyday),
        "common": sorted(common),
        "shorthand": _mapping(LANGUAGE.parent / "shorthand.yaml"),
    }
    _write_json(work / "words.json", words)
    names = Mind(work, cache).names
    _write_json(work / "questions.json", _questions(Mind(work, cache), texts))
    learnt = masked_utterances(names)
    _intents(learnt, encode_both(encoder.layers), work / "intents", cache, say)
    _write_json(work / "story.json", compile_vocabulary())
    _write_json(work / "phrases.json", _mapping(PHRASES))


def masked_utterances(names: MentionFinder) -> dict[str, list[str]]:
    """Return intent → utterances, each with itself masked behind it: what the classifier learns."""
    from assistant.language.utterances import read_utterances

    return {
        label: [both(text, names.find(text)) for text in texts]
        for label, texts in read_utterances(LANGUAGE).items()
    }


def _questions(mind: Mind, texts: Iterable[str]) -> list[list[Any]]:
    places = mind.library.passages
    named = [
        {mention.id for mention in mind.names.find(text)} if place.wording else set()
        for place, text in zip(places, texts, strict=True)
    ]
    return Questions.table(places, named)


def _words(texts: Iterable[str]) -> set[str]:
    return {token.plain for text in texts for token in tokens(text)}


def _intents(
    utterances: dict[str, list[str]], encode: Encode, target: Path, cache: Path, say: Say
) -> None:
    """Put the trained classifier into `target`: the last one, if nothing it learnt from changed."""
    learnt = hashlib.sha256(json.dumps(utterances).encode())
    for path in sorted((package_dir("assistant") / "language").glob("*.py")):
        learnt.update(path.read_bytes())
    for kept in cache.glob("mind-*/intents"):
        key = kept / "learnt"
        if key.exists() and key.read_text("utf-8") == learnt.hexdigest():
            shutil.copytree(kept, target)
            return
    say("Training the intent classifier")
    outside = {label: utterances[label] for label in OUT_OF_SCOPE}
    inside = {label: utterances[label] for label in utterances if label not in outside}
    examples = [text for listed in inside.values() for text in listed]
    labels = [label for label, listed in inside.items() for _ in listed]
    IntentClassifier(encode).fit(examples, labels, out_of_scope=outside).save(target)
    (target / "learnt").write_text(learnt.hexdigest(), "utf-8")


def _mapping(path: Path) -> dict[str, str]:
    """Return the YAML mapping of names to texts in a file of ours."""
    import yaml

    from knowledge.authoring import Loader

    phrases = yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506 - safe, in C
    if not isinstance(phrases, dict):
        raise LodestarError(f"{path} is not a mapping of names to texts.")
    return {str(name): str(phrase).strip() for name, phrase in phrases.items()}


def _previous(cache: Path) -> SearchIndex | None:
    """Return the newest index that is there, whose vectors can be taken over."""
    folders = sorted(cache.glob("mind-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders:
        try:
            return SearchIndex.open(folder)
        except (OSError, ValueError):
            continue
    return None


def _sweep(cache: Path, keep: Collection[str]) -> None:
    """Remove compiled folders that nobody opened for a day."""
    import time

    for folder in cache.glob("mind-*"):
        if folder.name not in keep and time.time() - folder.stat().st_mtime > 86_400:
            shutil.rmtree(folder, ignore_errors=True)


def _write_json(path: Path, document: Any) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    part.replace(path)
