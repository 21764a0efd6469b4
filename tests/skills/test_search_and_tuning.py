"""Search over stored questions, and fine-tuning on intents: their parts held against oracles."""

import numpy as np
import pytest

from skills.data import load
from skills.language.finetune_transformer import checks as small
from skills.language.finetune_transformer import solution as tuning
from skills.language.semantic_search import solution as search

TEXTS = [
    "gradient descent follows the gradient down",
    "a tree splits the data",
    "a forest is many trees, and each tree splits other data",
    "attention weighs words by words",
]


def test_bm25_agrees_with_a_library():
    import bm25s

    queries = ["tree data", "gradient", "words by attention"]
    index = bm25s.BM25(method="lucene", k1=search.OFTEN, b=search.LENGTH)
    index.index(bm25s.tokenize(TEXTS, stopwords=None, show_progress=False), show_progress=False)
    ours = search.bm25(TEXTS, queries) / (search.OFTEN + 1)
    for row, query in zip(ours, queries, strict=True):
        np.testing.assert_allclose(row, index.get_scores(query.split()), atol=1e-5)


def test_fusion_gives_the_worked_example(monkeypatch):
    monkeypatch.setattr(search, "FUSE", 60)
    monkeypatch.setattr(search, "TRUST", 1.0)
    scores = -np.arange(12.0)[None]
    swapped = scores.copy()
    swapped[0, [0, 9]] = swapped[0, [9, 0]]
    assert search.fuse(scores, swapped)[0, 0] == pytest.approx(1 / 61 + 1 / 70)


def test_bytes_lose_little_and_all_cells_lose_nothing(monkeypatch):
    vectors = np.random.default_rng(0).normal(size=(90, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codes, scale = search.shrink(vectors)
    assert codes.nbytes * 4 == vectors.nbytes
    assert np.abs(codes * scale - vectors).max() <= np.abs(vectors).max() / 254 + 1e-6
    monkeypatch.setattr(search, "CELLS", 6)
    monkeypatch.setattr(search, "PROBES", 6)
    found = search.in_cells(vectors[:80], vectors[80:], 0)
    np.testing.assert_allclose(found, vectors[80:] @ vectors[:80].T, atol=1e-5)
    monkeypatch.setattr(search, "PROBES", 1)
    assert 0 < np.isfinite(search.in_cells(vectors[:80], vectors[80:], 0)).mean() < 0.6


def test_the_mean_reciprocal_rank_of_the_quiz():
    assert search.measure(np.array([1, 2, 4]))["mrr"] == pytest.approx(0.5833, abs=1e-4)


def test_no_query_stands_in_its_document():
    questions = load("stored_questions")
    documents, queries, right = search.split(questions, 0)
    assert len(documents) == 2000
    assert len(set(right)) == len(queries) == 1000
    held = [query in documents[n] for query, n in zip(queries, right, strict=True)]
    assert np.mean(held) < 0.02


def test_the_rate_warms_up_and_falls():
    pace = [tuning.pace(step, 200) for step in range(200)]
    top = int(np.argmax(pace))
    assert 15 <= top <= 25
    assert pace[0] < 0.1
    assert pace[-1] < 0.01
    assert max(pace) == pytest.approx(1, abs=0.06)
    assert (np.diff(pace[:top]) > 0).all()
    assert (np.diff(pace[top + 1 :]) <= 0).all()


def test_only_the_upper_layers_are_free():
    _, net = small.transformer()
    tuning.freeze(net)
    free = {name.split(".")[2] for name, p in net.encoder.named_parameters(prefix="encoder")
            if p.requires_grad}  # fmt: skip
    assert free == {"3", "4", "5"}
    assert not any(p.requires_grad for p in net.embeddings.parameters())


def test_no_utterance_is_both_learned_and_tested():
    learn, test, y, y_test = tuning.split(load("utterances"), 0)
    assert not set(learn) & set(test)
    assert np.bincount(y).tolist() == [30] * 57
    assert np.bincount(y_test).tolist() == [15] * 57
