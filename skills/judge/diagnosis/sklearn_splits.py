"""Splits by scikit-learn: what was done to the rows before, and whether their order matters."""

import functools
from collections.abc import Callable
from typing import Any

from skills.judge.compare import plain
from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.rows import prints

SPLITTERS = ("KFold", "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit")


class Splits:
    """Looks at tables on their way into a split."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._diagnosis, self._notebook = diagnosis, diagnosis.notebook

    def install(self) -> None:
        """Wrap train_test_split and the splitters that draw rows at random."""
        from sklearn import model_selection

        original = model_selection.train_test_split
        if not hasattr(original, "_lodestar"):
            model_selection.train_test_split = self._wrap(original)
            for name in SPLITTERS:
                kind = getattr(model_selection, name)
                kind.split = self._folds(kind.split)

    def look(self, *, complete: bool) -> None:
        """Everything is noted as it happens."""

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*arrays: Any, **named: Any) -> Any:
            parts = function(*arrays, **named)
            if line := self._notebook.caller():
                self._saw(arrays, named, parts, line)
            return parts

        watched._lodestar = True  # type: ignore[attr-defined]
        return watched

    def _folds(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(splitter: Any, *args: Any, **named: Any) -> Any:
            line = self._notebook.caller()
            y = args[1] if len(args) > 1 else named.get("y")
            if line and getattr(splitter, "shuffle", True) and self._diagnosis.ordered:
                self._future(type(splitter).__name__, line)
            if line and getattr(splitter, "shuffle", True) is False and _sorted(y):
                self._in_order(line)
            return function(splitter, *args, **named)

        return watched

    def _saw(self, arrays: Any, named: Any, parts: Any, line: int) -> None:
        if self._diagnosis.ordered and named.get("shuffle", True):
            self._future("train_test_split", line)
        if named.get("shuffle", True) is False and any(_sorted(array) for array in arrays):
            self._in_order(line)
        for number, array in enumerate(arrays):
            if getattr(array, "ndim", 1) == 2:
                self._table(array, line)
                self._diagnosis.put_aside.append(prints(parts[2 * number + 1]))

    def _table(self, table: Any, line: int) -> None:
        import numpy as np

        rows = prints(table)
        for seen in self._diagnosis.transforms:
            if seen.through(rows):
                evidence = f"{seen.name} was fitted to all rows, and only then were they split"
                self._notebook.note("leak_before_split", evidence, seen.line)
                return
        values = np.asarray(plain(table)) if not hasattr(table, "tocsr") else np.empty((0, 0))
        if len(values) > 20 and values.dtype.kind == "f" and _standard(values):
            evidence = "every column has mean 0 and spread 1 over all rows before they are split"
            self._notebook.note("leak_before_split", evidence, line)
        again = self._diagnosis.repeated(rows)
        if again > 0.05:
            evidence = f"{again:.0%} of the rows are repeats, made before the split: copies of a "
            evidence += "row are on both sides of it"
            self._notebook.note("leak_before_split", evidence, line)

    def _future(self, what: str, line: int) -> None:
        evidence = f"{what} draws rows at random from data in order of time"
        self._notebook.note("future_in_time_series", evidence, line)

    def _in_order(self, line: int) -> None:
        evidence = "rows sorted by class are split without shuffling"
        self._notebook.note("no_shuffling", evidence, line)


def _sorted(labels: Any) -> bool:
    """Return whether labels are classes that stand in blocks."""
    import numpy as np

    if labels is None or getattr(labels, "ndim", 1) != 1:
        return False
    values = np.asarray(plain(labels))
    classes = len(np.unique(values)) if values.dtype.kind in "biuUO" else 0
    return 2 <= classes <= 20 < len(values) and int((values[1:] != values[:-1]).sum()) < classes


def _standard(values: Any) -> bool:
    import numpy as np

    spread = values.std(0)
    kept = values[:, spread > 0]
    return bool(
        kept.shape[1] > 1 and np.abs(kept.mean(0)).max() < 1e-4
        and np.abs(kept.std(0, ddof=0) - 1).max() < 0.01
    )  # fmt: skip


def make(diagnosis: Diagnosis, _: str) -> Splits:
    """Return the detector."""
    return Splits(diagnosis)
