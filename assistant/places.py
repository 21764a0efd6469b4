"""Where things are kept. `LODESTAR_HOME` puts everything into one folder."""

import os
from pathlib import Path

import platformdirs

NAME = "lodestar"
FILE = "learner.db"  # what is known of the learner
HISTORY = "history"  # what was typed in the chat, kept by the line editor
RUNS = "runs"  # in the cache: trainings that were cut short, and what whole ones measured
SETTINGS = "config.toml"


def _home() -> Path | None:
    home = os.environ.get("LODESTAR_HOME")
    return Path(home).expanduser() if home else None


def cache_dir() -> Path:
    """Return the folder of what can be rebuilt: the compiled knowledge and model."""
    home = _home()
    return home / "cache" if home else Path(platformdirs.user_cache_dir(NAME, appauthor=False))


def data_dir() -> Path:
    """Return the folder of the learner's own data, which nothing but the learner erases."""
    home = _home()
    return home / "data" if home else Path(platformdirs.user_data_dir(NAME, appauthor=False))


def workspace_dir() -> Path:
    """Return the folder of the learner's own exercise code and trained artifacts."""
    home = _home()
    return home / "workspace" if home else data_dir() / "workspace"


def config_file() -> Path:
    """Return the file of the learner's settings, which need not exist."""
    folder = _home() or Path(platformdirs.user_config_dir(NAME, appauthor=False))
    return folder / SETTINGS


def package_dir(package: str) -> Path:
    """Return the folder of one of our packages, without importing it."""
    return Path(__file__).resolve().parent.parent / package


def write_whole(path: Path, text: str) -> None:
    """Write a file as a whole or not at all: a reader sees the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_private() -> bool:
    """Return whether nothing may be kept."""
    from assistant.settings import current

    return current().private
