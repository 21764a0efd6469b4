"""Interview practice: questions for a role, and what a free answer covers of the model answer.

The model answer is cut into points. A point counts as covered only when something the learner
wrote is near to it in meaning and shares words with it that the question has not already said;
so an empty answer, an echo of the question and general praise cover nothing. What is near but
not near enough is `unclear` and left to the learner to judge. Neither similarity nor words can
tell a statement from its opposite, so a point and words of which only one is negated are never
more than unclear.

The thresholds are chosen on the answers marked `tune` in tests/learner/interview.yaml, and so
that of 590 points held against an answer on another topic 2 are covered.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from assistant.reply import Block, Bullets, Reply, Text
from assistant.search import Encode, Tokenizer
from knowledge.library import Library
from knowledge.schema import Competency, Concept, Role

State = Literal["covered", "unclear", "missed"]
COVERED, UNCLEAR = 0.58, 0.48
WORDS_WEIGHT = 0.3  # of the share of a point's words, beside the cosine
FEWEST = 0.5  # words in common, each divided by the number of points that have it
SHORTEST = 5  # words of a point, and 3 of a clause
LIMIT = 4000  # characters of an answer that are read
LEVELS = {"newcomer": ("newcomer", "practitioner", "advanced"),
          "practitioner": ("practitioner", "newcomer", "advanced"),
          "mathematical": ("advanced", "practitioner", "newcomer")}  # fmt: skip
_END = re.compile(r"(?<=[.!?])[\"”')]*\s+(?=[\"“'(]?[A-Z0-9`])|;\s+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE = re.compile(r",\s+|\s+(?:and|but|because|since|while|so)\s+", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|cannot)\b|n['’]t\b", re.IGNORECASE)
_tokenize = Tokenizer()


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its model answer and the entry it stands in."""

    entry: str
    topic: str
    level: str
    ask: str
    answer: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the model answer, what became of it, and the learner's words nearest to it."""

    text: str
    state: State
    said: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an answer covers; show it together with the model answer."""

    question: Question
    points: tuple[Point, ...]

    def of(self, state: State) -> tuple[Point, ...]:
        """Return the points in a state."""
        return tuple(point for point in self.points if point.state == state)


def questions(
    library: Library, role: str, level: str = "newcomer", *, count: int = 5, seed: int = 0,
    asked: Iterable[str] = (),
) -> list[Question]:  # fmt: skip
    """Return questions for a role, none of the `asked` ones.

    Of the learner's level first; as many different topics as there are.
    """
    found = library.get_as(Role, role)
    if found is None:
        raise KeyError(role)
    skills = [skill for id_ in found.must if (skill := library.get_as(Competency, id_))]
    ids = dict.fromkeys((*found.concepts, *(id_ for skill in skills for id_ in skill.concepts)))
    order, rng = LEVELS[level], random.Random(f"{seed}:{role}")
    concepts = [concept for id_ in ids if (concept := library.get_as(Concept, id_))]
    rng.shuffle(concepts)
    concepts.sort(key=lambda concept: order.index(concept.level))
    gone = set(asked)
    rounds: list[tuple[int, Question]] = []
    for concept in concepts:
        fresh = [item for item in concept.questions if item.ask[0] not in gone]
        for place, item in enumerate(rng.sample(fresh, len(fresh))):
            question = Question(concept.id, concept.name, concept.level, item.ask[0], item.answer)
            rounds.append((place, question))
    rounds.sort(key=lambda row: row[0])
    return [question for _, question in rounds[:count]]


def points(answer: str) -> list[str]:
    """Return the points of a model answer: its sentences and half-sentences, short ones joined."""
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in _END.split(" ".join(answer.split())))):
        if parts and min(len(part.split()), len(parts[-1].split())) < SHORTEST:
            parts[-1] += ("; " if parts[-1][-1].isalnum() else " ") + part
        else:
            parts.append(part)
    return parts


def assess(question: Question, text: str, encode: Encode) -> Assessment:
    """Return what a free answer covers of a question's model answer."""
    told = points(question.answer)
    said = _pieces(text[:LIMIT])
    if not said:
        return Assessment(question, tuple(Point(point, "missed", "") for point in told))
    near = encode(told) @ encode(said).T
    given = set(_tokenize(f"{question.ask} {question.topic}"))
    words = [set(_tokenize(point)) - given for point in told]
    shared = Counter(word for of_point in words for word in of_point)
    theirs = [set(_tokenize(piece)) for piece in said]
    judged = []
    for point, cosines, of_point in zip(told, near, words, strict=True):
        weight = {word: 1 / shared[word] for word in of_point}
        common = np.array([sum(weight[word] for word in of_point & has) for has in theirs])
        scores = cosines + WORDS_WEIGHT * common / (sum(weight.values()) or 1.0)
        scores[common < FEWEST] = 0.0
        judged.append(_judge(point, scores, said))
    return Assessment(question, tuple(judged))


def as_reply(assessment: Assessment) -> Reply:
    """Return what was covered, what was missed and the model answer, as blocks to draw."""
    covered, total = assessment.of("covered"), len(assessment.points)
    head = f"I find {len(covered)} of {total} points of the model answer in yours."
    if not covered:
        head = "I find none of the points of the model answer in yours."
    blocks: list[Block] = [Text(head)]
    titles: dict[State, str] = {
        "covered": "In your answer",
        "unclear": "Near to it; judge for yourself",
        "missed": "Missing",
    }
    for state, title in titles.items():
        texts = tuple(
            f"{point.text} (you: “{point.said}”)" if point.said else point.text
            for point in assessment.of(state)
        )
        blocks += [Bullets(texts, title)] if texts else []
    blocks.append(Text(f"**Model answer:** {assessment.question.answer}"))
    return Reply("answered", "interview", tuple(blocks), question=assessment.question.ask)


def _judge(point: str, scores: "np.ndarray[tuple[int], np.dtype[np.float32]]",
           said: Sequence[str]) -> Point:  # fmt: skip
    best = int(scores.argmax())
    if scores[best] < UNCLEAR:
        return Point(point, "missed", "")
    same_sense = bool(_NOT.search(point)) == bool(_NOT.search(said[best]))
    covered = scores[best] >= COVERED and same_sense
    return Point(point, "covered" if covered else "unclear", said[best])


def _pieces(text: str) -> list[str]:
    """Return what an answer says: sentences, their clauses, and neighbours together."""
    sentences = [part.strip() for part in _SENTENCE.split(text) if re.search(r"\w", part)]
    clauses = [
        clause.strip()
        for sentence in sentences
        for clause in _CLAUSE.split(sentence)
        if len(clause.split()) >= 3
    ]
    pairs = [" ".join(pair) for pair in pairwise(sentences)]
    return list(dict.fromkeys((*sentences, *clauses, *pairs)))
