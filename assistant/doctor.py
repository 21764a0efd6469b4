"""What this installation is made of, what is wrong with it, and what of that can be mended."""

import importlib.metadata
import os
import platform
import re
import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import compiled, settings
from assistant.errors import LodestarError
from assistant.language import weights
from assistant.mind import SERVER
from assistant.places import FILE, cache_dir, config_file, data_dir, workspace_dir

NAME = "lodestar-ml"
EXTRAS = ("exercises", "medical")  # what exercises need beside the core
OPTIONAL = ("mcp", "notebook", "postgres")  # what is wanted only by those who use it
LEAST_FREE = 500_000_000  # bytes; the cache takes about a third of it
DAY = 86_400  # seconds


def _of(extra: str) -> list[str]:
    """Return the packages that an extra asks for, or the core where none is named."""
    wanted = rf"extra == ['\"]{extra}['\"]"
    rows = (row for row in importlib.metadata.requires(NAME) or ()
            if (re.search(wanted, row) if extra else "extra ==" not in row))  # fmt: skip
    return sorted({re.split(r"[^\w.-]", row, maxsplit=1)[0] for row in rows})


def report() -> dict[str, Any]:
    """Return versions, device, model, folders, and a list of problems with how to mend each."""
    problems: list[str] = []
    document: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    document |= _packages(problems) | _device(problems) | _model(problems)
    document |= _folders(problems) | _compiled(problems) | _packs(problems)
    if os.environ.get(SERVER) and not document.get("psycopg"):
        problems.append(f'{SERVER} names a server: pip install "{NAME}[postgres]"')
    document["settings"] = str(config_file())
    problems += settings.find().problems
    document["problems"] = problems
    return document


def mend(load: Callable[[], Any]) -> list[str]:
    """Rebuild what is damaged in the cache, clear what was left half built; say what was done.

    `load` opens the mind and compiles it where it is missing. Raises LodestarError where the cache
    cannot be written.
    """
    cache, done = cache_dir(), list[str]()
    try:
        for left in cache.glob("building-*"):
            if time.time() - left.stat().st_mtime > DAY:
                shutil.rmtree(left)
                done.append(f"removed {left}, which was left half built")
        folder, packs = compiled.current(cache), _damaged_packs()
        own = folder is not None and bool(compiled.damaged(folder))
        for pack in packs:
            shutil.rmtree(pack)
        if own:
            (cache / compiled.LATEST).unlink()  # damage to rows alone keeps nobody from starting
        if own or packs:
            load()
        done += ["compiled the knowledge anew"] * own
        done += [f"removed {pack}, which was damaged, and made it anew if in use" for pack in packs]
    except OSError as error:
        raise LodestarError(
            f"The cache cannot be mended: {error}.\nNothing of yours was changed. Delete the "
            f"folder {cache} yourself; it is made again at the next start."
        ) from error
    return done


def _packages(problems: list[str]) -> dict[str, Any]:
    extra_of = dict.fromkeys(_of(""), "")
    for extra in (*EXTRAS, *OPTIONAL):
        extra_of |= {package: extra for package in _of(extra) if package not in extra_of}
    found: dict[str, Any] = {NAME: importlib.metadata.version(NAME)}
    for package, extra in extra_of.items():
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
            if extra not in OPTIONAL:
                whole = f'"{NAME}[{extra}]"' if extra else NAME
                problems.append(f"{package} is missing: pip install {whole}")
    return found


def _device(problems: list[str]) -> dict[str, Any]:
    from skills.device import DeviceError, choose

    try:
        device = choose(settings.current().device)
    except DeviceError as error:
        problems.append(f"{error} Or: lodestar config device auto")
        device = choose("auto")
    return {"device": device.name, "device_reason": device.reason}


def _model(problems: list[str]) -> dict[str, Any]:
    try:
        return {"model": weights.sha256(weights.verified_weights())}
    except LodestarError as error:
        problems.append(str(error))
        return {"model": None}


def _folders(problems: list[str]) -> dict[str, Any]:
    """Return where things are kept, how much room is left there, and who may read it."""
    found: dict[str, Any] = {}
    for name, folder in (("cache", cache_dir()), ("data", data_dir()),
                         ("workspace", workspace_dir())):  # fmt: skip
        found[name] = str(folder)
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK):
            problems.append(f"{folder} cannot be written: set LODESTAR_HOME to another folder")
        free = shutil.disk_usage(nearest).free
        found[f"{name}_free_gb"] = round(free / 1e9, 1)
        if free < LEAST_FREE:
            problems.append(f"{free // 1_000_000} MB are free at {folder}: free some space, or "
                            "set LODESTAR_HOME to a folder on another disk")  # fmt: skip
    file = data_dir() / FILE
    found["learner_file"] = stat.filemode(file.stat().st_mode) if file.exists() else None
    return found


def _compiled(problems: list[str]) -> dict[str, Any]:
    """Return the compiled knowledge that is up to date, None where the next start makes it."""
    folder: Path | None = compiled.current(cache_dir())
    if folder and (spoilt := compiled.damaged(folder)):
        problems.append(f"the compiled knowledge is damaged ({', '.join(spoilt)}): "
                        "lodestar doctor --mend")  # fmt: skip
    return {"compiled": folder.name if folder else None}


def _packs(problems: list[str]) -> dict[str, Any]:
    """Return the names of the packs that are kept here, and whether a server of packs is named."""
    from assistant.packs import shelf

    for folder in _damaged_packs():
        problems.append(f"the compiled knowledge pack {folder.name} is damaged: "
                        "lodestar doctor --mend")  # fmt: skip
    named = "set" if os.environ.get(SERVER) else None  # the address may hold a password
    return {"packs": [pack.name for pack in shelf.packs()], SERVER: named}


def _damaged_packs() -> list[Path]:
    return [path for path in sorted(cache_dir().glob("pack-*")) if compiled.damaged(path)]
