"""Layers of PyTorch: two linear ones with nothing between them, and units that never fire."""

import ast
import functools
from collections import deque
from typing import Any
from weakref import WeakKeyDictionary

from skills.judge.diagnosis import Diagnosis

# What a tensor may go through without becoming anything but a linear map of what it was.
# Pooling takes maxima, but conv, pool, conv is what one gets by forgetting the ReLU.
PASSED = ("View", "Reshape", "Permute", "Transpose", "Squeeze", "Unsqueeze", "MaxPool", "AvgPool",
          "BatchNorm", "Clone", "ToCopy", "Mean", "AdaptiveAvg", "Expand")  # fmt: skip
LINEAR = ("Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d")
WINDOW = 20  # calls over which a unit must fire once
DEAD = 0.6  # a share of the units of a layer


class Layers:
    """Follows the graph back from each linear layer, and counts units that fire."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._notebook = diagnosis.notebook
        self._parents: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._seen: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._fired: dict[Any, deque[Any]] = {}
        self._lines: dict[Any, int] = {}
        self._rectifying: Any = None
        self._hooked = False

    def install(self) -> None:
        """Hook the calls of all modules and the functions that rectify, once."""
        if self._hooked:
            return
        self._hooked = True
        import torch
        from torch.nn.modules import module

        module.register_module_forward_pre_hook(self._before)
        module.register_module_forward_hook(self._after)
        for place, name in ((torch.nn.functional, "relu"), (torch, "relu"), (torch.Tensor, "relu")):
            setattr(place, name, self._rectifier(getattr(place, name)))

    def look(self, *, complete: bool) -> None:
        """Note layers of which most units did not fire any more."""
        fired, self._fired = self._fired, {}
        for site, calls in fired.items():
            if not complete or len(calls) < WINDOW or sum(n for n, _ in calls) < 100:
                continue
            alive = functools.reduce(lambda a, b: a | b, [units for _, units in calls])
            dead = 1 - float(alive.float().mean())
            if dead > DEAD and alive.numel() > 3:
                evidence = (
                    f"{dead:.0%} of the {alive.numel()} units of a ReLU did not fire once in "
                )
                evidence += f"the last {WINDOW} batches"
                line = self._lines[site]
                self._notebook.note("dead_relus", evidence, line, sure=False)

    def _before(self, model: Any, args: Any) -> None:
        if model not in self._seen:
            self._seen[model] = 0
            for child in model.children():
                self._parents[child] = id(model)
        kind = type(model).__name__
        self._rectifying = model if kind == "ReLU" else None
        if kind not in LINEAR or not args or self._seen[model] > 2:
            return
        self._seen[model] += 1
        before = _origin(getattr(args[0], "grad_fn", None))
        if not before or self._notebook.caller() is None:
            return
        name, parent = before
        if parent == self._parents.get(model):
            evidence = f"the output of {name} goes straight into {_described(model)}"
            self._notebook.note("forgotten_activation", evidence, self._made(model))

    def _made(self, model: Any) -> int | None:
        """Return the line that makes a layer of this kind and these sizes, if one does."""
        kind, sizes = type(model).__name__, _sizes(model)
        for node in ast.walk(self._notebook.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(kind):
                given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if given[: len(sizes)] == sizes:
                    return node.lineno
        return None

    def _after(self, model: Any, args: Any, output: Any) -> None:
        kind = type(model).__name__
        node = getattr(output, "grad_fn", None)
        if kind in LINEAR and node is not None:
            node.metadata["lodestar"] = _described(model), self._parents.get(model)
        self._rectifying = None

    def _rectifier(self, function: Any) -> Any:
        @functools.wraps(function)
        def relu(x: Any, *args: Any, **named: Any) -> Any:
            result = function(x, *args, **named)
            if result.requires_grad and (line := self._notebook.caller()):
                self._count(self._rectifying or line, result, line)
            return result

        return relu

    def _count(self, site: Any, output: Any, line: int) -> None:
        if output.ndim < 2:
            return
        active = output.detach() > 0
        units = active.flatten(2).any(2) if output.ndim > 2 else active
        calls = self._fired.setdefault(site, deque(maxlen=WINDOW))
        self._lines[site] = line
        if not calls or calls[-1][1].shape == units.any(0).shape:
            calls.append((len(output), units.any(0).cpu()))


def _origin(node: Any) -> tuple[str, int] | None:
    """Return the linear layer that a tensor comes from, if nothing bends it on the way."""
    for _ in range(8):
        if node is None:
            return None
        if "lodestar" in node.metadata:
            found: tuple[str, int] = node.metadata["lodestar"]
            return found
        name = node.name().removesuffix("0").removesuffix("Backward")
        passed = name == "T" or any(part in name for part in PASSED)  # "T" is in Tanh too
        if not passed or not node.next_functions:
            return None
        node = node.next_functions[0][0]
    return None


def _described(model: Any) -> str:
    return f"{type(model).__name__}({', '.join(map(str, _sizes(model)))})"


def _sizes(model: Any) -> list[int]:
    names = ("in_features", "out_features", "in_channels", "out_channels")
    return [size for name in names if (size := getattr(model, name, None)) is not None]


def make(diagnosis: Diagnosis, _: str) -> Layers:
    """Return the detector."""
    return Layers(diagnosis)
