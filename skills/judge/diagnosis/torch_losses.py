"""Losses of PyTorch: what they are given, and in which order the batches come."""

import functools
from dataclasses import dataclass, field
from typing import Any

from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.rows import prints

CLASSES = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss", "binary_cross_entropy",
           "BCELoss", "BCEWithLogitsLoss")  # fmt: skip
NUMBERS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
SQUARES = (*NUMBERS, "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "** 2", "square", "pow(")
WATCHED = ("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
           *NUMBERS)  # fmt: skip


@dataclass(slots=True)
class Seen:
    """What a model was trained with: its batches by their labels, and rows with labels."""

    model: Any
    line: int
    batches: list[tuple[int, int]] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)


class Losses:
    """Wraps the loss functions; the loss modules call them too."""

    def __init__(self, diagnosis: Diagnosis, reference: str) -> None:
        self._diagnosis, self._notebook = diagnosis, diagnosis.notebook
        self._classes = any(name in reference for name in CLASSES) and not any(
            name in reference for name in SQUARES
        )
        self._seen: dict[int, Seen] = {}  # by model, which is held until it is looked at
        self._hooked = False

    def install(self) -> None:
        """Wrap the functions, once."""
        if self._hooked:
            return
        self._hooked = True
        from torch.nn import functional

        for name in WATCHED:
            setattr(functional, name, self._wrap(getattr(functional, name), name))

    def look(self, *, complete: bool) -> None:
        """Note what the batches of each model had in common."""
        import torch

        for seen in self._seen.values():
            if complete:
                self._order(seen.batches)
            x, y = ([part for pair in seen.pairs for part in pair][n::2] for n in (0, 1))
            if x and self._diagnosis.mislabelled(torch.cat(x), torch.cat(y)):
                evidence = "rows were trained with labels that are not theirs"
                self._notebook.note("shuffled_labels", evidence, seen.line)
        self._seen.clear()

    def _wrap(self, function: Any, name: str) -> Any:
        @functools.wraps(function)
        def watched(*args: Any, **named: Any) -> Any:
            line = self._notebook.caller()
            given = args[0] if args else named.get("input")
            target = args[1] if len(args) > 1 else named.get("target")
            if line and hasattr(given, "detach") and hasattr(target, "detach"):
                self._saw(name, given, target, line)
            return function(*args, **named)

        return watched

    def _saw(self, name: str, given: Any, target: Any, line: int) -> None:
        values = given.detach()
        if name == "cross_entropy":
            self._scores(values, line)
        elif name == "nll_loss" and bool((values > 1e-6).any()):
            evidence = "nll_loss wants the logarithms of probabilities, and none of them is above 0"
            self._notebook.note("wrong_loss", evidence, line)
        elif name == "binary_cross_entropy_with_logits" and _is_sigmoid(given):
            evidence = "the scores given to it went through a sigmoid already"
            likely = self._notebook.likely("softmax_before_cross_entropy")
            self._notebook.note("softmax_before_cross_entropy", evidence, likely or line)
        elif name in NUMBERS:
            self._numbers(name, values, target, line)
        if given.requires_grad:
            self._batch(given, target, line)

    def _scores(self, values: Any, line: int) -> None:
        if values.ndim > 2:  # scores of every point: the classes stand second
            values = values.movedim(1, -1).flatten(0, -2)
        if values.ndim != 2 or values.shape[1] < 2 or len(values) < 2 or bool((values < 0).any()):
            return
        if _ones(values.sum(1)):
            evidence = "the scores given to cross_entropy are probabilities: each row adds up to 1"
            likely = self._notebook.likely("softmax_before_cross_entropy")
            self._notebook.note("softmax_before_cross_entropy", evidence, likely or line)
        elif _ones(values.sum(0)):
            evidence = "each column of the scores adds up to 1: a softmax over the batch"
            self._notebook.note("wrong_axis", evidence, self._notebook.likely("wrong_axis"))

    def _numbers(self, name: str, values: Any, target: Any, line: int) -> None:
        if values.shape != target.shape and values.numel() > 1 and target.numel() > 1:
            evidence = f"shapes {tuple(values.shape)} and {tuple(target.shape)} meet in {name}"
            self._notebook.note("broadcast_mismatch", evidence, line)
        if self._classes:
            evidence = f"{name} measures distances, and the answers here are classes"
            self._notebook.note("wrong_loss", evidence, line)

    def _batch(self, given: Any, target: Any, line: int) -> None:
        """Remember a batch by its labels, under the model that was called last.

        By its rows too where the labels are numbers, which may be the same in every batch.
        """
        if self._diagnosis.batch is None:
            return
        model, x = self._diagnosis.batch
        if len(given) != len(x) or (x.shape == target.shape and bool((x == target).all())):
            self._diagnosis.unsupervised.add(id(model))  # some of its outputs, or its own inputs
        rows = prints(target.reshape(-1, 1))
        numbers = target.is_floating_point()
        kinds = 0 if numbers else len(set(rows.tolist()))
        key = hash((rows.tobytes(), prints(x).tobytes() if numbers else b""))
        seen = self._seen.setdefault(id(model), Seen(model, line))
        seen.batches.append((key, kinds if len(rows) > 7 else 0))
        if len(x) == len(target) and target.ndim == 1 and len(seen.pairs) < 40:
            seen.pairs.append((x.cpu(), target.detach().cpu()))

    def _order(self, batches: list[tuple[int, int]]) -> None:
        keys = [key for key, _ in batches]
        for period in range(2, len(keys) // 2 + 1):
            if keys[period:] == keys[:-period] and len(set(keys[:period])) > 2:
                evidence = f"the same {period} batches came in the same order again and again"
                self._notebook.note("no_shuffling", evidence)
                return
        single = sum(kinds == 1 for _, kinds in batches)
        if len(batches) >= 6 and single > 0.7 * len(batches) and len(set(keys)) > 1:
            evidence = f"{single} of {len(batches)} batches hold one class only"
            self._notebook.note("no_shuffling", evidence)


def _ones(sums: Any) -> bool:
    return bool(((sums - 1).abs() < 1e-3).all())


def _is_sigmoid(values: Any) -> bool:
    return values.grad_fn is not None and "Sigmoid" in values.grad_fn.name()


def make(diagnosis: Diagnosis, reference: str) -> Losses:
    """Return the detector."""
    return Losses(diagnosis, reference)
