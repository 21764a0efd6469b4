"""The figures of a search, on rankings whose figures are known by hand."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import UsageError
from assistant.evaluation.search import evaluate, ndcg


def nothing(texts: Sequence[str]) -> np.ndarray:
    """Encode every text alike, so that words alone decide."""
    return np.tile(np.array([[1.0, 0.0]], np.float32), (len(texts), 1))


def lines(path: Path, rows: list[object]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_ndcg_by_hand() -> None:
    assert ndcg(["a", "b"], {"a": 1}) == 1.0
    assert ndcg(["b", "a"], {"a": 1}) == pytest.approx(1 / math.log2(3))
    assert ndcg(["x"], {"a": 1}) == 0.0
    graded = (3 / math.log2(2) + 1 / math.log2(4)) / (3 / math.log2(2) + 1 / math.log2(3))
    assert ndcg(["a", "x", "b"], {"a": 2, "b": 1}) == pytest.approx(graded)


def test_evaluate_counts_hits(tmp_path: Path) -> None:
    documents = lines(
        tmp_path / "d.jsonl",
        [{"id": 1, "text": "red apples"}, {"_id": "2", "title": "Green", "text": "pears"}],
    )
    queries = lines(
        tmp_path / "q.jsonl",
        [{"text": "apples", "relevant": [1]}, {"query": "green", "relevant": {"2": 1}},
         {"text": "pears", "relevant": ["1"]}],
    )  # fmt: skip
    figures = evaluate(nothing, documents, queries)
    assert (figures["documents"], figures["queries"]) == (2, 3)
    assert figures["hit@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["hit@3"] == 1.0
    assert figures["mrr@10"] == pytest.approx((1 + 1 + 0.5) / 3, abs=1e-4)


@pytest.mark.parametrize("row", [{"text": "no id"}, {"id": 1}, ["a list"]])
def test_a_file_of_another_form_is_refused(tmp_path: Path, row: object) -> None:
    documents = lines(tmp_path / "d.jsonl", [row])
    queries = lines(tmp_path / "q.jsonl", [{"text": "x", "relevant": ["1"]}])
    with pytest.raises(UsageError, match=r"d\.jsonl"):
        evaluate(nothing, documents, queries)
