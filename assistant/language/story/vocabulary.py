"""The vocabulary of stories: YAML for people, one dictionary for the program."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.language.story.marks import Finder, compile_patterns, plain_name
from assistant.places import package_dir

HERE = Path(__file__).parent
PATHS = package_dir("knowledge") / "paths"
_STUDY = {"graduate": "degree", "phd": "degree", "course": "degree", "student": "study",
          "major": "study"}  # fmt: skip
_MENDED = ("job", "field", "station", "country", "people", "mend", "month")
_NAME = re.compile(r"\{(\w+)\}")
_ELEMENT = re.compile(r"~|[^\s|?~{}]+(?:\|[^\s|?~{}]+)*\??")


def compile_vocabulary() -> dict[str, Any]:
    """Return the vocabulary of stories, with the backgrounds that paths know, ready for JSON.

    `patterns` is for a `Finder`, `backgrounds` is kind → name → its path, whether the path
    is made for it, what it is (job, study, degree) and its stage; `roles` is path → role.
    Raises ValueError for a pattern that cannot be read.
    """
    documents = {path.stem: _load(path) for path in sorted(HERE.glob("*.yaml"))}
    routes = {path.stem: _load(path) for path in sorted(PATHS.glob("*.yaml"))}
    routes = {id_: route for id_, route in routes.items() if route.get("background")}
    known, frames = documents["backgrounds"], documents["frames"]
    backgrounds = _Backgrounds(routes)
    for path, names in known["jobs"].items():
        backgrounds.add("job", "job", path, names)
    for path, names in known["fields"].items():
        backgrounds.add("field", "degree", path, names)
    for stage, names in known["stations"].items():
        backgrounds.add("station", "study", known["station_path"], names, stage)
    backgrounds.add_routes(known["no_backgrounds"], documents["facts"]["patterns"]["degree_field"])
    patterns: dict[str, dict[str, list[str]]] = {**backgrounds.patterns, "deed": known["deeds"]}
    for document in (frames, documents["facts"]):
        patterns.update(_filled(document["patterns"], document["words"]))
    patterns["country"] = {
        name: [plain_name(word) for word in (name, *also)]
        for name, also in documents["places"]["places"].items()
    }
    patterns["people"] = documents["places"]["people"]
    check(patterns)
    return {
        "patterns": compile_patterns(patterns, _MENDED, documents["facts"]["spelt"]),
        "backgrounds": backgrounds.found,
        "roles": {id_: route["role"] for id_, route in routes.items()},
        "lists": frames["lists"],
    }


class _Backgrounds:
    """Names of backgrounds with their patterns, each under the path it is nearest to."""

    def __init__(self, routes: Mapping[str, Mapping[str, Any]]) -> None:
        self.found: dict[str, dict[str, list[Any]]] = {"job": {}, "field": {}, "station": {}}
        self.patterns: dict[str, dict[str, list[str]]] = {"job": {}, "field": {}, "station": {}}
        self._made_for = {
            plain_name(name): (path, name)
            for path, route in routes.items()
            for name in (route["background"], *route.get("background_aliases", ()))
        }

    def add(
        self, kind: str, what: str, path: str, names: Mapping[str, Iterable[str]], stage: str = ""
    ) -> None:
        """Add names with their aliases to those of one kind."""
        for name, aliases in names.items():
            listed = [plain_name(name), *aliases]
            exact = any(self._made_for.get(alias, ("",))[0] == path for alias in listed)
            self.found[kind][name] = ["" if path == "none" else path, exact, what, stage]
            self.patterns[kind][name] = listed

    def add_routes(self, but_for: Collection[str], degrees: Mapping[str, Iterable[str]]) -> None:
        """Add what the paths themselves name, but for `but_for` and what is found already."""
        finder = Finder(compile_patterns({**self.patterns, "degree_field": degrees}))
        for plain, (path, name) in self._made_for.items():
            words = finder.read(plain)
            whole = (1, len(words) - 1)
            found = any((mark.start, mark.end) == whole for mark in finder.find(words))
            if not found and name not in but_for:
                what = _STUDY.get(plain.split()[-1], "job")
                self.add("job", what, path, {name: ()})


def _filled(
    kinds: Mapping[str, Mapping[str, Iterable[str]]], words: Mapping[str, str]
) -> dict[str, dict[str, list[str]]]:
    """Return patterns with the words that names in braces stand for."""
    return {
        kind: {
            value: [_NAME.sub(lambda name: words[name[1]], source) for source in sources]
            for value, sources in values.items()
        }
        for kind, values in kinds.items()
    }


def check(kinds: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
    """Raise ValueError for a pattern of kind → value → patterns that cannot be read."""
    for values in kinds.values():
        for source in (source for sources in values.values() for source in sources):
            parts = source.split()
            if not all(map(_ELEMENT.fullmatch, parts)) or all(p.endswith("?") for p in parts):
                raise ValueError(f"{source!r} is no pattern (assistant/language/story)")


def _load(path: Path) -> Any:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - strings only
