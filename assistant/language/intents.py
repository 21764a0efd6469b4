"""What a message wants: a general intent classifier that knows when it does not know.

>>> classifier = IntentClassifier(encoder.encode).fit(texts, labels, out_of_scope=strange)
>>> prediction = classifier.predict(["how do i become a data scientist"])[0]
>>> prediction.label, prediction.probability, prediction.is_out_of_scope
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assistant.language.encoder import from_bytes
from assistant.language.features import ANALYZERS, Axes, Floats, Grams, Integers, Vocabulary
from assistant.language.finetune import Recipe, set_aside, tune
from assistant.language.kernel import KernelRidge, families
from assistant.language.rejection import (
    Combiner,
    fit_combiner,
    sharpness_of,
    signals,
    softmax,
    threshold,
)

Encode = Callable[[Sequence[str]], Floats]
OutOfScope = Sequence[str] | Mapping[str, Sequence[str]]
OUTSIDE = "out_of_scope"
FORMAT = 5


@dataclass(frozen=True)
class Prediction:
    """One text's intent.

    `probability` is calibrated: of the texts in scope that get 0.8, about 80 % are labelled
    right. `out_of_scope` is a score from 0 to 1; `is_out_of_scope` says that it is above the
    threshold. `ranked` holds the likeliest labels with their probabilities, best first;
    `outside` names the nearest kind of out-of-scope example, "" where none was given.
    """

    label: str
    probability: float
    out_of_scope: float
    is_out_of_scope: bool
    ranked: tuple[tuple[str, float], ...]
    outside: str = ""


class Validation(NamedTuple):
    """Labelled texts that are not trained on; they set calibration and threshold."""

    texts: Sequence[str]
    labels: Sequence[str]
    out_of_scope: Sequence[str] = ()


class _Outputs(NamedTuple):
    """What the model says of some texts: per label, per kind outside, nearest cosine."""

    inside: Floats
    outside: Floats
    nearest: Floats


class IntentClassifier:
    """Kernel ridge on sentence vectors and n-grams, with calibration and rejection.

    `encode` gives unit vectors, float32 (n, any width); of more than `dimensions`, the main axes
    are kept. `false_rejection` is the largest share
    of texts in scope that the threshold may reject. `landmarks` bounds what a prediction costs:
    with that many examples or fewer the kernel is exact. `alike` are the cosines from which
    examples of a label are held out together, for the probabilities and for the threshold; on
    CLINC150 the first gives the calibration, the second the rejections, of its validation split.
    `fine_tune` trains a second copy of the encoder by `recipe` and joins its vectors to those of
    `encode`, `tuned_weight` of a cosine being its.
    """

    def __init__(
        self,
        encode: Encode,
        *,
        sharpness: float = 3.0,
        shares: Sequence[float] = (0.3, 0.15),
        ridge: float = 0.2,
        landmarks: int = 20_000,
        alike: tuple[float, float] = (0.85, 0.8),
        left_out_worth: float = 30.0,
        false_rejection: float = 0.025,
        top: int = 5,
        dimensions: int = 384,
        fine_tune: bool = False,
        tuned_weight: float = 0.5,
        recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    ) -> None:
        self.encode = encode
        self.sharpness = sharpness
        self.shares = shares
        self.ridge = ridge
        self.landmarks = landmarks
        self.alike = alike
        self.left_out_worth = left_out_worth
        self.false_rejection = false_rejection
        self.top = top
        self.dimensions = dimensions
        self.fine_tune = fine_tune
        self.tuned_weight = tuned_weight
        self.recipe = recipe

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        out_of_scope: OutOfScope = (),
        *,
        validation: Validation | None = None,
        vectors: Floats | None = None,
    ) -> "IntentClassifier":
        """Train on labelled texts, and on out-of-scope texts where there are any.

        `out_of_scope` may map kinds to texts; a prediction then names the nearest kind. Without
        `validation`, calibration and threshold come from exact held-out scores of the training
        texts, near-copies held out together. `vectors` are those of `texts` followed by the
        out-of-scope texts, where they are known already. Raises ValueError where fewer than two
        labels, or not one label per text, are given.

        With `fine_tune` the encoder is trained too, and what it makes of the texts it saw says
        nothing about new ones: without `validation`, a fifth of the texts is set aside for it.
        """
        kinds = out_of_scope if isinstance(out_of_scope, Mapping) else {OUTSIDE: out_of_scope}
        kinds = {kind: members for kind, members in kinds.items() if len(members)}
        if len(texts) != len(labels) or len(set(labels)) < 2:
            raise ValueError("fit needs one label per text and at least two different labels")
        self.labels_, self.kinds_ = sorted(set(labels)), list(kinds)
        names = [*labels, *(f"\n{kind}" for kind, members in kinds.items() for _ in members)]
        column = {name: at for at, name in enumerate(self._columns())}
        classes = np.array([column[name] for name in names])
        everything = [*texts, *(text for members in kinds.values() for text in members)]
        if vectors is None:
            vectors = self.encode(everything)
        if self.fine_tune and validation is None:
            aside, kept = set_aside(classes, 0.2)
            validation = self._validation([everything[at] for at in aside], classes[aside])
            everything, classes = [everything[at] for at in kept], classes[kept]
            vectors = vectors[kept]
        self._train(everything, classes, vectors, validation)
        return self

    def _validation(self, texts: Sequence[str], classes: Integers) -> Validation:
        count = len(self.labels_)
        labelled = [
            (text, self.labels_[at]) for text, at in zip(texts, classes, strict=True) if at < count
        ]
        strange = [text for text, at in zip(texts, classes, strict=True) if at >= count]
        return Validation([text for text, _ in labelled], [name for _, name in labelled], strange)

    def _train(
        self,
        texts: Sequence[str],
        classes: Integers,
        vectors: Floats,
        validation: Validation | None,
    ) -> None:
        self.tuned_, self._tuned = None, None
        if self.fine_tune:
            self.tuned_ = tune(texts, classes, len(self.labels_), self.recipe)
            self._tuned = from_bytes(self.tuned_)
        self.axes_ = None
        known = self._vectors(texts, vectors)
        if known.shape[1] > self.dimensions:
            self.axes_ = Axes.of(known, self.dimensions)
            known = self.axes_.turn(known)
        targets = np.eye(len(self._columns()), dtype=np.float32)[classes]
        self.grams_ = [Grams("words").fit(texts), Grams("letters", min_df=2).fit(texts)]
        self.ridge_ = KernelRidge(self.sharpness, self.shares, self.ridge, self.landmarks).fit(
            known, [grams.matrix(texts) for grams in self.grams_], targets
        )
        self._calibrate(known, targets, classes)
        if validation is not None:
            self._calibrate_on(validation)
        self.ridge_.forget()

    def _vectors(self, texts: Sequence[str], known: Floats | None = None) -> Floats:
        """Return the vectors of texts: the encoder's, the tuned one's joined to them, in axes."""
        found = self.encode(texts) if known is None else known
        if self._tuned is not None:
            weight = np.float32(self.tuned_weight)
            tuned = self._tuned.layers(texts) * np.sqrt(weight)
            found = np.hstack([found * np.sqrt(1 - weight), tuned])
        return found if self.axes_ is None else self.axes_.turn(found)

    def _columns(self) -> list[str]:
        """Return the names of the model's outputs; a line feed marks the kinds outside."""
        return [*self.labels_, *(f"\n{kind}" for kind in self.kinds_)]

    def _calibrate(self, vectors: Floats, targets: Floats, classes: Integers) -> None:
        """Set probabilities, score and threshold by held-out scores of the training texts."""
        inside = classes < len(self.labels_)
        held = self._held_out(vectors, targets, families(vectors, classes, self.alike[0]))
        members = [np.flatnonzero(classes == at) for at in range(len(self.labels_))]
        unseen = self._signals(self._held_out(vectors, targets, members))
        evidence = self._signals(held)
        self.softmax_sharpness_ = sharpness_of(held.inside[inside], classes[inside])
        self.combiner_ = fit_combiner(
            evidence[inside], evidence[~inside], unseen[inside], self.left_out_worth
        )
        apart = self._held_out(vectors, targets, families(vectors, classes, self.alike[1]))
        scores = self.combiner_.score(self._signals(apart))
        self.threshold_ = threshold(scores[inside], scores[~inside], self.false_rejection)

    def _calibrate_on(self, held: Validation) -> None:
        """Set probabilities and threshold by texts set aside, and the score of a tuned encoder."""
        place = {label: at for at, label in enumerate(self.labels_)}
        pairs = [pair for pair in zip(held.texts, held.labels, strict=True) if pair[1] in place]
        outputs = self._outputs([text for text, _ in pairs])
        correct = np.array([place[label] for _, label in pairs])
        self.softmax_sharpness_ = sharpness_of(outputs.inside, correct)
        inside = self._signals(outputs)
        outside = inside[:0]
        if len(held.out_of_scope):
            outside = self._signals(self._outputs(held.out_of_scope))
            if self.fine_tune:
                self.combiner_ = fit_combiner(inside, outside, inside[:0], 0.0)
        score = self.combiner_.score
        self.threshold_ = threshold(score(inside), score(outside), self.false_rejection)

    def _held_out(self, vectors: Floats, targets: Floats, groups: Sequence[Integers]) -> _Outputs:
        outputs = self.ridge_.held_out(targets, groups)
        count = len(self.labels_)
        nearest = self.ridge_.nearest(vectors, groups, count)
        return _Outputs(outputs[:, :count], outputs[:, count:], nearest)

    def _outputs(self, texts: Sequence[str], vectors: Floats | None = None) -> _Outputs:
        cosines = self.ridge_.cosines(self._vectors(texts, vectors))
        nearest = np.where(self.ridge_.classes_ < len(self.labels_), cosines, -1).max(axis=1)
        rows = [[grams.row(text) for grams in self.grams_] for text in texts]
        outputs = self.ridge_.outputs(cosines, rows)
        count = len(self.labels_)
        return _Outputs(outputs[:, :count], outputs[:, count:], nearest)

    def _signals(self, outputs: _Outputs) -> Floats:
        return signals(outputs.inside, outputs.outside, outputs.nearest)

    def predict(self, texts: Sequence[str], *, vectors: Floats | None = None) -> list[Prediction]:
        """Return one prediction per text; `vectors` are those of `texts`, where known already."""
        if not len(texts):
            return []
        outputs = self._outputs(texts, vectors)
        probabilities = softmax(outputs.inside, self.softmax_sharpness_)
        scores = self.combiner_.score(self._signals(outputs))
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : self.top]
        kinds = outputs.outside.argmax(axis=1) if self.kinds_ else None
        return [
            Prediction(
                label=self.labels_[ranked[0]],
                probability=float(row[ranked[0]]),
                out_of_scope=float(score),
                is_out_of_scope=bool(score > self.threshold_),
                ranked=tuple((self.labels_[at], float(row[at])) for at in ranked),
                outside="" if kinds is None else self.kinds_[kinds[index]],
            )
            for index, (row, ranked, score) in enumerate(
                zip(probabilities, best, scores, strict=True)
            )
        ]

    def save(self, path: Path) -> None:
        """Write arrays, model.json and, after fine-tuning, tuned.onnx into the folder."""
        path.mkdir(parents=True, exist_ok=True)
        ridge = self.ridge_
        arrays = {
            "landmarks": ridge.landmarks_.astype(np.float16), "classes": ridge.classes_,
            "weights": ridge.weights_, "combiner": self.combiner_.weights,
        }  # fmt: skip
        if self.axes_ is not None:
            arrays |= {"mean": self.axes_.mean, "directions": self.axes_.directions}
        for at, (grams, weights) in enumerate(zip(self.grams_, ridge.gram_weights_, strict=True)):
            arrays |= {
                f"idf_{at}": grams.idf_, f"grams_{at}": weights.astype(np.float16),
                f"hashes_{at}": grams.vocabulary_.hashes,
                f"columns_{at}": grams.vocabulary_.columns,
            }  # fmt: skip
        for name, array in arrays.items():
            np.save(path / f"{name}.npy", array, allow_pickle=False)
        document = {
            "format": FORMAT,
            "labels": self.labels_,
            "kinds": self.kinds_,
            "sharpness": self.sharpness,
            "softmax_sharpness": self.softmax_sharpness_,
            "offset": self.combiner_.offset,
            "threshold": self.threshold_,
            "top": self.top,
            "tuned_weight": self.tuned_weight if self.tuned_ else None,
            "grams": [grams.analyzer for grams in self.grams_],
        }
        if self.tuned_:
            (path / "tuned.onnx").write_bytes(self.tuned_)
        (path / "model.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, path: Path, encode: Encode) -> "IntentClassifier":
        """Return the classifier that `save` wrote; predictions agree to two digits.

        Raises OSError where it is not there and ValueError where it has another format.
        """
        document = json.loads((path / "model.json").read_text("utf-8"))
        if document.get("format") != FORMAT:
            raise ValueError(f"{path} holds an intent classifier of another format")
        made = cls(encode, sharpness=document["sharpness"], top=document["top"])
        made.tuned_, made._tuned = None, None
        if document["tuned_weight"] is not None:
            made.fine_tune, made.tuned_weight = True, document["tuned_weight"]
            made.tuned_ = (path / "tuned.onnx").read_bytes()
            made._tuned = from_bytes(made.tuned_)
        made.labels_, made.kinds_ = document["labels"], document["kinds"]
        made.softmax_sharpness_ = document["softmax_sharpness"]
        made.threshold_ = document["threshold"]
        arrays = {
            file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
            for file in path.glob("*.npy")
        }
        made._restore(arrays, document)
        return made

    def _restore(self, arrays: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        self.combiner_ = Combiner(arrays["combiner"], document["offset"])
        self.axes_ = Axes(arrays["mean"], arrays["directions"]) if "mean" in arrays else None
        self.ridge_ = KernelRidge(document["sharpness"])
        self.ridge_.landmarks_, self.ridge_.classes_ = arrays["landmarks"], arrays["classes"]
        self.ridge_.weights_ = arrays["weights"]
        self.ridge_.gram_weights_ = []
        self.grams_ = []
        for at, analyzer in enumerate(document["grams"]):
            if analyzer not in ANALYZERS:
                raise ValueError(f"the model names an unknown kind of n-gram: {analyzer}")
            grams = Grams(analyzer)
            grams.vocabulary_ = Vocabulary(arrays[f"hashes_{at}"], arrays[f"columns_{at}"])
            grams.idf_ = arrays[f"idf_{at}"]
            self.grams_.append(grams)
            self.ridge_.gram_weights_.append(arrays[f"grams_{at}"])
