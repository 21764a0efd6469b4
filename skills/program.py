"""The solution of an exercise as it is pulled: resumed, held to a precision, short of memory."""

import ast
import contextlib
import importlib
import inspect
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from skills import data
from skills.exercise import Exercise

Progress = Mapping[str, Any]
BATCH = "BATCH"  # the constant that is halved when memory runs out


class Pulled(Protocol):
    """What yields the progress of an exercise's stages, one after the other."""

    states: dict[str, Any]

    def place(self) -> str:
        """Return in words how far the saved states go."""

    def next(self, stage: str) -> Progress | str:
        """Return the next bit of progress of a stage, or a word to the learner about it."""

    def finish(self) -> None:
        """Pull what is left after the last stage."""

    def close(self) -> None:
        """End the program."""


class Program:
    """A generator of progress, and the states from which it can go on after a kill."""

    def __init__(
        self,
        exercise: Exercise,
        seed: int,
        device: str,
        saved: Mapping[str, Any],
        constants: Mapping[str, Any],
    ) -> None:
        self.states = dict(saved)
        self._exercise, self._seed, self._device = exercise, seed, device
        self._data = data.load(exercise.dataset)
        name = f"skills.{exercise.family}.{exercise.id}.solution"
        self._solution = importlib.import_module(name)
        turned = _turned(self._solution, constants) if constants else {}
        self._usual = {name: getattr(self._solution, name) for name in turned}
        for constant, value in turned.items():
            setattr(self._solution, constant, value)
        self._finished: set[str] = set()
        self._progress = self._begin()

    def place(self) -> str:
        """Return in words how far the saved states go."""
        return ", ".join(self.states)

    def next(self, stage: str) -> Progress | str:
        """Return the next bit of progress of a stage, or a word to the learner about it.

        Raises ValueError if another stage comes first, and what the solution raises.
        """
        while True:
            try:
                with self._precision():
                    told: Progress = next(self._progress)
            except Exception as error:
                if not _out_of_memory(error) or not self._halve():
                    raise
                return self._again(stage)
            if told["stage"] in self._finished:
                continue  # it was told before memory ran out
            if told["stage"] != stage:
                raise ValueError(f"{self._exercise.id}: {told['stage']} came before {stage}")
            if "state" in told:
                self.states[stage] = told["state"]
            if "metrics" in told:
                self._finished.add(stage)
            return told

    def finish(self) -> None:
        """Let the solution tidy up after its last stage."""
        for _ in self._progress:
            pass

    def close(self) -> None:
        """End the solution, and put its constants back."""
        self._progress.close()
        for name, value in self._usual.items():
            setattr(self._solution, name, value)

    def _begin(self) -> Generator[Progress, None, None]:
        named: dict[str, Any] = {"seed": self._seed, "device": self._device}
        if "saved" in inspect.signature(self._solution.run).parameters:
            named["saved"] = dict(self.states)
        progress: Generator[Progress, None, None] = self._solution.run(self._data, **named)
        return progress

    def _halve(self) -> bool:
        """Halve the batch; return whether there was anything to halve."""
        batch = getattr(self._solution, BATCH, 1)
        if batch > 1:
            self._usual.setdefault(BATCH, batch)
            setattr(self._solution, BATCH, batch // 2)
        return bool(batch > 1)

    def _again(self, stage: str) -> str:
        """Start over with what is saved of the stages that are done."""
        self._progress.close()
        self.states.pop(stage, None)
        if self._device == "cuda":
            import torch

            torch.cuda.empty_cache()
        self._progress = self._begin()
        batch = getattr(self._solution, BATCH)
        return f"Memory ran out: the batch is halved to {batch}, and this part starts again."

    @contextlib.contextmanager
    def _precision(self) -> Iterator[None]:
        """Compute in bfloat16 where the exercise says that it is sound and the GPU can."""
        if self._device != "cuda" or not self._exercise.bf16:
            yield
            return
        import torch

        with torch.autocast("cuda", torch.bfloat16, enabled=torch.cuda.is_bf16_supported()):
            yield


def _turned(module: ModuleType, constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants of a module, and what the module computes from them at its top."""
    values = dict(constants)
    for statement in ast.parse(Path(str(module.__file__)).read_text("utf-8")).body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        if isinstance(statement, ast.Assign) and used & values.keys():
            scope = {**vars(module), **values}
            exec(compile(ast.Module([statement], []), str(module.__file__), "exec"), scope)
            bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
            values |= {name: scope[name] for name in bound - constants.keys()}
    return values


def _out_of_memory(error: Exception) -> bool:
    kind = type(error).__name__
    return (
        isinstance(error, MemoryError)
        or kind == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and "allocate memory" in str(error))
    )
