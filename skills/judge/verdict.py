"""What came of judging a file; `dataclasses.asdict` gives the contract's JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar

import yaml
from typing_extensions import Doc

from knowledge.schema import STRICT, Line, Prose
from skills.exercise import build
from skills.folders import package

FILE = "mistakes.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A mistake that learners make, in words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Line
    what: Prose
    mend: Prose
    marks: Annotated[tuple[str, ...], Doc("names that its likeliest line holds")] = ()


@cache
def mistakes() -> Mapping[str, Mistake]:
    """Return every known mistake by id, causes before their symptoms."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((package() / FILE).read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
    return {id_: build(Mistake, entry) for id_, entry in document.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check: what it is called, whether it held, what was expected and came, and a hint."""

    name: str
    passed: bool
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A known mistake found in the learner's code; `line` is 0 where no line is known.

    One that is not `grave` changes no result here: it is told, and the code may pass.
    """

    mistake: str
    evidence: str
    line: int
    name: str = ""
    mend: str = ""
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: passed when every check held.

    `stopped` says why the code was ended before all checks were made, if it was.
    """

    id: str
    file: str
    passed: bool
    checks: tuple[Outcome, ...]
    diagnosis: tuple[Finding, ...]
    stopped: str = ""
    seconds: float = 0.0
