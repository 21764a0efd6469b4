"""What a learner's own forecast of demand must do, whatever its style."""

from typing import Any

import numpy as np

STAGES = ["boosting", "last_week", "weather", "yesterday"]


def check_features(work: Any, tools: Any) -> None:
    """What a forecast is made from was known a day before it."""
    table = tools.data().iloc[:1500]
    ahead = tools.reference.AHEAD
    for seed in tools.seeds:
        place = int(tools.rng(seed).integers(800, 1000))
        usual = _row(work, table, place)
        moved = _row(work, _raised(table, "demand", place, place + 1), place)
        if np.any(np.isclose(moved, table["demand"].iloc[place] + 5)):
            tools.mistake("target_among_features", "a column is the demand asked for",
                          work.features)  # fmt: skip
        for name in ("demand", "temperature"):
            moved = _row(work, _raised(table, name, place - ahead + 1, len(table)), place)
            if not np.allclose(moved, usual, equal_nan=True):
                tools.mistake("future_in_time_series", f"{name} that is not a day old changes what "
                              "a forecast is made from", work.features)  # fmt: skip
            tools.same(moved, usual, f"features, when {name} that is not yet known is another")
    for weather in (False, True):
        right = tools.reference.features(table, weather)
        got = work.features(table.copy(), weather)
        tools.same(sorted(map(str, got.columns)), sorted(right.columns), "columns")
        for name in right:
            came, known = (frame[name].to_numpy(float)[1:-1] for frame in (got, right))
            wrong = {}
            for step in (1, -1):
                late = right[name].shift(step).to_numpy(float)[1:-1]
                if np.allclose(came, late, equal_nan=True):
                    wrong = {"off_by_one_window": late}
            tools.same(came, known, f"column {name}", at=work.features, wrong=wrong)


def _row(work: Any, table: Any, place: int) -> Any:
    """Return the features of one half hour, made from a table."""
    return np.asarray(work.features(table.copy(), False), float)[place]


def _raised(table: Any, name: str, start: int, end: int) -> Any:
    """Return a table in which a column is higher by 5 from `start` to before `end`."""
    inside = (np.arange(len(table)) >= start) & (np.arange(len(table)) < end)
    return table.assign(**{name: table[name] + 5 * inside})


def check_folds(work: Any, tools: Any) -> None:
    """A month is forecast from what was before it, and no month is cut."""
    times = tools.data().index[: 48 * 150]
    with tools.settings(work, MONTHS=(3, 5)), tools.settings(tools.reference, MONTHS=(3, 5)):
        got, right = work.folds(times), tools.reference.folds(times)
    tools.same(len(got), 2, "how many folds two months have")
    for (past, month), (before, asked) in zip(got, right, strict=True):
        past, month = np.asarray(past), np.asarray(month)
        if np.isin(past, month).any():
            tools.mistake("trained_on_test", "half hours are on both sides", work.folds)
        elif past.max() > month.min():
            tools.mistake("future_in_time_series", "a model learns from later half hours",
                          work.folds)  # fmt: skip
        tools.same(np.sort(past), before, "half hours to learn from")
        tools.same(np.sort(month), asked, "half hours to forecast")


def check_measure(work: Any, tools: Any) -> None:
    """Errors are in megawatts, a forecast that is too high has a bias above 0."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        truth = rng.uniform(3, 9, 200)
        forecast = truth + rng.normal(0.1, 0.3, 200)
        got, right = (module.measure(forecast, truth) for module in (work, tools.reference))
        total = np.abs(forecast - truth).sum()
        wrong: dict[str, dict[str, Any]] = {
            "mae": {"square_forgotten": right["bias"]},
            "mape": {"wrong_averaging": total / truth.sum(),
                     "square_forgotten": np.mean((forecast - truth) / truth)},
            "bias": {"wrong_sign": -right["bias"]},
            "peak_mae": {"square_forgotten": right["peak_bias"]},
            "peak_bias": {"wrong_sign": -right["peak_bias"]},
        }  # fmt: skip
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=wrong.get(name))


def check_backtest(work: Any, tools: Any) -> None:
    """A month's forecast does not depend on that month's demand, nor on later ones."""
    table = tools.data().iloc[: 48 * 90]
    x, y = tools.reference.features(table, True), table["demand"].to_numpy()
    month = np.asarray(table.index.month == 2)
    tools.pairs(x, y)
    right = _forecast(tools.reference, tools, x, y)[month]
    got = _forecast(work, tools, x, y)[month]
    tools.hold(np.isfinite(got).all(), "backtest: expected a number for each half hour of February")
    tools.same(_forecast(work, tools, x, y)[month], got, "the forecast, made twice with one seed")
    told = _forecast(work, tools, x, np.where(table.index.month >= 2, y + 5, y))[month]
    if np.abs(told - got).max() > 1e-6:
        tools.mistake("trained_on_test", "another demand in the month that is forecast changes the "
                      "forecast", work.backtest)  # fmt: skip
    tools.same(told, got, "the forecast, when only the demand from that month on is another")
    off = np.abs(right - y[month]).mean()
    tools.at_most(np.abs(got - y[month]).mean(), 1.3 * off, "mean error of February, in gigawatts")


def _forecast(module: Any, tools: Any, x: Any, y: Any) -> Any:
    """Return what a module's backtest forecasts for February."""
    with tools.settings(module, MONTHS=(2,), ROUNDS=30):
        told, forecast = tools.drain(module.backtest("boosting", x.copy(), y.copy(), 1))
    tools.hold(told, "backtest: expected a yield for each month")
    return np.asarray(forecast, float)


def check_run(work: Any, tools: Any) -> None:
    """The simple forecasts are old values, boosting beats them, and a seed repeats a run."""
    table = tools.data()
    few = {"MONTHS": (9,), "ROUNDS": 40}
    first, second = (tools.run(work, table.copy(), seed=2, **few) for _ in range(2))
    tools.repeated(first, second, STAGES)
    right = tools.run(tools.reference, table.copy(), seed=2, **few)
    demand, september = table["demand"], np.asarray(table.index.month == 9)
    for name, lag in {"yesterday": 48, "last_week": 336}.items():
        shifts = {"future_in_time_series": -lag, "off_by_one_window": lag - 1,
                  "target_among_features": 0}  # fmt: skip
        wrong = {mistake: tools.reference.measure(demand.shift(n).to_numpy()[september],
                                                  demand.to_numpy()[september])
                 for mistake, n in shifts.items()}  # fmt: skip
        tools.same(first[name]["metrics"], right[name]["metrics"], f"what {name} measures",
                   at=work.run, wrong=wrong)  # fmt: skip
    for name in ("boosting", "weather"):
        off, usual = first[name]["metrics"]["mae"], right[name]["metrics"]["mae"]
        tools.at_most(off, 1.2 * usual, f"mean error of {name}")
        tools.at_least(off, 0.8 * usual, f"mean error of {name}")
