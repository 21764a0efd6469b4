"""The sentence model: verified before use, and in agreement with the original."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.language import encoder, weights
from assistant.mind import Mind

SENTENCES = [
    "What is a convolutional neural network?",
    "how do i become a data scientist, i'm a mechanical engg",
    "precsion recall diff",
    "Ein Satz in einer anderen Sprache. 什么是深度学习",
    "word " * 600,
]


def test_agrees_with_sentence_transformers(mind: Mind) -> None:
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(weights.model_folder()), device="cpu")
    reference = original.encode(SENTENCES, normalize_embeddings=True)
    ours = mind.encoder.encode(SENTENCES)
    assert ours.shape == (len(SENTENCES), weights.DIMENSIONS) and ours.dtype == np.float32
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert (ours * reference).sum(axis=1).min() >= 0.98


def test_many_sentences_get_the_vectors_they_get_alone(mind: Mind) -> None:
    many = [f"sentence number {number} " * (number % 7 + 1) for number in range(80)]
    together = mind.encoder.encode(many)
    alone = np.concatenate([mind.encoder.encode([text]) for text in many])
    assert np.allclose(together, alone, atol=1e-6)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a model folder of the test in place of the installed one."""
    monkeypatch.setattr(weights, "model_folder", lambda: tmp_path)
    return tmp_path


def test_a_missing_model_file_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="missing") as caught:
        weights.verified_weights()
    assert str(folder / "model.safetensors") in str(caught.value)


def test_an_altered_model_file_is_refused_with_both_hashes(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(b"not the weights")
    with pytest.raises(ModelError) as caught:
        encoder.build(folder / "cache")
    message = str(caught.value)
    assert str(path) in message and weights.MODEL_SHA256 in message
    assert weights.sha256(path) in message and "pip install" in message
    assert not (folder / "cache").exists()


def test_a_damaged_export_is_made_anew(
    compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = (compiled / "cache").glob("encoder-*")
    shutil.copytree(kept, tmp_path / kept.name)
    model = tmp_path / kept.name / "model.onnx"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 0xFF
    model.write_bytes(data)
    built = []
    monkeypatch.setattr(
        encoder, "build", lambda target: (built.append(target), shutil.copytree(
            kept, target, dirs_exist_ok=True))
    )  # fmt: skip
    assert len(encoder.load(tmp_path).encode(["hello"])) == 1
    assert built == [tmp_path / kept.name]
