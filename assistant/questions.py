"""Which stored question a message asks.

Every question of the knowledge base stands there in several wordings, with its answer. A message
asks it if its vector of `Encoder.matching` is near to theirs, to the best one and on average, if
it is near to the answer, and names what the question names. A logistic regression over these
signs says how likely that is; `lodestar evaluate questions` fits and measures it on wordings
that nothing was learnt from.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.language.mentions import WEAK, Mention
from assistant.search import Floats
from knowledge.library import PassageRef

AVERAGE, ANSWER, WORDS = 0.4, 0.4, 0.4  # weights of the first, coarse ranking
NEAREST = 12  # questions that are looked at closely
# The logistic regression, in the order of the fields of Signs, from `lodestar evaluate questions`.
WEIGHTS = (7.54, 1.83, 2.1, 0.62, -0.68, 5.46)
INTERCEPT = -7.24


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored question with the probability that a message asks it.

    `dense` is the cosine of the sentence vectors to the nearest wording; `named` whether the
    message names the entry.
    """

    entry: str
    field: str
    chance: float
    dense: float
    named: bool


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a stored question, an array each with a value a question."""

    average: Floats  # mean likeness to the wordings
    answer: Floats  # cosine to the answer
    words: Floats  # share of the message's words, weighted by rarity, in the answer
    named: Floats  # 1 where the message names the question's entry
    foreign: Floats  # how many entries the message names that the question does not
    lead: Floats  # how far ahead of the other questions, or behind the first

    def matrix(self) -> Floats:
        """Return the signs as columns, float32 (questions, signs)."""
        return np.column_stack([getattr(self, sign.name) for sign in fields(self)])


class Questions:
    """The stored questions by the rows of their wordings and answers in the search index."""

    def __init__(self, table: Sequence[Sequence[Any]]) -> None:
        self.places = [(str(row[0]), str(row[1])) for row in table]
        self.counts = np.array([row[3] for row in table], dtype=np.intp)
        self._answer = np.array([row[4] for row in table], dtype=np.intp)
        self._names = [frozenset(row[5]) for row in table]
        self.rows = np.concatenate(
            [np.arange(row[2], row[2] + row[3]) for row in table] or [np.empty(0, np.intp)]
        )
        self._starts = np.concatenate(([0], np.cumsum(self.counts)[:-1])).astype(np.intp)

    @staticmethod
    def table(places: Sequence[PassageRef], names: Sequence[Collection[str]]) -> list[list[Any]]:
        """Return what `Questions` is made from, as JSON can hold it.

        A row a question: entry, field, the row of its first wording in the index, how many
        wordings follow, the row of its answer, and the entries it names; `names` are those that
        each passage names.
        """
        wordings: dict[tuple[str, str], list[int]] = {}
        answers: dict[tuple[str, str], int] = {}
        for row, place in enumerate(places):
            if place.wording:
                wordings.setdefault((place.entry, place.field), []).append(row)
            else:
                answers[place.entry, place.field] = row
        return [
            [*key, rows[0], len(rows), answers.get(key, rows[0]),
             sorted({key[0]}.union(*(names[row] for row in rows)))]
            for key, rows in wordings.items()
        ]  # fmt: skip

    @staticmethod
    def behind(table: Sequence[Sequence[Any]], start: int) -> list[list[Any]]:
        """Return a table of an index whose rows begin at `start` of a larger one."""
        return [
            [entry, field, first + start, count, answer + start, names]
            for entry, field, first, count, answer, names in table
        ]

    def __len__(self) -> int:
        return len(self.places)

    def signs(
        self, likeness: Floats, dense: Floats, lexical: Floats, mentions: Iterable[Mention]
    ) -> tuple[npt.NDArray[np.intp], Floats, Signs]:
        """Return the nearest questions: numbers, cosines to the best wording of each, signs.

        `likeness` is that of every wording to the message; `dense` and `lexical` are the scores
        of every row of the index for it.
        """
        nearest = np.maximum.reduceat(likeness, self._starts)
        average = (np.add.reduceat(likeness, self._starts) / self.counts).astype(np.float32)
        words = np.maximum.reduceat(lexical[self.rows], self._starts)
        answer = dense[self._answer]
        coarse = nearest + AVERAGE * average + ANSWER * answer + WORDS * words
        named = [mention.id for mention in mentions if mention.score > WEAK]
        count = min(NEAREST, len(self))
        chosen = np.argpartition(-coarse, count - 1)[:count]
        chosen = chosen[np.argsort(-coarse[chosen], kind="stable")]
        best = coarse[chosen]
        lead = best - best[0]
        if count > 1:
            lead[0] = best[0] - best[1]
        single = [self._names[number] for number in chosen]
        return (
            chosen,
            np.maximum.reduceat(dense[self.rows], self._starts)[chosen],
            Signs(
                average[chosen],
                answer[chosen],
                lexical[self._answer[chosen]],
                np.array([self.places[n][0] in named for n in chosen], np.float32),
                np.array([len(set(named) - names) for names in single], np.float32),
                lead,
            ),
        )

    def asked(
        self, likeness: Floats, dense: Floats, lexical: Floats, mentions: Sequence[Mention]
    ) -> list[Asked]:
        """Return the questions that a message may ask, the likeliest first."""
        if not len(self):
            return []
        chosen, nearest, signs = self.signs(likeness, dense, lexical, mentions)
        logit = signs.matrix() @ np.array(WEIGHTS, np.float32) + INTERCEPT
        chance = 1 / (1 + np.exp(-logit))
        return [
            Asked(
                *self.places[int(chosen[i])], round(float(chance[i]), 4),
                float(nearest[i]), bool(signs.named[i]),
            )
            for i in np.argsort(-chance, kind="stable")
        ]  # fmt: skip
