"""What a learner's own arrays and tables must hold, however they are made."""

from typing import Any

import numpy as np
import pandas as pd

STAGES = ["contract", "groups", "nobody"]


def check_scaled(work: Any, tools: Any) -> None:
    """Each column has mean 0 and spread 1."""
    for seed in tools.seeds:
        x = tools.rng(seed).normal([3, -200, 5e4], [1, 40, 9e3], (90, 3))
        wrong = {
            "data_not_normalised": x,
            "wrong_axis": (x - x.mean()) / x.std(),
            "variance_as_deviation": (x - x.mean(0)) / x.var(0),
        }
        tools.same(work.scaled(x.copy()), tools.reference.scaled(x), "scaled columns",
                   at=work.scaled, wrong=wrong, tolerance=1e-4)  # fmt: skip


def check_cleaned(work: Any, tools: Any) -> None:
    """What is missing is filled in, in a new table."""
    for seed in tools.seeds:
        table = _customers(tools.rng(seed))
        given = table.copy()
        got = work.cleaned(given)["total_charges"].to_numpy(float)
        right = tools.reference.cleaned(table)["total_charges"].to_numpy(float)
        if not given.equals(table):
            evidence = "the table that was handed over has other values afterwards"
            tools.mistake("input_changed", evidence, work.cleaned)
            tools.fail("cleaned: the table that it was given must stay as it is")
        total = table["total_charges"]
        if len(got) < len(right):
            evidence = f"{len(right) - len(got)} customers are gone"
            tools.mistake("inner_join_drops", evidence, work.cleaned)
        wrong = {"missing_as_zero": total.fillna(0).to_numpy(),
                 "missing_as_value": total.fillna(total.mean()).to_numpy()}  # fmt: skip
        tools.same(got, right, "total charges", at=work.cleaned, wrong=wrong)


def check_rates(work: Any, tools: Any) -> None:
    """Groups have their size and their share, small ones are left out, the largest share first."""
    for seed in tools.seeds:
        table = _customers(tools.rng(seed))
        for keys in (("contract",), ("contract", "payment_method")):
            right = tools.reference.rates(table, keys)
            got = work.rates(table.copy(), keys)
            with tools.settings(tools.reference, LEAST=0):
                every = tools.reference.rates(table, keys)
            tools.hold({"customers", "left"} <= set(got.columns),
                       "rates: expected the columns `customers` and `left`")  # fmt: skip
            if len(got) == len(every) > len(right):
                evidence = f"{len(every) - len(right)} groups have fewer than LEAST customers"
                tools.mistake("group_filter_forgotten", evidence, work.rates)
            tools.same(sorted(map(str, got.index)), sorted(map(str, right.index)), "the groups")
            for name in ("customers", "left"):
                given = got[name].loc[right.index]
                wrong = {"wrong_averaging": (right["customers"] * right["left"]) / len(table)
                         if name == "left" else right["customers"] + 1}  # fmt: skip
                tools.same(given.to_numpy(float), right[name].to_numpy(float), f"{name} by group",
                           at=work.rates, wrong=wrong)  # fmt: skip
            falls = (np.diff(got["left"].to_numpy(float)) <= 1e-12).all()
            if not falls:
                evidence = "the shares do not fall from row to row"
                tools.mistake("order_forgotten", evidence, work.rates)
            tools.hold(falls, "rates: expected the largest share first")


def check_forecast(work: Any, tools: Any) -> None:
    """Each customer, in order, gets the share of the own group."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        learned, other = _customers(rng), _customers(rng)
        other.index = pd.Index(rng.permutation(len(other)) + 500)
        table = tools.reference.rates(learned, ("contract", "payment_method"))
        right = tools.reference.forecast(other, table, 0.25)
        got = np.asarray(work.forecast(other.copy(), table.copy(), 0.25), float)
        if len(got) < len(right):
            evidence = f"{len(right) - len(got)} customers of unknown groups are gone"
            tools.mistake("inner_join_drops", evidence, work.forecast)
        if len(got) == len(right) and np.isnan(got).any():
            evidence = "customers of unknown groups have no number"
            tools.mistake("missing_as_value", evidence, work.forecast)
        known = np.where(right == 0.25, 0.0, right)
        wrong = {"missing_as_zero": known}
        if len(got) == len(right) and np.allclose(np.sort(got), np.sort(right)):
            wrong["order_forgotten"] = got
        tools.same(got, right, "forecasts, in the order of the customers", at=work.forecast,
                   wrong=wrong)  # fmt: skip


def check_roc_auc(work: Any, tools: Any) -> None:
    """Ties count half, and a constant score is worth one half."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        y = (rng.random(120) < 0.3).astype(int)
        score = (y * 0.2 + rng.random(120)).round(1)
        right = tools.reference.roc_auc(score, y)
        apart = score[y == 1][:, None] - score[y == 0]
        wrong = {"wrong_sign": 1 - right, "ties_miscounted": np.mean(apart > 0)}
        got = work.roc_auc(score, y)
        if abs(got - np.mean(apart >= 0)) < 1e-9:
            tools.mistake("ties_miscounted", "ties count as won", work.roc_auc)
        tools.same(got, right, "area under the ROC curve", at=work.roc_auc, wrong=wrong)
        tools.same(work.roc_auc(0 * score, y), 0.5, "area for a constant score", at=work.roc_auc)


def check_run(work: Any, tools: Any) -> None:
    """Rates are learned from one half and measured on the other, and a seed repeats a run."""
    customers = tools.data().iloc[:3000]
    first, second = (tools.run(work, customers.copy(), seed=3) for _ in range(2))
    tools.repeated(first, second, STAGES)
    right = tools.reference
    table = right.cleaned(customers)
    a, b = work.halves(table.copy(), 3)
    tools.same(len(set(a.index) & set(b.index)), 0, "customers in both halves")
    scores = {"right": (a, b), "metric_on_training_data": (a, a), "trained_on_test": (table, b)}
    found = {}
    for name, (learned, asked) in scores.items():
        usual = a["churn"].mean()
        said = right.forecast(asked, right.rates(learned, right.KEYS), usual)
        area = right.roc_auc(said, asked["churn"].to_numpy())
        found[name] = {"roc_auc": area, "left": said.mean()}
    expected = found.pop("right")
    tools.same(first["groups"]["metrics"], expected, "groups on the other half", at=work.run,
               wrong=found)  # fmt: skip


def _customers(rng: Any) -> Any:
    """Return 300 customers, of whom some charges are missing and some groups are small."""
    contract = np.array(["month", "year", "two years", "odd"])
    payment = np.array(["check", "card", "cash"])
    tenure, dollars = rng.integers(1, 70, 300), rng.uniform(20, 100, 300).round(2)
    total = pd.Series(tenure * dollars * rng.uniform(0.9, 1.1, 300))
    total[rng.random(300) < 0.1] = np.nan
    return pd.DataFrame({
        "contract": contract[rng.choice(4, 300, p=[0.5, 0.3, 0.16, 0.04])],
        "payment_method": payment[rng.choice(3, 300, p=[0.6, 0.33, 0.07])],
        "tenure": tenure, "monthly_charges": dollars, "total_charges": total,
        "churn": (rng.random(300) < 0.3).astype(int)})  # fmt: skip
