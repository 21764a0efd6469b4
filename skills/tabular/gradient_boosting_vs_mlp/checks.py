"""What a learner's own comparison of trees and a network must do, whatever its style."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch


def _houses(rng: Any, rows: int) -> pd.DataFrame:
    """Return a table of two columns of numbers, far from 0 and of unlike size, and one of words."""
    words = pd.Categorical(rng.choice(["brick", "wood"], rows), ["brick", "wood", "straw"])
    area, year = 1500 + 400 * rng.normal(size=rows), 1980 + 10 * rng.normal(size=rows)
    return pd.DataFrame({"area": area, "year": year, "wall": words})


def check_split(work: Any, tools: Any) -> None:
    """Houses keep their prices, as logarithms, and the test houses are always the same."""
    houses = tools.data()
    x, x_test, y, y_test = work.split(houses.copy())
    if "Sale_Price" in x:
        tools.mistake("target_among_features", "`Sale_Price` is still a column", work.split)
        tools.fail("split: the price must not be among the features")
    for table, logs in ((x, y), (x_test, y_test)):
        right = np.log(houses["Sale_Price"].loc[table.index].to_numpy(float))
        wrong = {"logarithm_forgotten": np.exp(right)}
        tools.same(np.asarray(logs), right, "logarithms of prices", at=work.split, wrong=wrong)
    with tools.settings(work, ROWS=500):
        fewer, same, _, _ = work.split(houses.copy())
    tools.same(len(fewer), 500, "training houses with ROWS = 500")
    tools.same(sorted(same.index), sorted(x_test.index), "the test houses with ROWS = 500")
    tools.same(len(set(x.index) & set(x_test.index)), 0, "houses on both sides")


def check_prepare(work: Any, tools: Any) -> None:
    """A network gets numbers near 0, words as columns, and nothing from the other tables."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        x, other = _houses(rng, 300), _houses(rng, 90)
        alone = np.asarray(work.prepare(x.copy())[0])
        known, asked = (np.asarray(table) for table in work.prepare(x.copy(), other.copy()))
        tools.same(str(known.dtype), "float32", "the type of a prepared table")
        tools.hold(len(known) == 300 and len(asked) == 90, "prepare: a row for each house")
        sizes = known.shape[1], asked.shape[1]
        tools.hold(sizes[0] == sizes[1] >= 3, f"prepare: expected the same columns, got {sizes}")
        far = other.assign(area=other["area"] * 5, year=other["year"] + 300)
        joint = np.asarray(work.prepare(x.copy(), far)[0])
        if known.shape != alone.shape or not np.allclose(joint, alone, atol=1e-4):
            evidence = "a table changes when another one is prepared with it"
            tools.mistake("leak_before_split", evidence, work.prepare)
            tools.fail(f"prepare: {evidence}")
        if np.abs(known).max() > 20:
            evidence = f"prepared numbers reach {np.abs(known).max():.0f}"
            tools.mistake("data_not_normalised", evidence, work.prepare)
            tools.fail(f"prepare: expected numbers near 0; {evidence}")
        odd = other.assign(wall=pd.Categorical(["straw"] * 90, ["brick", "wood", "straw"]))
        strange = np.asarray(work.prepare(x.copy(), odd)[1])
        tools.hold(np.isfinite(strange).all(), "prepare: a new word gives what is no number")


def check_mlp(work: Any, tools: Any) -> None:
    """The network learns a bent curve, and predicts after each epoch without dropout."""
    _repeats_and_bends(work, tools)
    rng = tools.rng(5)
    x, other = _houses(rng, 600), _houses(rng, 200)
    bent, truth = (12 + 0.5 * np.abs((t["area"] - 1500) / 400).to_numpy() for t in (x, other))
    prepared, _ = tools.reference.prepare(x, other)
    tools.pairs(prepared, (bent - bent.mean()) / bent.std())
    with tools.settings(work, RATE=0.003, prepare=tools.reference.prepare):
        told = list(work.mlp((64, 0.2), 12, 0, x.copy(), bent, other.copy()))
    tools.same(len(told), 12, "mlp: predictions in 12 epochs")
    tools.shape(told[-1], (200,), "mlp: predictions for 200 houses")
    share = 1 - np.mean((told[-1] - truth) ** 2) / truth.var()
    tools.at_least(share, 0.7, "mlp: share of the variance explained (R²) of a bent curve")


def _repeats_and_bends(work: Any, tools: Any) -> None:
    """Go on only if a seed repeats the network, and it has a bend between three points."""
    x = _houses(tools.rng(6), 64)
    points = x[:3].assign(area=[300.0, 1500.0, 2700.0])

    def bare(*tables: pd.DataFrame) -> list[torch.Tensor]:
        return [torch.tensor(t[["area"]].to_numpy() / 400 - 3.75).float() for t in tables]

    with tools.settings(work, prepare=bare):
        first, told = (
            list(work.mlp((64, 0.0), 1, 3, x.copy(), 12 + x["area"].to_numpy() / 4000, points))[-1]
            for _ in range(2)
        )
    if not np.allclose(first, told):
        evidence = "the same seed gave other predictions the second time"
        tools.mistake("seed_half_set", evidence, work.mlp)
        tools.fail(f"mlp: {evidence}")
    if abs(told[0] + told[2] - 2 * told[1]) < 1e-5:
        evidence = "what it predicts lies on a straight line"
        tools.mistake("forgotten_activation", evidence, work.mlp)
        tools.fail(f"mlp: expected a network that bends; {evidence}")


def check_boosting(work: Any, tools: Any) -> None:
    """Boosting predicts after each tree, from the tables as they are."""
    rng = tools.rng(7)
    x, other = _houses(rng, 600), _houses(rng, 200)
    truth, asked = (12 + (t["wall"] == "wood") * (t["area"] > 1500) * 1.0 for t in (x, other))
    told = list(work.boosting(8, 40, 0, x.copy(), truth.to_numpy(), other.copy()))
    tools.same(len(told), 40, "boosting: predictions of 40 trees")
    if len(told[-1]) == len(x):
        evidence = "it predicts for the houses that it learned from"
        tools.mistake("metric_on_training_data", evidence, work.boosting)
    tools.shape(told[-1], (200,), "boosting: predictions for 200 houses")
    errors = [float(np.mean((guess - asked.to_numpy()) ** 2)) for guess in (told[0], told[-1])]
    tools.at_most(errors[1], 0.3 * errors[0], "boosting: squared error after 40 trees")


def _tries(errors: dict[Any, list[float]], seen: list[Any]) -> Callable[..., Iterator[Any]]:
    """Return a `learn` that makes these errors after each round, for each setting."""

    def learn(setting: Any, rounds: int, seed: int, x: Any, y: Any, other: Any) -> Iterator[Any]:
        seen.append((set(x.index), set(other.index), len(x) == len(y)))
        for error in errors[setting][:rounds]:
            yield other["answer"].to_numpy() + error

    return learn


def check_tune(work: Any, tools: Any) -> None:
    """The setting and the number of rounds are those of the least error on houses put aside."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = rng.normal(size=100)
        x = pd.DataFrame({"answer": y}, index=rng.permutation(1000)[:100])
        errors = {name: list(0.2 + rng.random(6)) for name in "abc"}
        errors["b"][2] = 0.1
        seen: list[Any] = []
        told, got = tools.drain(work.tune("it", _tries(errors, seen), "abc", 6, x, y, seed))
        last = min(errors, key=lambda name: errors[name][-1])
        tops = max(((n, i) for n in errors for i in range(6)), key=lambda k: errors[k[0]][k[1]])
        wrong = {
            "wrong_sign": [tops[0], tops[1] + 1],
            "stopped_early": ["a", int(np.argmin(errors["a"])) + 1],
            "best_not_kept": [last, 6],
            "off_by_one_window": ["b", 2],
        }
        tools.same(list(got), ["b", 3], "tune: the best setting and rounds", at=work.tune,
                   wrong=wrong)  # fmt: skip
        tools.same(len(told), 18, "tune: progress in 3 settings of 6 rounds")
        if any(known & asked for known, asked, _ in seen):
            tools.mistake("metric_on_training_data", "rows put aside were learned from", work.tune)
            tools.fail("tune: expected rows to be put aside, got rows that were learned from")
        tools.hold(all(fits for *_, fits in seen), "tune: expected an answer for each row")


def check_measure(work: Any, tools: Any) -> None:
    """The gain is a difference of errors, and its interval draws the same houses for both."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        hard = rng.exponential(size=600) ** 2
        ours, theirs = (hard * rng.uniform(0.8, 1.2, (3, 600)) * scale for scale in (1.0, 1.3))
        got, right = (module.measure(ours, theirs, seed) for module in (work, tools.reference))
        means = [part.mean(axis=1) ** 0.5 for part in (ours, theirs)]
        wrong: dict[str, dict[str, Any]] = {
            "error": {"square_forgotten": right["error"] ** 2, "wrong_averaging": means[0].mean()},
            "gain": {"wrong_sign": -right["gain"]},
        }
        for name in ("error", "gain", "spread"):
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], right[name], name, at=work.measure, wrong=wrong.get(name))
        width, known = (part["high"] - part["low"] for part in (got, right))
        if width > 1.6 * known:
            evidence = f"the interval is {width / known:.1f} times as wide as with shared draws"
            tools.mistake("unpaired_comparison", evidence, work.measure)
        near = [abs(got[side] - right[side]) < 0.25 * known for side in ("low", "high")]
        tools.hold(all(near), f"measure: expected the interval {right['low']:.3f} to "
                   f"{right['high']:.3f}, got {got['low']:.3f} to {got['high']:.3f}")  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """Test houses are only ever asked about, and each gain is over the model before."""
    houses = tools.data()
    seen: list[tuple[set[Any], set[Any]]] = []
    _, x_test, _, _ = work.split(houses.copy())
    asked_last = set(x_test.index)
    small = {"ROWS": 600, "TREES": 12, "EPOCHS": 3, "LEAVES": (4,), "NETS": ((32, 0.1),), "FITS": 2}
    with tools.settings(work, boosting=_spy(work.boosting, seen), mlp=_spy(work.mlp, seen)):
        first = tools.run(work, houses.copy(), seed=1, **small)
    told = [name for known, asked in seen if (name := _fault(known, asked, asked_last))]
    for name in told[:1]:
        tools.mistake(name, "a model learned from houses that it should only meet later", work.run)
    tools.hold(not told, "run: expected test houses to be asked about and never learned from")
    tools.same(sorted(first), ["boosting", "line", "mean", "mlp"], "the stages of a run")
    errors = {name: ran["metrics"]["error"] for name, ran in first.items()}
    for better, worse in (("line", "mean"), ("mlp", "line"), ("boosting", "mlp")):
        gain = first[better]["metrics"]["gain"]
        tools.same(gain, errors[worse] - errors[better], f"the gain of {better} over {worse}",
                   at=work.run, wrong={"wrong_sign": errors[better] - errors[worse]})  # fmt: skip
    tools.at_most(errors["line"], 0.18, "error of the line")
    tools.at_most(errors["mlp"], 0.38, "error of the network after 3 epochs")


def _spy(learn: Any, seen: list[Any]) -> Callable[..., Iterator[Any]]:
    """Return `learn`, noting which houses it learns from and which it is asked about."""

    def noted(setting: Any, rounds: int, seed: int, x: Any, y: Any, other: Any) -> Iterator[Any]:
        seen.append((set(x.index), set(other.index)))
        yield from learn(setting, rounds, seed, x, y, other)

    return noted


def _fault(known: set[Any], asked: set[Any], test: set[Any]) -> str:
    """Return the mistake in what one model learned from and was asked about, or nothing."""
    if known & test:
        return "trained_on_test" if known - test else "chosen_on_test"
    if known & asked:
        return "metric_on_training_data"
    return ""
