"""Finds the mistakes that learners make: at run time, or in the syntax tree where that is surer.

A detector watches a library while the learner's code runs, in the child process only, and writes
what it finds into a Notebook. It blames nobody but the learner's own file: what the exercise's
checks and solution do with the same library is not looked at.
"""

import contextlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Protocol

from skills.judge.notebook import Notebook
from skills.judge.verdict import Finding

TORCH: tuple[str, ...] = ()
SKLEARN: tuple[str, ...] = ()


class Detector(Protocol):
    """Watches something from `install` on; `look` notes what only shows in the sum."""

    def install(self) -> None:
        """Put the hooks in place."""

    def look(self) -> None:
        """Note what has been seen so far; called after each check."""


class Diagnosis:
    """All detectors of a judging, and what checks tell them."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.labels: dict[bytes, Any] = {}
        self._detectors: list[Detector] = []
        self._seeds: Any = None

    def watch(self, reference: str) -> None:
        """Install the detectors for the libraries that the exercise or the learner uses."""
        from importlib import import_module

        from skills.judge.diagnosis.seeds import Seeds
        from skills.judge.diagnosis.syntax import Syntax

        used = self.notebook.text + reference
        names = ["torch"] * ("torch" in used) + ["sklearn"] * ("sklearn" in used)
        modules = [name for library in names for name in
                   {"torch": TORCH, "sklearn": SKLEARN}[library]]  # fmt: skip
        self._seeds = Seeds(self.notebook)
        self._detectors = [self._seeds, Syntax(self.notebook, reference)]
        for name in modules:
            make: Callable[[Diagnosis, str], Detector]
            make = import_module(f"{__name__}.{name}").make
            self._detectors.append(make(self, reference))
        for detector in self._detectors:
            detector.install()

    def look(self, *, failed: bool) -> list[Finding]:
        """Return what was found so far; unsure findings only if a check failed."""
        for detector in self._detectors:
            detector.look()
        return self.notebook.findings(failed=failed)

    def tell(self, mistake: str, evidence: str, function: str = "") -> None:
        """Write down what a check found by itself."""
        self.notebook.note(mistake, evidence, self.notebook.likely(mistake, function))

    def pairs(self, x: Any, y: Any) -> None:
        """Remember which label belongs to which row; rows with several labels are left out."""
        from skills.judge.diagnosis.rows import prints

        for key, label in zip(prints(x), _listed(y), strict=True):
            if self.labels.setdefault(key, label) != label:
                self.labels[key] = None

    @contextlib.contextmanager
    def run(self, of: ModuleType) -> Iterator[None]:
        """Watch one `run` of the learner's module."""
        with self._seeds.run():
            yield


def _listed(values: Any) -> list[Any]:
    return list(values.tolist() if hasattr(values, "tolist") else values)
