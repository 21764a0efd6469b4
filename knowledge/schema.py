"""What an entry of the knowledge base holds.

Plain frozen dataclasses: a running chat rebuilds them from the compiled cache without
importing pydantic, and `knowledge.authoring` validates the YAML against the same classes
with pydantic (unknown fields are refused). An entry's id is its file's name; the area of a
concept is its folder. Both are filled in by the loader, never written in the file.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import MinLen
from typing_extensions import Doc

Line = Annotated[str, MinLen(1), Doc("one line of plain text")]
Prose = Annotated[str, MinLen(20), Doc("Markdown: paragraphs, lists, `code`, **bold**")]
Ids = tuple[str, ...]
Level = Literal["newcomer", "practitioner", "advanced"]

STRICT: dict[str, Any] = {"extra": "forbid", "str_strip_whitespace": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A place where a reader can check what the entry says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    title: Line
    by: Line
    url: Annotated[str, Doc("https://…")]
    year: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Maths:
    """A formula in Unicode or LaTeX, every symbol named, and a number worked through."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    formula: Line
    symbols: dict[str, str]
    worked: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Pitfall:
    """What people get wrong, and the sign by which they can see it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    mistake: Line
    sign: Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Rival:
    """What decides between this entry and another one that is mistaken for it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    rival: Annotated[str, Doc("an id")]
    differs: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question people really ask of the entry, in several wordings, with a direct answer."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    ask: Annotated[tuple[Line, ...], MinLen(2)]
    answer: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a quiz item; `why` says why it is right or wrong."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    text: Line
    why: Line
    right: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class QuizItem:
    """A multiple-choice question with exactly one right option."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    question: Line
    options: Annotated[tuple[Option, ...], MinLen(3)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What every kind of entry has."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    kind: ClassVar[str] = "entry"
    id: str
    name: Line
    summary: Annotated[str, MinLen(20), Doc("one or two sentences that stand alone, ≤ 45 words")]
    sources: Annotated[tuple[Source, ...], MinLen(1)]
    aliases: tuple[Line, ...] = ()
    disambiguate: Annotated[
        str, Doc("when an alias has two owners: a few words that tell this one apart")
    ] = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept(Entry):
    """An idea, method, model, metric or tool of the field."""

    kind: ClassVar[str] = "concept"
    area: str = ""
    what: Literal[
        "field", "task", "model", "method", "metric", "mathematics", "data", "tool", "idea"
    ]
    level: Level
    plain: Annotated[Prose, Doc("for a newcomer: one good analogy and where it breaks")]
    how: Annotated[Prose, Doc("how it works, step by step")]
    why: Annotated[str, Doc("why it exists, what was hard without it")] = ""
    history: Annotated[str, Doc("who, when, where; dated and sourced")] = ""
    maths: Maths | None = None
    when: Prose
    when_not: Prose
    data: Annotated[str, Doc("what and how much data it takes, one line")] = ""
    compute: Annotated[str, Doc("what hardware and time it takes, one line")] = ""
    strengths: tuple[Line, ...] = ()
    weaknesses: tuple[Line, ...] = ()
    pitfalls: Annotated[tuple[Pitfall, ...], MinLen(1)]
    example: Prose
    code: Annotated[str, Doc("10-25 lines of Python that run on their own in seconds")] = ""
    compare: tuple[Rival, ...] = ()
    questions: Annotated[tuple[Question, ...], MinLen(3)]
    quiz: Annotated[tuple[QuizItem, ...], MinLen(2)]
    prerequisites: Ids = ()
    related: Ids = ()
    exercises: Ids = ()
    applications: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """How much of each a role asks for, 0 (none) to 5 (its core); our own judgement."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    coding: int
    mathematics: int
    research: int
    systems: int
    data_wrangling: int
    communication: int
    product: int
    domain: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Occupation:
    """An occupation of the official statistics in which holders of a role are counted."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    soc: Annotated[str, Doc("code of the Standard Occupational Classification, as 15-2051")]
    title: Line
    fit: Annotated[Line, Doc("how well the occupation stands for the role")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Role(Entry):
    """A job people hold in the field."""

    kind: ClassVar[str] = "role"
    day: Annotated[Prose, Doc("what they do all day")]
    responsibilities: Annotated[tuple[Line, ...], MinLen(3)]
    must: Annotated[Ids, MinLen(4), Doc("competencies without which nobody is hired")]
    nice: Ids = ()
    mathematics: Prose
    code: Prose
    entry: Annotated[Prose, Doc("how people get in, with and without a degree")]
    suits: Prose
    not_for: Prose
    outlook: Annotated[Prose, Doc("dated, sourced; says where data do not cover the role")]
    traits: Traits
    occupations: tuple[Occupation, ...] = ()
    occupation_note: Annotated[Prose, Doc("what the official figures do not say about the role")]
    titles: Annotated[tuple[Line, ...], Doc("other titles in job adverts")] = ()
    compare: tuple[Rival, ...] = ()
    concepts: Ids = ()
    applications: Ids = ()
    exercises: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wage:
    """Annual wage in U.S. dollars of an occupation; None where the source holds it back."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    year: int
    employment: int | None
    p10: int | None
    p25: int | None
    median: int | None
    p75: int | None
    p90: int | None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """Projected change of employment over a decade, in per cent."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    period: Line
    percent: float
    openings_per_year: int | None = None
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class OccupationStatistics(Entry):
    """Wages and projection of one U.S. occupation (kind `occupation`, id as soc_15_2051)."""

    kind: ClassVar[str] = "occupation"
    soc: Line
    titles: Annotated[tuple[Line, ...], Doc("titles in use that O*NET counts here")] = ()
    wage: Wage
    projection: Projection | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """A block of a path: what to learn, what to build, how to know that it is done."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    title: Line
    why: Prose
    hours: Annotated[int, Doc("typical hours of study and practice")]
    concepts: Ids = ()
    competencies: Ids = ()
    exercises: Ids = ()
    resources: Ids = ()
    project: Annotated[str, Doc("something of real size to build")] = ""
    milestone: Annotated[Line, Doc("how the learner knows that the phase is done")]


@dataclass(frozen=True, kw_only=True, slots=True)
class FurtherStudy:
    """A programme, course or book that goes on where the path ends."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    resource: str
    why: Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Path(Entry):
    """A way into a role; with `background`, a transition from somewhere else."""

    kind: ClassVar[str] = "path"
    role: str
    background: Annotated[str, Doc("e.g. mechanical engineer; empty for the general path")] = ""
    background_aliases: tuple[Line, ...] = ()
    brings: Annotated[tuple[Line, ...], Doc("what the background already gives")] = ()
    missing: Annotated[tuple[Line, ...], Doc("what it lacks")] = ()
    gives: Annotated[Ids, Doc("what the background gives whole: nothing is planned for it")] = ()
    eases: Annotated[Ids, Doc("what it gives in part: half the time is planned for it")] = ()
    phases: Annotated[tuple[Phase, ...], MinLen(3)]
    further: tuple[FurtherStudy, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Competency(Entry):
    """A language, library, tool, method or soft skill, and how to prove it."""

    kind: ClassVar[str] = "competency"
    category: Literal["language", "library", "tool", "method", "soft_skill"]
    why: Prose
    learn: Prose
    prove: Annotated[Prose, Doc("evidence that convinces somebody who hires")]
    hours: Annotated[int, Doc("typical hours from nothing to useful at work")]
    concepts: Ids = ()
    resources: Ids = ()
    exercises: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Application(Entry):
    """Something that ML or DL is used for."""

    kind: ClassVar[str] = "application"
    problem: Prose
    data: Prose
    models: Annotated[Prose, Doc("the models really used, and why")]
    pitfalls: Annotated[tuple[Line, ...], MinLen(2)]
    example: Prose
    concepts: Ids = ()
    industries: Ids = ()
    roles: Ids = ()
    exercises: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Industry(Entry):
    """An industry, what ML and DL do in it, and what is particular about it."""

    kind: ClassVar[str] = "industry"
    overview: Prose
    data: Prose
    constraints: Annotated[Prose, Doc("regulation, safety, trust, cost of error")]
    getting_in: Annotated[Prose, Doc("how somebody comes to work on this")]
    applications: Annotated[Ids, MinLen(2)]
    roles: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource(Entry):
    """A course, book, paper, documentation, competition, community or programme."""

    kind: ClassVar[str] = "resource"
    format: Literal[
        "course", "book", "paper", "documentation", "competition", "community", "programme",
        "video", "dataset",
    ]  # fmt: skip
    by: Line
    url: Line
    free: bool
    cost: Annotated[str, Doc("what is paid for, never an undated price")] = ""
    level: Level
    for_whom: Prose
    topics: Annotated[Ids, Doc("concepts and competencies")] = ()
    roles: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An answer for one kind of asker."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    who: Line
    answer: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Faq(Entry):
    """A career question; `name` is the question, `summary` the answer in a nutshell."""

    kind: ClassVar[str] = "faq"
    topic: Literal[
        "degree", "age", "mathematics", "bootcamp", "certificate", "time", "order", "portfolio",
        "resume", "interview", "first_job", "remote", "country", "salary", "future", "language",
        "hardware", "wellbeing", "transition", "role_choice", "study", "work_life", "field",
    ]  # fmt: skip
    ask: Annotated[tuple[Line, ...], MinLen(3), Doc("other wordings of the question")]
    answer: Prose
    cases: tuple[Case, ...] = ()
    roles: Ids = ()
    related: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(Entry):
    """A statement about ML and DL that a learner can test on their own machine."""

    kind: ClassVar[str] = "claim"
    aspect: Annotated[Line, Doc("what is compared, e.g. human intervention")]
    statement: Line
    machine_learning: Prose
    deep_learning: Prose
    nuance: Annotated[Prose, Doc("where the statement is too simple")]
    exercises: Ids = ()
    concepts: Ids = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading of a page and what stands under it, Markdown; the heading may be empty."""

    heading: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Entry):
    """A Markdown page of a knowledge pack, cut at its headings; `id` is pack/path."""

    kind: ClassVar[str] = "page"
    sections: tuple[Section, ...]


KINDS: dict[str, type[Entry]] = {
    cls.kind: cls
    for cls in (
        Concept, Role, Path, Competency, Application, Industry, Resource, Faq, Claim,
        OccupationStatistics, Page,
    )
}  # fmt: skip
FOLDERS: dict[str, str] = {
    "concepts": "concept", "roles": "role", "paths": "path", "competencies": "competency",
    "applications": "application", "industries": "industry", "resources": "resource",
    "faq": "faq", "claims": "claim", "occupations": "occupation",
}  # fmt: skip
