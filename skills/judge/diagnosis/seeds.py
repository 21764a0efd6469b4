"""Random numbers that no seed governs."""

import contextlib
import functools
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

from skills.judge.notebook import Notebook


class Seeds:
    """While `run` is pulled, sees which global source was used without having been seeded."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._running = False
        self._fresh: dict[str, Any] = {}
        self._seeded: set[str] = set()
        self._unruly: set[str] = set()
        self._line: int | None = None

    def install(self) -> None:
        """Wrap the functions that seed."""
        self._wrap(random, "seed", "random")
        if numpy := sys.modules.get("numpy"):
            self._wrap(numpy.random, "seed", "NumPy's global numbers")
            self._wrap_generator(numpy.random)
        if torch := sys.modules.get("torch"):
            self._wrap(torch, "manual_seed", "torch")

    def look(self, *, complete: bool) -> None:
        """Everything is noted when a run ends."""

    @contextlib.contextmanager
    def run(self) -> Iterator[None]:
        """Watch one run of the learner's."""
        self._running, self._seeded, self._unruly, self._line = True, set(), set(), None
        self._fresh = self._states()
        try:
            yield
        finally:
            self._running = False
        for name, state in self._states().items():
            if name not in self._seeded and state != self._fresh[name]:
                self._unruly.add(name)
        if self._unruly:
            names = " and ".join(sorted(self._unruly))
            evidence = f"{names} gave random numbers that run's seed did not govern"
            self._notebook.note("seed_half_set", evidence, self._line, sure=False)

    def _states(self) -> dict[str, Any]:
        states: dict[str, Any] = {"random": random.getstate()}
        if "numpy" in sys.modules:
            kind, keys, *rest = sys.modules["numpy"].random.get_state()
            states["NumPy's global numbers"] = (kind, keys.tobytes(), *rest)
        if "torch" in sys.modules:
            states["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
        return states

    def _wrap(self, module: Any, name: str, source: str) -> None:
        original: Callable[..., Any] = getattr(module, name)
        if hasattr(original, "_lodestar"):
            return

        @functools.wraps(original)
        def seed(*args: Any, **named: Any) -> Any:
            if self._running and (line := self._notebook.caller()):
                if source not in self._seeded and self._states()[source] != self._fresh[source]:
                    self._unruly.add(f"{source} (before it was seeded)")
                self._seeded.add(source)
                self._line = line
            return original(*args, **named)

        seed._lodestar = True  # type: ignore[attr-defined]
        setattr(module, name, seed)

    def _wrap_generator(self, module: Any) -> None:
        original = module.default_rng
        if hasattr(original, "_lodestar"):
            return

        @functools.wraps(original)
        def default_rng(seed: Any = None) -> Any:
            if self._running and seed is None and (line := self._notebook.caller()):
                self._unruly.add("default_rng() without a seed")
                self._line = line
            return original(seed)

        default_rng._lodestar = True  # type: ignore[attr-defined]
        module.default_rng = default_rng
