"""The knowledge base as a running chat sees it: compiled entries, read one at a time.

`write` turns checked entries into three files; `Library` opens them. Nothing here parses YAML
or imports pydantic, and an entry is decoded only when it is asked for.
"""

import dataclasses
import json
import mmap
import os
import typing
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from knowledge.passages import Passage, passages
from knowledge.schema import KINDS, Concept, Entry, Faq, Page, Role
from knowledge.schema import Path as Route

E = TypeVar("E", bound=Entry)
FORMAT = 2
ENTRIES = "entries.jsonl"


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What is known of an entry before it is read."""

    id: str
    kind: str
    name: str
    offset: int
    length: int


@dataclasses.dataclass(frozen=True, slots=True)
class PassageRef:
    """Where a passage stands; `wording` as in `knowledge.passages.Passage`."""

    entry: str
    field: str
    wording: bool


class Places(Sequence[PassageRef]):
    """Every passage, in the order of the search index; three numbers each, read when asked for.

    `more` are passages met later, behind the others.
    """

    def __init__(self, ids: Sequence[str], fields: Sequence[str], numbers: Sequence[int]) -> None:
        self._ids, self._fields, self._numbers = ids, fields, numbers
        self.more: list[PassageRef] = []

    def __len__(self) -> int:
        return len(self._numbers) // 3 + len(self.more)

    def __add__(self, other: "Places") -> "Places":
        """Return these places with others behind them."""
        ids, fields, numbers = len(self._ids), len(self._fields), list(other._numbers)
        numbers[::3] = [entry + ids for entry in numbers[::3]]
        numbers[1::3] = [field + fields for field in numbers[1::3]]
        return Places(
            [*self._ids, *other._ids], [*self._fields, *other._fields], [*self._numbers, *numbers]
        )

    @typing.overload
    def __getitem__(self, row: int) -> PassageRef: ...
    @typing.overload
    def __getitem__(self, row: slice) -> list[PassageRef]: ...
    def __getitem__(self, row: int | slice) -> PassageRef | list[PassageRef]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        at = range(len(self))[row] * 3
        if at >= len(self._numbers):
            return self.more[(at - len(self._numbers)) // 3]
        entry, field, wording = self._numbers[at : at + 3]
        return PassageRef(self._ids[entry], self._fields[field], bool(wording))


def write(entries: Iterable[Entry], folder: Path) -> list[Passage]:
    """Write the compiled entries into `folder`; return every passage, in order."""
    cards: list[list[Any]] = []
    names: list[list[str]] = []
    fields: dict[str, int] = {}
    places: list[int] = []
    searched: list[Passage] = []
    offset = 0
    with (folder / ENTRIES).open("wb") as file:
        for entry in entries:
            line = json.dumps(dataclasses.asdict(entry), ensure_ascii=False).encode() + b"\n"
            file.write(line)
            cards.append([entry.id, entry.kind, entry.name, offset, len(line)])
            offset += len(line)
            names.extend([name, entry.id] for name in _names(entry))
            for passage in passages(entry):
                field = fields.setdefault(passage.field, len(fields))
                places += (len(cards) - 1, field, int(passage.wording))
                searched.append(passage)
    document = {
        "format": FORMAT, "cards": cards, "names": names, "fields": list(fields),
        "passages": places,
    }  # fmt: skip
    (folder / "library.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return searched


def _names(entry: Entry) -> Iterator[str]:
    if isinstance(entry, Faq | Page):
        return
    yield entry.name
    yield from entry.aliases
    if isinstance(entry, Role):
        yield from entry.titles
    if isinstance(entry, Concept) and "_" in entry.id:
        yield entry.id.replace("_", " ")
    if isinstance(entry, Route) and entry.background:
        yield entry.background
        yield from entry.background_aliases


class Library:
    """Read access to the compiled entries in a folder, and in those of knowledge packs."""

    def __init__(self, folder: Path, packs: Sequence[tuple[str, Path]] = ()) -> None:
        """Take our folder, and name and folder of each pack, whose passages follow ours."""
        document = _compiled(folder)
        self._entries = _mapped(folder)
        self.cards = {row[0]: Card(*row) for row in document["cards"]}
        self.names: list[tuple[str, str]] = [(name, id_) for name, id_ in document["names"]]
        self.passages = Places(list(self.cards), document["fields"], document["passages"])
        self._packs: dict[str, tuple[str, bytes | mmap.mmap]] = {}
        self._read: dict[str, Entry] = {}
        for name, beside in packs:
            self._add(name, beside)

    def _add(self, pack: str, folder: Path) -> None:
        document = _compiled(folder)
        cards = {row[0]: Card(*row) for row in document["cards"]}
        self.cards |= cards
        self.names += [(name, id_) for name, id_ in document["names"]]
        self.passages += Places(list(cards), document["fields"], document["passages"])
        self._packs |= dict.fromkeys(cards, (pack, _mapped(folder)))

    def adopt(self, entries: Iterable[tuple[str, Entry]]) -> list[str]:
        """Take entries of packs, as (pack, entry), that were met elsewhere; return their ids.

        One whose id is taken is left out.
        """
        taken = []
        for pack, entry in entries:
            if entry.id not in self.cards:
                self.cards[entry.id] = Card(entry.id, entry.kind, entry.name, 0, 0)
                self._packs[entry.id] = (pack, self._entries)
                self._read[entry.id] = entry
                taken.append(entry.id)
        return taken

    def pack(self, id_: str) -> str:
        """Return the name of the knowledge pack that an entry is from, empty for one of ours."""
        return self._packs[id_][0] if id_ in self._packs else ""

    def __contains__(self, id_: object) -> bool:
        return id_ in self.cards

    def __len__(self) -> int:
        return len(self.cards)

    def get(self, id_: str) -> Entry:
        """Return the entry with this id; raises KeyError where there is none."""
        if id_ not in self._read:
            card = self.cards[id_]
            entries = self._packs[id_][1] if id_ in self._packs else self._entries
            line = entries[card.offset : card.offset + card.length]
            self._read[id_] = revive(KINDS[card.kind], json.loads(line))
        return self._read[id_]

    def get_as(self, kind: type[E], id_: str) -> E | None:
        """Return the entry if it exists and is of this kind, else None."""
        entry = self.get(id_) if id_ in self.cards else None
        return entry if isinstance(entry, kind) else None

    def of_kind(self, kind: str) -> list[Card]:
        """Return the cards of one kind, in the order of the files."""
        return [card for card in self.cards.values() if card.kind == kind]

    def all_of(self, kind: type[E]) -> list[E]:
        """Return every entry of one kind."""
        found = (self.get(card.id) for card in self.of_kind(kind.kind))
        return [entry for entry in found if isinstance(entry, kind)]

    def name(self, id_: str) -> str:
        """Return the name of an entry, or its id in words where there is none."""
        return self.cards[id_].name if id_ in self.cards else id_.replace("_", " ")

    def path_to(self, role: str) -> Route | None:
        """Return the general path to a role."""
        return self.get_as(Route, f"path_{role}")

    def with_prerequisites(self, ids: Iterable[str]) -> list[str]:
        """Return the concepts with all they need, each after what it needs, none twice."""
        ordered: dict[str, None] = {}

        def visit(id_: str, trail: frozenset[str]) -> None:
            concept = self.get_as(Concept, id_)
            if concept is None or id_ in ordered or id_ in trail:
                return
            for needed in concept.prerequisites:
                visit(needed, trail | {id_})
            ordered[id_] = None

        for id_ in ids:
            visit(id_, frozenset())
        return list(ordered)


def _mapped(folder: Path) -> bytes | mmap.mmap:
    """Return the entries in a folder, which can be read when the folder is gone, too."""
    with (folder / ENTRIES).open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _compiled(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "library.json").read_text("utf-8"))
    if document.get("format") != FORMAT:
        raise ValueError(f"{folder}: not a library of format {FORMAT}")
    return document


def revive(cls: type[E], data: dict[str, Any]) -> E:
    """Return the dataclass that `dataclasses.asdict` and JSON made `data` from."""
    return typing.cast(E, _revive(cls, data))


def _revive(cls: Any, data: dict[str, Any]) -> Any:
    nested = _nested(cls)
    values = {}
    for key, value in data.items():
        inner = nested.get(key)
        if isinstance(value, list):
            value = tuple(_revive(inner, item) if inner else item for item in value)
        elif isinstance(value, dict) and inner:
            value = _revive(inner, value)
        values[key] = value
    return cls(**values)


@cache
def _nested(cls: Any) -> dict[str, type[Any]]:
    """Return which fields of a dataclass hold dataclasses, alone or in a tuple."""
    found = {}
    for name, hint in typing.get_type_hints(cls).items():
        for part in (hint, *_parts(hint)):
            if isinstance(part, type) and dataclasses.is_dataclass(part):
                found[name] = part
    return found


def _parts(hint: Any) -> Iterator[Any]:
    for part in typing.get_args(hint):
        yield part
        yield from _parts(part)
