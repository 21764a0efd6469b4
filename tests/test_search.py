"""Hybrid search: words and meaning, saved and opened without loss, vectors taken over."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.search import SearchIndex

TEXTS = ["how to choose k in k-means", "slide filters over images", "what a data engineer does", ""]


class Axes:
    """An encoder of two dimensions: about data, or not. Counts what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        rows = [[1.0, 0.0] if "data" in text else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


def test_words_decide_between_equal_meanings() -> None:
    index = SearchIndex.build(TEXTS, Axes())
    best = index.search("sliding filters", np.array([0.0, 1.0], np.float32), 2)[0]
    assert TEXTS[best.row] == "slide filters over images"
    assert best.lexical == 1.0 and best.dense == 1.0


def test_meaning_decides_where_no_word_is_shared() -> None:
    index = SearchIndex.build(TEXTS, Axes())
    best = index.search("pipelines", np.array([1.0, 0.0], np.float32), 1)[0]
    assert TEXTS[best.row] == "what a data engineer does" and best.lexical == 0.0


def test_saved_index_gives_the_same_hits(tmp_path: Path) -> None:
    index = SearchIndex.build(TEXTS, Axes())
    index.save(tmp_path)
    vector = np.array([0.6, 0.8], np.float32)
    assert SearchIndex.open(tmp_path).search("choose k", vector, 4) == index.search(
        "choose k", vector, 4
    )


def test_rebuild_embeds_only_what_is_new(tmp_path: Path) -> None:
    first = SearchIndex.build(TEXTS, Axes())
    encode = Axes()
    second = SearchIndex.build([*TEXTS[1:], "new data text"], encode, first)
    assert encode.seen == ["new data text"]
    assert np.array_equal(second.vectors[:3], first.vectors[1:])


def test_empty_index_and_query_without_words() -> None:
    index = SearchIndex.build([""], Axes())
    assert len(index.search("?!", np.array([0.0, 1.0], np.float32), 5)) == 1
