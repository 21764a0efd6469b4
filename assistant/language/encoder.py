"""Sentences to unit vectors, with the weights of all-MiniLM-L6-v2.

The question path runs the weights on ONNX Runtime and imports no torch: they are exported and
quantised once, from the hashed original, into the cache. Hashes are checked before use.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.language import matcher, runtime
from assistant.language.matcher import TRUNK, Matcher
from assistant.language.weights import (
    DIMENSIONS,
    EXPORT_VERSION,
    MODEL_SHA256,
    model_folder,
    verified_weights,
)

Vectors = npt.NDArray[np.float32]
LAYERS = (3, 5, 6)
"""Layers whose mean over the tokens is kept, of six; the last gives a sentence's meaning."""
MAX_WORD_PIECES = 256
MAX_CHARACTERS = 4000
FEW = 8  # sentences that are not worth threads
PROBES = (
    "what is a convolutional neural network?",
    "how do i become a data scientist",
    "Overfitting is when a model learns the noise of its training data.",
    "pca",
    "HOW MUCH does a machine-learning engineer earn in Germany??",
    "Gradient descent changes each weight by the learning rate times the slope of the loss, and "
    "repeats that on small batches of examples until the loss on held-out data stops falling.",
)


class Encoder:
    """The sentence model, ready to run on ONNX Runtime."""

    matcher: Matcher | None = None
    """What `matching` needs; `load` gives it."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit vector per sentence, float32 of shape (len(sentences), 384).

        Mean pooling over tokens, then L2 normalisation, as in Reimers and Gurevych 2019.
        Sentences beyond 256 word pieces are cut, as the model was trained.
        """
        return last(self.layers(sentences))

    def is_word(self, word: str) -> bool:
        """Return whether the model knows a word in small letters as a whole: no misspelt one."""
        return self._tokenizer.token_to_id(word) is not None

    def layers(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit vector per sentence with `LAYERS` side by side, float32 (n, 1152).

        The last layer keeps what a sentence means, those before it more of how it is worded.
        """
        return _each(sentences, lambda text: self.read(text)[0], DIMENSIONS * len(LAYERS))

    def matching(self, sentences: Sequence[str]) -> Vectors:
        """Return unit vectors, float32 (n, 384), that are near where sentences ask the same."""
        return _each(sentences, lambda text: self.match(self.read(text)[1]), DIMENSIONS)

    def asking(self, sentences: Sequence[str]) -> Vectors:
        """Return the vectors of `encode` and `matching` side by side, float32 (n, 768)."""

        def vector(text: str) -> Vectors:
            layers, states = self.read(text)
            return np.concatenate([last(layers), self.match(states)], axis=1)

        return _each(sentences, vector, 2 * DIMENSIONS)

    def match(self, states: Vectors) -> Vectors:
        """Return the vector (1, 384) of `matching` for the states that `read` gives."""
        assert self.matcher is not None
        return self.matcher(states)

    def read(self, text: str) -> tuple[Vectors, Vectors]:
        """Return a sentence's `layers` (1, 1152) and its states above the trunk (1, pieces, 384).

        One at a time: in a batch, quantised, a vector depended on the other sentences.
        """
        pieces = self._tokenizer.encode(text[:MAX_CHARACTERS]).ids
        vectors, states = self._session.run(None, feed([pieces]))
        return vectors, states


def _each(sentences: Sequence[str], vector: Callable[[str], Vectors], size: int) -> Vectors:
    """Return the vectors (1, size) of sentences as rows; equal sentences are looked at once."""
    # Cutting the text before the tokenizer does keeps huge input cheap.
    different = list(dict.fromkeys(text[:MAX_CHARACTERS] for text in sentences))
    if len(different) < FEW:
        found = [vector(text) for text in different]
    else:  # ONNX Runtime lets go of the interpreter lock: a thread for each core
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(vector, different))
    if not found:
        return np.empty((0, size), dtype=np.float32)
    row = {text: at for at, text in enumerate(different)}
    return np.concatenate(found)[[row[text[:MAX_CHARACTERS]] for text in sentences]]


def last(layers: Vectors) -> Vectors:
    """Return the part of the last layer as unit vectors: (n, 1152) to (n, 384)."""
    vectors = layers[:, -(layers.shape[1] // len(LAYERS)) :]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def feed(pieces: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
    """Return the model's input for the token ids of texts, padded to the longest of them."""
    ids = np.zeros((len(pieces), max(map(len, pieces))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(pieces):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def folder(cache: Path) -> Path:
    """Return where the prepared model is."""
    return cache / f"encoder-{EXPORT_VERSION}-{MODEL_SHA256[:12]}"


def load(cache: Path, *, say: Callable[[str], None] = lambda text: None) -> Encoder:
    """Return the encoder, exporting the model into `cache` first where it is not there yet."""
    place = folder(cache)
    if not runtime.intact(place):
        say("Preparing the language model (once)")
        build(place)
    encoder = _open(place / runtime.MODEL, optimised=True)
    encoder.matcher = matcher.load(cache, lambda: [encoder.read(probe)[1] for probe in PROBES])
    return encoder


def ahead(cache: Path, *, say: Callable[[str], None]) -> Callable[[], Encoder]:
    """Begin to load the encoder in a thread; return what waits for it and gives it."""
    pool = ThreadPoolExecutor(1)
    coming = pool.submit(load, cache, say=say)
    pool.shutdown(wait=False)
    return coming.result


def from_bytes(model: bytes) -> Encoder:
    """Return the encoder of an ONNX model that `export` wrote."""
    return _open(model)


def _open(model: Path | bytes, *, optimised: bool = False) -> Encoder:
    from tokenizers import Tokenizer

    session = runtime.session(model, optimised=optimised)
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_WORD_PIECES)
    return Encoder(session, tokenizer)


def build(folder: Path) -> None:
    """Export the verified weights to ONNX with 8-bit integers, check the result, keep it."""
    verified_weights()
    reference: list[Vectors] = []

    def agreement(model: Path) -> float:
        ours = _open(model, optimised=True).encode(PROBES)
        return float((ours * last(reference[0])).sum(axis=1).min())

    runtime.prepare(folder, lambda target: reference.append(_export(target)), agreement)


def _export(target: Path) -> Vectors:
    """Write the float32 ONNX model to `target`; return the probes' vectors computed by torch."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    source = str(model_folder())
    batch = AutoTokenizer.from_pretrained(source)(list(PROBES), padding=True, return_tensors="pt")
    transformer = AutoModel.from_pretrained(source, attn_implementation="eager")
    return export(transformer, batch["input_ids"], batch["attention_mask"], target)


def export(transformer: Any, ids: Any, mask: Any, target: Path) -> Vectors:
    """Write the mean over the tokens of `LAYERS` of a transformer, normalised, to `target`.

    A second output holds the states above the trunk. `ids` and `mask` are int64 tensors (texts,
    length) to trace it with; returns the means that torch makes of them, float32 (texts, 3 · 384).
    """
    import torch

    class Pooled(torch.nn.Module):
        """The transformer with layers side by side, mean pooling and normalisation inside."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            states = self.transformer(
                input_ids=input_ids,
                attention_mask=attention_mask,
                token_type_ids=torch.zeros_like(input_ids),
                output_hidden_states=True,
            ).hidden_states
            hidden = torch.cat([states[layer] for layer in LAYERS], dim=2)
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
            return torch.nn.functional.normalize(mean, dim=1), states[TRUNK]

    model = Pooled().eval()
    axes = {name: {0: "batch", 1: "length"} for name in ("input_ids", "attention_mask")}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (ids, mask), str(target), input_names=list(axes), opset_version=17,
            output_names=["vectors", "states"], dynamo=False,
            dynamic_axes={**axes, "vectors": {0: "batch"}, "states": axes["input_ids"]},
        )  # fmt: skip
        reference: Vectors = model(ids, mask)[0].numpy()
    return reference
