"""What a learner's own k-means must do, whatever its style."""

from typing import Any

import numpy as np

STAGES = ["choice", "kmeans", "mixed", "unscaled"]


def check_features(work: Any, tools: Any) -> None:
    """Customers are described by what they do, not by whether they left."""
    customers = tools.data()
    got = np.asarray(work.features(customers.copy()), float)
    turned = work.features(customers.assign(churn=1 - customers["churn"]))
    if not np.array_equal(got, np.asarray(turned, float)):
        evidence = "the features change when only `churn` does"
        tools.mistake("target_among_features", evidence, work.features)
        tools.fail("features: whether a customer left must not be among them")
    tools.same(got, tools.reference.features(customers), "months, dollars and services")


def check_scaled(work: Any, tools: Any) -> None:
    """All columns have mean 0 and spread 1."""
    for seed in tools.seeds:
        x = tools.rng(seed).normal([3, -200, 5e4], [1, 40, 9e3], (150, 3))
        wrong = {
            "data_not_normalised": x,
            "wrong_axis": (x - x.mean()) / x.std(),
            "variance_as_deviation": (x - x.mean(0)) / x.var(0),
        }
        tools.same(work.scaled(x.copy()), tools.reference.scaled(x), "scaled columns",
                   at=work.scaled, wrong=wrong, tolerance=0.01)  # fmt: skip


def check_assign(work: Any, tools: Any) -> None:
    """Each row goes to the centre that is nearest."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        x, centres = rng.normal(size=(80, 3)), rng.normal(size=(5, 3))
        far = ((x[:, None] - centres) ** 2).sum(2)
        wrong = {
            "wrong_sign": far.argmax(1),
            "wrong_axis": far.argmin(0),
            "square_forgotten": (x[:, None] - centres).sum(2).argmin(1),
        }
        tools.same(work.assign(x, centres), tools.reference.assign(x, centres),
                   "numbers of the nearest centres", at=work.assign, wrong=wrong)  # fmt: skip


def check_move(work: Any, tools: Any) -> None:
    """A centre moves to the mean of its rows; one without rows stays."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        x, centres = rng.normal(size=(60, 3)), rng.normal(size=(4, 3))
        groups = rng.integers(3, size=60)
        right = tools.reference.move(x, groups, centres)
        with np.errstate(all="ignore"):
            got = np.asarray(work.move(x.copy(), groups.copy(), centres.copy()), float)
        sums = np.array([x[groups == k].sum(0) for k in range(4)])
        zeros = right.copy()
        zeros[3] = 0
        if got.shape == right.shape and np.isnan(got[3]).all():
            evidence = "a centre without rows becomes the mean of nothing, which is no number"
            tools.mistake("empty_group", evidence, work.move)
        wrong = {"wrong_averaging": sums / len(x), "empty_group": zeros}
        tools.same(got, right, "centres, the last of which has no rows", at=work.move, wrong=wrong)


def check_cluster(work: Any, tools: Any) -> None:
    """Groups have settled, and are those of the best start."""
    for seed in tools.seeds:
        x = _blobs(tools.rng(seed))
        right = tools.reference
        got = np.asarray(work.cluster(x.copy(), 6, 15, seed))
        tools.shape(got, (len(x),), "groups of the rows")
        left = right.inside(x, got)
        least = right.inside(x, right.cluster(x, 6, 15, seed))
        if left > least * 1.02:
            _explain(work, tools, x, got)
        tools.at_most(left, least * 1.02, "variance left within six groups of 15 starts")
        tools.same(work.cluster(x.copy(), 6, 15, seed), got, "groups by the same seed",
                   at=work.cluster)  # fmt: skip


def _explain(work: Any, tools: Any, x: Any, got: Any) -> None:
    """Name why groups are worse than they could be."""
    centres = np.array([x[got == k].mean(0) for k in np.unique(got)])
    pairs = [(module.assign(x, centres), module.move(x, got, centres))
             for module in (work, tools.reference)]  # fmt: skip
    if any(not np.allclose(mine, right) for mine, right in zip(*pairs, strict=True)):
        return  # that is the matter, and is named already
    moved = float(np.mean(np.unique(got)[tools.reference.assign(x, centres)] != got))
    if moved > 0:
        evidence = f"{moved:.1%} of the rows are nearer to another group's mean than to their own"
        tools.mistake("stopped_early", evidence, work.cluster)
    else:
        evidence = "a better result than the one returned was among the starts, or none was tried"
        tools.mistake("best_not_kept", evidence, work.cluster)


def check_run(work: Any, tools: Any) -> None:
    """Groups are made from scaled columns, and a seed repeats a run."""
    customers = tools.data().iloc[:1500]
    first, second = (tools.run(work, customers.copy(), seed=2, STARTS=6) for _ in range(2))
    tools.repeated(first, second, STAGES)
    with tools.settings(tools.reference, STARTS=6):
        told, _ = tools.drain(tools.reference.run(customers.copy(), seed=2))
    right = {event["stage"]: event["metrics"] for event in told if "metrics" in event}
    for stage in ("kmeans", "unscaled", "choice"):
        got = first[stage]["metrics"]
        wrong = {}
        if stage == "kmeans" and "left_within" in got:
            wrong["data_not_normalised"] = right["unscaled"]
        tools.same(got, right[stage], stage, tolerance=0.02, at=work.run, wrong=wrong)


def _blobs(rng: Any) -> Any:
    """Return 360 rows around six places."""
    places = np.array([[0, 0], [8, 0], [0, 8], [8, 8], [16, 3], [3, 16]])
    return np.concatenate([rng.normal(place, 1, (60, 2)) for place in places])
