"""An exercise as data, and the catalogue of all of them.

The sentences, checks and predictions live in `skills/<family>/<id>/exercise.yaml`, the code
in `solution.py` beside it. Packaged YAML is trusted: it is built straight into dataclasses,
so that listing imports neither pydantic nor torch. `skills.check` holds the strict reading,
which is also what explains a file that does not build.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Len, MinLen
from typing_extensions import Doc

from knowledge.schema import STRICT, Ids, Line, Prose, QuizItem, Source
from skills.folders import files, package

Name = Annotated[str, MinLen(1), Doc("as a Python name: accuracy, random_forest")]
Value = bool | int | float | str
CLAIMS = "claims"  # the family of exercises that put a statement to the test


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A number that the exercise measures, and how it is written for a reader."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Name
    label: Line
    format: Annotated[str, Doc("a format specification, as .3f or .1%")]
    meaning: Annotated[str, Doc("one sentence: what the number says")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One answer to a prediction; right where the measured value is its own.

    Choices stand in rising order: the first whose `below` exceeds the value is right, and the
    last one has no bound.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    text: Line
    below: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """A question asked before the run and decided by what the run measures."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: Name
    question: Line
    value: Annotated[str, Doc("the measured value that decides, as forest.accuracy")]
    choices: Annotated[tuple[Choice, ...], MinLen(2)]
    after: Annotated[Prose, Doc("said once the value is known; {placeholders} allowed")]

    def right(self, value: float) -> int:
        """Return the index of the choice that a measured value makes right."""
        return right(self.choices, value)


def right(choices: tuple[Choice, ...], value: float) -> int:
    """Return the index of the choice that a value makes right."""
    bounds = [choice.below for choice in choices[:-1]]
    return sum(bound is not None and value >= bound for bound in bounds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A part of the run with a name: a model that is trained and measured."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Annotated[Name, Doc("as `solution.run` names it in what it yields")]
    title: Line
    watch: Annotated[str, Doc("one line: what to look for while it trains")] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A figure drawn from what the stages made; `figure` is a name in skills.figures."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    figure: Name
    title: Line
    caption: Annotated[str, Doc("how to read it; {placeholders} allowed")] = ""
    stages: tuple[Name, ...] = ()
    metrics: tuple[Name, ...] = ()
    labels: Annotated[tuple[Line, ...], Doc("names of the classes, or of rows then columns")] = ()
    of: Annotated[str, Doc("the key of `made` that a figure of any values draws")] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of an exercise: exactly one of its fields is given."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    say: Annotated[str, Doc("Markdown; {stage.metric} is replaced by what was measured")] = ""
    ask: Annotated[str, Doc("the id of a prediction")] = ""
    train: Stage | None = None
    judge: Annotated[str, Doc("the id of a prediction, once its value is measured")] = ""
    show: Picture | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What the main stage's metric must reach: a fixed bound, or the baseline of this run."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Line
    metric: Name
    at_least: float | None = None
    at_most: float | None = None
    over: Annotated[str, Doc("a measured value to exceed, as tree.average_precision")] = ""
    under: Annotated[str, Doc("a measured value to stay below")] = ""
    by: Annotated[float, Doc("the margin to that value")] = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Something that the learner's own code must do; `check_<name>` of checks.py decides."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: Name
    title: Annotated[Line, Doc("what holds when it passes")]
    hint: Annotated[Prose, Doc("what to think of when it fails; not the answer")]


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """One knob to turn, predict, run and compare: a constant at the top of solution.py.

    The choices are decided by how much `decides` changed: its value with the knob turned less
    its usual value.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    knob: Annotated[str, Doc("the constant's name: EPOCHS")]
    default: Annotated[Value, Doc("the constant as solution.py has it")]
    values: Annotated[tuple[Value, ...], MinLen(1), Doc("worth trying")]
    question: Annotated[Line, Doc("{value} is the one chosen")]
    decides: Annotated[str, Doc("a measured value, as cnn.accuracy")]
    choices: Annotated[tuple[Choice, ...], MinLen(2)]
    compare: Annotated[tuple[str, ...], MinLen(1), Doc("measured values shown side by side")]
    after: Annotated[Prose, Doc("{value}, {usual.cnn.accuracy}, {changed.cnn.accuracy} allowed")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A statement that a run puts to the test, and what each verdict on it says.

    The solution decides: what ends its main stage carries "verdict", the name of one of the
    three texts. If a check fails, the measurement decides nothing: the verdict is undecided.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    statement: Annotated[Prose, Doc("the claim, as precise as a run can test it")]
    held: Annotated[Prose, Doc("the numbers and the reason; {placeholders} allowed, as below")]
    refuted: Annotated[Prose, Doc("it did not hold here, and why, also against a textbook")]
    undecided: Annotated[Prose, Doc("what is missing for a verdict")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """A model to watch being trained, to read, and to write oneself."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    id: str
    family: str
    title: Line
    summary: Annotated[Prose, Doc("what it trains and what that shows, in two sentences")]
    concepts: Annotated[Ids, MinLen(1)]
    prerequisites: Ids = ()
    minutes: Annotated[int, Ge(1), Doc("for a learner who reads along")]
    budget: Annotated[int, Ge(1), Doc("CPU seconds that a run may take, on two cores")]
    device: Annotated[Literal["auto", "cpu"], Doc("cpu: its library has no other")]
    dataset: Annotated[Name, Doc("a name in skills.data")]
    stand_in: Annotated[str, Doc("when the data stand for others: say so")] = ""
    main: Annotated[Name, Doc("the stage whose metrics are the exercise's own")]
    baseline: Annotated[Name, Doc("the stage it is compared with")]
    metrics: Annotated[tuple[Metric, ...], MinLen(1)]
    predictions: Annotated[tuple[Prediction, ...], MinLen(1)]
    steps: Annotated[tuple[Step, ...], MinLen(4)]
    checks: Annotated[tuple[Check, ...], MinLen(1)]
    claim: Annotated[Claim | None, Doc("what an exercise of the family claims tests")] = None
    passed: Annotated[Prose, Doc("what the result means when every check holds")]
    failed: Annotated[Prose, Doc("and when one does not")]
    try_next: Annotated[tuple[Line, ...], MinLen(1)]
    judged: Annotated[tuple[Judged, ...], Doc("what the learner's own code is held to")] = ()
    allows: Annotated[Ids, Doc("mistakes that are none here, for diagnosis to pass over")] = ()
    ordered: Annotated[bool, Doc("rows stand in order of time: a split at random leaks")] = False
    bf16: Annotated[bool, Doc("train in bfloat16 where the GPU can: sound for this model")] = False
    what_ifs: tuple[WhatIf, ...] = ()
    hints: Annotated[tuple[Line, ...], Len(3, 3), Doc("of rising strength")]
    quiz: Annotated[tuple[QuizItem, ...], MinLen(2)]
    next: Ids = ()
    sources: Annotated[tuple[Source, ...], MinLen(1)]

    def prediction(self, name: str) -> Prediction:
        """Return the prediction with an id; raises KeyError."""
        return {prediction.id: prediction for prediction in self.predictions}[name]

    def listing(self) -> dict[str, Any]:
        """Return the row of `exercise list --json`."""
        names = ("id", "title", "family", "concepts", "minutes", "device", "dataset")
        row = {name: getattr(self, name) for name in names}
        return row | {"concepts": list(self.concepts)}


class Catalogue(Mapping[str, Exercise]):
    """Exercises by id, in the order of family and id; each is built when it is asked for."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self.documents = documents
        self._built: dict[str, Exercise] = {}

    @classmethod
    def open(cls, file: Path) -> "Catalogue":
        """Return the catalogue whose documents were compiled into a JSON file."""
        return cls(json.loads(file.read_text("utf-8")))

    def __getitem__(self, id_: str) -> Exercise:
        if id_ not in self._built:
            self._built[id_] = build(Exercise, self.documents[id_])
        return self._built[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)

    def about(self, concept: str) -> list[str]:
        """Return the exercises that practise a concept, those that name it earlier first.

        Claims, which measure more than they train, come last.
        """
        places = {
            id_: (document["family"] == CLAIMS, list(document["concepts"]).index(concept))
            for id_, document in self.documents.items()
            if concept in document["concepts"]
        }
        return sorted(places, key=places.__getitem__)


@cache
def catalogue() -> Catalogue:
    """Return our exercises, from their files; `skills.check` explains a fault in one."""
    return Catalogue({path.parent.name: parse(path) for path in files(package())})


def read(path: Path, root: Path) -> Exercise:
    """Return the exercise in a file; id and family are its folders' names.

    Raises knowledge.authoring.KnowledgeError, which names file, field and mend.
    """
    from yaml import YAMLError

    try:
        built = build(Exercise, parse(path))
    except (TypeError, ValueError, KeyError, AttributeError, YAMLError):
        from skills.check import strict  # pydantic: only to explain a fault

        return strict(path, root)
    return typing.cast(Exercise, built)


def parse(path: Path) -> dict[str, Any]:
    """Return what stands in an exercise's file, with its id and its family, its folders' names."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
    return {**document, "id": path.parent.name, "family": path.parent.parent.name}


def build(hint: Any, value: Any) -> Any:
    """Return a document of a trusted file as what `hint` says: dataclasses, tuples, texts."""
    if typing.get_origin(hint) is Annotated:
        return build(typing.get_args(hint)[0], value)
    if isinstance(hint, types.UnionType):
        inner = [arm for arm in typing.get_args(hint) if arm is not types.NoneType]
        return None if value is None else build(inner[0], value)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise TypeError("not a list")
        return tuple(build(typing.get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return _dataclass(typing.cast(type, hint), value)
    return value.strip() if isinstance(value, str) else value


def _dataclass(kind: type, document: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: build(hints[name], value) for name, value in document.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)
