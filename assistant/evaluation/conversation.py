"""How well our own utterances are understood, by cross-validation."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assistant.evaluation.intents import OUTSIDE, score
from assistant.language.intents import Encode, IntentClassifier, Prediction


def cross_validate(
    encode: Encode, utterances: Mapping[str, Sequence[str]], *, folds: int = 5, seed: int = 0
) -> dict[str, object]:
    """Return how well our own utterances are understood, each by a model that did not see it.

    `utterances` maps labels to texts; the labels in `OUTSIDE` are out of scope. Gives the
    figures of `score`, `expected_calibration_error` (15 bins, in scope), `confusions` as
    [true, predicted, count, example], `by_label` recall, and `confidence` as ten bins of
    [count, accuracy, mean probability].
    """
    rows = [(text, label) for label, texts in utterances.items() for text in texts]
    vectors = encode([text for text, _ in rows])
    fold = _stratified([label for _, label in rows], folds, seed)
    found: dict[int, Prediction] = {}
    for number in range(folds):
        held = np.flatnonzero(fold == number)
        classifier = _fit_rows(encode, rows, vectors, np.flatnonzero(fold != number))
        answers = classifier.predict([rows[at][0] for at in held], vectors=vectors[held])
        found |= dict(zip(held.tolist(), answers, strict=True))
    inside = [at for at, (_, label) in enumerate(rows) if label not in OUTSIDE]
    outside = [at for at, (_, label) in enumerate(rows) if label in OUTSIDE]
    labels = [rows[at][1] for at in inside]
    answers = [found[at] for at in inside]
    figures = score(answers, labels, [found[at] for at in outside])
    return {
        "utterances": len(rows),
        "labels": len(set(labels)),
        **figures,
        **_calibration(answers, labels),
        "confusions": _confusions(answers, labels, [rows[at][0] for at in inside]),
        "by_label": _recall(answers, labels),
        "missed_out_of_scope": [
            [rows[at][0], found[at].label] for at in outside if not found[at].is_out_of_scope
        ],
    }


def _fit_rows(
    encode: Encode,
    rows: Sequence[tuple[str, str]],
    vectors: npt.NDArray[np.float32],
    chosen: npt.NDArray[np.int64],
) -> IntentClassifier:
    inside = [at for at in chosen if rows[at][1] not in OUTSIDE]
    kinds: dict[str, list[int]] = {}
    for at in chosen:
        if rows[at][1] in OUTSIDE:
            kinds.setdefault(rows[at][1], []).append(at)
    order = [*inside, *(at for members in kinds.values() for at in members)]
    return IntentClassifier(encode).fit(
        [rows[at][0] for at in inside],
        [rows[at][1] for at in inside],
        {kind: [rows[at][0] for at in members] for kind, members in kinds.items()},
        vectors=vectors[order],
    )


def _stratified(labels: Sequence[str], folds: int, seed: int) -> npt.NDArray[np.int64]:
    """Return the fold of each row; every label is spread evenly over the folds."""
    random = np.random.default_rng(seed)
    fold = np.empty(len(labels), dtype=np.int64)
    names = np.array(labels)
    for label in sorted(set(labels)):
        members = random.permutation(np.flatnonzero(names == label))
        fold[members] = (np.arange(len(members)) + random.integers(folds)) % folds
    return fold


def _calibration(answers: Sequence[Prediction], labels: Sequence[str]) -> dict[str, object]:
    sure = np.array([found.probability for found in answers])
    right = np.array([found.label == label for found, label in zip(answers, labels, strict=True)])
    bins = np.minimum((sure * 10).astype(int), 9)
    return {
        "expected_calibration_error": calibration_error(sure, right),
        "confidence": [
            [
                int((bins == at).sum()),
                round(float(right[bins == at].mean()), 4) if (bins == at).any() else None,
                round(float(sure[bins == at].mean()), 4) if (bins == at).any() else None,
            ]
            for at in range(10)
        ],
    }


def calibration_error(
    sure: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], bins: int = 15
) -> float:
    """Return the expected calibration error over equal-width bins (Guo et al. 2017)."""
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(float(sure[place == at].mean()) - float(right[place == at].mean()))
        * float((place == at).mean())
        for at in np.unique(place)
    ]
    return float(sum(gaps))


def _confusions(
    answers: Sequence[Prediction], labels: Sequence[str], texts: Sequence[str]
) -> list[list[object]]:
    counts: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for found, label, text in zip(answers, labels, texts, strict=True):
        if found.label != label:
            counts[label, found.label] += 1
            example.setdefault((label, found.label), text)
    return [[*pair, count, example[pair]] for pair, count in counts.most_common()]


def _recall(answers: Sequence[Prediction], labels: Sequence[str]) -> dict[str, float]:
    total, right = Counter(labels), Counter[str]()
    for found, label in zip(answers, labels, strict=True):
        right[label] += found.label == label
    recalls = {label: round(right[label] / total[label], 4) for label in total}
    return dict(sorted(recalls.items(), key=lambda item: item[1]))
