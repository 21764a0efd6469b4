"""The learner's own data: profile, plan, log, runs, answers, cards, conversations.

    with Store(path, tell) as store:
        store.record("greeted", {}, now)

One call is one transaction: when it returns, what it was given is on the disk. Without a path
nothing is written at all. Times come from the caller, aware, and are kept in UTC.
"""

import json
import shutil
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant.learner.file import LearnerFile, Tell, set_aside
from assistant.learner.records import Answer, Curve, Event, Message, Records, ReviewCard, Run
from assistant.learner.tables import APPEND_ONLY, TABLES, insert, replace, select
from assistant.places import HISTORY, RUNS, cache_dir


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can be forgotten alone: its tables and the events that tell of it."""

    tables: tuple[str, ...]
    events: tuple[str, ...]
    files: tuple[str, ...] = ()


PARTS: dict[str, Part] = {
    "profile": Part(("profile",), ("profile",)),
    "plan": Part(("plan",), ("plan",)),
    "practice": Part(("curves", "runs"), ("run",)),
    "quiz": Part(("answers", "cards"), ("answer",)),
    "conversations": Part(("messages",), ("message",), (HISTORY,)),
}


class Store:
    """The learner's data in one file; without a path in memory, and gone at the end.

    `tell` gets a line for the learner when a damaged file had to be mended. Every method raises
    StoreError where the file cannot be used.
    """

    def __init__(self, path: Path | None, tell: Tell) -> None:
        self.path = path
        self._file = LearnerFile(path, tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def load(self) -> Records:
        """Return everything that is kept."""
        return self._file.read(_load)

    def seen(self) -> object:
        """Return a value that is another one when another process has changed the file."""
        return self._file.version()

    def copy(self, other: "Store") -> None:
        """Take over everything that another store keeps, into this empty one."""

        def work(on: sqlite3.Connection) -> None:
            for table in TABLES:
                for row in other._file.read(partial(select, table=table)):
                    insert(on, table, _without_id(row), row["id"])

        self._file.change(work)

    def profile(self) -> dict[str, Any]:
        """Return the fields of the profile that were set."""
        return self._file.read(_profile)

    def set_profile(self, fields: Mapping[str, Any], now: datetime) -> None:
        """Keep a profile in the place of the last one."""

        def work(on: sqlite3.Connection) -> None:
            on.execute("DELETE FROM profile")
            for key, value in fields.items():
                insert(on, "profile", {"key": key, "value": _json(value)})
            _log(on, "profile", {"fields": sorted(fields)}, now)

        self._file.change(work)

    def save_plan(self, document: Mapping[str, Any], now: datetime) -> None:
        """Keep a plan; earlier ones stay."""

        def work(on: sqlite3.Connection) -> None:
            insert(on, "plan", {"at": _time(now), "document": _json(document)})
            _log(on, "plan", {}, now)

        self._file.change(work)

    def record(self, kind: str, data: Mapping[str, Any], now: datetime) -> int:
        """Add an event to the log and return its number."""
        return self._file.change(lambda on: _log(on, kind, data, now))

    def add_run(self, run: Run) -> int:
        """Keep a run with its curves and return its number."""

        def work(on: sqlite3.Connection) -> int:
            row = {name: getattr(run, name) for name in _RUN_PLAIN}
            documents = {name: _json(getattr(run, name)) for name in _RUN_JSON}
            number = insert(on, "runs", {**row, **documents, "at": _time(run.at)})
            for curve in run.curves:
                points = _json(curve.points)
                insert(on, "curves", {"run": number, "stage": curve.stage, "name": curve.name,
                                      "points": points})  # fmt: skip
            _log(on, "run", {"run": number, "seconds": run.seconds}, run.at)
            return number

        return self._file.change(work)

    def add_answer(self, answer: Answer, card: ReviewCard) -> None:
        """Keep an answer to a quiz item and when the item is due again."""

        def work(on: sqlite3.Connection) -> None:
            insert(on, "answers", {**asdict(answer), "at": _time(answer.at)})
            times = {"due": _time(card.due), "last": _time(card.last)}
            replace(on, "cards", "item", {**asdict(card), **times})
            _log(on, "answer", {}, answer.at)

        self._file.change(work)

    def add_message(self, message: Message) -> None:
        """Keep a line of a conversation."""
        row = {**asdict(message), "at": _time(message.at)}
        self._file.change(lambda on: insert(on, "messages", row))

    def forget(self, parts: Collection[str] = ()) -> dict[str, int]:
        """Erase parts, or everything, from the disk; return how many records of each went.

        Damaged files that were set aside may hold the same and go too. Raises StoreError where
        bytes could not be overwritten because another program reads the file.
        """
        chosen = parts or PARTS
        whole = not parts

        def work(on: sqlite3.Connection) -> dict[str, int]:
            for trigger in _triggers(on):
                on.execute(f'DROP TRIGGER "{trigger}"')
            gone = {name: _forget(on, PARTS[name]) for name in chosen}
            if whole:
                gone["events"] = on.execute("DELETE FROM events").rowcount
            for statement in APPEND_ONLY:
                on.execute(statement)
            return gone

        gone = self._file.change(work)
        self._file.scrub()
        for path in self.files_to_forget(chosen):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return gone

    def files_to_forget(self, parts: Collection[str] = ()) -> list[Path]:
        """Return the other files and folders of the learner's that forgetting these removes."""
        if self.path is None:
            return []
        named = [self.path.with_name(file) for name in parts or PARTS for file in PARTS[name].files]
        if "practice" in (parts or PARTS):
            named.append(cache_dir() / RUNS)
        return [path for path in named if path.exists()] + set_aside(self.path)


_RUN_JSON = ("metrics", "baseline", "checks")
_RUN_PLAIN = (
    "exercise", "passed", "stopped", "seed", "device", "device_reason", "dataset", "seconds",
    "code", "own", "machine",
)  # fmt: skip


def _load(on: sqlite3.Connection) -> Records:
    plans = select(on, "plan")
    return Records(
        profile=_profile(on),
        plan=json.loads(plans[-1]["document"]) if plans else None,
        events=tuple(
            Event(_when(row["at"]), row["kind"], json.loads(row["data"]))
            for row in select(on, "events")
        ),
        runs=_runs(on),
        answers=tuple(
            Answer(at=_when(row["at"]), item=row["item"], topic=row["topic"],
                   chosen=row["chosen"], right=bool(row["right"]), review=bool(row["review"]))
            for row in select(on, "answers")
        ),
        cards=tuple(
            ReviewCard(**{**_without_id(row), "due": _when(row["due"]), "last": _when(row["last"])})
            for row in select(on, "cards")
        ),
        messages=tuple(
            Message(**{**_without_id(row), "at": _when(row["at"])})
            for row in select(on, "messages")
        ),
    )  # fmt: skip


def _profile(on: sqlite3.Connection) -> dict[str, Any]:
    return {row["key"]: json.loads(row["value"]) for row in select(on, "profile")}


def _runs(on: sqlite3.Connection) -> tuple[Run, ...]:
    curves: dict[int, list[Curve]] = {}
    for row in select(on, "curves"):
        points = tuple((step, value) for step, value in json.loads(row["points"]))
        curves.setdefault(row["run"], []).append(Curve(row["stage"], row["name"], points))
    return tuple(
        Run(
            **{name: row[name] for name in _RUN_PLAIN}
            | {name: json.loads(row[name]) for name in _RUN_JSON}
            | {name: bool(row[name]) for name in ("passed", "stopped", "own")}
            | {
                "at": _when(row["at"]),
                "checks": tuple(json.loads(row["checks"])),
                "curves": tuple(curves.get(row["id"], ())),
            }
        )
        for row in select(on, "runs")
    )


def _log(on: sqlite3.Connection, kind: str, data: Mapping[str, Any], now: datetime) -> int:
    return insert(on, "events", {"at": _time(now), "kind": kind, "data": _json(data)})


def _forget(on: sqlite3.Connection, part: Part) -> int:
    gone: int = sum(on.execute(f"DELETE FROM {table}").rowcount for table in part.tables)
    marks = ", ".join("?" * len(part.events))
    on.execute(f"DELETE FROM events WHERE kind IN ({marks})", part.events)
    return gone


def _triggers(on: sqlite3.Connection) -> list[str]:
    rows = on.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return [name for (name,) in rows]


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)
