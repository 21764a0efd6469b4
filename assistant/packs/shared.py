"""Knowledge packs on a PostgreSQL server, for all who read from it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.compiling import told
from assistant.errors import PackError
from assistant.language.weights import DIMENSIONS
from assistant.mind import Mind, Say
from assistant.packs import postgres
from assistant.packs.folder import take
from assistant.packs.reading import read
from assistant.packs.shelf import Pack, named
from assistant.render.plain import clean, cleaned
from skills.exercise import catalogue


@contextmanager
def _connected(address: str, dimensions: int = 0) -> Iterator[Any]:
    """Yield a connection for as long as it takes; raises PackError where the server refuses.

    With `dimensions` the tables are made where they are missing.
    """
    try:
        with postgres.connect(address, dimensions) as connection:
            connection.execute("SET statement_timeout = 0")
            yield connection
    except postgres.driver().Error as error:
        line = " ".join(str(error).split())
        raise PackError(
            f"The server did not do it: {line}\nNothing was changed there. Look at the address "
            "in LODESTAR_INDEX, and whether its user may write."
        ) from error


def add(
    address: str, source: Path, name: str | None, mind: Mind, day: str, say: Say
) -> tuple[Pack, int]:
    """Put the pack in `source` on the server; return it and how many passages were embedded.

    A pack of this name is replaced, in one step. Raises KnowledgeError where files have faults,
    UsageError where the name is none, PackError where the server refuses.
    """
    name = named(source, name)
    with tempfile.TemporaryDirectory() as work, _connected(address, DIMENSIONS) as connection:
        paths = take(source, Path(work))
        known = {card.id: card.kind for card in mind.library.cards.values()}
        query = "SELECT id, kind FROM lodestar.entries WHERE pack <> %s"
        known |= dict(connection.execute(query, [name]).fetchall())
        entries = read(paths, Path(work), name, known, set(catalogue()))
        row = {
            "name": name,
            "added": day,
            "source": clean(str(source.resolve())),
            "files": len(paths),
        }
        encode = told(mind.encoder.encode, f"Reading the passages of {name}", say)
        embedded = postgres.put(connection, row, entries, encode)
        pack = next(pack for pack in _listed(connection) if pack.name == name)
    return pack, embedded


def packs(address: str) -> list[Pack]:
    """Return the packs on the server, by name."""
    with _connected(address) as connection:
        return _listed(connection)


def _listed(connection: Any) -> list[Pack]:
    query = """SELECT name, '', source, added, files, entries, passages
        FROM lodestar.packs ORDER BY name"""
    if connection.execute("SELECT to_regclass('lodestar.packs')").fetchone() == (None,):
        return []  # nothing was added there yet
    return [Pack(*cleaned(row)) for row in connection.execute(query).fetchall()]


def remove(address: str, name: str) -> Pack | None:
    """Take a pack from the server; return it, None where there is none of this name."""
    with _connected(address) as connection:
        found = next((pack for pack in _listed(connection) if pack.name == name), None)
        if found:
            postgres.remove(connection, name)
    return found
