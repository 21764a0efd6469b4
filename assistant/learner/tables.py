"""The tables of the learner's file, how it came to its present form, and the seal of a row.

Every row has an id and a seal, a checksum of the table's name, the id and what stands in the
row. A row read with a wrong seal is damage that SQLite itself cannot see, and a row whose seal
is right is genuine wherever it is found, which is what `assistant.learner.salvage` lives on.
"""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from typing import Any

Value = str | int | float | None
Values = Mapping[str, Value]

PAGE = 4096
TABLES: dict[str, tuple[str, ...]] = {
    "profile": ("key", "value"),
    "plan": ("at", "document"),
    "events": ("at", "kind", "data"),
    "runs": (
        "at", "exercise", "passed", "stopped", "seed", "device", "device_reason", "dataset",
        "seconds", "metrics", "baseline", "checks", "code", "own", "machine",
    ),
    "curves": ("run", "stage", "name", "points"),
    "answers": ("at", "item", "topic", "chosen", "right", "review"),
    "cards": ("item", "due", "last", "stability", "difficulty", "reviews", "lapses"),
    "messages": ("at", "conversation", "who", "text"),
}  # fmt: skip
NUMBERS = frozenset(
    ("passed", "stopped", "seed", "seconds", "own", "run", "right", "review", "stability",
     "difficulty", "reviews", "lapses")
)  # fmt: skip
APPEND_ONLY = tuple(
    f"CREATE TRIGGER events_{verb.lower()} BEFORE {verb} ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are only added'); END"
    for verb in ("UPDATE", "DELETE")
)


def _create(table: str, columns: tuple[str, ...]) -> str:
    typed = [f'"{name}" {"NUMERIC" if name in NUMBERS else "TEXT"}' for name in columns]
    parts = ["id INTEGER PRIMARY KEY", "seal INTEGER NOT NULL", *typed]
    if table == "curves":
        parts.append('FOREIGN KEY("run") REFERENCES runs(id) ON DELETE CASCADE')
    return f"CREATE TABLE {table} ({', '.join(parts)})"


# One tuple of statements for each version of the file; a file of version n has the first n. Never
# change one that was released: add the next, with columns at the end that may be NULL.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (*(_create(table, columns) for table, columns in TABLES.items()), *APPEND_ONLY),
)


class BadSeal(sqlite3.DatabaseError):
    """A row is not what was written."""


def seal(table: str, id_: int, values: Values) -> int:
    """Return the checksum of a row; columns that are NULL do not count."""
    row = [
        [name, float(value) if isinstance(value, int | float) else value]
        for name, value in values.items()
        if value is not None
    ]
    return zlib.crc32(json.dumps([table, id_, row]).encode())


def insert(on: sqlite3.Connection, table: str, values: Values, id_: int | None = None) -> int:
    """Add a row and return its id, the next free one unless it is given."""
    if id_ is None:
        id_ = on.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0]
    row = {name: _storable(values.get(name)) for name in TABLES[table]}
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * (len(row) + 2))
    on.execute(
        f"INSERT INTO {table} (id, seal, {names}) VALUES ({marks})",
        (id_, seal(table, id_, row), *row.values()),
    )
    return id_


def replace(on: sqlite3.Connection, table: str, key: str, values: Values) -> None:
    """Put a row in the place of the one with the same value of the column `key`, if any."""
    found = on.execute(f'SELECT id FROM {table} WHERE "{key}" = ?', (values[key],)).fetchone()
    if found:
        on.execute(f"DELETE FROM {table} WHERE id = ?", found)
    insert(on, table, values, found[0] if found else None)


def select(on: sqlite3.Connection, table: str, rest: str = "") -> list[dict[str, Any]]:
    """Return rows with their ids, by id; raises BadSeal for one that was altered."""
    names = TABLES[table]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = []
    for id_, written, *cells in on.execute(
        f"SELECT id, seal, {columns} FROM {table} {rest} ORDER BY id"
    ):
        row = dict(zip(names, cells, strict=True))
        if written != seal(table, id_, row):
            raise BadSeal(f"{table} {id_}")
        rows.append({"id": id_, **row})
    return rows


def _storable(value: Value) -> Value:
    """Return a value as SQLite gives it back: no lone surrogates, truth a number, NaN nothing."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value != value:
        return None
    return int(value) if isinstance(value, bool) else value
