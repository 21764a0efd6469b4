"""A check that several exercises on texts share: how yes-or-no answers are measured."""

from typing import Any

import numpy as np


def measured(work: Any, tools: Any) -> None:
    """ROC AUC is of the probabilities, accuracy of the answers."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = rng.integers(0, 2, 90)
        said = np.clip(0.3 * y + rng.normal(0.35, 0.25, 90), 0, 1)
        got, right = (module.measure(said, y) for module in (work, tools.reference))
        hard = tools.reference.roc_auc_score(y, said >= 0.5)
        wrong = {
            "roc_auc": {"labels_as_scores": hard, "wrong_class_column": 1 - right["roc_auc"]},
            "accuracy": {"integer_division": 0, "wrong_averaging": right["accuracy"] * 90},
        }
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong[name])
