"""The learner's settings: an environment variable, else the settings file, else the default.

The file is flat TOML (`places.config_file`); LODESTAR_THEME stands for `theme`, and so on. What
cannot be read is said once, on stderr, and left aside; the file is changed by `change` alone.
"""

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import LodestarError, UsageError
from assistant.places import config_file, write_whole


class Settings(NamedTuple):
    """What can be set, at its default."""

    theme: str = "auto"
    plain: bool = False
    private: bool = False
    device: str = "auto"
    debug: bool = False


DEFAULTS: dict[str, Any] = Settings._field_defaults
CHOICES = {"theme": ("auto", "light", "dark"), "device": ("auto", "cpu", "cuda", "mps")}
MEANING = {
    "theme": "Colours of code: auto, light or dark (auto asks the terminal, else dark).",
    "plain": "Plain text: no colours, no drawing that moves.",
    "private": "Keep nothing of what you do, as with --private.",
    "device": "Where models are trained: auto, cpu, cuda or mps.",
    "debug": "Show tracebacks, as with --debug.",
}
OFF = ("", "0", "false", "no", "off")
WORDS = {"true": True, "yes": True, "on": True, "1": True} | {word: False for word in OFF[1:]}


class Found(NamedTuple):
    """The settings, where each that is not a default came from, and what could not be read."""

    settings: Settings
    origins: dict[str, str]
    problems: tuple[str, ...]


def current() -> Settings:
    """Return the settings that hold now; says on stderr what could not be read, once."""
    found = find()
    for problem in found.problems:
        _say(problem)
    return found.settings


def find() -> Found:
    """Return the settings that hold now, where they came from, and what could not be read."""
    path = config_file()
    in_file, problems = _from_file(path)
    origins = dict.fromkeys(in_file, str(path))
    in_environment: dict[str, Any] = {}
    for name in DEFAULTS:
        word = os.environ.get(variable(name), "")
        if not word:
            continue
        value = word.casefold() not in OFF if name not in CHOICES else word.casefold()
        if _fits(name, value):
            in_environment[name], origins[name] = value, variable(name)
        else:
            problems.append(f"{variable(name)} is left aside: {_wrong(name, word)}")
    return Found(Settings(**in_file | in_environment), origins, tuple(problems))


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"LODESTAR_{name.upper()}"


def template() -> str:
    """Return a settings file with every setting commented out at its default."""
    head = "# Settings of Lodestar. Take away the # before a line to change it.\n"
    return head + "".join(
        f"\n# {MEANING[name]} Also: {variable(name)}\n# {_line(name, value)}\n"
        for name, value in DEFAULTS.items()
    )


def change(name: str, word: str) -> Path:
    """Set one setting in the file, keep all its other lines, and return its path.

    Raises UsageError for an unknown name or value, LodestarError where the file cannot be used.
    """
    value = parse(name, word)
    path = config_file().resolve()  # the file behind a link, so that the link stays
    try:
        text = _read(path) if path.exists() else template()
        before = _document(text)
    except (OSError, ValueError, RecursionError) as error:
        raise LodestarError(
            f"{path} cannot be read: {error}.\nIt was left as it is. Mend that line, or move the "
            "file away."
        ) from error
    after = _replaced(text, name, value)
    if not _says(after, before | {name: value}):
        raise LodestarError(
            f"{path} is laid out in another way than Lodestar writes it, and was left as it is.\n"
            f"Write this line at its top yourself: {_line(name, value)}"
        )
    write(path, after)
    return path


def write(path: Path, text: str) -> None:
    """Write the settings file whole or not at all; raises LodestarError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise LodestarError(
            f"{path} cannot be written: {error.strerror or error}.\nNothing was changed. "
            f"An environment variable does the same: {variable('theme')}=dark"
        ) from error


def parse(name: str, word: str) -> Any:
    """Return the value that a word means for a setting; raises UsageError."""
    if name not in DEFAULTS:
        raise UsageError(f"There is no setting {name!r}. Settings: {', '.join(DEFAULTS)}")
    value = word.casefold() if name in CHOICES else WORDS.get(word.casefold())
    if not _fits(name, value):
        raise UsageError(_wrong(name, word))
    return value


def _from_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what the file sets, and what is wrong with it."""
    try:
        text = _read(path)
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError) as error:
        return {}, [f"{path} cannot be read and is left aside: {error}."]
    try:
        document = _document(text)
    except (ValueError, RecursionError) as error:
        # Nothing is kept of one who asked for that, whatever else the file says.
        private = re.search(r"^\s*private\s*=\s*true\b", text, re.MULTILINE)
        kept = " Only private = true is heeded." if private else ""
        said = f"{path} is left aside, mend it or move it away: {error}.{kept}"
        return {"private": True} if private else {}, [said]
    good = {name: value for name, value in document.items() if _fits(name, value)}
    wrong = (_wrong(name, value) for name, value in document.items() if name not in good)
    return good, [f"{path}: {one}" for one in wrong]


def _read(path: Path) -> str:
    return path.read_text("utf-8-sig")


def _document(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def _says(text: str, document: dict[str, Any]) -> bool:
    """Return whether this is what a file's text means."""
    try:
        return _document(text) == document
    except ValueError:
        return False


def _fits(name: str, value: Any) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    return name in DEFAULTS and isinstance(value, bool)


def _wrong(name: str, value: Any) -> str:
    if name not in DEFAULTS:
        return f"there is no setting {name!r}."
    return f"{name} can be {', '.join(CHOICES.get(name, ('true', 'false')))}, not {value!r}."


def _line(name: str, value: Any) -> str:
    return f"{name} = {str(value).lower()}" if isinstance(value, bool) else f'{name} = "{value}"'


_VALUE = r"""("[^"\n]*"|'[^'\n]*'|\w+)"""


def _replaced(text: str, name: str, value: Any) -> str:
    """Return the file with one line set: where it is set, else where it is commented out."""
    for mark in ("", r"#\s*"):
        line = re.compile(rf"^[ \t]*{mark}{name}[ \t]*=[ \t]*{_VALUE}", re.MULTILINE)
        if line.search(text):
            return line.sub(_line(name, value), text, count=1)
    return f"{text.rstrip()}\n{_line(name, value)}\n".lstrip()


@cache
def _say(problem: str) -> None:
    """Write a line to stderr, once."""
    print(problem, file=sys.stderr)  # noqa: T201
