"""What a check function is handed beside the learner's module.

def check_measure(work, tools):
    for seed in tools.seeds:
        rng = tools.rng(seed)
        risk, truth = rng.random(50), rng.integers(0, 2, 50)
        tools.same(work.cost(risk, truth), tools.reference.cost(risk, truth), "cost",
                   at=work.cost, wrong={"wrong_threshold": ...})
"""

import contextlib
import math
import random
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NoReturn

from skills import data
from skills.judge.compare import difference, shown
from skills.judge.diagnosis import Diagnosis

NEAR = 1e-4  # within which a value is the one that a mistake gives


class Wrong(Exception):
    """A check did not hold; the message says what was expected and what came."""


class AnyOf:
    """The values that a mistake can lead to, where it is made in more than one way."""

    def __init__(self, *values: Any) -> None:
        self.values = values


@dataclass(slots=True)
class Tools:
    """Data, the reference and comparisons. A comparison that does not hold ends the check."""

    reference: ModuleType
    dataset: str
    diagnosis: Diagnosis
    seeds: tuple[int, ...] = (0, 1, 2)
    _loaded: Any = field(default=None, init=False)

    def data(self) -> Any:
        """Return the exercise's data, loaded once. Do not change them: copy first."""
        if self._loaded is None:
            self._loaded = data.load(self.dataset)
        return self._loaded

    def rng(self, seed: int) -> Any:
        """Return a NumPy generator of random numbers."""
        import numpy as np

        return np.random.default_rng(seed)

    def seed(self, seed: int) -> None:
        """Seed random, NumPy and (where it is in use) torch."""
        random.seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(seed)

    def fail(self, message: str) -> NoReturn:
        """End the check: it does not hold, for this reason."""
        raise Wrong(message)

    def hold(self, condition: Any, message: str) -> None:
        """Go on only if a condition holds."""
        if not condition:
            raise Wrong(message)

    def same(
        self,
        got: Any,
        expected: Any,
        what: str,
        *,
        tolerance: float = 1e-5,
        at: Callable[..., Any] | None = None,
        wrong: Mapping[str, Any] | None = None,
    ) -> None:
        """Go on only if two values agree, in shape and within `tolerance`, relative or absolute.

        Numbers, texts, arrays, tensors, tables, and lists or dictionaries of them are compared.
        `wrong` maps ids of mistakes to the values that they would give: if one of them is what
        came, the diagnosis names it, on the likeliest line of the learner's function `at`. Where
        there are several such values they stand in AnyOf(…).
        """
        problem = difference(got, expected, tolerance)
        if not problem:
            return
        for mistake, value in (wrong or {}).items():
            several = value.values if isinstance(value, AnyOf) else (value,)
            if any(not difference(got, one, min(tolerance, NEAR)) for one in several):
                self.mistake(mistake, f"{what}: {problem}, as this mistake makes it", at)
                break
        raise Wrong(f"{what}: {problem}{self._place(at)}")

    def _place(self, at: Callable[..., Any] | None) -> str:
        line = self.diagnosis.notebook.begins(getattr(at, "__name__", ""))
        return f" (line {line})" if line else ""

    def repeated(
        self, first: Mapping[str, Any], second: Mapping[str, Any], stages: Sequence[str]
    ) -> None:
        """Go on only if two runs with one seed have these stages, sorted, and measured the same."""
        self.same(sorted(first), stages, "the stages of a run")
        for name, ran in first.items():
            self.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed")

    def shape(self, got: Any, expected: Sequence[int | None], what: str) -> None:
        """Go on only if a value has a shape; None stands for any size."""
        came = tuple(getattr(got, "shape", ())) or (len(got),)
        fits = len(came) == len(expected) and all(
            want in (None, size) for size, want in zip(came, expected, strict=True)
        )
        if not fits:
            wanted = ", ".join("any" if size is None else str(size) for size in expected)
            raise Wrong(f"{what}: expected the shape ({wanted}), got {came}")

    def at_least(self, got: float, bound: float, what: str) -> None:
        """Go on only if a number is as large as a bound; NaN never is."""
        if not got >= bound:
            raise Wrong(f"{what}: expected at least {shown(bound)}, got {shown(got)}")

    def at_most(self, got: float, bound: float, what: str) -> None:
        """Go on only if a number is no larger than a bound; NaN never is."""
        if not got <= bound:
            raise Wrong(f"{what}: expected at most {shown(bound)}, got {shown(got)}")

    def mistake(self, mistake: str, evidence: str, at: Callable[..., Any] | None = None) -> None:
        """Tell the diagnosis that a mistake was made, in the learner's function `at`."""
        self.diagnosis.tell(mistake, evidence, getattr(at, "__name__", ""))

    def pairs(self, x: Any, y: Any) -> None:
        """Tell the diagnosis which label belongs to which row, before the learner's code trains.

        It then sees shuffled labels, wherever rows keep their values.
        """
        self.diagnosis.pairs(x, y)

    def drain(self, generator: Generator[Any, None, Any]) -> tuple[list[Any], Any]:
        """Return everything that a generator yields, and what it returns."""
        if not hasattr(generator, "__next__"):
            raise Wrong(f"expected a generator (a function with `yield`), got {shown(generator)}")
        told = []
        while True:
            try:
                told.append(next(generator))
            except StopIteration as end:
                return told, end.value

    @contextlib.contextmanager
    def settings(self, module: ModuleType, **constants: Any) -> Iterator[None]:
        """Change constants of a module for a while: `with tools.settings(work, EPOCHS=1):`."""
        before = {name: getattr(module, name) for name in constants}
        for name, value in constants.items():
            setattr(module, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(module, name, value)

    def run(
        self, work: ModuleType, values: Any = None, *, seed: int = 0, **constants: Any
    ) -> dict[str, dict[str, Any]]:
        """Return what `run` measures and makes, by stage: {"cnn": {"metrics": …, "made": …}}.

        With them stands the "verdict" on a claim, where a stage ends with one.
        `values` stand for the data set, `constants` for those of the module. The diagnosis
        watches whether all random numbers follow the seed.
        """
        values = self.data() if values is None else values
        with self.settings(work, **constants), self.diagnosis.run(of=work):
            told, _ = self.drain(work.run(values, seed=seed, device="cpu"))
        stages = {}
        for event in told:
            if not isinstance(event, dict) or "stage" not in event:
                raise Wrong(f"run: expected dictionaries with a `stage`, got {shown(event)}")
            if "metrics" in event:
                numbers = {name: float(value) for name, value in event["metrics"].items()}
                bad = [name for name, value in numbers.items() if math.isinf(value)]
                self.hold(not bad, f"run: {', '.join(bad)} of {event['stage']} is infinite")
                rest = {name: event[name] for name in ("made", "verdict") if name in event}
                stages[event["stage"]] = {"metrics": numbers, "made": {}, **rest}
        return stages
