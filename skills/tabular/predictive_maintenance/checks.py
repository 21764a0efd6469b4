"""What a learner's own alarm must do, whatever its style."""

from typing import Any

import numpy as np


def check_split(work: Any, tools: Any) -> None:
    """Three parts that share no reading, the same each time."""
    rows = np.arange(1000.0)[:, None]
    faulty = (np.arange(1000) % 14 == 0).astype(int)
    learn, check, test, *faults = (np.asarray(part) for part in work.split(rows, faulty))
    parts = (learn, check, test)
    whole = np.sort(np.concatenate(parts), axis=None)
    if len(np.unique(whole)) < len(whole):
        tools.mistake("trained_on_test", "parts of the data overlap", work.split)
        tools.fail("split: expected three parts that share no reading")
    tools.same(whole, rows[:, 0], "split: all readings of the three parts, sorted")
    tools.same([len(part) for part in parts], [400, 200, 400], "split: sizes of the parts")
    for part, truth in zip(parts, faults, strict=True):
        if not np.array_equal(part[:, 0] % 14 == 0, truth == 1):
            tools.mistake("shuffled_labels", "faults stand beside other readings", work.split)
            tools.fail("split: expected each reading beside its own fault")
        tools.at_least(float(truth.sum()), 5, "split: faults in a part (are rows drawn at random?)")
    tools.same(work.split(rows, faulty)[2], test, "split: the test part of a second call")


def check_far(work: Any, tools: Any) -> None:
    """The farthest sensor counts, in spreads of the healthy readings."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        sizes = np.array([1.0, 10, 100, 0.1, 5])
        healthy, new = (
            7 + sizes * rng.normal(size=(60, 5)),
            7 + 2 * sizes * rng.normal(size=(30, 5)),
        )
        apart = np.abs((new - healthy.mean(axis=0)) / healthy.std(axis=0))
        signed = (new - healthy.mean(axis=0)) / healthy.std(axis=0)
        wrong = {
            "wrong_axis": apart.max(axis=0),
            "data_not_normalised": np.abs(new - healthy.mean(axis=0)).max(axis=1),
            "leak_before_split": np.abs((new - new.mean(axis=0)) / new.std(axis=0)).max(axis=1),
            "wrong_averaging": apart.mean(axis=1),
            "one_side_only": signed.max(axis=1),
            "variance_as_deviation": np.abs((new - healthy.mean(axis=0)) / healthy.var(axis=0)).max(
                1
            ),
        }
        tools.same(work.far(healthy, new), apart.max(axis=1), "far", at=work.far, wrong=wrong)


def check_isolate(work: Any, tools: Any) -> None:
    """What is far from the healthy readings is odder than what is among them."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        healthy = rng.normal(size=(300, 4))
        new = np.concatenate([rng.normal(size=(50, 4)) / 2, 6 + rng.normal(size=(50, 4))])
        with tools.settings(work, TREES=20):
            odd = np.asarray(work.isolate(healthy, new, seed), float)
            again = np.asarray(work.isolate(healthy, new, seed), float)
        tools.shape(odd, (100,), "isolate: oddities of a hundred readings")
        calm, far = odd[:50], odd[50:]
        if len(np.unique(odd)) < 5:
            tools.mistake("labels_as_scores", "there are only two levels of oddity", work.isolate)
            tools.fail("isolate: expected a score for each reading, got classes")
        if calm.mean() > far.mean():
            tools.mistake("wrong_sign", "far readings are the least odd", work.isolate)
        elif calm.max() >= far.min():
            tools.mistake("trained_on_test", "the forest knows the new readings", work.isolate)
        tools.at_least(far.min(), calm.max(), "isolate: the least odd of fifty readings far away")
        if not np.array_equal(odd, again):
            tools.mistake("seed_half_set", "the same seed gave other oddities", work.isolate)
            tools.fail("isolate: expected the same oddities with the same seed")


def check_alarm_line(work: Any, tools: Any) -> None:
    """A share BUDGET of the healthy readings lies above the line."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        faulty = (rng.random(4000) < 0.1).astype(int)
        odd = rng.normal(size=4000) + 3 * faulty
        healthy = odd[faulty == 0]
        with tools.settings(work, BUDGET=0.02):
            got = work.alarm_line(odd, faulty)
        wrong = {
            "wrong_threshold": np.quantile(healthy, 0.02),
            "faults_in_the_line": np.quantile(odd, 0.98),
            "labels_swapped": np.quantile(odd[faulty == 1], 0.98),
        }
        right = np.quantile(healthy, 0.98)
        tools.same(got, right, "alarm_line", at=work.alarm_line, wrong=wrong, tolerance=0.02)


def check_measure(work: Any, tools: Any) -> None:
    """Shares are of faults and of healthy readings, and the cost is that of both errors."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        faulty = (rng.random(2000) < 0.2).astype(int)
        odd = rng.normal(size=2000) + 2 * faulty
        got, right = (module.measure(odd, faulty, 1.5) for module in (work, tools.reference))
        alarm = odd > 1.5
        both = {
            "caught": {"wrong_averaging": np.mean(alarm & (faulty == 1)),
                       "labels_swapped": np.mean(faulty[alarm])},
            "false": {"wrong_averaging": 1000 * np.mean(alarm & (faulty == 0)),
                      "labels_swapped": 1000 * np.mean(1 - faulty[alarm])},
            "cost": {"labels_swapped": 1000 * np.mean(np.where(faulty == 1, ~alarm, 50 * alarm)),
                     "one_side_only": 1000 * np.mean(50 * ~alarm * faulty)},
            "roc_auc": {"wrong_sign": 1 - right["roc_auc"]},
            "average_precision": {},
        }  # fmt: skip
        for name, wrong in both.items():
            tools.same(got[name], right[name], f"measure: {name}", at=work.measure, wrong=wrong)


def check_run(work: Any, tools: Any) -> None:
    """Faults are found by all three, the line is drawn without the test, and a seed repeats it."""
    for start in range(6):  # until a line drawn on the test would show
        data = tuple(part[start::6] for part in tools.data())
        right, tight = _false_alarms(work, tools, data)
        if abs(right - tight) > 0.5:
            break
    parts = work.split(*data)
    tools.pairs(np.concatenate(parts[:3]), np.concatenate(parts[3:]))
    first, second = (tools.run(work, data, seed=2, TREES=25) for _ in range(2))
    tools.same(sorted(first), ["forest", "limits", "shown"], "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed")
        tools.at_least(ran["metrics"]["roc_auc"], 0.95, f"{name}: ROC AUC")
    tools.same(first["limits"]["metrics"]["false"], right, "limits: false alarms per 1,000",
               at=work.run, wrong={"line_drawn_on_the_test": tight})  # fmt: skip


def _false_alarms(work: Any, tools: Any, data: Any) -> tuple[float, float]:
    """Return those of the limits, with the line as it should be and as drawn on the test."""
    learn, check, test, *faults = work.split(*data)
    healthy = learn[faults[0] == 0]
    before, odd = (tools.reference.far(healthy, part) for part in (check, test))
    lines = (
        tools.reference.alarm_line(before, faults[1]),
        tools.reference.alarm_line(odd, faults[2]),
    )
    right, tight = (tools.reference.measure(odd, faults[2], line)["false"] for line in lines)
    return right, tight
