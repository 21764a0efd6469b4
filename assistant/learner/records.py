"""What the learner's file keeps, as values. Times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; the log only grows."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Curve:
    """A value over the steps of a stage, as (step, value) points."""

    stage: str
    name: str
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of an exercise on this machine; `own` where the code is the learner's."""

    at: datetime
    exercise: str
    passed: bool
    stopped: bool
    seed: int
    device: str
    device_reason: str
    dataset: str
    seconds: float
    metrics: Mapping[str, float | None]
    baseline: Mapping[str, float | str | None]
    checks: tuple[Mapping[str, Any], ...] = ()
    code: str = ""
    own: bool = False
    machine: str = ""
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to a quiz item; `chosen` is None where the learner passed, `at` when it was."""

    at: datetime
    item: str
    topic: str
    chosen: str | None
    right: bool
    review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCard:
    """What FSRS knows of a quiz item: stability in days, difficulty from 1 to 10."""

    item: str
    due: datetime
    last: datetime
    stability: float
    difficulty: float
    reviews: int = 1
    lapses: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a conversation that the learner wanted kept."""

    at: datetime
    conversation: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that is kept, in the order in which it came."""

    profile: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] | None = None
    events: tuple[Event, ...] = ()
    runs: tuple[Run, ...] = ()
    answers: tuple[Answer, ...] = ()
    cards: tuple[ReviewCard, ...] = ()
    messages: tuple[Message, ...] = ()
