"""Trains the matcher: wordings of one question near to each other, far from other questions.

The loss is the symmetric cross-entropy of picking a wording's partner among those of the other
questions of a batch (van den Oord et al. 2018, InfoNCE), and batches hold questions on
neighbouring subjects, which are the ones to be told apart.
"""

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from assistant.language.encoder import feed
from assistant.language.matcher import TRUNK, Arrays, changes, trained
from assistant.language.weights import DIMENSIONS, model_folder, verified_weights

LONGEST = 48  # word pieces of a wording that are read
SLICE = 64  # texts that the trunk reads at once
NEIGHBOURS = 8  # subjects that stand together in a batch


@dataclass(frozen=True)
class Recipe:
    """How to train; a batch holds two wordings of each of its questions."""

    epochs: int = 6
    questions: int = 64
    rate: float = 1e-4
    warm_up: float = 0.1
    scale: float = 20.0
    answers: float = 0.3  # share of the pairs that are a wording and the answer
    seed: int = 0


@dataclass(frozen=True)
class Question:
    """A question to learn from: what it is about, its wordings, and its answer or nothing."""

    subject: str
    wordings: Sequence[str]
    answer: str


def train(questions: Sequence[Question], recipe: Recipe) -> dict[str, Arrays]:
    """Return what the training changes in the layers above the trunk, for `matcher.npz`.

    Raises ModelError where the weights of the sentence model are altered.
    """
    import torch

    verified_weights()
    torch.manual_seed(recipe.seed)
    said = (text for item in questions for text in (*item.wordings, item.answer))
    texts = list(dict.fromkeys(filter(None, said)))
    read = trunk(texts)
    states = dict(zip(texts, read, strict=True))
    before = trained({})
    layers = copy.deepcopy(before)
    with torch.no_grad():
        parts = [forward(layers, read[at : at + SLICE]) for at in range(0, len(read), SLICE)]
    vectors = dict(zip(texts, torch.cat(parts).numpy(), strict=True))
    optimizer = torch.optim.AdamW(layers.parameters(), lr=recipe.rate, fused=True)
    layers.train()
    steps = recipe.epochs * len(questions) // recipe.questions
    target = torch.arange(recipe.questions)
    for step, pairs in enumerate(islice(_batches(questions, vectors, recipe), steps)):
        share = step / steps
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(share / recipe.warm_up, 1 - share)
        out = forward(layers, [states[text] for side in zip(*pairs, strict=True) for text in side])
        likeness = out @ out.T * recipe.scale - 1e4 * torch.eye(len(out))
        partner = torch.cat([target + recipe.questions, target])
        loss = torch.nn.functional.cross_entropy(likeness, partner)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
        optimizer.step()
    return changes(before, layers)


def trunk(texts: Sequence[str]) -> list[Any]:
    """Return the states above the trunk of each text, half precision (pieces, 384)."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(str(model_folder())).eval()
    tokenizer = AutoTokenizer.from_pretrained(str(model_folder()))
    pieces = tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    found: list[Any] = [None] * len(pieces)
    order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]))
    with torch.no_grad():
        for start in range(0, len(order), SLICE):
            rows = order[start : start + SLICE]
            arrays = feed([pieces[row] for row in rows])
            batch = {name: torch.from_numpy(array) for name, array in arrays.items()}
            states = model(**batch, output_hidden_states=True).hidden_states[TRUNK]
            for row, state in zip(rows, states, strict=True):
                found[row] = state[: len(pieces[row])].half()
    return found


def forward(layers: Any, states: Sequence[Any]) -> Any:
    """Return the unit vectors of texts, float32 (texts, 384), for their states."""
    import torch

    hidden = torch.nn.utils.rnn.pad_sequence([state.float() for state in states], batch_first=True)
    lengths = torch.tensor([len(state) for state in states])
    inside = torch.arange(hidden.shape[1]) < lengths[:, None]
    hide = torch.where(inside, 0.0, torch.finfo(torch.float32).min)[:, None, None, :]
    for layer in layers:
        out = layer(hidden, attention_mask=hide)
        hidden = out[0] if isinstance(out, tuple) else out
    mean = (hidden * inside[..., None]).sum(1) / lengths[:, None]
    return torch.nn.functional.normalize(mean, dim=1)


def _batches(
    questions: Sequence[Question], vectors: Mapping[str, Arrays], recipe: Recipe
) -> Iterator[list[tuple[str, str]]]:
    """Yield batches without end: two wordings of each question, neighbouring subjects together."""
    choose = random.Random(recipe.seed)
    subjects: dict[str, list[Question]] = {}
    for item in questions:
        subjects.setdefault(item.subject, []).append(item)
    near = _neighbours(subjects, vectors)
    batch: list[tuple[str, str]] = []
    while True:
        waiting = dict.fromkeys(choose.sample(sorted(subjects), len(subjects)))
        while waiting:
            first = next(iter(waiting))
            together = [first, *(name for name in near[first] if name in waiting)][:NEIGHBOURS]
            for subject in together:
                del waiting[subject]
                batch += [_pair(item, choose, recipe.answers) for item in subjects[subject]]
            while len(batch) >= recipe.questions:
                yield batch[: recipe.questions]
                batch = batch[recipe.questions :]


def _pair(item: Question, choose: random.Random, answers: float) -> tuple[str, str]:
    if item.answer and (len(item.wordings) == 1 or choose.random() < answers):
        return choose.choice(item.wordings), item.answer
    first, second = choose.sample(list(item.wordings), 2)
    return first, second


def _neighbours(
    subjects: Mapping[str, Sequence[Question]], vectors: Mapping[str, Arrays]
) -> dict[str, list[str]]:
    """Return the subjects by nearness to each, the nearest first, itself left out."""
    names = list(subjects)
    means = np.zeros((len(names), DIMENSIONS), np.float32)
    for row, name in enumerate(names):
        means[row] = np.mean([vectors[w] for item in subjects[name] for w in item.wordings], axis=0)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    order = np.argsort(-(means @ means.T), axis=1)[:, 1 : 5 * NEIGHBOURS]
    return {name: [names[other] for other in order[row]] for row, name in enumerate(names)}
