"""The training loop of PyTorch: backward, step and zero_grad, and what becomes of the loss."""

import functools
from dataclasses import dataclass, field
from typing import Any

from skills.judge.diagnosis import Diagnosis

STEPS = 12  # a loop of fewer steps tells nothing of the learning rate
GREAT = 1e3  # times the first gradients: they explode
WATCHED = 40  # steps of an optimiser at which sizes are looked at


@dataclass(slots=True)
class Loop:
    """One optimiser: what its steps did."""

    line: int
    steps: int = 0
    empty: int = 0
    rate: float = 0.0
    kind: str = ""
    sizes: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)


class Training:
    """Hooks optimisers and backward."""

    def __init__(self, diagnosis: Diagnosis, reference: str) -> None:
        self._diagnosis, self._notebook = diagnosis, diagnosis.notebook
        self._reference = reference
        self._loops: dict[int, tuple[Any, Loop]] = {}  # holds optimisers until they are looked at
        self._used: dict[int, tuple[Any, int]] = {}
        self._backward = 0
        self._backwards = 0
        self._last_loss = float("nan")

    def install(self) -> None:
        """Hook every optimiser, zero_grad and backward."""
        import torch
        from torch.optim import optimizer

        if hasattr(torch.autograd.backward, "_lodestar"):
            return
        optimizer.register_optimizer_step_pre_hook(self._before)
        optimizer.register_optimizer_step_post_hook(self._after)
        original = torch.autograd.backward

        @functools.wraps(original)
        def backward(tensors: Any, *args: Any, **named: Any) -> Any:
            self._back(tensors)
            return original(tensors, *args, **named)

        backward._lodestar = True  # type: ignore[attr-defined]
        torch.autograd.backward = backward
        zero = torch.Tensor.zero_

        def zero_(tensor: Any) -> Any:
            self._used.pop(id(tensor), None)
            return zero(tensor)

        torch.Tensor.zero_ = zero_  # type: ignore[assignment,method-assign]
        clear = torch.optim.Optimizer.zero_grad

        @functools.wraps(clear)
        def zero_grad(optimiser: Any, set_to_none: bool = True) -> None:
            for parameter in _parameters(optimiser):
                if parameter.grad is not None:
                    self._used.pop(id(parameter.grad), None)
            clear(optimiser, set_to_none)

        torch.optim.Optimizer.zero_grad = zero_grad  # type: ignore[assignment,method-assign]

    def look(self, *, complete: bool) -> None:
        """Note what the loops since the last look came to."""
        loops = [loop for _, loop in self._loops.values()]
        self._loops.clear()
        self._used.clear()
        backwards, self._backwards = self._backwards, 0
        if not complete:
            return
        for loop in loops:
            self._judge(loop)
        if backwards >= 3 and not loops and ".step()" in self._reference:
            evidence = f"{backwards} times backward, and not one step of an optimiser"
            self._notebook.note("missing_step", evidence, self._backward, sure=False)

    def _back(self, tensors: Any) -> None:
        line = self._notebook.caller()
        if line is None:
            return
        self._backward, self._backwards = line, self._backwards + 1
        if hasattr(tensors, "numel") and tensors.numel() == 1:
            self._last_loss = float(tensors.detach())

    def _before(self, optimiser: Any, *_: Any) -> None:
        line = self._notebook.caller()
        if line is None:
            return
        _, loop = self._loops.setdefault(id(optimiser), (optimiser, Loop(line)))
        parameters = _parameters(optimiser)
        self._diagnosis.optimised.update(map(id, parameters))
        gradients = [p.grad for p in parameters if p.grad is not None]
        self._accumulated(gradients)
        loop.steps += 1
        loop.empty += not gradients
        loop.losses.append(self._last_loss)
        loop.rate = max(loop.rate, *(float(group["lr"]) for group in optimiser.param_groups))
        loop.kind = type(optimiser).__name__
        if loop.steps <= WATCHED or loop.steps % 10 == 0:
            loop.sizes.append(sum(float(g.detach().float().norm()) ** 2 for g in gradients) ** 0.5)
            loop.before = [(p, p.detach().clone()) for p in _largest(parameters)]

    def _after(self, optimiser: Any, *_: Any) -> None:
        if id(optimiser) not in self._loops:
            return
        _, loop = self._loops[id(optimiser)]
        for parameter in _parameters(optimiser):
            if parameter.grad is not None:
                self._used[id(parameter.grad)] = (parameter.grad, parameter.grad._version)
        if loop.before:
            ways = [
                float((p.detach() - old).norm() / (old.norm() + 1e-12))
                for p, old in loop.before
                if p.grad is not None
            ]
            loop.moved.append(sum(ways) / max(len(ways), 1))
            loop.before = []

    def _accumulated(self, gradients: list[Any]) -> None:
        for gradient in gradients:
            used = self._used.get(id(gradient))
            if used and used[0] is gradient and used[1] != gradient._version:
                evidence = "the gradients of a step still held those of the step before"
                self._notebook.note("missing_zero_grad", evidence, self._backward)
                return

    def _judge(self, loop: Loop) -> None:
        if loop.steps >= 3 and loop.empty == loop.steps:
            evidence = f"no weight of the optimiser got a gradient in {loop.steps} steps"
            self._notebook.note("detached_graph", evidence)
        if loop.steps < STEPS or self._explodes(loop):
            return
        part = max(loop.steps // 5, 3)
        first, last = loop.losses[0], sum(loop.losses[-part:]) / part
        moved = sorted(loop.moved)[len(loop.moved) // 2] if loop.moved else 0.0
        rate = f"{loop.kind} with a rate of up to {loop.rate:g}"
        tale = f"the loss went from {first:.3g} to {last:.3g} in {loop.steps} steps, {rate}"
        high = _high(loop.kind) * (0.2 if moved > 0.1 else 1)
        if not last < first * 0.97 and loop.rate >= high:
            self._rate("learning_rate_too_high", tale)
        elif (
            abs(first - last) < 0.3 * abs(first)
            and 0 < moved < 2e-3
            and loop.rate < _low(loop.kind)
        ):
            self._rate("learning_rate_too_low", f"{tale}; a step moves weights by {moved:.1g}")

    def _rate(self, mistake: str, evidence: str) -> None:
        self._notebook.note(mistake, evidence, sure=False)

    def _explodes(self, loop: Loop) -> bool:
        """Note gradients that grow without bound; return whether the loss was lost to it."""
        lost = any(loss != loss or abs(loss) == float("inf") for loss in loop.losses)
        first = sum(loop.sizes[:3]) / max(len(loop.sizes[:3]), 1)
        most = max((size for size in loop.sizes if size == size), default=0.0)
        if lost and loop.rate >= _high(loop.kind):
            evidence = f"the loss became NaN or infinite, {loop.kind} with a rate of {loop.rate:g}"
            self._rate("learning_rate_too_high", evidence)
        elif lost or (most > GREAT * first > 0 and most > 100):
            evidence = f"the size of the gradient went from {first:.3g} up to {most:.3g}"
            self._notebook.note("exploding_gradients", evidence, self._backward, sure=lost)
        return lost


def _high(kind: str) -> float:
    return 0.5 if kind == "SGD" else 0.03


def _low(kind: str) -> float:
    return 1e-3 if kind == "SGD" else 1e-4


def _largest(parameters: list[Any]) -> list[Any]:
    """Return the four largest tensors of weights; biases often begin at 0."""
    return sorted(parameters, key=lambda p: -p.numel())[:4]


def _parameters(optimiser: Any) -> list[Any]:
    return [p for group in optimiser.param_groups for p in group["params"] if p.requires_grad]


def make(diagnosis: Diagnosis, reference: str) -> Training:
    """Return the detector."""
    return Training(diagnosis, reference)
