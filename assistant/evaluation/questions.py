"""How well stored questions are recognised: wordings that nothing was learnt from, asked."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from assistant.language import matcher_training
from assistant.language.encoder import last
from assistant.language.matcher_training import Question, Recipe
from assistant.language.mentions import WEAK
from assistant.mind import Mind
from assistant.questions import WEIGHTS, Signs
from assistant.search import Floats
from knowledge.passages import passages, prose

FOLDS = 5
SHARE = 15  # per cent of the questions of which one wording is held out
# What is asked of anything of a kind, by the field that answers it.
GENERAL = {
    "concept": {
        "summary": ("What is {}?", "Explain {}", "Describe the concept of {}.", "define {}", "{}"),
        "how": ("How does {} work?", "{} step by step", "What happens inside {}?"),
        "example": ("Give an example of {}.", "{} example", "show me {} on a case"),
        "code": ("{} in Python", "code for {}", "How do I implement {}?"),
        "maths": ("What is the formula of {}?", "maths behind {}", "equation for {}"),
        "when": ("When should I use {}?", "when to use {}", "What is {} good for?"),
        "strengths": ("What are the advantages of {}?", "pros and cons of {}", "benefits of {}"),
    },
    "role": {
        "summary": ("What is a {}?", "What does a {} do?", "{} job description"),
        "wage": ("What does a {} earn?", "{} salary", "How much do {}s make?", "pay of a {}"),
    },
}
EVERY = 3  # one concept in so many is asked for each of the other fields
ASKED = 40  # one of so many general questions is asked, so that the fit sees what is not stored
FEWEST = 3  # wordings that a question must have for that
RIDGE = 0.05


def held_out(question: tuple[str, str], wordings: Sequence[str]) -> int | None:
    """Return which wording of a question (entry, field) is never learnt from, None if none."""
    if len(wordings) < FEWEST or crc32("".join(question).encode()) % 100 >= SHARE:
        return None
    return crc32(wordings[0].encode()) % len(wordings)


def train(mind: Mind, recipe: Recipe | None = None) -> dict[str, Any]:
    """Return what the matcher learns from the wordings of stored questions, but those held out.

    What fields answer counts as questions, too, to be told from those stored beside them.
    """
    mind = mind.own()
    questions = []
    for question, _, texts in wordings(mind):
        left_out = held_out(question, texts)
        learnt = [text for number, text in enumerate(texts) if number != left_out]
        answer = prose(mind.library.get(question[0]), question[1])
        questions.append(Question(question[0], learnt, answer))
    for number, (id_, answer, texts) in enumerate(general(mind)):
        if number % ASKED:
            questions.append(Question(id_, texts, answer))
    return matcher_training.train(questions, recipe or Recipe())


def evaluate(mind: Mind) -> dict[str, Any]:
    """Return how often a held-out wording finds its question, and the weights fitted anew.

    `first` is the share whose own question is ranked first with the weights in use, `fitted_first`
    that of a logistic regression fitted here (5-fold, wordings of a question together);
    `precision` and `coverage` are those of calling a question asked at a probability ≥ 0.5.
    """
    signs, right, group = _pairs(mind.own())
    folds = group % FOLDS
    chance = np.empty(len(right))
    for fold in range(FOLDS):
        weights = fit(signs[folds != fold], right[folds != fold])
        chance[folds == fold] = expit(signs[folds == fold] @ weights[:-1] + weights[-1])
    weights = fit(signs, right)
    used = signs @ np.array(WEIGHTS)
    best = _first(chance, group)
    sure = best[chance[best] >= 0.5]
    return {
        "wordings": len(best),
        "first": round(float(right[_first(used, group)].mean()), 4),
        "fitted_first": round(float(right[best].mean()), 4),
        "precision": round(float(right[sure].mean()), 4),
        "coverage": round(len(sure) / len(best), 4),
        "weights": [round(float(weight), 2) for weight in weights[:-1]],
        "intercept": round(float(weights[-1]), 2),
    }


def fit(signs: Floats, right: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the weights of a logistic regression and its intercept, (signs + 1,).

    No weight but that of `foreign` may be negative: a message that is nearer to a question is
    never the less likely to ask it, though the signs are correlated.
    """
    columns = np.column_stack([signs, np.ones(len(signs))])
    sides = np.where(right, 1.0, -1.0)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sides * (columns @ weights)
        slope = -sides * expit(-margin)
        penalty = RIDGE * weights[:-1] @ weights[:-1]
        gradient = columns.T @ slope
        gradient[:-1] += 2 * RIDGE * weights[:-1]
        return float(np.logaddexp(0, -margin).sum() + penalty), gradient

    bounds = [(None, 0) if sign.name == "foreign" else (0, None) for sign in fields(Signs)]
    start = np.zeros(columns.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    return np.asarray(found.x)


def _first(score: Any, group: Any) -> Any:
    """Return the index of the best score of each group that has a right one, from 0 on."""
    order = np.lexsort((-score, group))
    numbers, first = np.unique(group[order], return_index=True)
    return order[first[numbers >= 0]]


def general(mind: Mind) -> Iterator[tuple[str, str, list[str]]]:
    """Yield entry, a field's text and wordings of what is asked of anything and it answers."""
    for number, card in enumerate(mind.library.cards.values()):
        for place, (field, forms) in enumerate(GENERAL.get(card.kind, {}).items()):
            if place and card.kind == "concept" and (number - place) % EVERY:
                continue
            answer = prose(mind.library.get(card.id), field)
            yield card.id, answer, [form.format(card.name) for form in forms]


def _pairs(mind: Mind) -> tuple[Any, Any, Any]:
    """Return signs, whether the question is the right one, and the number of the message.

    Beside the wordings held out, some ask what fields answer: no stored question, number < 0.
    """
    at = {int(row): number for number, row in enumerate(mind.questions.rows)}
    signs, right, group = [], [], []
    for question, rows, texts in wordings(mind):
        left_out = held_out(question, texts)
        if left_out is None:
            continue
        text, row = texts[left_out], rows[left_out]
        others = [at[other] for other in rows if other != row]
        likeness, dense, lexical = _scores(mind, text)
        likeness[at[row]], lexical[row] = likeness[others].mean(), 0.0
        found, _, near = mind.questions.signs(likeness, dense, lexical, mind.names.find(text))
        own = [mind.questions.places[n] == question for n in found]
        kept = {question[0]}.union(*(_named(mind, other) for other in texts if other != text))
        near.foreign[own] = len(_named(mind, text) - kept)
        signs.append(near.matrix())
        right += own
        group += [len(signs)] * len(found)
    for number, (_, _, texts) in enumerate(general(mind)):
        if number % ASKED == 0:
            text = texts[number // ASKED % len(texts)]
            found, _, near = mind.questions.signs(*_scores(mind, text), mind.names.find(text))
            signs.append(near.matrix())
            right += [False] * len(found)
            group += [-number - 1] * len(found)
    return np.vstack(signs), np.array(right), np.array(group)


def _scores(mind: Mind, text: str) -> tuple[Floats, Floats, Floats]:
    """Return the likeness of each wording, and both scores of each passage."""
    layers, states = mind.encoder.read(text)
    dense, lexical = mind.index.scores(text, last(layers)[0])
    return mind.wordings.likeness(mind.encoder.match(states)[0]), dense, lexical


def wordings(mind: Mind) -> Iterator[tuple[tuple[str, str], list[int], list[str]]]:
    """Yield each stored question (entry, field), the rows of its wordings, and these."""
    texts = [
        passage.text
        for card in mind.library.cards.values()
        for passage in passages(mind.library.get(card.id))
    ]
    found: dict[tuple[str, str], list[int]] = {}
    for row, place in enumerate(mind.library.passages):
        if place.wording:
            found.setdefault((place.entry, place.field), []).append(row)
    for question, rows in found.items():
        yield question, rows, [texts[row] for row in rows]


def _named(mind: Mind, text: str) -> set[str]:
    return {mention.id for mention in mind.names.find(text) if mention.score > WEAK}
