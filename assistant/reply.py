"""A reply: blocks of content, where they come from, and what can be done next."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from assistant.learner.keeping import Keep

Status = Literal["answered", "clarify", "unsure", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown: paragraphs, lists, `code`, **bold**."""

    type: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short lines under an optional title."""

    type: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; every row has as many cells as the header.

    `spans` are the numbers that the cells of the column `drawn` name, from and to, one pair a row:
    a terminal draws each as a bar under its cell.
    """

    type: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    spans: tuple[tuple[float, float], ...] = ()
    drawn: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code."""

    type: ClassVar[str] = "code"
    code: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Plot:
    """Named series of values over their index."""

    type: ClassVar[str] = "plot"
    series: dict[str, tuple[float, ...]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A name and what it needs, each with what that needs in turn; `more` are left out."""

    type: ClassVar[str] = "tree"
    name: str
    text: str = ""
    needs: "tuple[Tree, ...]" = ()
    more: int = 0


Block = Text | Bullets | Table | Code | Plot | Tree


@dataclass(frozen=True, slots=True)
class Reference:
    """A source of an answer: the entry it stands in and where a reader can check it."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something Lodestar can do next; `start` is True where the learner has already said yes."""

    type: Literal["exercise", "path", "quiz", "quit", "forget", "progress"]
    id: str
    title: str = ""
    start: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """An entry that the question names."""

    id: str
    kind: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to one message.

    What stands in `keeps` is to be kept before the reply is shown; `kept` says so, and is shown
    in front only once it is true.
    """

    status: Status
    intent: str
    blocks: tuple[Block, ...]
    question: str = ""
    confidence: float = 0.0
    entities: tuple[Entity, ...] = ()
    sources: tuple[Reference, ...] = ()
    suggestions: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    ms: float = 0.0
    trace: dict[str, Any] = field(default_factory=dict)
    keeps: "tuple[Keep, ...]" = ()
    kept: tuple[Block, ...] = ()


def block_as_dict(block: Block) -> dict[str, Any]:
    """Return a block as the contract's JSON has it."""
    return {"type": block.type, **asdict(block)}
