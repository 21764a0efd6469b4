"""One knob of a solution turned: which, to what, and what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from skills.exercise import Exercise, Value, WhatIf, right


class NoSuchKnob(ValueError):
    """What was asked for cannot be turned; the message says what can."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A run with a knob turned, beside the usual one; numbers by their dotted names.

    `right` is the index of the choice that came true.
    """

    id: str
    knob: str
    default: Value
    value: Value
    usual: dict[str, float]
    changed: dict[str, float]
    right: int
    answer: str
    text: str


def asked(exercise: Exercise, setting: str) -> tuple[WhatIf, Value]:
    """Return the knob and the value that "KNOB=VALUE" names; raises NoSuchKnob."""
    name, _, text = (part.strip() for part in setting.partition("="))
    knobs = {what_if.knob.casefold(): what_if for what_if in exercise.what_ifs}
    what_if = knobs.get(name.casefold())
    if what_if is None:
        raise NoSuchKnob(f"{exercise.id} has no knob {name!r}. Try: {'; '.join(offers(exercise))}")
    return what_if, _value(what_if, text)


def offers(exercise: Exercise) -> list[str]:
    """Return what can be turned, as it is typed."""
    return [
        f"{what_if.knob}={value}" for what_if in exercise.what_ifs for value in what_if.values
    ]  # fmt: skip


def _value(what_if: WhatIf, text: str) -> Value:
    default = what_if.default
    values = ", ".join(map(str, what_if.values))
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.casefold()]
        if isinstance(default, str):
            return {str(value): value for value in what_if.values}[text]
        value = type(default)(text)
    except (ValueError, KeyError):
        raise NoSuchKnob(f"{what_if.knob} cannot be {text!r}. Try one of {values}.") from None
    if not 0 < value / default <= 1000:
        raise NoSuchKnob(f"{what_if.knob} = {value} is out of reach. Try one of {values}.")
    return value


def compared(
    exercise: Exercise,
    what_if: WhatIf,
    value: Value,
    usual: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> Compared:
    """Return two results, as documents, side by side."""
    names = [what_if.decides, *(name for name in what_if.compare if name != what_if.decides)]
    mine, other = ({name: _read(exercise, run, name) for name in names} for run in (usual, changed))
    index = right(what_if.choices, other[what_if.decides] - mine[what_if.decides])
    spaces = {"usual": _spaces(exercise, usual), "changed": _spaces(exercise, changed)}
    text = what_if.after.format(value=value, **spaces)
    return Compared(
        exercise.id, what_if.knob, what_if.default, value, mine, other, index,
        what_if.choices[index].text, text,
    )  # fmt: skip


def _read(exercise: Exercise, run: Mapping[str, Any], name: str) -> float:
    stage, _, metric = name.partition(".")
    known = {**run["timings"], **run["metrics"]}
    return float(known[metric if stage == exercise.main else f"{stage}_{metric}"])


def _spaces(exercise: Exercise, run: Mapping[str, Any]) -> SimpleNamespace:
    known = {**run["timings"], **run["metrics"]}
    stages = [step.train.name for step in exercise.steps if step.train]
    found: dict[str, SimpleNamespace] = {}
    for stage in stages:
        prefix = "" if stage == exercise.main else f"{stage}_"
        metrics = {metric.name: known[prefix + metric.name] for metric in exercise.metrics
                   if prefix + metric.name in known}  # fmt: skip
        found[stage] = SimpleNamespace(**metrics)
    return SimpleNamespace(**found)
