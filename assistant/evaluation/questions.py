"""How well stored questions are recognised: each wording in turn held out and asked."""

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from assistant.language.mentions import WEAK
from assistant.mind import Mind
from assistant.questions import WEIGHTS, Signs
from assistant.search import Floats, SearchIndex
from knowledge.passages import passages

SEED = 0
FOLDS = 5
RIDGE = 0.05


def evaluate(mind: Mind, sample: int = 2000) -> dict[str, Any]:
    """Return how often a held-out wording finds its question, and the weights fitted anew.

    `first` is the share whose own question is ranked first with the weights in use, `fitted_first`
    that of a logistic regression fitted here (5-fold, wordings of a question together);
    `precision` and `coverage` are those of calling a question asked at a probability ≥ 0.5.
    """
    signs, right, group = _pairs(mind, sample)
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
    """Return the index of the best score of each group."""
    order = np.lexsort((-score, group))
    return order[np.unique(group[order], return_index=True)[1]]


def _pairs(mind: Mind, sample: int) -> tuple[Any, Any, Any]:
    """Return signs, whether the question is the right one, and the number of the wording."""
    mind = mind.own()
    index = mind.index
    assert isinstance(index, SearchIndex)
    places = mind.library.passages
    texts = [
        passage.text
        for card in mind.library.cards.values()
        for passage in passages(mind.library.get(card.id))
    ]
    wordings: dict[tuple[str, str], list[int]] = {}
    for row, place in enumerate(places):
        if place.wording:
            wordings.setdefault((place.entry, place.field), []).append(row)
    several = [rows for rows in wordings.values() if len(rows) > 1]
    random = np.random.default_rng(SEED)
    chosen = random.permutation(len(several))[:sample]
    signs, right, group = [], [], []
    for number in chosen:
        held_out = int(random.choice(several[number]))
        others = [row for row in several[number] if row != held_out]
        dense, lexical = index.scores(texts[held_out], index.vectors[held_out])
        dense = np.array(dense)
        dense[held_out], lexical[held_out] = dense[others].mean(), 0.0
        mentions = mind.names.find(texts[held_out])
        found, _, near = mind.questions.signs(dense, lexical, mentions)
        place = places[held_out]
        own = [mind.questions.places[n] == (place.entry, place.field) for n in found]
        kept = {place.entry}.union(*(_named(mind, texts[row]) for row in others))
        near.foreign[own] = len(_named(mind, texts[held_out]) - kept)
        signs.append(near.matrix())
        right += own
        group += [number] * len(found)
    return np.vstack(signs), np.array(right), np.array(group)


def _named(mind: Mind, text: str) -> set[str]:
    return {mention.id for mention in mind.names.find(text) if mention.score > WEAK}
