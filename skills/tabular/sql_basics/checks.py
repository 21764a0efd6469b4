"""What a learner's own queries must answer, however they are written."""

from typing import Any

import numpy as np
import pandas as pd

STAGES = ["mean", "rate"]


def check_sold_in(work: Any, tools: Any) -> None:
    """Sales of a place are counted, whatever letters its name has."""
    for seed in tools.seeds:
        houses = _houses(tools.rng(seed))
        db = tools.reference.database(houses)
        for place in ("Vet's Corner", "North", "Nowhere"):
            right = tools.reference.sold_in(db, place)
            try:
                got = _rows(work.sold_in(db, place))
            except tools.reference.sqlite3.OperationalError as error:
                evidence = f"with the place {place!r} the query breaks: {error}"
                tools.mistake("sql_by_formatting", evidence, work.sold_in)
                raise
            tools.same(got, right, f"sales in {place!r}", at=work.sold_in, wrong={
                "join_condition_missing": _cross(houses, place)})  # fmt: skip
        every = tools.reference.ask(db, "SELECT COUNT(*), AVG(price) FROM sales")
        injected = _rows(work.sold_in(db, "x' OR '1'='1"))
        if injected == every:
            evidence = "a place named x' OR '1'='1 returns all sales"
            tools.mistake("sql_by_formatting", evidence, work.sold_in)
        tools.same(injected, [(0, None)], "sales in a place with an odd name", at=work.sold_in)


def _cross(houses: Any, place: str) -> Any:
    """Return what a join without a condition gives: each house with each sale."""
    there = int((houses["Neighborhood"] == place).sum())
    if not there:
        return [(0, None)]
    return [(there * len(houses), float(houses["Sale_Price"].mean()))]


def check_frontages(work: Any, tools: Any) -> None:
    """What is not known is neither counted as known nor as zero."""
    for seed in tools.seeds:
        houses = _houses(tools.rng(seed))
        db = tools.reference.database(houses)
        (right,) = tools.reference.frontages(db)
        wrong = {
            "missing_as_zero": [(right[0], right[1], float(houses["Lot_Frontage"].mean()))],
            "missing_counted": [(right[0], right[0], right[2])],
        }
        tools.same(_rows(work.frontages(db)), [right], "houses, known frontages and their mean",
                   at=work.frontages, wrong=wrong)  # fmt: skip


def check_places(work: Any, tools: Any) -> None:
    """Places with enough sales before a year come dearest first."""
    for seed in tools.seeds:
        db = tools.reference.database(_houses(tools.rng(seed)))
        right = tools.reference.places(db, 2009)
        got = _rows(work.places(db, 2009))
        every, more = (_places(tools, db, least) for least in (0, 11))
        tools.hold(len(every) > len(right) > len(more), "the drawn houses do not tell")
        wrong = {
            "order_forgotten": right[::-1],
            "future_in_time_series": tools.reference.places(db, 2010),
            "group_filter_forgotten": every,
            "off_by_one_window": more,
        }
        if sorted(got) == sorted(right) and got != right:
            tools.mistake("order_forgotten", "the rows are right, their order is not", work.places)
        if sorted(got) == sorted(every):
            evidence = f"{len(every) - len(right)} places have fewer than LEAST sales"
            tools.mistake("group_filter_forgotten", evidence, work.places)
        tools.same(got, right, "places, sales and mean prices before 2009", at=work.places,
                   wrong=wrong)  # fmt: skip


def _places(tools: Any, db: Any, least: int) -> Any:
    with tools.settings(tools.reference, LEAST=least):
        return tools.reference.places(db, 2009)


def check_quiet(work: Any, tools: Any) -> None:
    """Places without a sale in a year are found, which an inner join would drop."""
    for seed in tools.seeds:
        db = tools.reference.database(_houses(tools.rng(seed)))
        right = tools.reference.quiet(db, 2010)
        tools.hold(right, "the drawn houses do not tell")
        got = _rows(work.quiet(db, 2010))
        if not got:
            evidence = "no place is found: those without a sale are not in the joined table"
            tools.mistake("inner_join_drops", evidence, work.quiet)
        wrong = {"order_forgotten": right[::-1]} if len(right) > 1 else {}
        tools.same(got, right, "places without a sale in 2010", at=work.quiet, wrong=wrong)


def check_dearest(work: Any, tools: Any) -> None:
    """Each place has one row, that of its dearest sale."""
    for seed in tools.seeds:
        houses = _houses(tools.rng(seed))
        db = tools.reference.database(houses)
        right = tools.reference.dearest(db)
        got = _rows(work.dearest(db))
        lowest = [min((price, house) for place, house, price in _sales(tools, db) if place == p)
                  for p, _, _ in right]  # fmt: skip
        wrong = {"order_forgotten": [(p, h, price) for (p, _, _), (price, h) in
                                     zip(right, lowest, strict=True)]}  # fmt: skip
        one = [max(_sales(tools, db), key=lambda row: row[2])]
        wrong["partition_forgotten"] = one
        if len(got) > len(right):
            evidence = f"{len(got)} rows for {len(right)} places"
            tools.mistake("group_filter_forgotten", evidence, work.dearest)
        tools.same(got, right, "the dearest sale of each place", at=work.dearest, wrong=wrong)


def _sales(tools: Any, db: Any) -> Any:
    return tools.reference.ask(
        db, "SELECT place, house, price FROM sales JOIN houses USING (house)"
    )


def check_forecast(work: Any, tools: Any) -> None:
    """Forecasts of a year know only sales of the years before, and none is lost."""
    for seed in tools.seeds:
        houses = _houses(tools.rng(seed))
        db = tools.reference.database(houses)
        right = tools.reference.forecast(db, 2010)
        got = _rows(work.forecast(db, 2010))
        if len(got) < len(right):
            evidence = f"{len(right) - len(got)} sales of a place without a past have no forecast"
            tools.mistake("inner_join_drops", evidence, work.forecast)
        if any(row[2] is None for row in got):
            evidence = "the forecast of a place without a past is NULL"
            tools.mistake("missing_as_value", evidence, work.forecast)
        past = houses.drop(columns=["Lot_Frontage"])
        past.columns = pd.Index(["place", "area", "year", "price"])
        wrong = {
            "future_in_time_series": _rates(past, past, "sum"),
            "integer_division": _rates(past, past[past["year"] < 2010], "floor"),
            "wrong_averaging": _rates(past, past[past["year"] < 2010], "mean"),
        }
        tools.same(got, right, "house, price and forecast of the sales in 2010", at=work.forecast,
                   wrong=wrong)  # fmt: skip


def _rates(every: Any, past: Any, how: str) -> Any:
    """Return forecasts for 2010 by rates made in a way, right or wrong."""

    def rate(part: Any) -> float:
        if how == "mean":
            return float((part["price"] / part["area"]).mean())
        value = part["price"].sum() / part["area"].sum()
        return float(np.floor(value) if how == "floor" else value)

    rates = {place: rate(part) for place, part in past.groupby("place")}
    now = every[every["year"] == 2010]
    return [(int(row.Index) + 1, int(row.price), row.area * rates.get(row.place, rate(past)))
            for row in now.itertuples()]  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """The forecasts of the last year are measured."""
    first = tools.run(work, tools.data().copy())
    tools.same(sorted(first), STAGES, "the stages of a run")
    told, _ = tools.drain(tools.reference.run(tools.data()))
    for event in told:
        tools.same(first[event["stage"]]["metrics"], event["metrics"], event["stage"],
                   tolerance=1e-3)  # fmt: skip


def _rows(answer: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in answer]


def _houses(rng: Any) -> Any:
    """Return 90 houses of seven places, some with few sales, none or no past in 2010."""
    places = np.array(["North", "South", "Vet's Corner", "Hill", "Lake", "Old", "New"])
    place = places[rng.choice(7, 90, p=[0.3, 0.25, 0.2, 0.1, 0.05, 0.05, 0.05])]
    year = rng.integers(2006, 2011, 90)
    place[:10], year[:10] = "Hill", 2007
    place[10:14] = ["Lake", "Old", "New", "New"]
    year[(place == "Hill") & (year < 2009)] = 2007
    count = np.flatnonzero((place == "Hill") & (year == 2007))
    place[count[10:]] = "North"
    place[place == "Hill"] = np.where(year[place == "Hill"] < 2009, "Hill", "North")
    year[np.isin(place, ["Old", "Lake"])] = 2006
    year[place == "New"] = 2010
    return pd.DataFrame({
        "Neighborhood": place, "Gr_Liv_Area": rng.integers(700, 3000, 90),
        "Lot_Frontage": rng.integers(20, 120, 90) * (rng.random(90) < 0.8), "Year_Sold": year,
        "Sale_Price": rng.permutation(np.arange(90) * 2731 + 60007)})  # fmt: skip
