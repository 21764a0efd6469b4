"""The matcher: trained on wordings of the stored questions, and better than sentence vectors."""

import numpy as np

from assistant.evaluation import questions
from assistant.language import matcher, matcher_training
from assistant.language.matcher_training import Question, Recipe
from assistant.mind import Mind

CATS = (
    Question(
        "cats",
        ("how much does a cat sleep", "hours of sleep of cats", "do cats sleep a lot"),
        "Twelve to sixteen hours a day.",
    ),
    Question(
        "cats",
        ("what does a cat eat", "food for cats", "what should I feed my cat"),
        "Meat above all.",
    ),
    Question(
        "cats",
        ("how old do cats get", "life span of a cat", "age that cats reach"),
        "Twelve to eighteen years.",
    ),
)


def test_wordings_that_were_held_out_find_their_question_more_often(mind: Mind) -> None:
    """By the best and the mean cosine to the wordings, against the same of sentence vectors."""
    at = {int(row): number for number, row in enumerate(mind.questions.rows)}
    counts = mind.questions.counts
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    owner = np.repeat(np.arange(len(counts)), counts)
    first = {"matching": 0, "sentence": 0}
    asked = 0
    for question, rows, texts in questions.wordings(mind):
        left_out = questions.held_out(question, texts)
        if left_out is None:
            continue
        asked += 1
        text, own = texts[left_out], at[rows[left_out]]
        sentence = mind.index.scores(text, mind.encoder.encode([text])[0])[0]
        likenesses = {
            "matching": mind.wordings.likeness(mind.encoder.matching([text])[0]),
            "sentence": sentence[mind.questions.rows],
        }
        for name, likeness in likenesses.items():
            likeness[own] = likeness[[at[row] for row in rows if at[row] != own]].mean()
            near = np.maximum.reduceat(likeness, starts)
            near += np.add.reduceat(likeness, starts) / counts
            first[name] += int(near.argmax() == owner[own])
    assert asked > 400
    assert first["matching"] >= first["sentence"] + 0.02 * asked


def test_training_brings_wordings_of_a_question_together() -> None:
    found = matcher_training.train(CATS, Recipe(epochs=12, questions=3, rate=3e-4))
    before, after = (_apart(change) for change in ({}, found))
    assert after > before + 0.05


def _apart(changes: dict[str, matcher.Arrays]) -> float:
    """Return by how much wordings of one question are nearer to each other than to others."""
    import torch

    with torch.no_grad():
        states = matcher_training.trunk([text for question in CATS for text in question.wordings])
        vectors = matcher_training.forward(matcher.trained(changes), states).numpy()
    likeness = vectors @ vectors.T
    same = np.kron(np.eye(3, dtype=bool), np.ones((3, 3), dtype=bool))
    return float(likeness[same & ~np.eye(9, dtype=bool)].mean() - likeness[~same].mean())
