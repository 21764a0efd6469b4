"""What a reply is made from: the message, the conversation so far, the knowledge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from assistant.language.mentions import Mention, MentionFinder
from assistant.language.slots import Slots
from assistant.language.understanding import Understanding
from assistant.reply import Action, Block, Entity, Reference, Reply, Status
from knowledge.library import Library
from knowledge.schema import Concept, Entry
from skills.exercise import Catalogue

if TYPE_CHECKING:
    from assistant.learner.keeping import Keep, Learner
    from assistant.learner.quiz import Quiz
    from assistant.replies.interview import Interview

MAX_SOURCES = 4
MAX_SUGGESTIONS = 4
TOPIC_KINDS = ("concept", "role", "application", "industry", "competency", "claim", "resource")


def is_field(entry: Entry) -> bool:
    """Return whether an entry is a whole field, as machine learning, named in many questions."""
    return isinstance(entry, Concept) and entry.what == "field"


def a(name: str) -> str:
    """Return a name inside a sentence, with its article: "a data analyst", "an ML engineer"."""
    plain = inside(name)
    spelt = plain[:2].isupper()  # letters said one by one: ML, NLP, AI
    vowel = plain[0] in ("AEFHILMNORSX" if spelt else "AEIOUaeiou")
    return f"{'an' if vowel else 'a'} {plain}"


def inside(name: str) -> str:
    """Return a name as it is written inside a sentence: "data analyst", "ML engineer"."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


class Knowing(Protocol):
    """The part of the mind that replies read."""

    @property
    def library(self) -> Library: ...
    @property
    def phrases(self) -> dict[str, str]: ...
    @property
    def names(self) -> MentionFinder: ...


@dataclass(frozen=True, slots=True)
class Pending:
    """What the last reply left open.

    Choices to pick from, an action to agree to, something to be kept if the learner says yes
    (`kept` is said then), or whether the next message answers the quiz or the interview.
    """

    choices: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()  # what each choice is about, where that is one entry
    action: Action | None = None
    keeps: "tuple[Keep, ...]" = ()
    kept: str = ""
    quiz: bool = False
    interview: bool = False


@dataclass
class Memory:
    """What a conversation remembers from turn to turn."""

    topics: list[str] = field(default_factory=list)
    told: Slots = field(default_factory=Slots)  # what the learner said of themselves
    listed: tuple[str, ...] = ()  # the entries of the last reply that was about several
    said: str = ""  # the last question that was answered, spelt out
    said_names: tuple[Mention, ...] = ()
    intent: str = ""
    level: str = "newcomer"
    shown: set[tuple[str, str]] = field(default_factory=set)
    pending: Pending = field(default_factory=Pending)
    last: Reply | None = None
    offer: Action | None = None  # the exercise offered last, until it is started or declined
    quiz: "Quiz | None" = None  # the one that is not over
    reviewing: bool = False  # whether it is a review of what is due
    interview: "Interview | None" = None
    learner: "Learner | None" = None  # None where nothing is known or kept of anybody
    plan: Mapping[str, Any] | None = None  # the one laid out last
    step: str = ""  # the step of a plan that was spoken of last
    done: set[str] = field(default_factory=set)  # steps said to be done in this conversation
    offered: Slots = field(default_factory=Slots)  # what was told when it was last to be kept
    refused: set[str] = field(default_factory=set)  # what is not offered to be kept again

    @property
    def topic(self) -> str:
        """The entry talked about last, empty at the start."""
        return self.topics[-1] if self.topics else ""

    def turn_to(self, id_: str) -> None:
        """Put an entry on top of the stack of topics."""
        if id_ in self.topics:
            self.topics.remove(id_)
        self.topics.append(id_)


@dataclass(frozen=True)
class Turn:
    """One message on its way to a reply."""

    mind: Knowing
    heard: Understanding
    memory: Memory
    exercises: Catalogue
    intent: str
    about: tuple[Mention, ...]
    sure: float = 1.0  # probability of the intent; 1 where the conversation gave it
    leans_on: str = ""  # the topic that the message took from the conversation

    @property
    def library(self) -> Library:
        """The knowledge base."""
        return self.mind.library

    @property
    def told(self) -> Slots:
        """What the learner has told so far, this message included."""
        return self.memory.told

    def phrase(self, name: str, /, **values: object) -> str:
        """Return one of Lodestar's own sentences with its blanks filled in."""
        return self.mind.phrases[name].format(**values)

    def entries(self, *kinds: str) -> list[Entry]:
        """Return the entries the message is about, of these kinds or all, each once."""
        found: dict[str, Entry] = {}
        for mention in self.about:
            if (not kinds or mention.kind in kinds) and mention.id in self.library:
                found.setdefault(mention.id, self.library.get(mention.id))
        return list(found.values())

    def subject(self, *kinds: str) -> Entry | None:
        """Return the entry the message is about, a particular one before a whole field."""
        entries = self.entries(*kinds)
        particular = (entry for entry in entries if not is_field(entry))
        return next(particular, next(iter(entries), None))

    def references(self, *ids: str) -> tuple[Reference, ...]:
        """Return the sources of entries, those of the first entry first, each page once."""
        found: dict[str, Reference] = {}
        for id_ in ids:
            if id_ in self.library:
                for source in self.library.get(id_).sources:
                    found.setdefault(source.url, Reference(id_, source.title, source.url))
        return tuple(found.values())[:MAX_SOURCES]

    def reply(
        self,
        *blocks: Block,
        status: Status = "answered",
        ids: Iterable[str] = (),
        suggestions: Iterable[str] = (),
        actions: tuple[Action, ...] = (),
    ) -> Reply:
        """Return a reply to this turn; `ids` are the entries it rests on, the main one first."""
        heard = self.heard
        said = heard.text.casefold().rstrip("?. ")
        fresh = (ask for ask in suggestions if ask.casefold().rstrip("?. ") != said)
        return Reply(
            status=status,
            intent=self.intent,
            blocks=blocks,
            question=heard.text,
            confidence=heard.confidence,
            entities=tuple(
                Entity(mention.id, mention.kind, mention.text, mention.score)
                for mention in self.about
            ),
            sources=self.references(*ids),
            suggestions=tuple(dict.fromkeys(fresh))[:MAX_SUGGESTIONS],
            actions=actions,
        )
