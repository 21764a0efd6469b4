"""The files of a knowledge pack as entries, checked: none takes an id that is taken."""

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from assistant.packs import page
from assistant.packs.folder import MARKDOWN, fault
from assistant.render.plain import clean, cleaned
from knowledge import authoring
from knowledge.authoring import Fault, KnowledgeError
from knowledge.check import unsound
from knowledge.library import revive
from knowledge.schema import FOLDERS, Entry

E = TypeVar("E", bound=Entry)


def read(
    paths: Sequence[Path], root: Path, pack: str, known: Mapping[str, str],
    exercises: Collection[str],
) -> list[Entry]:  # fmt: skip
    """Return the entries in the files of a pack under `root`, with the pack as their first source.

    `known` maps the ids of all other entries to their kinds. Raises KnowledgeError with the
    faults of all files.
    """
    found: list[Entry] = []
    written: list[tuple[Entry, Path]] = []
    faults: list[Fault] = []
    ids: dict[str, str] = {}
    for path in paths:
        name = str(path.relative_to(root))
        try:
            if path.suffix.lower() in MARKDOWN:
                entry: Entry = page.read(_text(path, name), name, pack, _id(path, root, pack))
                if ids.setdefault(entry.id, name) != name:
                    problem = f"has the same name as {ids[entry.id]} but for its signs"
                    faults.append(fault(name, problem, "rename one of the two files"))
            else:
                entry = authoring.read(path, _kind(path, name, root), root)
                written.append((entry, path))
                entry = _of(pack, entry, name)
            found.append(entry)
        except KnowledgeError as error:
            faults += error.faults
    if not faults:
        faults = unsound(written, root, known, exercises)
    if faults:
        raise KnowledgeError(sorted(_printable(item) for item in faults))
    return found


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 at byte {error.start}"
        raise KnowledgeError([fault(name, problem, "save it as UTF-8")]) from None


def _id(path: Path, root: Path, pack: str) -> str:
    """Return the id of a page: pack and path, which no entry of another shape can have."""
    parts = path.relative_to(root).with_suffix("").parts
    plain = (re.sub(r"[^a-z0-9]+", "_", part.casefold()).strip("_") or "page" for part in parts)
    return "/".join((pack, *plain))


def _kind(path: Path, name: str, root: Path) -> str:
    folder = path.relative_to(root).parts[0]
    if folder not in FOLDERS or path.suffix != ".yaml":
        mend = f"put it as .yaml into one of {', '.join(FOLDERS)}, or write Markdown"
        raise KnowledgeError([fault(name, "is in no folder of a kind of entry", mend)])
    return FOLDERS[folder]


def _of(pack: str, entry: E, name: str) -> E:
    """Return an entry without unseen characters, with its pack as the first source."""
    kept = revive(type(entry), cleaned(dataclasses.asdict(entry)))
    sources = (page.origin(kept.name, name, pack), *kept.sources)
    return dataclasses.replace(kept, sources=sources)


def _printable(item: Fault) -> Fault:
    """Return a fault as a terminal may show it: what is wrong may quote the file."""
    return dataclasses.replace(
        item, file=clean(item.file), field=clean(item.field), problem=clean(item.problem)
    )
