"""The files of a knowledge pack, taken into a folder of ours: nothing from outside gets in."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.render.plain import clean
from knowledge.authoring import MAX_BYTES, Fault, KnowledgeError

MARKDOWN, YAML = (".md", ".markdown"), (".yaml", ".yml")
MAX_FILES, MAX_TOTAL, MAX_FOLDERS = 20_000, 200_000_000, 20  # files, bytes, depth
WHOLE = "(the pack)"


def take(source: Path, target: Path) -> list[Path]:
    """Copy the Markdown and YAML files under `source` to `target`; return where they are there.

    Other files and names that begin with a dot are left out. Raises KnowledgeError where a file
    is a link, is no plain file, is too large or has a name that cannot be shown, or there are
    none or too many.
    """
    taken: list[Path] = []
    faults: list[Fault] = []
    total = 0
    for path in _files(source, source, faults):
        if len(taken) == MAX_FILES:
            raise KnowledgeError([fault(WHOLE, f"has over {MAX_FILES:,} files", "split it")])
        place = target / path.relative_to(source)
        try:
            data = _read(path, str(path.relative_to(source)))
        except KnowledgeError as error:
            faults += error.faults
            continue
        total += len(data)
        if total > MAX_TOTAL:
            raise KnowledgeError([fault(WHOLE, f"is over {MAX_TOTAL:,} bytes", "split it")])
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        taken.append(place)
    if not taken and not faults:
        mend = "name a folder with .md or .yaml files"
        faults.append(fault(WHOLE, "has no Markdown or YAML file", mend))
    if faults:
        raise KnowledgeError(sorted(faults))
    return taken


def _files(folder: Path, root: Path, faults: list[Fault]) -> Iterator[Path]:
    """Yield the files to take in a stable order; what must not be followed becomes a fault."""
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        path = Path(item.path)
        name = str(path.relative_to(root))
        is_folder = item.is_dir(follow_symlinks=False)
        wanted = is_folder or path.suffix.lower() in (*MARKDOWN, *YAML)
        if item.name.startswith("."):
            continue
        if wanted and not _shows(item.name):
            faults.append(fault(name, "has signs in its name that cannot be shown", "rename it"))
        elif item.is_symlink():
            faults.append(fault(name, "is a link", "put the file itself there, or remove it"))
        elif is_folder:
            if len(path.relative_to(root).parts) > MAX_FOLDERS:
                faults.append(fault(name, f"lies over {MAX_FOLDERS} folders deep", "move it up"))
            else:
                yield from _files(path, root, faults)
        elif wanted:
            yield path


def _shows(name: str) -> bool:
    """Return whether a name is UTF-8 in one line, and has no unseen character."""
    return clean(name) == name and not {"\n", "\t"} & set(name)


def _read(path: Path, name: str) -> bytes:
    """Return what is in a plain file, as it is now: a link put in its place is not followed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - Path.open follows links
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise KnowledgeError([fault(name, "is no plain file", "remove it")])
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise KnowledgeError([fault(name, problem, "mend its rights, or remove it")]) from None
    if len(data) > MAX_BYTES:
        raise KnowledgeError([fault(name, f"is over {MAX_BYTES:,} bytes", "split it")])
    return data


def fault(name: str, problem: str, mend: str) -> Fault:
    """Return a fault of a whole file."""
    return Fault(clean(name), 1, "file", problem, mend)
