"""The knowledge packs of this machine: a copy of each, so that moving its folder loses nothing.

`packs/NAME.json` in the data folder says what a pack is made of. It is written last, and each
step puts something whole in its place: a pack is there whole or as it was before. Its compiled
form lies in the cache.
"""

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.compiled import damaged, usable
from assistant.errors import PackError, UsageError
from assistant.mind import Mind, Say
from assistant.places import data_dir
from assistant.render.plain import clean

FORMAT = 2  # raise it when a compiled pack changes its form
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is kept: its name, the folder of its copy, where it came from, what it holds."""

    name: str
    folder: str
    source: str
    added: str
    files: int
    entries: int
    passages: int

    @property
    def place(self) -> Path:
        """The folder of the copy."""
        return _home() / self.folder


def _home() -> Path:
    return data_dir() / "packs"


def packs() -> list[Pack]:
    """Return the packs that are kept, by name."""
    return [pack for path in sorted(_home().glob("[!.]*.json")) for pack in _kept(path)]


def _kept(path: Path) -> Iterator[Pack]:
    try:
        yield Pack(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return


def compiled(pack: Pack, mind: Mind) -> Path:
    """Return where the compiled form of a pack beside this mind lies, or is to lie."""
    key = hashlib.sha256(f"{FORMAT} {pack.folder} {mind.folder.name}".encode()).hexdigest()
    return mind.cache / f"pack-{pack.name}-{key[:16]}"


def add(source: Path, name: str | None, mind: Mind, day: str, say: Say) -> tuple[Pack, int]:
    """Keep a copy of the pack in `source`; return it and how many passages were embedded.

    A pack of this name is replaced. Nothing is kept where this raises: KnowledgeError where
    files have faults, UsageError where the name is none, PackError where there is no room.
    """
    from assistant.compiling import sweep
    from assistant.packs.folder import take

    name = named(source, name)
    try:
        _home().mkdir(parents=True, exist_ok=True)
        sweep(_home(), ".adding-*", "")
        with tempfile.TemporaryDirectory(dir=_home(), prefix=".adding-") as work:
            copy = Path(work) / "copy"
            files = len(take(source, copy))
            folder = f"{name}-{_content(copy)}"
            pack = Pack(name, folder, clean(str(source.resolve())), day, files, 0, 0)
            pack, embedded = _compile(pack, copy, mind, say)
            if not pack.place.exists() or _content(pack.place) != _content(copy):
                with contextlib.suppress(FileNotFoundError):
                    pack.place.rename(copy.with_name("spoilt"))
                copy.rename(pack.place)
        _write(pack)
    except OSError as error:
        raise PackError(
            f"The pack {name} cannot be kept: {error.strerror or error}.\n"
            "What was there before is as it was. Free some space, or set LODESTAR_HOME to a "
            "folder you can write to."
        ) from error
    for other in _home().glob(f"{name}-*"):
        if other.name != folder:
            shutil.rmtree(other, ignore_errors=True)
    return pack, embedded


def named(source: Path, name: str | None) -> str:
    """Return what a pack is called, by default what its folder is; raises UsageError."""
    name = name or re.sub(r"[^a-z0-9]+", "_", source.resolve().name.casefold()).strip("_")
    if not NAME.match(name):
        raise UsageError(
            f"{name!r} cannot name a pack. Give one: --name acme (a-z, 0-9 and _, a letter first)"
        )
    return name


def _compile(pack: Pack, root: Path, mind: Mind, say: Say) -> tuple[Pack, int]:
    """Compile the files of a pack under `root`; return it with its counts, and embeddings made."""
    from assistant.packs.building import build
    from assistant.packs.reading import read
    from knowledge.library import Library
    from skills.exercise import catalogue

    others = [(other.name, compiled(other, mind)) for other in packs() if other.name != pack.name]
    known = Library(mind.folder, [pair for pair in others if not damaged(pair[1])])
    paths = _files(root)
    if len(paths) != pack.files:
        raise PackError(
            f"of its {pack.files} files {len(paths)} are there; add {pack.source} again"
        )
    kinds = {card.id: card.kind for card in known.cards.values()}
    entries = read(paths, root, pack.name, kinds, set(catalogue()))
    folder, embedded = compiled(pack, mind), 0
    if damaged(folder):
        earlier = sorted(
            mind.cache.glob(f"pack-{pack.name}-*"), key=lambda path: path.stat().st_mtime
        )
        embedded = build(entries, folder, mind, earlier[-1] if earlier else None, say)
        for path in earlier:
            if path != folder:
                shutil.rmtree(path, ignore_errors=True)
    passages = len(Library(folder).passages)
    return Pack(
        **asdict(pack) | {"files": len(paths), "entries": len(entries), "passages": passages}
    ), embedded


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _content(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _write(pack: Pack) -> None:
    part = _home() / f".{pack.name}.json"
    part.write_text(json.dumps(asdict(pack)), "utf-8")
    part.replace(_home() / f"{pack.name}.json")


def remove(name: str, cache: Path) -> Pack:
    """Remove a pack; raises UsageError where there is none of this name."""
    found = next((pack for pack in packs() if pack.name == name), None)
    if found is None:
        there = ", ".join(pack.name for pack in packs()) or "none"
        raise UsageError(f"There is no knowledge pack {name!r}. Packs: {there}")
    (_home() / f"{name}.json").unlink()
    for folder in (found.place, *cache.glob(f"pack-{name}-*")):
        shutil.rmtree(folder, ignore_errors=True)
    return found


def beside(mind: Mind, say: Say) -> tuple[list[tuple[str, Path]], list[str]]:
    """Return name and compiled folder of each pack, and a line for each that is left out.

    A pack is compiled first where Lodestar's own knowledge changed since.
    """
    ready, lines = [], []
    for pack in packs():
        folder = compiled(pack, mind)
        try:
            if not usable(folder):
                _compile(pack, pack.place, mind, say)
            ready.append((pack.name, folder))
        except Exception as error:
            if not _is_known(error):
                raise
            first = str(error).splitlines()[0]
            lines.append(f"The knowledge pack {pack.name} is left out: {first}")
    return ready, lines


def _is_known(error: Exception) -> bool:
    from knowledge.authoring import KnowledgeError

    return isinstance(error, KnowledgeError | PackError | OSError | ValueError)
