"""The sentence encoder trained further, for intents; the result is ONNX and runs without torch.

The loss is cross-entropy over cosines with one learnt direction per label; texts out of
scope are pulled to be equally far from all (Hendrycks et al. 2019, outlier exposure). Word
embeddings stay as they are: they are half of the weights, and rare words keep their places.
"""

import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.language.encoder import export, feed
from assistant.language.features import Integers
from assistant.language.weights import model_folder, verified_weights

LONGEST = 64
SCALE = 20.0
SMOOTHING = 0.1


@dataclass(frozen=True)
class Recipe:
    """How to train: bounded by `epochs` and by `seconds`, whichever ends first."""

    epochs: int = 10
    seconds: float = 540.0
    batch: int = 64
    rate: float = 1e-4
    warm_up: float = 0.1
    seed: int = 0


def frozen() -> bytes:
    """Return the encoder as it comes, not quantised, as ONNX; raises ModelError if altered."""
    verified_weights()
    return _export(_transformer())


def tune(texts: Sequence[str], classes: Integers, labels: int, recipe: Recipe) -> bytes:
    """Return the encoder trained further, as ONNX.

    `classes` below `labels` are labels; what is not below is out of scope. The learning rate
    falls linearly over what is left of the epochs or of the time.
    """
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(str(model_folder()))
    model = _transformer()
    pieces = tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    model.embeddings.requires_grad_(False)
    with torch.no_grad():
        directions = torch.nn.Parameter(_means(model.eval(), pieces, classes, labels))
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
        vectors = _forward(model, [pieces[row] for row in rows])
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


def _transformer() -> Any:
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return AutoModel.from_pretrained(str(model_folder()), attn_implementation="eager")


def _forward(model: Any, pieces: Sequence[Sequence[int]]) -> Any:
    """Return the last layer's vectors; bfloat16 products, which new processors do much faster."""
    import torch

    ids, mask = _tensors(pieces)
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

    chosen = [np.flatnonzero(classes == label)[:20] for label in range(labels)]
    return torch.stack([_forward(model, [pieces[row] for row in rows]).mean(0) for rows in chosen])


def _loss(logits: Any, classes: Any) -> Any:
    import torch

    labels = logits.shape[1]
    inside = classes < labels
    targets = torch.full_like(logits, 1 / labels)
    targets[inside] *= SMOOTHING
    targets[inside, classes[inside]] += 1 - SMOOTHING
    return -(targets * torch.log_softmax(logits, dim=1)).sum(1).mean()


def _tensors(pieces: Sequence[Sequence[int]]) -> list[Any]:
    """Return token ids, padded to the longest of them, and their mask."""
    import torch

    return [torch.from_numpy(array) for array in feed(pieces).values()]


def _export(transformer: Any) -> bytes:
    ids, mask = _tensors([[101, 2054, 102], [101, 2054, 2003, 102]])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "layers.onnx"
        export(transformer, ids, mask, target)
        return target.read_bytes()
