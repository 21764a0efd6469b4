"""What a message means: its intent, the entries it names, the passages near to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from assistant.language.encoder import last
from assistant.language.intents import IntentClassifier, Prediction
from assistant.language.masking import both, mask, mean
from assistant.language.mentions import WEAK, Mention, MentionFinder
from assistant.language.slots import Slots, Story
from assistant.language.spelling import Speller
from assistant.questions import Asked, Questions
from assistant.search import Encode, Floats, Hit, Index, best_rows

HITS = 60


class Parts(Protocol):
    """What understanding needs; `assistant.mind.Mind` is one."""

    @property
    def names(self) -> MentionFinder: ...
    @property
    def index(self) -> Index: ...
    @property
    def speller(self) -> Speller: ...
    @property
    def story(self) -> Story: ...
    @property
    def intents(self) -> IntentClassifier: ...
    @property
    def questions(self) -> Questions: ...


@dataclass(frozen=True)
class Understanding:
    """A message with all that was found out about it; vectors are unit vectors of 384."""

    text: str
    vector: Floats
    prediction: Prediction
    mentions: tuple[Mention, ...]
    hits: tuple[Hit, ...]
    asked: tuple[Asked, ...] = ()
    slots: Slots = field(default_factory=Slots)
    spelt: str = ""  # the text with what it leaves out of the conversation

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.prediction.label

    @property
    def confidence(self) -> float:
        """The calibrated probability of the intent."""
        return self.prediction.probability

    def named(self, *kinds: str) -> list[Mention]:
        """Return the mentions of these kinds, or all, each entry once, everyday words last."""
        seen: dict[str, Mention] = {}
        for mention in sorted(self.mentions, key=lambda mention: mention.score == WEAK):
            if not kinds or mention.kind in kinds:
                seen.setdefault(mention.id, mention)
        return list(seen.values())


def understand(text: str, encode: Encode, parts: Parts, today: date | None = None) -> Understanding:
    """Return what a message means on its own, without the conversation around it.

    `encode` gives the vectors of `Encoder.layers`. Dates in the text count from `today`, else
    they are not read.
    """
    typed, text = text, parts.speller.mend(text)
    mentions = tuple(parts.names.find(text))
    vectors = encode([text, mask(text, mentions)])
    vector = last(vectors[:1])[0]
    dense, lexical = parts.index.scores(text, vector)
    return Understanding(
        text=typed,
        spelt=text,
        vector=vector,
        prediction=parts.intents.predict([both(text, mentions)], vectors=mean(vectors))[0],
        mentions=mentions,
        hits=tuple(best_rows(dense, lexical, HITS)),
        asked=tuple(parts.questions.asked(dense, lexical, mentions)),
        slots=parts.story.read(text, mentions, today),
    )


def ids(mentions: Sequence[Mention]) -> list[str]:
    """Return the ids of mentions, each once, in order."""
    return list(dict.fromkeys(mention.id for mention in mentions))
