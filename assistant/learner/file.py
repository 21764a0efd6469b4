"""The learner's file: opened, brought up to date, mended, and changed in transactions.

SQLite in WAL mode with synchronous=FULL: what was confirmed survives a kill and a power cut.
Several processes may have the file open. One that finds it damaged sets it aside under a new
name and puts what can be read in its place; the others notice at their next transaction.
"""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from assistant.errors import NewerFile, StoreError
from assistant.learner import salvage, tables

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Tell = Callable[[str], None]
WAIT = 30.0  # seconds that a transaction waits for those of other processes
SCRUB_WAIT = 5.0  # and forgetting for those that still read what was deleted
TRIES = 3
PATIENCE = 20  # hundredths of a second that a commit seen in the log may take to its end
_NOWHERE = (0, 0)
# Errors that come from outside: the file is as it was. Every other one is taken as damage.
_OUTSIDE = ("BUSY", "LOCKED", "CANTOPEN", "READONLY", "IOERR", "FULL", "PERM", "NOMEM", "AUTH")


class _Replaced(Exception):
    """Another process has put a mended file in the place of the one that is open."""


class LearnerFile:
    """One SQLite file; without a path it is in memory and gone at the end.

    `tell` gets a line for the learner when the file had to be mended. Raises StoreError wherever
    the file cannot be used. Not to be shared between threads.
    """

    def __init__(self, path: Path | None, tell: Tell) -> None:
        self.path = path
        self._tell = tell
        self._identity: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._log = b""  # what the write-ahead log held, while the file is opened

    def read(self, work: Work[T]) -> T:
        """Return what `work` reads, all of it at one moment."""
        return self._run("BEGIN", work)

    def change(self, work: Work[T]) -> T:
        """Do `work` as a whole or not at all; it is on the disk when this returns."""
        return self._run("BEGIN IMMEDIATE", work)

    def version(self) -> tuple[object, int]:
        """Return a value that changes when somebody else changes the file or takes its place."""
        number = self._run("", lambda on: on.execute("PRAGMA data_version").fetchone()[0])
        return self._identity, number

    def close(self) -> None:
        """Close the file; it opens again when it is used."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def scrub(self) -> None:
        """Rewrite the file without what was deleted; raises StoreError while others read it."""

        def rewrite(on: sqlite3.Connection) -> None:
            on.execute("VACUUM")
            on.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT * 1000:.0f}")
            busy = on.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            on.execute(f"PRAGMA busy_timeout = {WAIT * 1000:.0f}")
            if busy:
                raise StoreError(
                    "What was deleted is gone for Lodestar, but bytes of it are still on the "
                    f"disk:\nanother program is reading {self.path}. Close it and run the same "
                    "command again."
                )

        self._run("", rewrite)

    def _run(self, begin: str, work: Work[T]) -> T:
        """Do `work`; where that fails for damage, mend the file and do it once more."""
        mend = False
        for _ in range(TRIES):
            try:
                if mend and self.path:
                    self._mend(self.path)
                return self._transact(self._connection or self._open(), begin, work)
            except _Replaced:
                mend = False
                self.close()
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                mend = True
                name = getattr(error, "sqlite_errorname", "")
                if any(name.startswith(f"SQLITE_{outside}") for outside in _OUTSIDE):
                    raise self._outside(name, error) from error
            except OSError as error:
                raise self._outside("", error) from error
        raise StoreError(
            f"Your data in {self.path} are damaged and could not be mended.\n"
            "Nothing was deleted. Move the file away and start again."
        )

    def _transact(self, on: sqlite3.Connection, begin: str, work: Work[T]) -> T:
        if self.path and self._identity != _identity(self.path):
            raise _Replaced
        if not begin:
            return work(on)
        on.execute(begin)
        try:
            if self.path and self._identity != _identity(self.path):
                raise _Replaced  # while this one waited for its turn
            if _version(on) > len(tables.MIGRATIONS):
                raise self._newer(_version(on))
            result = work(on)
            on.execute("COMMIT")
            return result
        except BaseException:
            if on.in_transaction:
                on.execute("ROLLBACK")
            raise

    def _open(self) -> sqlite3.Connection:
        if self.path is None:
            self._connection = _connect(":memory:")
            _migrate(self._connection)
            return self._connection
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self.path):
            if not self.path.exists() and not salvage.wal_of(self.path).exists():
                _build(self.path, []).replace(self.path)
            self._identity = _identity(self.path)
            self._look_at(salvage.first_page(self.path))
            self._log = _log_of(self.path)
            confirmed = salvage.confirmed_frames(self.path, self._log)
            on = _connect(str(self.path))
            try:
                _examine(on, self.path, confirmed)
                _migrate(on)
            except BaseException:
                on.close()  # which may remove the log
                raise
            self._log = b""
        self._connection = on
        return on

    def _look_at(self, header: bytes) -> None:
        """Raise NewerFile or DatabaseError for a file that SQLite should not even open."""
        version = int.from_bytes(header[60:64], "big", signed=True)
        if header.startswith(salvage.MAGIC) and version > len(tables.MIGRATIONS):
            raise self._newer(version)
        if not salvage.HEADER.match(header) or self._identity == _NOWHERE:
            raise sqlite3.DatabaseError("not a database")

    def _newer(self, version: int) -> NewerFile:
        return NewerFile(
            f"Your data in {self.path} were written by a newer Lodestar (format {version}; this "
            f"one knows {len(tables.MIGRATIONS)}).\nNothing was changed. Update with: "
            "pip install --upgrade lodestar-ml"
        )

    def _mend(self, path: Path) -> None:
        """Set the damaged file aside and put what can be read in its place."""
        self.close()
        with _alone(path), _held(path):
            if self._identity != _identity(path):
                return  # another process was faster
            saved = salvage.rows(path, self._log)
            aside = _aside(path)
            if path.exists():
                shutil.copy2(path, aside)
            log = self._log or _log_of(path)
            if log:
                salvage.wal_of(aside).write_bytes(log)
            mended = _build(path, saved)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            mended.replace(path)
            self._log = b""
        self._tell(
            f"Your data in {path} were damaged. {len(saved)} records could be read and are kept; "
            f"the damaged file was set aside as {aside.name}."
        )

    def _outside(self, name: str, error: Exception) -> StoreError:
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            what = "Another Lodestar has been writing your data for too long"
            then = "Close it, or try again."
        else:
            what = f"Your data in {self.path} cannot be opened or written ({error})"
            then = "Look at free space and permissions, or set LODESTAR_HOME to another folder."
        return StoreError(f"{what}.\nNothing was changed. {then}")


def set_aside(path: Path) -> list[Path]:
    """Return the damaged files that were set aside, with their logs."""
    return sorted(path.parent.glob(f"{path.stem}.damaged-*"))


def _connect(name: str) -> sqlite3.Connection:
    on = sqlite3.connect(name, isolation_level=None, timeout=WAIT)
    for pragma in (
        f"page_size = {tables.PAGE}", "foreign_keys = ON", "synchronous = FULL",
        "secure_delete = ON", "temp_store = MEMORY",
    ):  # fmt: skip
        on.execute(f"PRAGMA {pragma}")
    return on


def _build(path: Path, rows: list[salvage.Row]) -> Path:
    """Return a new file with these rows, to be moved to `path` when it is whole."""
    part = path.with_name(f"{path.name}.new")
    for leftover in (part, salvage.wal_of(part)):
        leftover.unlink(missing_ok=True)
    with contextlib.closing(_connect(str(part))) as on:
        _migrate(on)
        on.execute("BEGIN")
        present = {id_ for table, id_, _ in rows if table == "runs"}
        for table, id_, values in rows:
            if table != "curves" or values["run"] in present:
                tables.insert(on, table, values, id_)
        on.execute("COMMIT")
        on.execute("PRAGMA journal_mode = WAL")
    part.chmod(0o600)
    return part


def _migrate(on: sqlite3.Connection) -> None:
    """Bring a file to the present version, each step as a whole."""
    while _version(on) < len(tables.MIGRATIONS):
        on.execute("BEGIN IMMEDIATE")
        try:
            done = _version(on)
            for statement in tables.MIGRATIONS[done]:
                on.execute(statement)
            on.execute(f"PRAGMA user_version = {done + 1}")
            on.execute("COMMIT")
        except BaseException:
            if on.in_transaction:
                on.execute("ROLLBACK")
            raise


def _version(on: sqlite3.Connection) -> int:
    version: int = on.execute("PRAGMA user_version").fetchone()[0]
    if version < 0:
        raise sqlite3.DatabaseError("no such version")
    return version


def _examine(on: sqlite3.Connection, path: Path, confirmed: int | None) -> None:
    """Raise DatabaseError where pages do not hold together or the log has lost commits.

    `confirmed` is how many frames of the log are known to have been committed.
    """
    on.execute("PRAGMA journal_mode = WAL")
    found = on.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    log = _log_of(path)
    for _ in range(PATIENCE):  # another process may just be at the end of a commit
        if _holds_all(on, log, path, confirmed):
            return
        time.sleep(0.01)
    on.execute("BEGIN IMMEDIATE")  # now nobody else is writing
    log = _log_of(path)
    on.execute("ROLLBACK")
    if not _holds_all(on, log, path, confirmed) and not salvage.is_whole(log):
        raise sqlite3.DatabaseError("the log is broken")


def _holds_all(on: sqlite3.Connection, log: bytes, path: Path, confirmed: int | None) -> bool:
    """Return whether SQLite sees every commit of a log.

    What follows a broken frame it passes over without a word. A process that was killed may have
    left half a frame behind those that it confirmed, which is no damage.
    """
    seen = on.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    needed = len(salvage.committed_frames(log)) if confirmed is None else confirmed
    return seen >= needed or log[:24] != _log_of(path)[:24]


def _log_of(path: Path) -> bytes:
    log = salvage.wal_of(path)
    return log.read_bytes() if log.exists() else b""


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return _NOWHERE
    return status.st_dev, status.st_ino


def _aside(path: Path) -> Path:
    """Return a name that nothing has yet for a damaged file."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"{path.stem}.damaged-{stamp}{suffix}.db" for suffix in ("", *range(2, 10_000)))
    return next(free for name in names if not (free := path.with_name(name)).exists())


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Let nobody write to a damaged file meanwhile, as far as SQLite can still lock it."""
    on: sqlite3.Connection | None = None
    try:
        with contextlib.suppress(sqlite3.DatabaseError):
            existing = f"{path.absolute().as_uri()}?mode=rw"
            on = sqlite3.connect(existing, uri=True, isolation_level=None, timeout=WAIT)
            on.execute("BEGIN IMMEDIATE")
        yield
    finally:
        if on is not None:
            on.close()  # SQLite sees that the file was replaced and spares the new one's log


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from opening or mending the file meanwhile.

    An empty SQLite file is the lock: it works on every system and falls with the process.
    """
    lock = path.with_name(f"{path.stem}.lock")
    if lock.exists() and lock.stat().st_size:
        lock.unlink()  # not ours: a lock has no content
    on = sqlite3.connect(lock, isolation_level=None, timeout=WAIT)
    try:
        on.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        on.close()
