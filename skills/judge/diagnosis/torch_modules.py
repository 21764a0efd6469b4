"""Models of PyTorch as they are called: in which mode, on which rows, with gradients or not."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.rows import MOST, prints

FAR, WIDE = 20.0, 5.0  # an input beyond these was not scaled
APART = 100.0  # times the middle spread of a column


@dataclass(slots=True)
class Called:
    """How one model was called, by the learner's line."""

    with_graph: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tested_in_training: int = 0
    trained_in_test: int = 0
    rows: list[Any] = field(default_factory=list)
    tests: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    modal: bool = False


class Modules:
    """Watches calls of a whole model, not those of its parts."""

    def __init__(self, diagnosis: Diagnosis, reference: str) -> None:
        self._diagnosis, self._notebook = diagnosis, diagnosis.notebook
        self._reference = reference
        self._called: dict[int, tuple[Any, Called]] = {}  # holds models until they are looked at
        self._depth = 0
        self._hooked = False

    def install(self) -> None:
        """Hook the calls of all modules, once."""
        from torch.nn.modules import module

        self._depth = 0
        if not self._hooked:
            self._hooked = True
            module.register_module_forward_pre_hook(self._enter)
            module.register_module_forward_hook(self._leave, always_call=True)

    def look(self, *, complete: bool) -> None:
        """Note what the calls since the last look came to."""
        called = list(self._called.values())
        self._called.clear()
        self._diagnosis.batch = None
        if complete:
            for model, calls in called:
                self._modes(calls)
                self._optimised(model)
                if id(model) not in self._diagnosis.unsupervised:
                    self._rows(calls)
        self._diagnosis.unsupervised.clear()

    def _enter(self, _: Any, __: Any) -> None:
        self._depth += 1

    def _leave(self, model: Any, args: Any, output: Any) -> None:
        self._depth -= 1
        if self._depth or output is None or _is_loss(model):
            return
        line = self._notebook.caller()
        x, result = _tensor(args), _tensor(output)
        if line and x is not None and result is not None:
            self._saw(model, args, result, line)

    def _saw(self, model: Any, args: Any, output: Any, line: int) -> None:
        import torch

        x = _tensor(args)
        if id(model) not in self._called:
            self._called[id(model)] = model, Called(modal=_modal(model))
            self._unregistered(model, line)
        _, calls = self._called[id(model)]
        if output.requires_grad:
            self._diagnosis.batch = model, x.detach()
            self._scale(x, line)
            calls.with_graph[line] += 1
            training = model.training
            rows = _rows(args) if sum(map(len, calls.rows)) < MOST else None
            output.register_hook(lambda _: self._consumed(calls, line, training, rows))
            return
        if not torch.is_grad_enabled() and model.training:
            calls.tested_in_training = line
        if self._diagnosis.running and len(x) > 1:
            calls.tests[line].append(_rows(args))

    def _consumed(self, calls: Called, line: int, training: bool, rows: Any) -> None:
        calls.used[line] += 1
        if rows is not None and len(rows) and calls.used[line] < MOST:
            calls.rows.append(rows)
        if not training:
            calls.trained_in_test = line

    def _modes(self, calls: Called) -> None:
        known = "" if calls.modal else " (no layer of this model minds, but the next may)"
        if not calls.used:
            return
        if calls.tested_in_training and (calls.modal or ".eval()" in self._reference):
            evidence = f"the model was tested while in training mode{known}"
            line = calls.tested_in_training
            self._notebook.note("missing_eval", evidence, line, grave=calls.modal)
        if calls.trained_in_test and calls.modal:
            evidence = "gradients went through the model while it was in evaluation mode"
            self._notebook.note("missing_train", evidence, calls.trained_in_test)
        text = self._notebook.text.splitlines()
        for line, count in calls.with_graph.items():
            if count > 1 and not calls.used[line] and "detach" not in text[line - 1]:
                evidence = f"{count} graphs were built here, and no gradient ever used one"
                self._notebook.note("missing_no_grad", evidence, line, grave=False)

    def _rows(self, calls: Called) -> None:
        import numpy as np

        if not calls.rows or not calls.tests:
            return
        trained = np.unique(np.concatenate(calls.rows))
        shares = {line: np.isin(np.concatenate(rows), trained).mean()
                  for line, rows in calls.tests.items()}  # fmt: skip
        if len(trained) > 1 and all(share > 0.99 for share in shares.values()):
            evidence = "every row it was tested on is one that it was trained on"
            line = self._notebook.likely("metric_on_training_data", "run") or min(shares)
            self._notebook.note("metric_on_training_data", evidence, line)

    def _optimised(self, model: Any) -> None:
        held = self._diagnosis.optimised
        lost = [name for name, p in model.named_parameters()
                if p.requires_grad and p.grad is not None and id(p) not in held]  # fmt: skip
        some = any(id(p) in held for p in model.parameters())
        if some and lost:
            evidence = f"no optimiser holds {', '.join(lost[:3])}"
            self._notebook.note("parameters_not_registered", evidence, sure=False)

    def _unregistered(self, model: Any, line: int) -> None:
        import torch

        modules, parameters = set(model.modules()), set(model.parameters())
        for part in modules:
            for name, value in vars(part).items():
                held = _listed(value)
                layers = [x for x in held if isinstance(x, torch.nn.Module) and x not in modules
                          and next(x.parameters(), None) is not None]  # fmt: skip
                tensors = [x for x in held if isinstance(x, torch.Tensor) and x.requires_grad
                           and x.is_leaf and x not in parameters]  # fmt: skip
                if (layers or tensors) and not name.startswith("_"):
                    what = "layers" if layers else "weights"
                    evidence = f"`{name}` of {type(part).__name__} holds {what} that "
                    evidence += "`parameters()` does not list"
                    where = self._notebook.function(type(part).__name__)
                    place = where.lineno if where else line
                    self._notebook.note("parameters_not_registered", evidence, place)

    def _scale(self, x: Any, line: int) -> None:
        if not x.is_floating_point() or x.numel() < 20 or len(x) < 4:
            return
        values = x.detach().float()
        far, wide = float(values.abs().max()), float(values.std())
        if far > FAR and wide > WIDE:
            evidence = f"inputs reach {far:.4g}, with a spread of {wide:.4g}"
            self._notebook.note(
                "data_not_normalised",
                evidence,
                self._notebook.likely("data_not_normalised") or line,
            )


def _rows(args: Any) -> Any:
    """Return a fingerprint for each row of all that a model is given."""
    tables = [
        arg for arg in args if hasattr(arg, "detach") and arg.ndim and len(arg) == len(args[0])
    ]
    return sum(prints(table) * (2 * number + 1) for number, table in enumerate(tables))


def _tensor(values: Any) -> Any:
    """Return the first tensor in what a model takes or gives."""
    if hasattr(values, "detach"):
        return values
    parts = values if isinstance(values, list | tuple) else ()
    return next((found for part in parts if (found := _tensor(part)) is not None), None)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _is_loss(model: Any) -> bool:
    return type(model).__name__.endswith("Loss") or not list(model.parameters())


def _modal(model: Any) -> bool:
    """Return whether a layer behaves otherwise in training than in a test."""
    return any(
        ("Dropout" in type(part).__name__ and getattr(part, "p", 0) > 0)
        or "BatchNorm" in type(part).__name__
        or (getattr(part, "dropout", 0.0) or 0.0) > 0.0
        for part in model.modules()
        if not callable(getattr(part, "dropout", 0.0))
    )


def make(diagnosis: Diagnosis, reference: str) -> Modules:
    """Return the detector."""
    return Modules(diagnosis, reference)
