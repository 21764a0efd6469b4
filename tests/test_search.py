"""Hybrid search: words and meaning, on this machine and on a server; vectors taken over."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant import search
from assistant.errors import PackError
from assistant.packs import postgres as server
from assistant.packs import shared
from assistant.search import Hit, SearchIndex
from knowledge.schema import Entry, Page, Section

TEXTS = ["how to choose k in k-means", "slide filters over images", "what a data engineer does", ""]
ABOUT_DATA, OTHER = np.array([[1, 0], [0, 1]], np.float32)


class Axes:
    """An encoder of two dimensions: about data, or not. Counts what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        rows = [[1.0, 0.0] if "data" in text else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


class Embedded:
    """Texts in an index on this machine."""

    def __init__(self) -> None:
        self.index: SearchIndex | None = None
        self.texts: Sequence[str] = ()

    def put(self, texts: Sequence[str], encode: Axes) -> None:
        self.index, self.texts = SearchIndex.build(texts, encode, self.index), texts

    def find(self, text: str, vector: np.ndarray, k: int) -> list[tuple[str, Hit]]:
        assert self.index is not None
        return [(self.texts[hit.row], hit) for hit in self.index.search(text, vector, k)]


class Served:
    """Texts on a server, each a page of its own."""

    def __init__(self, address: str) -> None:
        self.address, self.lines, self.opened = address, [], []

    def put(self, texts: Sequence[str], encode: Axes) -> None:
        pages = [
            Page(id=text or "(empty)", name="", summary="", sources=(),
                 sections=(Section(heading=text, text=""),))
            for text in texts
        ]  # fmt: skip
        pack = {"name": "toy", "added": "", "source": "", "files": 0}
        with server.connect(self.address, 2) as connection:
            server.put(connection, pack, pages, encode)

    def open(self) -> server.ServerIndex:
        index = server.ServerIndex(
            self.address, self.lines.append, lambda met: [page.id for _, page in met], []
        )
        self.opened.append(index)
        return index

    def close(self) -> None:
        for index in self.opened:
            index.close()

    def find(self, text: str, vector: np.ndarray, k: int) -> list[tuple[str, Hit]]:
        index = self.open()
        return [(index.places[hit.row].entry, hit) for hit in index.search(text, vector, k)]


@pytest.fixture(params=["embedded", "server"])
def shelf(request: pytest.FixtureRequest) -> Embedded | Served:
    """Return where texts are put and found, both with the same search."""
    return Embedded() if request.param == "embedded" else request.getfixturevalue("served")


@pytest.fixture
def served(postgres: Callable[[], str]) -> Iterator[Served]:
    """Return a server's passages, of a database of their own."""
    shelf = Served(postgres())
    yield shelf
    shelf.close()


def test_words_decide_between_equal_meanings(shelf: Embedded | Served) -> None:
    shelf.put(TEXTS, Axes())
    text, best = shelf.find("sliding filters", OTHER, 2)[0]
    assert text == "slide filters over images"
    assert best.lexical == pytest.approx(1) and best.dense == pytest.approx(1)


def test_meaning_decides_where_no_word_is_shared(shelf: Embedded | Served) -> None:
    shelf.put(TEXTS, Axes())
    text, best = shelf.find("pipelines", ABOUT_DATA, 1)[0]
    assert text == "what a data engineer does" and best.lexical == 0.0


def test_a_word_that_nothing_holds_counts_against_every_text(shelf: Embedded | Served) -> None:
    shelf.put(TEXTS, Axes())
    known = shelf.find("filters", OTHER, 1)[0][1].lexical
    assert 0 < shelf.find("filters zorblax", OTHER, 1)[0][1].lexical < known


def test_putting_again_embeds_only_what_is_new(shelf: Embedded | Served) -> None:
    shelf.put(TEXTS, Axes())
    encode = Axes()
    shelf.put([*TEXTS[1:], "new data text"], encode)
    assert encode.seen and all("new data text" in text for text in encode.seen)
    assert shelf.find("new text", ABOUT_DATA, 1)[0][0] == "new data text"
    found = {text for text, _ in shelf.find("choose k in k-means", OTHER, 9)}
    assert TEXTS[0] not in found and TEXTS[1] in found


def test_query_without_words(shelf: Embedded | Served) -> None:
    shelf.put(["", "slide filters"], Axes())
    assert {hit.lexical for _, hit in shelf.find("?!", OTHER, 5)} == {0.0}


def test_saved_index_gives_the_same_hits(tmp_path: Path) -> None:
    index = SearchIndex.build(TEXTS, Axes())
    index.save(tmp_path)
    vector = np.array([0.6, 0.8], np.float32)
    assert SearchIndex.open(tmp_path).search("choose k", vector, 4) == index.search(
        "choose k", vector, 4
    )


def test_vectors_are_taken_over() -> None:
    first = SearchIndex.build(TEXTS, Axes())
    second = SearchIndex.build([*TEXTS[1:], "new data text"], Axes(), first)
    assert np.array_equal(second.vectors[:3], first.vectors[1:])


def test_many_rows_are_scored_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(5000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    SearchIndex.build([f"word{row}" for row in range(5000)], lambda texts: vectors).save(tmp_path)
    usual = [SearchIndex.open(tmp_path).dense(vectors[row]) for row in range(9)]
    monkeypatch.setattr(search, "MANY", 100)
    many = SearchIndex.open(tmp_path)
    for row, scores in enumerate(usual):
        assert np.array_equal(many.dense(vectors[row]), scores)
        top = np.argsort(-scores)[:50]
        assert np.allclose(scores[top], vectors[top] @ vectors[row], atol=1e-6)
        assert np.abs(scores - vectors @ vectors[row]).max() < 0.03


def test_joined_indexes_keep_their_rows() -> None:
    one, two = SearchIndex.build(TEXTS[:2], Axes()), SearchIndex.build(TEXTS[2:], Axes())
    joined = search.Joined([one, two])
    best = joined.search("data engineer", ABOUT_DATA, 1)[0]
    assert len(joined) == 4 and TEXTS[best.row] == "what a data engineer does"


def test_rows_of_a_server_stay_what_they_are(served: Served) -> None:
    served.put(TEXTS, Axes())
    index = served.open()
    first = [index.places[hit.row] for hit in index.search("sliding filters", OTHER, 1)]
    index.search("data engineer", ABOUT_DATA, 4)
    assert index.places[0].field == "sections.0"
    assert [index.places[hit.row] for hit in index.search("sliding filters", OTHER, 1)] == first


def cut(address: str, then: str = "SELECT 1") -> None:
    """Run `then` on the server, {} in it the database, and end all who are connected there."""
    psycopg = pytest.importorskip("psycopg")
    name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
    with psycopg.connect(address, dbname="postgres", autocommit=True) as connection:
        connection.execute(then.format(name))
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, [name])


def test_a_connection_that_was_cut_is_made_anew(served: Served) -> None:
    served.put(TEXTS, Axes())
    index = served.open()
    first = index.search("sliding filters", OTHER, 1)
    cut(served.address)
    assert index.search("sliding filters", OTHER, 1) == first != []
    assert not served.lines


def test_a_lost_server_is_said_once_and_asked_again_later(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.put(TEXTS, Axes())
    index = served.open()
    first = index.search("sliding filters", OTHER, 1)
    cut(served.address, "ALTER DATABASE {} ALLOW_CONNECTIONS false")
    assert index.search("sliding filters", OTHER, 1) == []
    cut(served.address, "ALTER DATABASE {} ALLOW_CONNECTIONS true")
    assert index.search("sliding filters", OTHER, 1) == []
    assert len(served.lines) == 1 and "\n" not in served.lines[0]
    assert served.lines[0].startswith("The server cannot be used; the knowledge here answers alone")
    now = server.time.monotonic()
    monkeypatch.setattr(server.time, "monotonic", lambda: now + server.PAUSE)
    assert index.search("sliding filters", OTHER, 1) == first != []


def test_a_server_is_not_asked_once_nothing_is_kept(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.put(TEXTS, Axes())
    index = served.open()
    assert index.search("sliding filters", OTHER, 1)
    monkeypatch.setenv("LODESTAR_PRIVATE", "1")
    assert index.search("sliding filters", OTHER, 1) == []


def test_vectors_of_another_encoder_are_made_anew(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Axes(), Axes()
    served.put(TEXTS, first)
    monkeypatch.setattr(server, "MODEL", "another")
    served.put(TEXTS, second)
    assert second.seen == first.seen != []


@pytest.mark.parametrize(
    "change",
    ["kind = 'none'", "document = '[]'", "document = '{\"id\": 1}'",
     "document = document || '{\"sections\": 3}'", "document = document || '{\"id\": \"x\"}'"],
)  # fmt: skip
def test_a_document_that_is_none_of_ours_is_left_out(served: Served, change: str) -> None:
    served.put(TEXTS, Axes())
    with server.connect(served.address) as connection:
        query = f"UPDATE lodestar.entries SET {change} WHERE id = %s"
        connection.execute(query, ["slide filters over images"])
    found = {text for text, _ in served.find("sliding filters", OTHER, 9)}
    assert "slide filters over images" not in found and "how to choose k in k-means" in found


def test_documents_of_a_server_are_cleaned(served: Served) -> None:
    served.put(["data"], Axes())
    with server.connect(served.address) as connection:
        name = """document || '{"name": "A \\u001b[31mred\\u202e name"}'"""
        connection.execute(f"UPDATE lodestar.entries SET document = {name}")
    met: list[str] = []

    def learn(found: Sequence[tuple[str, Entry]]) -> list[str]:
        met.extend(entry.name for _, entry in found)
        return []

    index = server.ServerIndex(served.address, served.lines.append, learn, [])
    index.search("data", ABOUT_DATA, 1)
    index.close()
    assert met == ["A red name"]


def test_packs_are_listed_where_nothing_may_be_written(served: Served) -> None:
    assert shared.packs(served.address) == []
    served.put(TEXTS, Axes())
    cut(served.address, "ALTER DATABASE {} SET default_transaction_read_only = on")
    assert [pack.name for pack in shared.packs(served.address)] == ["toy"]


def test_a_missing_driver_is_said_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(PackError, match=r"lodestar-ml\[postgres\]"):
        shared.packs("postgresql:///none")


def test_a_server_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    lines: list[str] = []
    address = f"postgresql:///none?host={tmp_path}"
    index = server.ServerIndex(address, lines.append, lambda met: [], [])
    assert index.search("data", ABOUT_DATA) == [] and len(lines) == 1


def test_the_nearest_are_found_by_the_hnsw_index(served: Served) -> None:
    served.put([*TEXTS[:3], *(f"data number {row}" for row in range(300))], Axes())
    with server.connect(served.address) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute("EXPLAIN " + server.NEAREST, {"vector": OTHER}).fetchall()
    assert "passages_vector" in str(plan)
