"""Models that run on ONNX Runtime: exported once, with 8-bit weights, checked, into the cache."""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.errors import CacheError, ModelError
from assistant.language.weights import DIMENSIONS, HEADS, MODEL_SHA256, sha256

MODEL, RECORD = "model.onnx", "model.json"
AGREEMENT = 0.98  # cosine of each probe to what the original makes of it, at least


def intact(folder: Path) -> bool:
    """Return whether a folder holds a model as it was written."""
    try:
        expected = json.loads((folder / RECORD).read_text("utf-8"))["sha256"]
        return bool(sha256(folder / MODEL) == expected)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def prepare(
    folder: Path, export: Callable[[Path], object], agreement: Callable[[Path], float]
) -> None:
    """Put a model with 8-bit weights into `folder`.

    `export` writes it in float32; `agreement` gives the lowest cosine of a probe to the original.
    Weights get one scale per output channel: signed ones, twice as fast where the processor
    multiplies them exactly, else unsigned ones. Raises ModelError where a probe comes out below
    `AGREEMENT` either way, CacheError where the folder cannot be written.
    """
    try:
        _prepare(folder, export, agreement)
    except OSError as error:
        raise CacheError("The language model", folder.parent, error) from error


def _prepare(
    folder: Path, export: Callable[[Path], object], agreement: Callable[[Path], float]
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as name:
        work = Path(name)
        export(work / "float32.onnx")
        for signed in (True, False):
            _quantise(work / "float32.onnx", work / MODEL, signed=signed)
            worst = agreement(work / MODEL)
            if worst >= AGREEMENT:
                break
        else:
            raise ModelError(
                f"The prepared model does not agree with the original (cosine {worst:.3f}).\n"
                "Nothing was kept. Run `lodestar doctor` and report what it prints."
            )
        (work / "float32.onnx").unlink()
        record = {"sha256": sha256(work / MODEL), "from": MODEL_SHA256, "cosine": worst}
        (work / RECORD).write_text(json.dumps(record), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work, folder, dirs_exist_ok=True)


def session(model: Path | bytes, *, optimised: bool = False, keep: Path | None = None) -> Any:
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
        session(target.read_bytes(), keep=target)
    finally:
        logging.disable(logging.NOTSET)
