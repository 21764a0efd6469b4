"""Damage anywhere in the cache is noticed and mended: no answer becomes another, none a traceback.

`LODESTAR_FLIPS=500` damages that many bytes in each of the places instead of a few.
"""

import json
import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant import compiled, compiling
from assistant.conversation import Conversation
from assistant.language import runtime
from assistant.language.encoder import DIMENSIONS, LAYERS
from assistant.language.utterances import read_utterances
from assistant.mind import Mind, open_mind
from assistant.packs import shelf
from assistant.render.plain import whole
from assistant.search import SearchIndex
from assistant.wordings import Wordings

FLIPS = int(os.environ.get("LODESTAR_FLIPS", "25"))
UTTERANCES = 6  # of each intent, for a classifier that is trained in a moment
ASKED = ("do our networks need more data?", "why does noise hurt?", "thanks", "how do I book a GPU")
PACK = "# House rules\n\nThe kitchen closes at six; whoever leaves last locks the door.\n"


def claim(name: str, aspect: str, statement: str) -> str:
    """Return an entry of a small knowledge base, as a curator writes it."""
    return yaml.safe_dump({
        "name": name, "aspect": aspect, "statement": statement,
        "summary": f"{statement} That is what many trainings have shown so far.",
        "machine_learning": "Simple models get along with hundreds of labelled examples.",
        "deep_learning": "Networks trained from scratch want many thousands of examples.",
        "nuance": "Transfer learning lowers the need a great deal in practice.",
        "sources": [{"title": "A book", "by": "Somebody", "url": "https://example.org/book"}],
    })  # fmt: skip


class Hashed:
    """An encoder that puts each word into a place of its own, and counts what it was given."""

    def __init__(self) -> None:
        self.count = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._vectors(texts, DIMENSIONS)

    def layers(self, texts: Sequence[str]) -> np.ndarray:
        return self._vectors(texts, DIMENSIONS * len(LAYERS))

    matching = encode

    def is_word(self, word: str) -> bool:
        return False

    def asking(self, texts: Sequence[str]) -> np.ndarray:
        return np.hstack([self.encode(texts), self.matching(texts)])

    def read(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        return self.layers([text]), self.encode([text])

    def match(self, states: np.ndarray) -> np.ndarray:
        return states

    def _vectors(self, texts: Sequence[str], size: int) -> np.ndarray:
        self.count += len(texts)
        rows = np.full((len(texts), size), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row[sum(word.encode()) * 31 % size] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def model() -> Hashed:
    return Hashed()


@pytest.fixture
def small(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, model: Hashed
) -> Callable[[], Mind]:
    """Return what opens a mind that knows two claims, compiled from a folder as always."""
    folder = tmp_path / "ours" / "claims"
    folder.mkdir(parents=True)
    (folder / "data.yaml").write_text(claim("Our data", "data", "Networks need more data."))
    (folder / "noise.yaml").write_text(claim("Our noise", "data", "Noise hurts all models."))
    few = {label: texts[:UTTERANCES] for label, texts in read_utterances(compiled.LANGUAGE).items()}
    monkeypatch.setattr(compiling, "ROOT", tmp_path / "ours")
    monkeypatch.setattr(compiling, "read_utterances", lambda folder: few)
    return lambda: open_mind(model=lambda: model)  # type: ignore[arg-type,return-value]


def answers(mind: Mind) -> list[str]:
    """Return what a mind says, and what it finds."""
    said = [whole(Conversation(mind).respond(text)) for text in ASKED]
    hits = mind.index.search("data noise", mind.encoder.encode(["data noise"])[0], 50)
    places = [(hit.row, hit.score, mind.library.passages[hit.row].field) for hit in hits]
    return [*said, json.dumps(places), json.dumps(sorted(mind.exercises))]


def spoil(root: Path, rng: random.Random) -> str:
    """Flip a bit of a file under a folder, or cut it short; return which file it was."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.stat().st_size)
    sizes = [path.stat().st_size for path in files]
    (path,) = rng.choices(files, sizes) if rng.random() < 0.5 else [rng.choice(files)]
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    if rng.random() < 0.8:
        data[at] ^= 1 << rng.randrange(8)
    else:
        del data[at:]
    path.unlink()  # another name of it, elsewhere, keeps what it has
    path.write_bytes(data)
    return path.relative_to(root).as_posix()


def test_damage_of_the_compiled_mind_changes_no_answer(
    small: Callable[[], Mind], home: Path
) -> None:
    expected = answers(small())
    cache, whole_cache = home / "cache", home / "whole"
    shutil.copytree(cache, whole_cache)
    rng = random.Random(FLIPS)
    for number in range(FLIPS):
        name = spoil(cache, rng)
        mind = small()
        left = compiled.damaged(mind.folder)
        assert left == [] or [*left] == [*compiled.BY_ROW], (number, name)
        if not left:
            assert answers(mind) == expected, (number, name)
        assert answers(mind)[: len(ASKED)] == expected[: len(ASKED)], (number, name)
        shutil.rmtree(cache)
        shutil.copytree(whole_cache, cache)


def test_a_damaged_vector_is_known_by_its_code(small: Callable[[], Mind]) -> None:
    mind = small()
    (vector,) = mind.encoder.encode(["data noise"])
    expected = mind.index.scores("data noise", vector)[0]
    path = mind.folder / "vectors.npy"
    data, rng = path.read_bytes(), random.Random(7)
    start = len(data) - mind.index.vectors.nbytes  # type: ignore[attr-defined]
    path.unlink()
    for _ in range(50):
        altered = bytearray(data)
        altered[rng.randrange(start, len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(altered)
        found = SearchIndex.open(mind.folder).scores("data noise", vector)[0]
        assert np.abs(found - expected).max() < 0.02


def test_only_what_is_damaged_is_made_again(small: Callable[[], Mind], model: Hashed) -> None:
    folder = small().folder
    for name, again in (("phrases.json", False), ("codes.npy", False), ("codes.npy", True)):
        damage(folder / name)
        if again:
            damage(folder / "vectors.npy")
        model.count = 0
        assert compiled.damaged(small().folder) == []
        assert (model.count > 0) == again, name
    damage(folder / compiled.COMPLETE)
    assert compiled.damaged(small().folder) == []


def damage(path: Path, first: bool = False) -> None:
    """Flip the last byte of a file, or the first."""
    data = bytearray(path.read_bytes())
    path.unlink()
    data[0 if first else -1] ^= 1
    path.write_bytes(data)


def test_a_damaged_pack_is_compiled_again_from_its_copy(
    small: Callable[[], Mind], tmp_path: Path
) -> None:
    source = tmp_path / "house"
    source.mkdir()
    (source / "rules.md").write_text(PACK, "utf-8")
    shelf.add(source, "house", small(), "2026-01-02", lambda step, share=None: None)
    ((_, folder),) = small().packs
    expected = answers(small())
    for path in sorted(path for path in folder.iterdir() if path.stat().st_size):
        damage(path)
        by_row = path.name in compiled.BY_ROW
        said = len(ASKED) if by_row else len(expected)
        assert answers(small())[:said] == expected[:said], path.name
        assert compiled.damaged(folder) == [path.name] * by_row


def test_every_flip_in_the_real_mind_is_told_by_name(mind: Mind, tmp_path: Path) -> None:
    folder = tmp_path / "mind"
    shutil.copytree(mind.folder, folder, copy_function=os.link)
    assert compiled.damaged(folder) == []
    rng = random.Random(FLIPS)
    for _ in range(FLIPS):
        name = spoil(folder, rng)
        found = compiled.damaged(folder)
        assert found == [name] or (found and name == compiled.COMPLETE)
        (folder / name).unlink()
        os.link(mind.folder / name, folder / name)


def test_a_seal_tells_any_change_within_a_span(tmp_path: Path) -> None:
    rng = random.Random(4)
    path = tmp_path / "file"
    for size in (0, 1, 7, compiled.SPAN, 3 * compiled.SPAN + 5, compiled.SMALL + 77):
        data = rng.randbytes(size)
        path.write_bytes(data)
        kept = compiled.checksum(path)
        for _ in range(20):
            start = rng.randrange(size + 1)
            length = rng.randint(1, compiled.SPAN)
            altered = data[:start] + rng.randbytes(len(data[start : start + length]))
            altered += data[start + length :]
            path.write_bytes(altered)
            assert (compiled.checksum(path) == kept) == (altered == data)


def test_damage_of_a_prepared_model_is_told(compiled_cache: Path, tmp_path: Path) -> None:
    rng = random.Random(FLIPS)
    for source in sorted(compiled_cache.glob("*-*")):
        if not (source / runtime.MODEL).exists():
            continue
        folder = tmp_path / source.name
        shutil.copytree(source, folder, copy_function=os.link)
        assert runtime.intact(folder)
        kept = json.loads((folder / runtime.RECORD).read_text("utf-8"))["sha256"]
        for _ in range(FLIPS):
            name = spoil(folder, rng)
            if runtime.intact(folder):  # then what is noted of its making is what was hit
                assert name == runtime.RECORD and kept in (folder / name).read_text("utf-8")
            (folder / name).unlink()
            os.link(source / name, folder / name)


@pytest.fixture
def compiled_cache(compiled: Path) -> Path:
    """Return the cache with the prepared models."""
    return compiled / "cache"


def test_nothing_is_taken_over_from_damaged_vectors(small: Callable[[], Mind]) -> None:
    folder = small().folder
    damage(folder / "scales.npy", first=True)
    assert compiling.taken_over(folder, SearchIndex) is not None
    damage(folder / "digests.npy")
    assert compiling.taken_over(folder, SearchIndex) is None
    assert compiling.taken_over(folder, Wordings) is not None
