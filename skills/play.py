"""An exercise as a generator of events: say, ask, train, measure, show, judge, done.

    events = play(exercise, seed=0)
    event = next(events)
    while not isinstance(event, Done):
        event = events.send(choose(event.choices) if isinstance(event, Ask) else None)

The generator prints nothing, waits for nothing and writes nothing. It pulls `run` of the
exercise's own `solution.py`, so what is played is the code that the learner reads. Interrupted
(Ctrl-C while it computes, or `events.throw(KeyboardInterrupt)` in between) it yields one more
event: a `Done` with what was measured so far. `events.close()` ends it without a word.
"""

import contextlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

from skills import data, figures
from skills.device import Device, choose
from skills.events import (
    Ask,
    CheckResult,
    Done,
    Event,
    Events,
    Judge,
    Measure,
    Measured,
    Reply,
    Result,
    Say,
    Show,
    Train,
    Verdict,
)
from skills.exercise import Check, Exercise, Prediction, Stage, Step
from skills.figures import Curves, Figure, Images, Matrix, Table
from skills.program import Program, Progress, Pulled


def play(
    exercise: Exercise,
    *,
    seed: int = 0,
    device: str = "auto",
    answers: Mapping[str, int] | None = None,
    saved: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Events:
    """Return the events of an exercise, the last of them `Done`.

    With `answers` (prediction id to index of a choice; it may be empty) nothing is asked.
    `saved` are the `states` of a run that was cut short: this one goes on from there, and repeats
    neither the words nor the questions that came before.
    `constants` stand in for those at the top of the solution, while it runs.
    Raises DeviceError or MissingPackage on the first `next`, before anything is trained.
    """
    chosen = choose(device, cpu_only=exercise.device == "cpu")
    run = Playing(exercise, seed, chosen, dict(saved or {}), dict(constants or {}))
    run.start()
    try:
        if saved:
            yield Say(f"Going on where an earlier run was cut short: {run.program.place()}.")
        for step in exercise.steps:
            yield from run.play(step, answers)
        yield from run.end()
    except KeyboardInterrupt:
        yield Done(run.result(stopped=True), run.reached())
    finally:
        run.program.close()


CHOSEN = "predictions"  # the place of the learner's choices among the states of the stages
_OUTCOMES: dict[str, Literal["held", "did not hold here", "undecided"]] = {
    "held": "held", "refuted": "did not hold here", "undecided": "undecided",
}  # fmt: skip


@dataclass(slots=True)
class Playing:
    """What is known while an exercise is played."""

    exercise: Exercise
    seed: int
    device: Device
    saved: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    measured: dict[str, dict[str, float]] = field(default_factory=dict)
    timings: dict[str, dict[str, float]] = field(default_factory=dict)
    latest: dict[str, dict[str, float]] = field(default_factory=dict)
    made: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    heard: bool = False  # whether what is said now was said before the run was cut short
    decided: str = ""
    program: Pulled = field(init=False)

    def start(self) -> None:
        """Load data and solution; the solution's generator does nothing before it is pulled."""
        self.heard = bool(self.saved)
        self.chosen = dict(self.saved.pop(CHOSEN, {}))
        with self._clock():
            self.program = Program(
                self.exercise, self.seed, self.device.name, self.saved, self.constants
            )

    def play(self, step: Step, answers: Mapping[str, int] | None) -> Events:
        """Yield the events of one step."""
        if step.say and not self.heard:
            yield Say(self.fill(step.say))
        elif step.ask and step.ask not in self.chosen:
            yield from self._ask(self.exercise.prediction(step.ask), answers)
        elif step.train:
            yield from self._train(step.train)
        elif step.judge:
            yield self._judge(self.exercise.prediction(step.judge))
        elif step.show:
            of = figures.Material(step.show, self.exercise, self._values(), self.made)
            yield Show(step.show.title, self.fill(step.show.caption), figures.draw(of))

    def end(self) -> Events:
        """Yield the verdict, what to try next, and Done."""
        with self._clock():
            self.program.finish()
        result = self.result()
        text = self.fill(self.exercise.passed if result.passed else self.exercise.failed)
        if result.verdict:
            verdict = f"**{result.verdict.outcome.capitalize()}.** {result.verdict.reason}"
            text = f"{verdict}\n\n{text}" if result.passed else verdict
        yield Say(text, "outcome")
        yield Say("\n".join(f"- {self.fill(line)}" for line in self.exercise.try_next), "next")
        yield Done(result)

    def _ask(self, prediction: Prediction, answers: Mapping[str, int] | None) -> Events:
        choices = tuple(choice.text for choice in prediction.choices)
        if answers is None:
            reply = yield Ask(prediction.id, self.fill(prediction.question), choices)
        else:
            reply = answers.get(prediction.id)
        if reply is not None:
            if not 0 <= reply < len(choices):
                raise ValueError(f"{prediction.id}: choices go from 0 to {len(choices) - 1}")
            self.chosen[prediction.id] = reply

    def _judge(self, prediction: Prediction) -> Judge:
        right = prediction.right(self.value(prediction.value))
        chosen = self.chosen.get(prediction.id)
        return Judge(
            prediction.id,
            self.fill(prediction.question),
            None if chosen is None else prediction.choices[chosen].text,
            prediction.choices[right].text,
            None if chosen is None else chosen == right,
            self.fill(prediction.after),
        )

    def _train(self, stage: Stage) -> Events:
        curves: dict[str, list[tuple[int, float]]] = {}
        before = self.seconds
        while stage.name not in self.measured:
            with self._clock():
                told = self.program.next(stage.name)
            if isinstance(told, str):
                curves.clear()
                yield Say(told)
            elif "metrics" in told:
                self.measured[stage.name] = _floats(told["metrics"])
                self.timings[stage.name] = _floats(told.get("timings", {}))
                self.made[stage.name] = told.get("made", {})
                if stage.name == self.exercise.main:
                    self.decided = told.get("verdict", "")
            else:
                yield self._progress(stage, told, curves, self.seconds - before)
        yield Measure(stage.name, stage.title, self._readable(stage.name), self.seconds - before)

    def _progress(
        self, stage: Stage, told: Progress, curves: dict[str, Any], spent: float
    ) -> Train:
        self.heard = False
        values = _floats(told, without=("stage", "step", "total", "state"))
        for name, value in values.items():
            curves.setdefault(name, []).append((told["step"], value))
        kept = self.latest.setdefault(stage.name, {})
        kept.update({name: self._best(name, kept, value) for name, value in values.items()})
        return Train(
            stage.name, stage.title, stage.watch, told["step"], told["total"], values, curves,
            spent, self._states(),
        )  # fmt: skip

    def _states(self) -> Mapping[str, Any]:
        """Return what a killed run needs to go on: the program's states, and what was predicted."""
        states = self.program.states
        return {**states, CHOSEN: self.chosen} if states else states

    def _best(self, name: str, kept: Mapping[str, float], value: float) -> float:
        """Return the best value so far of a metric that a check bounds, else the latest."""
        checks = [check for check in self.exercise.checks if check.metric == name]
        if not checks or name not in kept:
            return value
        rises = checks[0].at_least is not None or bool(checks[0].over)
        return max(kept[name], value) if rises else min(kept[name], value)

    def _readable(self, stage: str) -> tuple[Measured, ...]:
        values = self._values()[stage]
        return tuple(
            self._told(metric.name, values[metric.name], "")
            for metric in self.exercise.metrics
            if metric.name in values
        )

    def reached(self) -> tuple[Measured, ...]:
        """Return what the stages reached so far, as a reader sees it, the main one last."""
        main = self.exercise.main
        titles = {step.train.name: step.train.title for step in self.exercise.steps if step.train}
        stages = sorted(self._so_far().items(), key=lambda pair: pair[0] == main)
        return tuple(
            self._told(name, value, titles[stage] + self._where(stage))
            for stage, values in stages
            for name, value in values.items()
        )

    def _where(self, stage: str) -> str:
        """Return what stands before a number of a stage: whether it was measured in the end."""
        return ": " if stage in self.measured else ", in training so far: "

    def _told(self, name: str, value: float, of: str) -> Measured:
        """Return a number with its label, which begins with what it is a number of."""
        for metric in self.exercise.metrics:
            if metric.name == name:
                text = format(value, metric.format)
                return Measured(name, of + metric.label, value, text, metric.meaning)
        return Measured(name, of + name.replace("_", " "), value, f"{value:.4g}", "")

    def value(self, name: str) -> float:
        """Return a measured value by its dotted name, as forest.accuracy or gain.accuracy."""
        space, _, metric = name.partition(".")
        return float(getattr(self.spaces()[space], metric))

    def fill(self, text: str) -> str:
        """Return a text with its {placeholders} replaced by what was measured."""
        return text.format_map(self.spaces())

    def spaces(self) -> dict[str, Any]:
        """Return what a placeholder may name.

        Each stage, `baseline`, `gain` (main less baseline), `ratio` (main over baseline),
        `device`, `dataset`, `seed` and `claim`.
        """
        values = self._values()
        main = values.get(self.exercise.main, {})
        base = values.get(self.exercise.baseline, {})
        shared = [name for name in main if name in base]
        gain = {name: main[name] - base[name] for name in shared}
        ratio = {name: main[name] / base[name] for name in shared if base[name]}
        spaces = {**values, "baseline": base, "gain": gain, "ratio": ratio}
        named = {name: SimpleNamespace(**space) for name, space in spaces.items()}
        dataset = data.DATASETS[self.exercise.dataset]
        given = {"device": self.device, "dataset": dataset, "claim": self.exercise.claim}
        return {**named, **given, "seed": self.seed}

    def result(self, *, stopped: bool = False) -> Result:
        """Return what was measured so far as the contract's document."""
        exercise = self.exercise
        measured = self._so_far() if stopped else self.measured
        checks = () if stopped else tuple(self._check(check) for check in exercise.checks)
        passed = not stopped and all(check.passed for check in checks)
        return Result(
            id=exercise.id,
            passed=passed,
            stopped=stopped,
            seed=self.seed,
            device=self.device.name,
            device_reason=self.device.reason,
            dataset=exercise.dataset,
            metrics=self._flat(measured),
            baseline={"name": exercise.baseline, **measured.get(exercise.baseline, {})},
            timings=self._flat(self.timings),
            checks=checks,
            seconds=round(self.seconds, 3),
            verdict=None if stopped else self._verdict(sound=passed),
        )

    def _so_far(self) -> dict[str, dict[str, float]]:
        """Return what was measured, and of a stage that was cut short its last values."""
        return {**self.latest, **self.measured}

    def _verdict(self, *, sound: bool) -> Verdict | None:
        """Return what the solution decided; nothing is decided by a measurement that is unsound."""
        claim = self.exercise.claim
        if claim is None:
            return None
        if self.decided not in _OUTCOMES:
            raise ValueError(f"{self.exercise.id}: {self.decided!r} is no verdict")
        decided = self.decided if sound else "undecided"
        reason = getattr(claim, decided) if sound else self.exercise.failed
        return Verdict(self.fill(claim.statement), _OUTCOMES[decided], self.fill(reason))

    def _flat(self, stages: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        main = self.exercise.main
        return dict(stages.get(main, {})) | {
            f"{stage}_{name}": value
            for stage, values in stages.items()
            if stage != main
            for name, value in values.items()
        }

    def _values(self) -> dict[str, dict[str, float]]:
        return {name: {**values, **self.timings[name]} for name, values in self.measured.items()}

    def _check(self, check: Check) -> CheckResult:
        value = self.measured[self.exercise.main].get(check.metric, math.nan)
        if check.over:
            threshold = self.value(check.over) + check.by
            return CheckResult(check.name, value > threshold, value, threshold)
        if check.under:
            threshold = self.value(check.under) - check.by
            return CheckResult(check.name, value < threshold, value, threshold)
        if check.at_most is not None:
            return CheckResult(check.name, value <= check.at_most, value, check.at_most)
        threshold = math.inf if check.at_least is None else check.at_least
        return CheckResult(check.name, value >= threshold, value, threshold)

    @contextlib.contextmanager
    def _clock(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started


def _floats(values: Progress, without: Sequence[str] = ()) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if name not in without}


__all__ = [
    "Ask", "CheckResult", "Curves", "Done", "Event", "Events", "Figure", "Images", "Judge",
    "Matrix", "Measure", "Measured", "Reply", "Result", "Say", "Show", "Table", "Train", "Verdict",
    "play",
]  # fmt: skip
