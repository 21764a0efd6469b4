"""Sentences to unit vectors, with the weights of all-MiniLM-L6-v2.

The question path runs the weights on ONNX Runtime and imports no torch: they are exported and
quantised once, from the hashed original, into the cache. Hashes are checked before use.
"""

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
from assistant.language.weights import (
    EXPORT_VERSION,
    MODEL_SHA256,
    model_folder,
    sha256,
    verified_weights,
)

Vectors = npt.NDArray[np.float32]
DIMENSIONS, HEADS = 384, 12
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
AGREEMENT = 0.98  # cosine of each probe to what the original makes of it, at least


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
        different = list(dict.fromkeys(text[:MAX_CHARACTERS] for text in sentences))
        if len(different) < FEW:
            found = [self._one(text) for text in different]
        else:  # ONNX Runtime lets go of the interpreter lock: a thread for each core
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                found = list(pool.map(self._one, different))
        if not found:
            return np.empty((0, DIMENSIONS * len(LAYERS)), dtype=np.float32)
        row = {text: at for at, text in enumerate(different)}
        vectors: Vectors = np.concatenate(found)
        return vectors[[row[text[:MAX_CHARACTERS]] for text in sentences]]

    def _one(self, text: str) -> Vectors:
        """Return the vector of one sentence; in a batch, quantised, it depended on the others."""
        vectors: Vectors = self._session.run(None, feed([self._tokenizer.encode(text).ids]))[0]
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


def load(cache: Path, *, say: Callable[[str], None] = lambda text: None) -> Encoder:
    """Return the encoder, exporting the model into `cache` first where it is not there yet."""
    folder = cache / f"encoder-{EXPORT_VERSION}-{MODEL_SHA256[:12]}"
    record = folder / "model.json"
    if not _intact(folder, record):
        say("Preparing the language model (once)")
        build(folder)
    return _open(folder / "model.onnx", optimised=True)


def ahead(cache: Path, *, say: Callable[[str], None]) -> Callable[[], Encoder]:
    """Begin to load the encoder in a thread; return what waits for it and gives it."""
    pool = ThreadPoolExecutor(1)
    coming = pool.submit(load, cache, say=say)
    pool.shutdown(wait=False)
    return coming.result


def from_bytes(model: bytes) -> Encoder:
    """Return the encoder of an ONNX model that `export` wrote."""
    return _open(model)


def _intact(folder: Path, record: Path) -> bool:
    try:
        expected = json.loads(record.read_text("utf-8"))["sha256"]
        return bool(sha256(folder / "model.onnx") == expected)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _open(model: Path | bytes, *, optimised: bool = False) -> Encoder:
    from tokenizers import Tokenizer

    session = _session(model, optimised=optimised)
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_WORD_PIECES)
    return Encoder(session, tokenizer)


def _session(model: Path | bytes, *, optimised: bool = False, keep: Path | None = None) -> Any:
    """Return the running model; `keep` is where its optimised form is written."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more are slower for a text as short as a question
    options.log_severity_level = 3 if keep is None else 4
    if keep is not None:
        options.optimized_model_filepath = str(keep)
    if optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model), options,
        providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"],
    )  # fmt: skip


def build(folder: Path) -> None:
    """Export the verified weights to ONNX, quantise them, check the result, put it in `folder`.

    Weights become 8-bit integers with one scale per output channel: signed ones, twice as fast
    where the processor multiplies them exactly, else unsigned ones. Raises ModelError where a
    probe comes out with a cosine below `AGREEMENT` against the original in float32 either way.
    """
    verified_weights()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as name:
        work = Path(name)
        reference = last(_export(work / "float32.onnx"))
        for signed in (True, False):
            _quantise(work / "float32.onnx", work / "model.onnx", signed=signed)
            ours = _open(work / "model.onnx", optimised=True).encode(PROBES)
            worst = float((ours * reference).sum(axis=1).min())
            if worst >= AGREEMENT:
                break
        else:
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


def _quantise(source: Path, target: Path, *, signed: bool) -> None:
    """Write the model in `source` with fused layers and 8-bit weights to `target`, optimised."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    fused = FusionOptions("bert")
    fused.enable_skip_layer_norm = False  # slower here than an addition and a normalisation
    fused.enable_embed_layer_norm = False
    logging.disable(logging.WARNING)
    try:
        model = optimize_model(
            str(source), "bert", num_heads=HEADS, hidden_size=DIMENSIONS,
            optimization_options=fused, opt_level=0,
        )  # fmt: skip
        model.save_model_to_file(str(target))
        quantize_dynamic(
            target, target, per_channel=True,
            weight_type=QuantType.QInt8 if signed else QuantType.QUInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
        _session(target.read_bytes(), keep=target)
    finally:
        logging.disable(logging.NOTSET)
