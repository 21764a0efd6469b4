"""Passages on a PostgreSQL server with pgvector, which many readers share.

`LODESTAR_INDEX=postgresql://…` names the server. What is added there is found beside Lodestar's
own knowledge, which stays on this machine: where the server cannot be reached, it answers alone.
"""

import atexit
import contextlib
import dataclasses
import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from assistant.compiled import MODEL
from assistant.errors import PackError
from assistant.places import is_private
from assistant.render.plain import cleaned
from assistant.search import Encode, Floats, Hit, Tokenizer, best_rows
from knowledge.library import PassageRef, revive
from knowledge.passages import Passage, passages
from knowledge.schema import KINDS, Entry

CANDIDATES = 100  # passages that are looked at closely, of the nearest and of those in words
COMMON = 20_000  # passages from which a word is too common to look for
PATIENCE, LONGEST = 3, 5_000  # seconds to connect, milliseconds of a statement
PAUSE = 60  # seconds until a server that was lost is asked again
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA IF NOT EXISTS lodestar;
CREATE TABLE IF NOT EXISTS lodestar.packs (
    name text PRIMARY KEY, added text NOT NULL, source text NOT NULL, files int NOT NULL,
    entries int NOT NULL, passages int NOT NULL
);
CREATE TABLE IF NOT EXISTS lodestar.entries (
    id text PRIMARY KEY, pack text NOT NULL, kind text NOT NULL, document jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS lodestar.passages (
    hash bytea PRIMARY KEY, pack text NOT NULL, entry text NOT NULL, field text NOT NULL,
    wording boolean NOT NULL, stems text[] NOT NULL, vector vector({dimensions}) NOT NULL
);
CREATE TABLE IF NOT EXISTS lodestar.words (stem text PRIMARY KEY, passages bigint NOT NULL);
CREATE INDEX IF NOT EXISTS passages_vector ON lodestar.passages
    USING hnsw (vector vector_cosine_ops);
CREATE INDEX IF NOT EXISTS passages_stems ON lodestar.passages USING gin (stems);
CREATE INDEX IF NOT EXISTS passages_pack ON lodestar.passages (pack);
"""
COUNTED = """
INSERT INTO lodestar.words
    SELECT stem, count(*) FROM lodestar.passages, unnest(stems) AS stem GROUP BY stem
    UNION ALL SELECT '', count(*) FROM lodestar.passages
"""
FOUND = """SELECT hash, entry, field, wording, stems, 1 - (vector <=> %(vector)s)
    FROM lodestar.passages"""
NEAREST = f"{FOUND} ORDER BY vector <=> %(vector)s LIMIT {CANDIDATES}"
WORDED = f"""{FOUND} WHERE stems && %(stems)s ORDER BY
    (SELECT count(*) FROM unnest(stems) AS stem WHERE stem = ANY(%(stems)s)) DESC
    LIMIT {CANDIDATES}"""

Warn = Callable[[str], None]
Learn = Callable[[Sequence[tuple[str, Entry]]], Iterable[str]]


def driver() -> Any:
    """Return psycopg; raises PackError where it or pgvector is missing."""
    try:
        import pgvector.psycopg  # noqa: F401 - looked for, used in `connect`
        import psycopg
    except ImportError:
        raise PackError(
            "LODESTAR_INDEX names a server, and the packages for it are missing.\n"
            'Install them: pip install "lodestar-ml[postgres]"'
        ) from None
    return psycopg


def connect(address: str, dimensions: int = 0) -> Any:
    """Return a connection; with `dimensions` the tables are made where they are missing.

    Raises PackError where the packages are missing, `psycopg.Error` where there is no server.
    """
    psycopg = driver()
    from pgvector.psycopg import register_vector

    connection = psycopg.connect(
        address, connect_timeout=PATIENCE, autocommit=True,
        options=f"-c statement_timeout={0 if dimensions else LONGEST}",
    )  # fmt: skip
    if dimensions:
        connection.execute(SCHEMA.format(dimensions=dimensions))
    with contextlib.suppress(psycopg.ProgrammingError):  # nothing was added there yet
        register_vector(connection)
    return connection


class ServerIndex:
    """Passages on a server, with the `search` of `assistant.search.SearchIndex`.

    A row is a passage that some query has found so far; `places` says where each stands.
    """

    def __init__(self, address: str, warn: Warn, learn: Learn, places: list[PassageRef]) -> None:
        """Take the server's address and whom to tell.

        `warn` gets the line that says the server is lost, `learn` the entries that passages
        belong to, as (pack, entry), and returns the ids of those it takes; each passage of them
        that is found is put at the end of `places`.
        """
        self.places = places
        self._address, self._warn, self._learn = address, warn, learn
        self._rows: dict[bytes, int] = {}
        self._fields: dict[str, Collection[str]] = {}  # entry → what it holds, if it was taken
        self._tokenize = Tokenizer()
        self._connection: Any = None
        self._pause, self._said = 0.0, False  # until when it is not asked, whether that was said

    def __len__(self) -> int:
        return len(self.places)

    def search(self, text: str, vector: Floats, k: int = 10) -> list[Hit]:
        """Return the k best rows for a query text and its unit vector, best first."""
        dense, lexical = self.scores(text, vector)
        return [hit for hit in best_rows(dense, lexical, k) if hit.score > 0]

    def scores(self, text: str, vector: Floats) -> tuple[Floats, Floats]:
        """Return the cosine and the word score of every row, float32 (rows,) each.

        Both are 0 for a row that is not among the candidates, and for all in private mode and
        while the server is lost. That is said once; after `PAUSE` it is asked again.
        """
        found: Mapping[int, tuple[float, float]] = {}
        if time.monotonic() >= self._pause and not is_private():
            try:
                found = self._again(text, vector)
                self._said = False
            except Exception as error:
                if not _is_known(error):
                    raise
                self._lose(error)
        dense, lexical = np.zeros((2, len(self)), np.float32)
        for row, (cosine, share) in found.items():
            dense[row], lexical[row] = cosine, share
        return dense, lexical

    def _lose(self, error: Exception) -> None:
        self._pause = time.monotonic() + PAUSE
        self.close()
        if not self._said:
            line = " ".join(str(error).split())
            self._warn(f"The server cannot be used; the knowledge here answers alone: {line}")
        self._said = True

    def _again(self, text: str, vector: Floats) -> dict[int, tuple[float, float]]:
        """Ask, and once more on a new connection where the server cut the one that was there."""
        connection = self._connection
        try:
            return self._ask(text, vector)
        except driver().OperationalError:
            if connection is None or not connection.broken:
                raise
            self.close()
            return self._ask(text, vector)

    def close(self) -> None:
        """Let go of the server; a later query connects again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, text: str, vector: Floats) -> dict[int, tuple[float, float]]:
        """Return row → cosine and word score of the candidates for a query."""
        if self._connection is None:
            self._connection = connect(self._address)
            atexit.register(self.close)
            self._connection.execute(f"SET hnsw.ef_search = {2 * CANDIDATES}")
        run = self._connection.execute
        stems = sorted(set(self._tokenize(text)))
        counts = dict(run("SELECT * FROM lodestar.words WHERE stem = ANY(%s)", [["", *stems]]))
        total = counts.pop("", 0)
        weights = {stem: math.log(1 + total / (1 + counts.get(stem, 0))) for stem in stems}
        rare = [stem for stem, count in counts.items() if count <= COMMON]
        rows = run(NEAREST, {"vector": vector}).fetchall()
        rows += run(WORDED, {"vector": vector, "stems": rare}).fetchall() if rare else []
        self._meet({entry for _, entry, *_ in rows} - self._fields.keys())
        found = {}
        for hash_, entry, field, wording, words, cosine in rows:
            if field not in self._fields[entry]:
                continue
            if hash_ not in self._rows:
                self._rows[hash_] = len(self.places)
                self.places.append(PassageRef(entry, field, wording))
            shared = sum(weights[stem] for stem in set(words) & set(stems))
            share = shared / sum(weights.values()) if shared else 0.0
            found[self._rows[hash_]] = (float(cosine), share)
        return found

    def _meet(self, ids: Collection[str]) -> None:
        query = "SELECT id, pack, kind, document FROM lodestar.entries WHERE id = ANY(%s)"
        rows = self._connection.execute(query, [list(ids)]).fetchall() if ids else []
        met = {entry.id: (pack, entry, fields) for pack, entry, fields in _revived(rows)}
        taken = self._learn([(pack, entry) for pack, entry, _ in met.values()])
        self._fields |= dict.fromkeys(ids, ()) | {id_: met[id_][2] for id_ in taken}


def _revived(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, Entry, Collection[str]]]:
    """Yield pack, entry and the fields of it for each document that is one of ours, cleaned."""
    for id_, pack, kind, document in rows:
        try:
            entry = revive(KINDS[kind], cleaned(document))
            fields = {item.field for item in passages(entry)}
        except (AttributeError, KeyError, TypeError, ValueError):
            continue  # of another version, or not made by Lodestar
        if entry.id == id_:
            yield cleaned(pack), entry, fields


def _is_known(error: Exception) -> bool:
    if isinstance(error, PackError):
        return True
    return isinstance(error, driver().Error)


def put(connection: Any, pack: Mapping[str, Any], entries: Sequence[Entry], encode: Encode) -> int:
    """Put a pack on the server in one step, in place of what it was; return what was embedded.

    `pack` has the columns of `lodestar.packs`. A passage is known by the hash of what it says,
    where it stands and what embeds it: one that is there already is left as it is.
    """
    name, tokenize = pack["name"], Tokenizer()
    rows = {_hash(name, item): item for entry in entries for item in passages(entry)}
    with connection.transaction():
        run = connection.execute
        found = run("SELECT hash FROM lodestar.passages WHERE pack = %s", [name]).fetchall()
        there = {hash_ for (hash_,) in found}
        gone = [hash_ for hash_ in there if hash_ not in rows]
        run("DELETE FROM lodestar.passages WHERE hash = ANY(%s)", [gone])
        fresh = [hash_ for hash_ in rows if hash_ not in there]
        vectors = encode([rows[hash_].gist for hash_ in fresh])
        run("DELETE FROM lodestar.entries WHERE pack = %s", [name])
        run("DELETE FROM lodestar.packs WHERE name = %s", [name])
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO lodestar.entries VALUES (%s, %s, %s, %s)",
                [(entry.id, name, entry.kind, json.dumps(dataclasses.asdict(entry)))
                 for entry in entries],
            )  # fmt: skip
            cursor.executemany(
                "INSERT INTO lodestar.passages VALUES (%s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (hash) DO NOTHING",
                [(hash_, name, item.entry, item.field, item.wording, tokenize(item.text), vector)
                 for hash_, vector in zip(fresh, vectors, strict=True)
                 for item in [rows[hash_]]],
            )  # fmt: skip
        run(
            "INSERT INTO lodestar.packs VALUES (%(name)s, %(added)s, %(source)s, %(files)s,"
            " %(entries)s, %(passages)s)",
            {**pack, "entries": len(entries), "passages": len(rows)},
        )
        run("DELETE FROM lodestar.words")
        run(COUNTED)
    return len(fresh)


def _hash(pack: str, item: Passage) -> bytes:
    place = (pack, item.entry, item.field, str(item.wording))
    said = "\0".join((MODEL, *place, item.text, item.gist))
    return blake2b(said.encode(), digest_size=16).digest()


def remove(connection: Any, name: str) -> None:
    """Take a pack from the server."""
    with connection.transaction():
        for table in ("passages", "entries"):
            connection.execute(f"DELETE FROM lodestar.{table} WHERE pack = %s", [name])
        connection.execute("DELETE FROM lodestar.packs WHERE name = %s", [name])
        connection.execute("DELETE FROM lodestar.words")
        connection.execute(COUNTED)
