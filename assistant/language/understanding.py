"""What a message means: its intent, the entries it names, the passages near to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np

from assistant.language.encoder import Encoder, last
from assistant.language.intents import IntentClassifier, Prediction
from assistant.language.masking import both, mask, mean
from assistant.language.mentions import WEAK, Mention, MentionFinder
from assistant.language.slots import Slots, Story
from assistant.language.spelling import Speller
from assistant.questions import Asked, Questions
from assistant.search import Floats, Hit, Index, best_rows
from assistant.wordings import Wordings

HITS = 60


class Parts(Protocol):
    """What understanding needs; `assistant.mind.Mind` is one."""

    @property
    def encoder(self) -> Encoder: ...
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
    @property
    def wordings(self) -> Wordings: ...


# "hmm, I don't know" is no hidden Markov model; "hmm vs crf" is.
_SOUND = re.compile(
    r"^\s*(?:[Hh]m+|[Uu]+mm*|[Uu]hm*|[Ee]r+m*|[Aa]h+|[Oo]h+)\b[\s,.…-]+"
    r"(?=(?:i|i'm|ok|okay|so|not|no|yes|maybe|well|let|what|how|why|which|who|when|where|tell|but|then"
    r"|you|this|that|it)\b)",
)


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


def understand(text: str, parts: Parts, today: date | None = None) -> Understanding:
    """Return what a message means on its own, without the conversation around it.

    Dates in the text count from `today`, else they are not read.
    """
    typed, text = text, parts.speller.mend(_SOUND.sub("", text))
    mentions = tuple(parts.names.find(text))
    masked = mask(text, mentions)
    layers, states = parts.encoder.read(text)
    others = layers if masked == text else parts.encoder.layers([masked])
    vector = last(layers)[0]
    dense, lexical = parts.index.scores(text, vector)
    likeness = parts.wordings.likeness(parts.encoder.match(states)[0])
    return Understanding(
        text=typed,
        spelt=text,
        vector=vector,
        prediction=parts.intents.predict(
            [both(text, mentions)], vectors=mean(np.vstack([layers, others]))
        )[0],
        mentions=mentions,
        hits=tuple(best_rows(dense, lexical, HITS)),
        asked=tuple(parts.questions.asked(likeness, dense, lexical, mentions)),
        slots=parts.story.read(text, mentions, today),
    )


def ids(mentions: Sequence[Mention]) -> list[str]:
    """Return the ids of mentions, each once, in order."""
    return list(dict.fromkeys(mention.id for mention in mentions))
