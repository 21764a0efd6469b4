"""How much power tomorrow? Boosting on lags against last week's value, month after month."""

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
    x["last"] = known["demand"]
    x["change"] = known["demand"] - known["demand"].shift(2)
    x["day_mean"] = known["demand"].rolling(DAY).mean()
    x["week_ago"] = table["demand"].shift(WEEK)
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
    return [(np.flatnonzero(months < m), np.flatnonzero(months == m)) for m in MONTHS]


def measure(forecast: Any, truth: Any) -> dict[str, float]:
    """Return how far forecasts (GW) are off, in megawatts or percent; `bias` is above 0 if high."""
    error = 1000 * (forecast - truth)
    peak = truth >= np.quantile(truth, PEAK)
    return {
        "mae": np.mean(np.abs(error)), "rmse": np.sqrt(np.mean(error**2)),
        "mape": np.mean(np.abs(error / (1000 * truth))), "bias": np.mean(error),
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
        model.fit(x.iloc[past], y[past])
        forecast[month] = model.predict(x.iloc[month])
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
