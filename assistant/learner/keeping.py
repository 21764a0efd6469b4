"""What a conversation knows of its learner, and what it asks to have kept: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.learner.quiz import Feedback
from assistant.learner.records import Records


@dataclass(frozen=True, slots=True)
class Learner:
    """The learner at a moment; `keeps` says whether what is told stays after the conversation."""

    records: Records
    now: datetime
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a quiz item."""

    feedback: Feedback
    review: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Changes of the profile, as `field=value`; roles and what is known are ids."""

    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that takes the place of the last one, as `lodestar path --json` has it."""

    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for the log."""

    kind: str
    data: Mapping[str, Any]


Keep = Answered | Settings | Planned | Happened


class Ids:
    """The names of a profile's settings that hold ids already."""

    def role(self, text: str) -> str:
        """Return the id."""
        return text

    def known(self, text: str) -> tuple[str, ...]:
        """Return the id."""
        return (text,)
