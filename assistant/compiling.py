"""Compiles what a conversation needs, once, into the cache."""

import contextlib
import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from assistant import compiled, unfinished
from assistant.compiled import EXERCISES, LANGUAGE, LATEST, PHRASES
from assistant.errors import CacheError, LodestarError
from assistant.language import encoder, matcher
from assistant.language.intents import IntentClassifier
from assistant.language.masking import both, encode_both
from assistant.language.mentions import MentionFinder, owners, tokens
from assistant.language.slots import compile_vocabulary
from assistant.language.utterances import read_utterances
from assistant.language.weights import DIMENSIONS
from assistant.mind import Mind, Model, Say
from assistant.places import package_dir, write_whole
from assistant.questions import Questions
from assistant.search import Encode, Floats, SearchIndex
from assistant.wordings import Wordings
from knowledge import library as knowledge
from knowledge.authoring import Loader, read_all
from knowledge.fingerprint import ROOT
from skills.exercise import catalogue

Kept = TypeVar("Kept", SearchIndex, Wordings)
OUT_OF_SCOPE = ("out_of_scope", "other_career")
LEARNT_WITH = (
    "encoder", "features", "finetune", "intents", "kernel", "masking", "rejection", "runtime",
    "weights",
)  # fmt: skip
MADE_WITH = "model.json"
# The shares of a first start at which its steps begin, as measured on two cores.
PASSAGES, WORDINGS, UTTERANCES, TRAINING = 0.1, 0.55, 0.57, 0.7
COMMON = 3  # utterances that must hold a word, which the knowledge does not, for no typing mistake


def compile_mind(cache: Path, model: Model, say: Say) -> Path:
    """Return the folder of the compiled mind, compiled now; raises CacheError."""
    try:
        signature = compiled.signature()
        cache.mkdir(parents=True, exist_ok=True)
        folder = cache / f"mind-{compiled.content()[:16]}"
        with unfinished.alone(cache, lambda: say("Another Lodestar prepares; waiting for it")):
            if compiled.damaged(folder):
                with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as name:
                    work = Path(name) / "made"
                    work.mkdir(0o700)
                    _build(work, cache, model, say)
                    put(work, folder)
                unfinished.forget(cache)
        write_json(cache / LATEST, {"signature": signature, "folder": folder.name})
        for kind, used in (("mind", folder), ("encoder", encoder.folder(cache)),
                           ("matcher", matcher.folder(cache))):  # fmt: skip
            sweep(cache, f"{kind}-*", used.name)
        return folder
    except OSError as error:
        raise CacheError("The compiled knowledge", cache, error) from error


def put(made: Path, folder: Path) -> None:
    """Seal what was made and put it in its place; what was there ends beside where it was made.

    Of several processes that do so at once the last comes too late, and that is as well.
    """
    compiled.seal(made)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(made.with_name("before"))
    try:
        made.rename(folder)
    except OSError:
        if compiled.damaged(folder):
            raise


def _build(work: Path, cache: Path, model: Model, say: Say) -> None:
    sentences = model()
    say("Reading the knowledge base", 0.08)
    entries = read_all(ROOT)
    searched = knowledge.write(entries, work)
    texts, gists = [item.text for item in searched], [item.gist for item in searched]
    slices = functools.partial(unfinished.in_slices, keep=cache / unfinished.FOLDER)
    library = knowledge.Library(work)
    places = zip(library.passages, texts, strict=True)
    once = _Once(sentences, {text for place, text in places if place.wording})
    encode = told(
        slices(once.encode, version=f"encode {compiled.MODEL}"),
        f"Reading {len(searched):,} passages", say, PASSAGES, WORDINGS,
    )  # fmt: skip
    SearchIndex.build(texts, encode, _previous(cache, SearchIndex), gists).save(work)
    write_json(work / MADE_WITH, compiled.MODEL)
    utterances = read_utterances(LANGUAGE)
    everyday = words_of(text for label in OUT_OF_SCOPE for text in utterances[label])
    written = words_of(texts)
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
    write_json(work / "words.json", words)
    write_json(work / "names.json", names_of(library))
    names = Mind(work, cache, model).names
    table = questions_table(library, names, texts)
    write_json(work / "questions.json", table)
    asking = [texts[row] for row in Questions(table).rows]
    match = told(
        slices(once.matching, version=f"match {matcher.version()}"),
        f"Reading {len(asking):,} wordings of questions", say, WORDINGS, UTTERANCES,
    )  # fmt: skip
    Wordings.build(asking, match, matcher.version(), _previous(cache, Wordings)).save(work)
    learnt = masked_utterances(names)
    layers = told(
        slices(sentences.layers, version=f"layers {compiled.MODEL}"),
        "Reading what people ask", say, UTTERANCES, TRAINING,
    )  # fmt: skip
    _intents(learnt, encode_both(layers), work / "intents", cache, say)
    write_json(work / "story.json", compile_vocabulary())
    write_json(work / "phrases.json", _mapping(PHRASES))
    write_json(work / EXERCISES, catalogue().documents)


class _Once:
    """Reads the wordings of questions once, for the search and for what tells which is asked."""

    def __init__(self, sentences: encoder.Encoder, asking: Collection[str]) -> None:
        self._sentences, self._asking = sentences, asking
        self._matched: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return `Encoder.encode` of texts, and keep `Encoder.matching` of the wordings in them."""
        asked = [row for row, text in enumerate(texts) if text in self._asking]
        others = [row for row, text in enumerate(texts) if text not in self._asking]
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        both = self._sentences.asking([texts[row] for row in asked])
        vectors[asked], matched = np.hsplit(both, 2)
        vectors[others] = self._sentences.encode([texts[row] for row in others])
        self._matched.update(zip((texts[row] for row in asked), matched, strict=True))
        return vectors

    def matching(self, texts: Sequence[str]) -> Floats:
        """Return `Encoder.matching` of texts."""
        left = [text for text in texts if text not in self._matched]
        self._matched.update(zip(left, self._sentences.matching(left), strict=True))
        return np.array([self._matched[text] for text in texts], np.float32).reshape(-1, DIMENSIONS)


def told(encode: Encode, step: str, say: Say, begin: float = 0.0, end: float = 1.0) -> Encode:
    """Return an encoder that says how far it is; the step goes from one share to another."""

    def encoded(texts: Sequence[str]) -> Floats:
        parts = []
        for start in range(0, len(texts), unfinished.SLICE):
            say(step, begin + (end - begin) * start / len(texts))
            parts.append(encode(texts[start : start + unfinished.SLICE]))
        return np.concatenate(parts) if parts else encode(texts)

    return encoded


def masked_utterances(names: MentionFinder) -> dict[str, list[str]]:
    """Return intent → utterances, each with itself masked behind it: what the classifier learns."""

    return {
        label: [both(text, names.find(text)) for text in texts]
        for label, texts in read_utterances(LANGUAGE).items()
    }


def names_of(library: knowledge.Library) -> dict[str, list[tuple[str, str]]]:
    """Return the owners of each name in a library, as JSON can hold them."""
    return owners((name, id_, library.cards[id_].kind) for name, id_ in library.names)


def questions_table(library: knowledge.Library, names: MentionFinder, texts: Iterable[str]) -> Any:
    """Return the stored questions among the passages of a library, as JSON can hold them."""
    named = [
        {mention.id for mention in names.find(text)} if place.wording else set()
        for place, text in zip(library.passages, texts, strict=True)
    ]
    return Questions.table(library.passages, named)


def words_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts in plain form."""
    return {token.plain for text in texts for token in tokens(text)}


def _intents(
    utterances: dict[str, list[str]], encode: Encode, target: Path, cache: Path, say: Say
) -> None:
    """Put the trained classifier into `target`: the last one, if nothing it learnt from changed."""
    learnt = hashlib.sha256(json.dumps(utterances).encode())
    for name in LEARNT_WITH:
        learnt.update((package_dir("assistant") / "language" / f"{name}.py").read_bytes())
    for kept in cache.glob("mind-*/intents"):
        key = kept / "learnt"
        same = key.exists() and key.read_text("utf-8", "replace") == learnt.hexdigest()
        if same and compiled.whole(kept.parent, kept.name):
            shutil.copytree(kept, target)
            return
    outside = {label: utterances[label] for label in OUT_OF_SCOPE}
    inside = {label: utterances[label] for label in utterances if label not in outside}
    examples = [text for listed in inside.values() for text in listed]
    labels = [label for label, listed in inside.items() for _ in listed]
    everything = [*examples, *(text for listed in outside.values() for text in listed)]
    vectors = encode(everything)
    say("Training the intent classifier", TRAINING)
    classifier = IntentClassifier(encode)
    with threadpool_limits(os.cpu_count(), user_api="blas"):
        classifier.fit(examples, labels, out_of_scope=outside, vectors=vectors)
    classifier.save(target)
    (target / "learnt").write_text(learnt.hexdigest(), "utf-8")


def _mapping(path: Path) -> dict[str, str]:
    """Return the YAML mapping of names to texts in a file of ours."""
    import yaml

    phrases = yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506 - safe, in C
    if not isinstance(phrases, dict):
        raise LodestarError(f"{path} is not a mapping of names to texts.")
    return {str(name): str(phrase).strip() for name, phrase in phrases.items()}


def _previous(cache: Path, kind: type[Kept]) -> Kept | None:
    """Return the newest index of a kind that is there, whose vectors can be taken over."""
    folders = sorted(cache.glob("mind-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    return next(filter(None, (taken_over(folder, kind) for folder in folders)), None)


def taken_over(folder: Path, kind: type[Kept]) -> Kept | None:
    """Return the index in a compiled folder, None where its vectors are damaged or another's."""
    try:
        made_with = json.loads((folder / MADE_WITH).read_text("utf-8"))
        if made_with == compiled.MODEL and compiled.whole(folder, MADE_WITH, *kind.KEPT):
            return kind.kept(folder)
    except (OSError, ValueError):
        pass
    return None


def sweep(cache: Path, pattern: str, keep: str) -> None:
    """Remove compiled folders that nobody opened for a day."""
    import time

    for folder in cache.glob(pattern):
        if folder.name != keep and time.time() - folder.stat().st_mtime > 86_400:
            shutil.rmtree(folder, ignore_errors=True)


def write_json(path: Path, document: Any) -> None:
    """Write a document as a whole or not at all."""
    write_whole(path, json.dumps(document, ensure_ascii=False))
