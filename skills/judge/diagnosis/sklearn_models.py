"""Estimators of scikit-learn: what they are fitted to, and on what they are then tested."""

import functools
import inspect
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.rows import prints

TESTS = ("predict", "predict_proba", "decision_function", "score")
METHODS = ("fit", "fit_transform", "transform", *TESTS)
# Their answers depend on how the columns are scaled.
SCALED = {"LogisticRegression", "LinearSVC", "SVC", "SVR", "NuSVC", "KNeighborsClassifier",
          "KNeighborsRegressor", "MLPClassifier", "MLPRegressor", "SGDClassifier", "SGDRegressor",
          "KMeans", "MiniBatchKMeans", "DBSCAN", "PCA", "Perceptron"}  # fmt: skip
# What these learn from rows says nothing about them that a model could use.
HARMLESS = {"OneHotEncoder", "OrdinalEncoder", "LabelEncoder", "LabelBinarizer", "Normalizer",
            "FunctionTransformer", "PolynomialFeatures", "HashingVectorizer", "Binarizer",
            "ColumnTransformer", "Pipeline", "FeatureUnion"}  # fmt: skip
CONTAINERS = ("sklearn.pipeline", "sklearn.compose", "sklearn.model_selection")
KEPT = 20  # transforms that are remembered
FEW = 20  # rows below which a fit or a test says too little


@dataclass(slots=True)
class Transform:
    """Rows that went through a transformer: as they came out, as they went in, and its own."""

    out: Any
    raw: Any
    fitted: Any
    line: int
    name: str

    def through(self, rows: Any) -> bool:
        """Return whether rows came out of this transformer, which had been fitted to them."""
        import numpy as np

        mine = np.isin(self.out, rows)
        if mine.sum() < 0.9 * len(rows):
            return False
        return bool(np.isin(self.raw[mine], self.fitted).mean() > 0.9)


class Models:
    """Follows rows from transformers through fits to tests."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._diagnosis, self._notebook = diagnosis, diagnosis.notebook
        self._depth = 0
        self._fitted: WeakKeyDictionary[Any, tuple[Any, int]] = WeakKeyDictionary()
        self._tested: dict[int, list[float]] = defaultdict(list)
        self._asked: dict[int, int] = {}

    def install(self) -> None:
        """Wrap the methods of every estimator class that is loaded."""
        from sklearn import base

        mixins = [base.TransformerMixin, base.ClassifierMixin, base.RegressorMixin]
        kinds = [*mixins, base.BaseEstimator]
        while kinds:
            kind = kinds.pop()
            kinds += kind.__subclasses__()
            for method in METHODS:
                function = vars(kind).get(method)
                if inspect.isfunction(function) and not hasattr(function, "_lodestar"):
                    setattr(kind, method, self._wrap(function, method))

    def look(self, *, complete: bool) -> None:
        """Note models that were only ever tested on their own training rows."""
        if not complete:
            self._tested.clear()
        for line, shares in self._tested.items():
            if shares and all(share > 0.99 for share in shares):
                evidence = "every row it was scored on is one that it was fitted to"
                self._notebook.note("metric_on_training_data", evidence, self._asked[line])

    def _wrap(self, function: Callable[..., Any], method: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(model: Any, *args: Any, **named: Any) -> Any:
            line = None if self._depth else self._notebook.caller()
            inside = type(model).__module__.startswith(CONTAINERS)
            self._depth += not inside
            try:
                result = function(model, *args, **named)
            finally:
                self._depth -= not inside
            if line is not None and args and not inside:
                self._saw(method, model, args, named, result, line)
            return result

        watched._lodestar = True  # type: ignore[attr-defined]
        return watched

    def _saw(self, method: str, model: Any, args: Any, named: Any, result: Any, line: int) -> None:
        x, y = args[0], args[1] if len(args) > 1 else named.get("y")
        if not hasattr(x, "__len__") and not hasattr(x, "shape"):
            return
        if method.startswith("fit"):
            self._fit(model, x, y, line)
        if method.endswith("transform"):
            self._transform(model, x, result, line)
        if method in TESTS:
            self._test(model, x, line)
            for hear in self._diagnosis.heard:
                hear(method, args, named, result, line)

    def _fit(self, model: Any, x: Any, y: Any, line: int) -> None:
        self._fitted[model] = prints(x), line
        if type(model).__name__ in SCALED:
            self._scales(type(model).__name__, x, line)
        if y is None or getattr(x, "shape", (0,))[0] < FEW:
            return
        self._target(x, y, line)
        if self._diagnosis.mislabelled(x, y):
            evidence = "rows were fitted with labels that are not theirs"
            self._notebook.note(
                "shuffled_labels", evidence, self._notebook.likely("shuffled_labels")
            )

    def _transform(self, model: Any, x: Any, result: Any, line: int) -> None:
        if type(model).__name__ in HARMLESS or model not in self._fitted:
            return
        fitted, where = self._fitted[model]
        out, raw = prints(result), prints(x)
        if len(out) == len(raw):
            name = type(model).__name__
            self._diagnosis.transforms.append(Transform(out, raw, fitted, where, name))
            del self._diagnosis.transforms[:-KEPT]

    def _test(self, model: Any, x: Any, line: int) -> None:
        import numpy as np

        if model not in self._fitted or getattr(x, "shape", (0,))[0] < FEW:
            return
        fitted, where = self._fitted[model]
        rows = prints(x)
        share = float(np.isin(rows, fitted).mean())
        self._tested[where].append(share)
        self._asked[where] = line
        raw = self._raw(rows)
        aside = any(np.isin(raw, other).mean() > 0.99 for other in self._diagnosis.put_aside)
        if share > 0.99 and aside and len(rows) < len(fitted):
            evidence = f"{len(rows)} rows that were put aside for testing were fitted as well"
            self._notebook.note("trained_on_test", evidence, where)
        for seen in self._diagnosis.transforms:
            if share < 0.01 and aside and seen.through(rows):
                evidence = f"{seen.name} was fitted to rows that the model is later tested on"
                self._notebook.note("leak_before_split", evidence, seen.line)

    def _raw(self, rows: Any) -> Any:
        """Return rows as they were before the last transformer that they came out of."""
        import numpy as np

        for seen in reversed(self._diagnosis.transforms):
            order = np.argsort(seen.out)
            place = order[np.searchsorted(seen.out, rows, sorter=order).clip(max=len(order) - 1)]
            if (seen.out[place] == rows).all():
                return seen.raw[place]
        return rows

    def _target(self, x: Any, y: Any, line: int) -> None:
        import numpy as np

        from skills.judge.compare import plain

        table, target = np.asarray(plain(x)), np.asarray(plain(y)).reshape(-1)
        if table.ndim != 2 or table.dtype.kind not in "biuf" or target.dtype.kind not in "biuf":
            return
        if not np.ptp(target):
            return
        classes = len(np.unique(target)) <= 20
        for number, column in enumerate(table.T.astype(float)):
            same = np.array_equal(column, target)
            if same or (classes and np.ptp(column) and _follows(column, target)):
                evidence = f"column {number} of the features tells the answer for every row"
                likely = self._notebook.likely("target_among_features")
                self._notebook.note("target_among_features", evidence, likely)
                return

    def _scales(self, name: str, x: Any, line: int) -> None:
        import numpy as np

        from skills.judge.compare import plain

        table = np.asarray(plain(x)) if not hasattr(x, "tocsr") else np.empty(0)
        if table.ndim != 2 or table.dtype.kind not in "iuf" or len(table) < FEW:
            return
        spread = table.astype(float).std(0)
        spread = spread[spread > 0]
        if len(spread) > 1 and spread.max() > 100 * np.median(spread):
            evidence = f"{name} was fitted to columns whose spreads differ {_times(spread)} times"
            self._notebook.note("data_not_normalised", evidence, line)


def _times(spread: Any) -> str:
    return f"{spread.max() / spread.min():,.0f}"


def _follows(column: Any, target: Any) -> bool:
    import numpy as np

    return abs(float(np.corrcoef(column, target)[0, 1])) > 0.9999


def make(diagnosis: Diagnosis, _: str) -> Models:
    """Return the detector."""
    return Models(diagnosis)
