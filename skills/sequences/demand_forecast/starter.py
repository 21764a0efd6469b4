"""How much power tomorrow? Boosting on lags against last week's value: four gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from skills.data import load

DAY, WEEK = 48, 336  # in half hours
AHEAD = 48  # a forecast is made this long before: nothing younger may be used
ROUNDS, RATE, LEAVES = 200, 0.1, 31
MONTHS = (7, 8, 9, 10, 11, 12)  # each is forecast by a model that has seen only what was before
PEAK = 0.9  # the tenth of half hours with the highest demand
Progress = Generator[dict[str, Any], None, Any]


def features(table: pd.DataFrame, weather: bool) -> pd.DataFrame:
    """Return what is known AHEAD half hours before each half hour, or with its true temperature."""
    known, time = table.shift(AHEAD), pd.DatetimeIndex(table.index)
    x = pd.DataFrame({"hour": time.hour + time.minute / 60, "weekday": time.day_of_week,
                      "workday": table["workday"]}, index=table.index)  # fmt: skip
    # TODO 1: x["last"], the newest demand that is known; x["change"], by how much it is above the
    # demand two half hours before it; x["day_mean"], the mean of the DAY known demands that end
    # with it; x["week_ago"], the demand a WEEK before the half hour that is forecast.
    raise NotImplementedError("TODO 1: what is known of the demand")
    x["week_ago_workday"] = table["workday"].shift(WEEK)
    x["last_workday"] = known["workday"]
    x["last_temperature"] = known["temperature"]
    if weather:  # as if tomorrow's weather were known exactly
        x["temperature"] = table["temperature"]
        x["warmth"] = table["temperature"].rolling(DAY).mean()
    return x


def folds(times: Any) -> list[tuple[Any, Any]]:
    """Return for each of MONTHS the places of the half hours before it, and of its own."""
    months = pd.DatetimeIndex(times).month.to_numpy()
    # TODO 2: for each month a pair: the places of all half hours before it, and of those in it.
    raise NotImplementedError("TODO 2: the past and the month")


def measure(forecast: Any, truth: Any) -> dict[str, float]:
    """Return how far forecasts (GW) are off, in megawatts or percent; `bias` is above 0 if high."""
    error = 1000 * (forecast - truth)
    peak = truth >= np.quantile(truth, PEAK)
    return {
        "mae": 0.0, "rmse": np.sqrt(np.mean(error**2)),  # TODO 3: the mean distance (MW), and
        "mape": 0.0, "bias": np.mean(error),  # the mean distance as a share of the truth
        "peak_mae": np.mean(np.abs(error[peak])), "peak_bias": np.mean(error[peak]),
    }  # fmt: skip


def backtest(stage: str, x: pd.DataFrame, y: Any, seed: int) -> Progress:
    """Yield the error of each month, by a model fitted to what was before; return all forecasts."""
    forecast = np.full(len(y), np.nan)
    for step, (past, month) in enumerate(folds(x.index), 1):
        model = HistGradientBoostingRegressor(max_iter=ROUNDS, learning_rate=RATE,
                                              max_leaf_nodes=LEAVES, max_features=0.5,
                                              early_stopping=False,  # it splits at random
                                              random_state=seed)  # fmt: skip
        # TODO 4: fit the model to the past, and fill forecast[month] with what it predicts.
        raise NotImplementedError(f"TODO 4: learn from {len(past)} half hours, forecast the month")
        error = measure(forecast[month], y[month])["mae"]
        yield {"stage": stage, "step": step, "total": len(MONTHS), "mae": error}
    return forecast


def run(table: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what four ways to forecast the months to come are worth."""
    y = table["demand"].to_numpy()
    asked = np.concatenate([month for _, month in folds(table.index)])
    for stage, lag in {"yesterday": DAY, "last_week": WEEK}.items():
        naive = table["demand"].shift(lag).to_numpy()
        yield {"stage": stage, "metrics": measure(naive[asked], y[asked])}
    for stage in ("boosting", "weather"):
        x = features(table, weather=stage == "weather")
        forecast = yield from backtest(stage, x, y, seed)
        last = asked[-18 * DAY : -14 * DAY]  # four days from 14 December
        days = np.arange(len(last)) / DAY
        made = {"days": {"truth": (days, y[last]), "forecast": (days, forecast[last])}}
        yield {"stage": stage, "metrics": measure(forecast[asked], y[asked]), "made": made}


if __name__ == "__main__":
    for progress in run(load("elecdemand")):
        print({name: value for name, value in progress.items() if name != "made"})
