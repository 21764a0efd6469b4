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

TORCH: tuple[str, ...] = ("torch_training", "torch_modules", "torch_layers", "torch_losses")
SKLEARN: tuple[str, ...] = ("sklearn_models", "sklearn_splits", "sklearn_metrics")


class Detector(Protocol):
    """Watches something from `install` on; `look` notes what only shows in the sum."""

    def install(self) -> None:
        """Put the hooks in place, those that are not there yet; called before each check."""

    def look(self, *, complete: bool) -> None:
        """Note what has been seen so far; called after each check.

        If the check was not `complete`, for an error ended it, what only shows in the sum of it
        is forgotten.
        """


class Diagnosis:
    """All detectors of a judging, and what checks tell them."""

    def __init__(self, notebook: Notebook, *, ordered: bool = False) -> None:
        self.notebook = notebook
        self.ordered = ordered
        self.transforms: list[Any] = []  # what went through transformers of scikit-learn
        self.put_aside: list[Any] = []  # fingerprints of rows that were split off for testing
        self.heard: list[Callable[..., None]] = []  # who wants to know what models answer
        self.optimised: set[int] = set()  # ids of parameters that an optimiser of torch holds
        self.batch: tuple[Any, Any] | None = None  # the model last called and its input
        self.unsupervised: set[int] = set()  # ids of models that rows are not put aside for
        self.running = False  # whether the learner's whole `run` is being pulled
        self._labels: dict[int, Any] = {}
        self._paired = 0
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
        self.refresh()

    def refresh(self) -> None:
        """Put hooks into place, also into what was imported since the last time."""
        for detector in self._detectors:
            detector.install()

    def look(self, *, failed: bool, complete: bool) -> list[Finding]:
        """Return what was found so far; unsure findings only if a check failed.

        `complete`: the last check came to its own end, right or wrong.
        """
        for detector in self._detectors:
            detector.look(complete=complete)
        return self.notebook.findings(failed=failed)

    def tell(self, mistake: str, evidence: str, function: str = "") -> None:
        """Write down what a check found by itself."""
        self.notebook.note(mistake, evidence, self.notebook.likely(mistake, function))

    def pairs(self, x: Any, y: Any) -> None:
        """Remember which label belongs to which row; rows with several labels are left out."""
        from skills.judge.diagnosis.rows import MOST, prints

        keys = prints(x).tolist()
        self._paired += len(keys)
        for key, label in zip(keys, _listed(y)[:MOST], strict=True):
            if self._labels.setdefault(key, label) != label:
                self._labels[key] = None

    def mislabelled(self, x: Any, y: Any) -> bool:
        """Return whether rows known from `pairs` were given labels that are not theirs."""
        from skills.judge.diagnosis.rows import MOST, prints, unrelated

        if not self._labels:
            return False
        rows = [
            (self._labels[key], label)
            for key, label in zip(prints(x).tolist(), _listed(y)[:MOST], strict=False)
            if self._labels.get(key) is not None
        ]
        return len(rows) >= 30 and unrelated(*zip(*rows, strict=True))

    def repeated(self, rows: Any) -> float:
        """Return the share of rows that are repeats, beyond those that `pairs` knows of.

        0 unless `pairs` knows the rows.
        """
        unique = set(rows.tolist())
        if not unique or len(unique & self._labels.keys()) < 0.9 * len(unique):
            return 0.0
        natural = self._paired - len(self._labels)
        return max(len(rows) - len(unique) - natural, 0) / len(rows)

    @contextlib.contextmanager
    def run(self, of: ModuleType) -> Iterator[None]:
        """Watch one `run`, if it is the learner's module that is run."""
        if of.__file__ != str(self.notebook.path):
            yield
            return
        self.running = True
        try:
            with self._seeds.run():
                yield
        finally:
            self.running = False


def _listed(values: Any) -> list[Any]:
    return list(values.tolist() if hasattr(values, "tolist") else values)
