"""Reading what curators write: YAML files to entries, with faults that say where and how.

Used when knowledge is checked or compiled, never while a learner waits for an answer.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.schema import FOLDERS, KINDS, Concept, Entry

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ID = re.compile(r"[a-z][a-z0-9_]*\Z")
MAX_BYTES = 1_000_000
MAX_DEPTH = 50  # lists and mappings within each other


@dataclasses.dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file: where it is, what it is and how to mend it."""

    file: str
    line: int
    field: str
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.problem} — {self.mend}"


class KnowledgeError(Exception):
    """Knowledge files have faults; `faults` lists them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = list(faults)


@cache
def _adapter(kind: str) -> TypeAdapter[Entry]:
    return TypeAdapter(KINDS[kind])


def files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield (path, kind) for every entry file under `root`, in a stable order."""
    for folder, kind in FOLDERS.items():
        for path in sorted((root / folder).rglob("*.yaml")):
            yield path, kind


def read(path: Path, kind: str, root: Path) -> Entry:
    """Return the entry in `path`.

    Raises KnowledgeError with file, line, field and mend for each fault in it.
    """
    name = str(path.relative_to(root))
    text = _text(path, name)
    document = document_of(text, name)
    for key in ("id", "area"):
        if key in document:
            raise KnowledgeError([Fault(name, 1, key, "is taken from the file's place", "drop it")])
    document["id"] = path.stem
    if KINDS[kind] is Concept:
        document["area"] = path.parent.name
    try:
        return _adapter(kind).validate_python(document)
    except ValidationError as error:
        raise KnowledgeError(list(_explain(error, text, name))) from None


def _text(path: Path, name: str) -> str:
    if not ID.match(path.stem):
        fault = Fault(name, 1, "file name", "is not an id", "use a-z, 0-9 and _ only")
        raise KnowledgeError([fault])
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        fault = Fault(name, 1, "file", f"is over {MAX_BYTES:,} bytes", "split it into entries")
        raise KnowledgeError([fault])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(name, 1, "file", f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
        raise KnowledgeError([fault]) from None


def _plain(text: str, name: str) -> None:
    """Raise KnowledgeError where YAML uses what can grow without bound: aliases and depth."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            fault = Fault(name, line, "YAML", "uses an alias (*name)", "write the value out")
            raise KnowledgeError([fault])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            problem = f"has over {MAX_DEPTH} lists and mappings within each other"
            raise KnowledgeError([Fault(name, line, "YAML", problem, "make it flatter")])


def document_of(text: str, name: str) -> dict[str, Any]:
    """Return the mapping that YAML holds; raises KnowledgeError where it holds no plain one."""
    try:
        _plain(text, name)
        root = yaml.compose(text, Loader=Loader)
        twice = list(_twice(root, name))
        if twice:
            raise KnowledgeError(twice)
        document = yaml.SafeLoader("").construct_document(root) if root else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "cannot be read"
        mend = "mind the indentation; quote text that holds ': ' or starts with a symbol"
        raise KnowledgeError([Fault(name, line, "YAML", problem, mend)]) from None
    if not isinstance(document, dict):
        fault = Fault(name, 1, "YAML", "is not a mapping", "write `field: value` lines")
        raise KnowledgeError([fault])
    return document


def _twice(root: yaml.Node | None, name: str) -> Iterator[Fault]:
    """Yield a fault for every key that its mapping has already: YAML would keep the last alone."""
    nodes = [root]
    for node in nodes:
        if isinstance(node, yaml.SequenceNode):
            nodes.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                nodes.append(value)
                line = key.start_mark.line + 1
                first = lines.setdefault(str(key.value), line)
                if first != line:
                    problem = f"stands on line {first} already"
                    yield Fault(name, line, str(key.value), problem, "join the two or drop one")


def _explain(error: ValidationError, text: str, name: str) -> Iterator[Fault]:
    root = yaml.compose(text, Loader=Loader)
    for item in error.errors():
        place = tuple(part for part in item["loc"])
        field = ".".join(str(part) for part in place)
        mend = {
            "missing": "add the field",
            "unexpected_keyword_argument": "correct the name or drop the field",
            "too_short": "write more items or more text",
            "string_type": "give text; quote it if it looks like a number or a date",
            "literal_error": "use one of the values named",
        }.get(item["type"], "see knowledge/schema.py")
        yield Fault(name, line_of(root, place), field, item["msg"], mend)


def line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """Return the line (from 1) at which the field `place` of a composed document starts.

    The last part found counts: a missing field is reported at the mapping that lacks it.
    """
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                return line
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def read_all(root: Path) -> list[Entry]:
    """Return every entry under `root`; raises KnowledgeError with the faults of all files."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    for path, kind in files(root):
        try:
            entries.append(read(path, kind, root))
        except KnowledgeError as error:
            faults.extend(error.faults)
    if faults:
        raise KnowledgeError(faults)
    return entries
