"""What a learner's own recommender must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from sklearn.linear_model import Ridge

STAGES = ["biases", "factors", "genres", "mean"]


def check_split(work: Any, tools: Any) -> None:
    """Ratings put aside are apart from the others, and the same each time."""
    ratings = tools.data().head(5000)
    train, test = work.split(ratings.copy())
    tools.same(len(train) + len(test), 5000, "ratings in both parts together")
    tools.same(len(test) / 5000, 0.1, "share of ratings put aside", tolerance=0.02)
    tools.same(len(set(train.index) & set(test.index)), 0, "ratings in both parts")
    tools.same(work.split(ratings.copy())[1]["rating"], test["rating"], "a second call's test set")


def check_fill(work: Any, tools: Any) -> None:
    """Each rating stands in the row of its person and the column of its film."""
    for seed in tools.seeds:
        _, ratings = _made_up(tools.rng(seed))
        got, right = (module.fill(ratings, 12, 12) for module in (work, tools.reference))
        for number, what in ((0, "the table of ratings"), (1, "the table of where one is")):
            values = got[number]
            if number == 0 and float(values.sum()) == float(right[0].sum()) and (
                (np.asarray(values) > 0) == (np.asarray(right[0]) > 0)
            ).all() and not torch.equal(values, right[0]):  # fmt: skip
                evidence = "the places and the ratings are right, but do not belong together"
                tools.mistake("shuffled_labels", evidence, work.fill)
            tools.same(values, right[number], what, at=work.fill,
                       wrong={"wrong_axis": right[number].T})  # fmt: skip


def check_biases(work: Any, tools: Any) -> None:
    """Biases are means of what is left over the ratings there are, pulled towards 0."""
    for seed in tools.seeds:
        (left, seen), _ = _made_up(tools.rng(seed))
        start = torch.zeros(12)
        right = tools.reference.biases(left, seen, start, 3)
        every = tools.reference.biases(left, torch.ones_like(seen), start, 3)
        across = tools.reference.biases(left.T, seen.T, start, 3)
        tools.same([*work.biases(left, seen, start, 3)], [*right], "biases of people and films",
                   at=work.biases,
                   wrong={"missing_as_zero": [*every], "wrong_axis": [*across]})  # fmt: skip


def check_solve(work: Any, tools: Any) -> None:
    """The factors of each row are a ridge regression on the films it has rated."""
    for seed in tools.seeds:
        (left, seen), _ = _made_up(tools.rng(seed))
        other = torch.tensor(tools.rng(seed + 9).normal(size=(12, 3))).float()
        right = [_ridge(other[row > 0], values[row > 0], work.PENALTY)
                 for values, row in zip(left, seen, strict=True)]  # fmt: skip
        free = [_ridge(other[row > 0], values[row > 0], 1e-6)
                for values, row in zip(left, seen, strict=True)]  # fmt: skip
        every = [_ridge(other, values, work.PENALTY) for values in left]
        wrong = {"missing_as_zero": np.array(every), "missing_penalty": np.array(free)}
        tools.same(work.solve(left, seen, other), np.array(right), "factors of each row",
                   tolerance=1e-3, at=work.solve, wrong=wrong)  # fmt: skip


def check_rmse(work: Any, tools: Any) -> None:
    """The error is the root of the mean of the squares, in stars."""
    for seed in tools.seeds:
        _, ratings = _made_up(tools.rng(seed))
        table = torch.tensor(tools.rng(seed + 5).normal(3, 1, (12, 12))).float()
        errors = table[ratings["user"].to_numpy(copy=True), ratings["film"].to_numpy(copy=True)]
        errors = errors.numpy() - ratings["rating"].to_numpy()
        wrong = {"wrong_loss": np.mean(abs(errors)), "wrong_averaging": np.sqrt(sum(errors**2)),
                 "integer_division": np.sqrt(sum(errors**2) // len(errors))}  # fmt: skip
        tools.same(work.rmse(table, ratings), np.sqrt(np.mean(errors**2)), "rmse", at=work.rmse,
                   wrong=wrong)  # fmt: skip


def check_best(work: Any, tools: Any) -> None:
    """The best films come first; those rated already, and those few have rated, are left out."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        guess = torch.tensor(rng.normal(3, 1, (40, 60))).float()
        seen = torch.tensor((rng.random((40, 60)) < 0.3).astype(np.float32))
        seen[:, ::7] = 0
        right = tools.reference.best(guess, seen, 4, 9)
        wrong = {"off_by_one_window": tools.reference.best(guess, seen, 4, 10)[1:]}
        tools.same([int(n) for n in work.best(guess, seen, 4, 9)], right, "the best nine films",
                   at=work.best, wrong=wrong)  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """Ratings put aside play no part in training, and a seed repeats a run."""
    ratings = tools.data()
    ratings = ratings[ratings["userId"] <= 120]
    small = {"RANK": 4, "STEPS": 3, "YOU": 3}
    first = tools.run(work, ratings.copy(), seed=4, **small)
    second = tools.run(work, ratings.copy(), seed=4, **small)
    tools.same(sorted(first), STAGES, "the stages of a run")
    train, test = work.split(ratings.copy())

    def measured(learned: Any, judged: Any) -> Any:
        # work.split sees numbered rows; what is learned and judged keeps their numbers
        def split(rows: Any) -> Any:
            return rows.loc[learned.index], rows.loc[judged.index]

        with tools.settings(tools.reference, split=split, **small):
            told = tools.drain(tools.reference.run(ratings.copy(), seed=4))[0]
        return {event["stage"]: event["metrics"]["rmse"] for event in told if "metrics" in event}

    right, seen, leaked = measured(train, test), measured(train, train), measured(ratings, test)
    for name in STAGES:
        got = first[name]["metrics"]["rmse"]
        tools.same(got, second[name]["metrics"]["rmse"], f"{name}, run twice with one seed")
        wrong = {"metric_on_training_data": seen[name], "trained_on_test": leaked[name]}
        wrong = dict(sorted(wrong.items(), key=lambda item: abs(item[1] - got)))  # likeliest first
        near = 0.01 if name == "factors" else 1e-3  # other ways to solve end a little apart
        tools.same(got, right[name], f"rmse of {name}", tolerance=near, at=work.run, wrong=wrong)


def _made_up(rng: Any) -> tuple[Any, Any]:
    """Return what is left and where of 12 people and 12 films, and the same as rows."""
    import pandas as pd

    seen = np.maximum(rng.random((12, 12)) < 0.6, np.eye(12) > 0)
    values = np.where(seen, rng.integers(1, 11, (12, 12)) / 2, 0)
    user, film = np.nonzero(seen)
    rows = pd.DataFrame({"user": user, "film": film, "rating": values[user, film]})
    left = torch.tensor(np.where(seen, values - 3, 0)).float()
    return (left, torch.tensor(seen).float()), rows.sample(frac=1, random_state=0)


def _ridge(x: Any, y: Any, penalty: float) -> Any:
    return Ridge(penalty, fit_intercept=False).fit(x.numpy(), y.numpy()).coef_
