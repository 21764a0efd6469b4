"""What happens while an exercise is played: the events that `play` yields, and the result."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from skills.figures import Figure


@dataclass(frozen=True, slots=True)
class Say:
    """Markdown for the learner; `part` tells a renderer what it is for."""

    text: str
    part: Literal["text", "outcome", "next"] = "text"


@dataclass(frozen=True, slots=True)
class Ask:
    """A prediction to make; `send` the index of a choice, or None for no answer."""

    prediction: str
    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """What became of a prediction: `held` is None when the learner made none."""

    prediction: str
    question: str
    chosen: str | None
    right: str
    held: bool | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """Progress of a stage: step 1 to total, and the values of this step.

    `curves` holds every value so far as (step, value) pairs by name. It grows as training
    goes on and is not copied for each event: copy it to keep it. `states` is what a killed run
    needs to go on from here, by stage, with the same caution; empty if nothing was saved yet.
    """

    stage: str
    title: str
    watch: str
    step: int
    total: int
    values: Mapping[str, float]
    curves: Mapping[str, Sequence[tuple[int, float]]]
    seconds: float
    states: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured number with its label and its value as a reader sees it."""

    name: str
    label: str
    value: float
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What a stage reached on data that it was not trained on, and how long it took."""

    stage: str
    title: str
    values: tuple[Measured, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Show:
    """A figure: a table, images, curves or a matrix of counts."""

    title: str
    caption: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check with the value measured and the threshold it was held against."""

    name: str
    passed: bool
    value: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of the claim that it put to the test, with the numbers that decided."""

    claim: str
    outcome: Literal["held", "did not hold here", "undecided"]
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to; `dataclasses.asdict` gives the contract's JSON.

    `metrics` are the main stage's, with those of other stages as `<stage>_<metric>`; `baseline`
    has the same names. `timings`, named likewise, are apart: they alone differ from run to run.
    `seconds` counts loading and training, not waiting for the learner. `stopped`: interrupted
    before the end; then nothing counts as passed, and a stage cut short has its last values.
    `verdict` is that on the claim, if the exercise tests one: `passed` then means that the
    measurement is sound, whichever way it decided.
    """

    id: str
    passed: bool
    stopped: bool
    seed: int
    device: str
    device_reason: str
    dataset: str
    metrics: dict[str, float]
    baseline: dict[str, float | str]
    timings: dict[str, float]
    checks: tuple[CheckResult, ...]
    seconds: float
    artifacts: tuple[str, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The last event; `reached` is what a run that was stopped had measured."""

    result: Result
    reached: tuple[Measured, ...] = ()


Event = Say | Ask | Judge | Train | Measure | Show | Done
Reply = int | None
Events = Generator[Event, Reply, None]
