"""What a learner's own sentence vectors must do, whatever their style."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from skills.language.measured import measured

STAGES = ["counted", "few", "vectors"]


class Words(torch.nn.Module):
    """Stands for a transformer: a state for each piece, drawn once; dropout while training."""

    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=24)
        self.vectors, self.drop = torch.nn.Embedding(500, 24), torch.nn.Dropout(0.5)
        self.graphs = False
        with torch.no_grad():
            numbers = np.random.default_rng(0).normal(size=(500, 24))
            self.vectors.weight.copy_(torch.tensor(numbers))

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Return the states, and remember whether gradients were on."""
        self.graphs = self.graphs or torch.is_grad_enabled()
        return SimpleNamespace(last_hidden_state=self.drop(self.vectors(input_ids)))


def pieces(texts: list[str], max_length: int = 512, **_: Any) -> Any:
    """Stand for a tokeniser: each word a number that follows from its letters, filled up with 0."""
    rows = [[1 + sum(map(ord, w)) % 499 for w in str(t).split()][:max_length] for t in texts]
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for row, numbers in enumerate(rows):
        ids[row, : len(numbers)] = torch.tensor(numbers, dtype=torch.long)
    return {"input_ids": ids, "attention_mask": (ids > 0).long()}


def check_pool(work: Any, tools: Any) -> None:
    """A text's vector is the mean over its own pieces, of length 1."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        states = torch.tensor(rng.normal(size=(5, 9, 4)), dtype=torch.float32)
        mask = torch.ones(5, 9, dtype=torch.long)
        mask[1, 4:], mask[3, 1:] = 0, 0
        there = mask[:, :, None].float()
        unit = torch.nn.functional.normalize
        wrong = {
            "missing_as_zero": unit(states.mean(1)),
            "data_not_normalised": (states * there).sum(1) / there.sum(1),
        }
        whole = (states * there).sum(1) / there.sum(1)
        wrong["wrong_axis"] = whole / whole.norm(dim=0)
        tools.same(work.pool(states, mask), tools.reference.pool(states, mask),
                   "vectors of texts", at=work.pool, wrong=wrong, tolerance=1e-4)  # fmt: skip


def check_encode(work: Any, tools: Any) -> None:
    """Each text gets its own vector, without dropout and gradients."""
    for seed in tools.seeds[:2]:
        rng = tools.rng(seed)
        texts = [" ".join("w" * n for n in rng.integers(1, 90, rng.integers(1, 70)))
                 for _ in range(75)]  # fmt: skip
        net = Words().train()
        told, got = tools.drain(work.encode("vectors", list(texts), pieces, net))
        tools.hold(told and told[-1].get("step") == told[-1].get("total"),
                   "encode: expected progress up to the last batch")  # fmt: skip
        _, right = tools.drain(tools.reference.encode("vectors", texts, pieces, Words()))
        if net.graphs:
            tools.mistake("missing_no_grad", "the net is asked with gradients on", work.encode)
            tools.fail("encode: expected no gradients to be kept")
        got = np.asarray(got)
        tools.shape(got, right.shape, "vectors of 75 texts")
        _, again = tools.drain(work.encode("vectors", list(texts), pieces, Words().train()))
        if not np.allclose(got, np.asarray(again), atol=1e-5):
            evidence = "a second call gives other vectors: dropout is still at work"
            tools.mistake("missing_eval", evidence, work.encode)
        order = np.argsort([len(text) for text in texts])
        if np.allclose(np.sort(got @ right[0]), np.sort(right @ right[0]), atol=1e-4):
            wrong = {"shuffled_labels": right[order]}
        else:
            wrong = {}
        tools.same(got, right, "vectors, in the order of the texts", at=work.encode,
                   wrong=wrong, tolerance=1e-4)  # fmt: skip


def check_nearest(work: Any, tools: Any) -> None:
    """The nearest vector is the one with the largest cosine."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        both = rng.normal(size=(90, 6))
        both /= np.linalg.norm(both, axis=1, keepdims=True)
        vectors, known = both[:30], both[30:]
        right = tools.reference.nearest(vectors, known)
        wrong = {"wrong_sign": np.argmin(vectors @ known.T, axis=1),
                 "wrong_axis": np.argmax(vectors @ known.T, axis=0)}  # fmt: skip
        tools.same(np.asarray(work.nearest(vectors, known)), right, "numbers of the nearest",
                   at=work.nearest, wrong=wrong)  # fmt: skip


def check_measure(work: Any, tools: Any) -> None:
    """ROC AUC is of the probabilities, accuracy of the answers."""
    measured(work, tools)


def check_run(work: Any, tools: Any) -> None:
    """Models learn from learned reviews, are measured on others, and a seed repeats a run."""
    reviews = tools.data().iloc[3400:4500]
    net = Words()
    swapped = {"transformer": lambda: (pieces, net), "FEW": 200}
    first, second = (tools.run(work, reviews.copy(), seed=4, **swapped) for _ in range(2))
    tools.repeated(first, second, STAGES)
    parts = work.split(reviews.copy())
    both = len(set(parts[0]) & set(parts[1]))
    if both:
        evidence = f"{both} test reviews are, word by word, among those to learn from"
        tools.mistake("trained_on_test", evidence, work.split)
    tools.same(both, 0, "test reviews that are also learned from")
    told = dict(zip(reviews["review"], reviews["great"], strict=True))
    texts, given = np.concatenate(parts[:2]), np.concatenate(parts[2:])
    off = np.mean([told[text] != y for text, y in zip(texts, given, strict=True)])
    if off > 0.1:
        tools.mistake("shuffled_labels", f"{off:.0%} of the answers are not theirs", work.split)
    tools.at_most(off, 0.02, "share of reviews with the answer of another")
    right, *wrong = (_scores(tools, parts, way) for way in ("right", "seen", "learned"))
    names = ("metric_on_training_data", "trained_on_test")
    for stage in ("vectors", "counted"):
        values = {name: scores[stage] for name, scores in zip(names, wrong, strict=True)}
        other = {name: 1 - right[stage][name] for name in ("roc_auc", "accuracy")}
        values["wrong_class_column"] = {**right[stage], **other}
        tools.same(first[stage]["metrics"], right[stage], f"{stage} on test reviews",
                   tolerance=2e-3, at=work.run, wrong=values)  # fmt: skip


def _scores(tools: Any, parts: Any, way: str) -> dict[str, dict[str, float]]:
    """Return what the reference measures: as it should, on learned reviews, or with all learned."""
    x_train, x_test, y_train, y_test = parts
    right = tools.reference
    some = np.random.default_rng(4).permutation(len(x_train))[:200]
    found = {}
    few = x_train[some], y_train[some]
    for stage, (x, y) in {"vectors": few, "counted": (x_train, y_train)}.items():
        learn, asked = (x, y), (x_test, y_test)
        if way == "seen":
            asked = learn
        if way == "learned":
            learn = np.concatenate([x, x_test]), np.concatenate([y, y_test])
        if stage == "counted":
            said = right.counted().fit(*learn).predict_proba(asked[0])[:, 1]
        else:
            made = [tools.drain(right.encode("", list(t), pieces, Words()))[1]
                    for t in (learn[0], asked[0])]  # fmt: skip
            line = right.LogisticRegression(C=10, max_iter=1000).fit(made[0], learn[1])
            said = line.predict_proba(made[1])[:, 1]
        found[stage] = right.measure(said, asked[1])
    return found
