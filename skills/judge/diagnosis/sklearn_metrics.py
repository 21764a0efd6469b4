"""Scores by scikit-learn: whether they fit what they are given."""

import functools
from collections.abc import Callable
from typing import Any

from skills.judge.compare import plain
from skills.judge.diagnosis import Diagnosis

RANKING = ("roc_auc_score", "average_precision_score", "precision_recall_curve", "roc_curve")
FAIR = (*RANKING, "f1_score", "precision_score", "recall_score", "balanced_accuracy_score",
        "confusion_matrix", "matthews_corrcoef", "classification_report", "fbeta_score",
        "precision_recall_fscore_support", "log_loss", "brier_score_loss")  # fmt: skip
RARE = 0.1  # the share of the smallest class below which accuracy misleads
KEPT = 200  # answers of models that are remembered


class Metrics:
    """Knows answers of models again when they are scored."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._notebook = diagnosis.notebook
        self._answers: dict[int, str] = {}
        self._fair: set[int] = set()
        self._accuracy: dict[int, tuple[float, int]] = {}
        diagnosis.heard.append(self._heard)

    def install(self) -> None:
        """Wrap the metrics, so that what the learner imports is watched."""
        from sklearn import metrics

        for name in (*FAIR, "accuracy_score"):
            function = getattr(metrics, name)
            if not hasattr(function, "_lodestar"):
                setattr(metrics, name, self._wrap(function, name))

    def look(self, *, complete: bool) -> None:
        """Note rows with a rare class of which only the accuracy was ever measured."""
        if not complete:
            self._accuracy.clear()
        for key, (share, line) in self._accuracy.items():
            if key not in self._fair:
                evidence = f"the rarer class is {share:.1%} of the rows"
                self._notebook.note("accuracy_under_imbalance", evidence, line)

    def _heard(self, method: str, args: Any, named: Any, result: Any, line: int) -> None:
        """Remember what a model answered, and scores that are accuracies."""
        if method == "score":
            self._scored(args[1] if len(args) > 1 else named.get("y"), line)
        elif method in {"predict", "predict_proba"} and hasattr(result, "shape"):
            if len(self._answers) > KEPT:
                self._answers.clear()
            if method == "predict":
                self._answers[_key(result)] = "classes"
            elif result.shape[1] == 2 and (result[:, 0] != result[:, 1]).any():
                self._answers[_key(result[:, 0])] = "first column"
                self._answers[_key(result[:, 1])] = "second column"

    def _wrap(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*args: Any, **named: Any) -> Any:
            line = self._notebook.caller()
            truth = args[0] if args else named.get("y_true")
            if line and name == "accuracy_score":
                self._scored(truth, line)
            elif line:
                self._fair.add(_key(truth))
            if line and name in RANKING:
                given = args[1] if len(args) > 1 else named.get("y_score")
                self._ranked(truth, given, line)
            return function(*args, **named)

        watched._lodestar = True  # type: ignore[attr-defined]
        return watched

    def _scored(self, truth: Any, line: int) -> None:
        import numpy as np

        values = np.asarray(plain(truth))
        if values.ndim != 1 or values.dtype.kind not in "biuUO" or len(values) < 50:
            return
        _, counts = np.unique(values, return_counts=True)
        if len(counts) == 2 and counts.min() < RARE * len(values):
            self._accuracy[_key(values)] = counts.min() / len(values), line

    def _ranked(self, truth: Any, given: Any, line: int) -> None:
        import numpy as np

        kind = self._answers.get(_key(given))
        if kind == "classes" and len(np.unique(plain(given))) > 1:
            evidence = "it was given what `predict` returned, which has two levels"
            self._notebook.note("labels_as_scores", evidence, line)
        if kind == "first column" and set(np.unique(plain(truth)).tolist()) <= {0, 1}:
            evidence = "it was given the first column of predict_proba, which is for class 0"
            likely = self._notebook.likely("wrong_class_column") or line
            self._notebook.note("wrong_class_column", evidence, likely)


def _key(values: Any) -> int:
    import numpy as np

    flat = np.asarray(plain(values)).reshape(-1)
    if flat.dtype.kind in "biuf":
        flat = flat.astype(np.float64) + 0
        return hash(flat.tobytes())
    return hash(tuple(flat.tolist()))


def make(diagnosis: Diagnosis, _: str) -> Metrics:
    """Return the detector."""
    return Metrics(diagnosis)
