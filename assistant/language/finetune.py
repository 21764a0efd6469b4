"""Train the sentence encoder itself on labelled texts, then run it without torch.

The loss is cross-entropy over cosines with one learnt direction per label; texts out of scope
are pulled to be equally far from all (Hendrycks et al. 2019, outlier exposure). Word embeddings
stay as they are: they are half of the weights, and rare words keep their places.
"""

import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.language.encoder import DIMENSIONS, Encoder, export, model_folder
from assistant.language.features import Integers

LONGEST = 64
SCALE = 20.0
SMOOTHING = 0.1


@dataclass(frozen=True)
class Recipe:
    """How to train: bounded by `epochs` and by `seconds`, whichever ends first."""

    epochs: int = 8
    seconds: float = 540.0
    batch: int = 64
    rate: float = 1.5e-4
    warm_up: float = 0.1
    seed: int = 0


def tune(texts: Sequence[str], classes: Integers, labels: int, recipe: Recipe) -> bytes:
    """Return the tuned encoder as an ONNX model: token ids and mask to unit vectors.

    `classes` below `labels` are labels; what is not below is out of scope. The learning rate
    falls linearly over what is left of the epochs or of the time.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(str(model_folder()))
    model = AutoModel.from_pretrained(str(model_folder()), attn_implementation="eager")
    pieces = tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    model.embeddings.requires_grad_(False)
    directions = torch.nn.Parameter(torch.randn(labels, DIMENSIONS))
    with torch.no_grad():
        directions.copy_(_means(model, pieces, classes, labels))
    optimizer = torch.optim.AdamW(
        [
            {"params": list(model.encoder.parameters()), "rate": 1.0, "weight_decay": 0.01},
            {"params": [directions], "rate": 5.0, "weight_decay": 0.0},
        ],
        lr=recipe.rate,
        fused=True,
    )
    model.train()
    for done, rows in _schedule([len(ids) for ids in pieces], recipe):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * group["rate"] * min(done / recipe.warm_up, 1.0 - done)
        vectors = _forward(model, *_padded([pieces[row] for row in rows]))
        cosines = vectors @ torch.nn.functional.normalize(directions, dim=1).T
        loss = _loss(cosines * SCALE, torch.from_numpy(classes[rows]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return _export(model.eval())


def set_aside(classes: Integers, share: float) -> tuple[Integers, Integers]:
    """Return the positions of a share of each class, seeded, and of the rest, both ascending."""
    random = np.random.default_rng(0)
    aside = np.zeros(len(classes), dtype=bool)
    for label in np.unique(classes):
        members = random.permutation(np.flatnonzero(classes == label))
        aside[members[: int(share * len(members))]] = True
    return np.flatnonzero(aside), np.flatnonzero(~aside)


def open_tuned(model: bytes) -> Encoder:
    """Return the encoder that `tune` trained, on ONNX Runtime; float32, no torch."""
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return Encoder(session, tokenizer)


def _schedule(lengths: Sequence[int], recipe: Recipe) -> Iterator[tuple[float, Integers]]:
    """Yield the share of the training that is done, and the rows of the next batch.

    Batches hold texts of similar length, in random order.
    """
    random = np.random.default_rng(recipe.seed)
    total = math.ceil(len(lengths) / recipe.batch) * recipe.epochs
    started, step = time.monotonic(), 0
    size = np.asarray(lengths)
    for _ in range(recipe.epochs):
        order = random.permutation(len(lengths))
        chunks = np.array_split(order, max(1, len(order) // (16 * recipe.batch)))
        batches = [
            rows
            for chunk in chunks
            for rows in _cut(chunk[np.argsort(size[chunk], kind="stable")], recipe.batch)
        ]
        for index in random.permutation(len(batches)):
            done = max(step / total, (time.monotonic() - started) / recipe.seconds)
            if done >= 1:
                return
            yield done, batches[index]
            step += 1


def _cut(rows: Integers, size: int) -> list[Integers]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _padded(pieces: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    import torch

    ids = torch.zeros(len(pieces), max(map(len, pieces)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, found in enumerate(pieces):
        ids[row, : len(found)] = torch.tensor(found)
        mask[row, : len(found)] = 1
    return ids, mask


def _forward(model: Any, ids: Any, mask: Any) -> Any:
    """Return unit vectors; matrix products in bfloat16, which new processors do much faster."""
    import torch

    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_fast_bfloat16()):
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).float()
    mean = (hidden.float() * weights).sum(1) / weights.sum(1)
    return torch.nn.functional.normalize(mean, dim=1)


def _fast_bfloat16() -> bool:
    import torch

    capable = getattr(torch.backends.cpu, "get_cpu_capability", lambda: "")
    return bool(torch.cpu._is_amx_tile_supported()) if "AVX512" in capable() else False


def _means(model: Any, pieces: Sequence[Sequence[int]], classes: Integers, labels: int) -> Any:
    """Return the mean vector of up to 20 texts of each label."""
    import torch

    model.eval()
    chosen = [np.flatnonzero(classes == label)[:20] for label in range(labels)]
    return torch.stack(
        [_forward(model, *_padded([pieces[row] for row in rows])).mean(0) for rows in chosen]
    )


def _loss(logits: Any, classes: Any) -> Any:
    import torch

    labels = logits.shape[1]
    inside = classes < labels
    targets = torch.full_like(logits, 1 / labels)
    targets[inside] *= SMOOTHING
    targets[inside, classes[inside]] += 1 - SMOOTHING
    return -(targets * torch.log_softmax(logits, dim=1)).sum(1).mean()


def _export(model: Any) -> bytes:
    ids, mask = _padded([[101, 2054, 102], [101, 2054, 2003, 102]])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tuned.onnx"
        export(model, ids, mask, target)
        return target.read_bytes()
