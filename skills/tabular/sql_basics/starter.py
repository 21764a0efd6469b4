"""Six questions to a database of houses: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from skills.data import load

YEAR, LEAST = 2010, 10


def database(houses: pd.DataFrame) -> sqlite3.Connection:
    """Return tables houses(house, place, area, frontage or NULL) and sales(house, year, price)."""
    frontage = houses["Lot_Frontage"].where(houses["Lot_Frontage"] > 0)
    columns = houses["Neighborhood"].astype(str), houses["Gr_Liv_Area"], frontage
    table = pd.concat([*columns, houses["Year_Sold"], houses["Sale_Price"]], axis=1)
    table.columns = pd.Index(["place", "area", "frontage", "year", "price"])
    table["house"] = range(1, len(table) + 1)
    db = sqlite3.connect(":memory:")
    table[["house", "place", "area", "frontage"]].to_sql("houses", db, index=False)
    table[["house", "year", "price"]].to_sql("sales", db, index=False)
    return db


def ask(db: sqlite3.Connection, query: str, *values: Any) -> list[Any]:
    """Return all rows of an answer. Each ? in the query stands for one of the values."""
    return db.execute(query, values).fetchall()


def sold_in(db: sqlite3.Connection, place: str) -> list[Any]:
    """Return one row: how many houses were sold in a place, and their mean price."""
    # TODO 1: join sales and houses by house, keep those of the place, count them, take the mean.
    # Write ? in the query where the place stands, and give the place to `ask`.
    raise NotImplementedError("TODO 1: sales in a place")


def frontages(db: sqlite3.Connection) -> list[Any]:
    """Return one row: houses, houses whose frontage is known, and the mean of what is known."""
    # TODO 2: COUNT(*) counts rows, COUNT(column) those with a value, AVG(column) leaves out NULL.
    raise NotImplementedError("TODO 2: known frontages")


def places(db: sqlite3.Connection, year: int) -> list[Any]:
    """Return place, sales and mean price before a year, if LEAST sales or more; dearest first."""
    query = """SELECT place, COUNT(*), AVG(price) FROM sales JOIN houses USING (house)
               WHERE year < ? GROUP BY place"""
    # TODO 3: only places with at least LEAST sales, the dearest first.
    return ask(db, query, year)


def quiet(db: sqlite3.Connection, year: int) -> list[Any]:
    """Return the places with houses but without a sale in a year, by name."""
    # TODO 4: keep every house, also without a sale in the year (LEFT JOIN), group by place, and
    # keep the groups without a sale.
    raise NotImplementedError("TODO 4: places without a sale")


def dearest(db: sqlite3.Connection) -> list[Any]:
    """Return place, house and price of the dearest sale of each place, by place."""
    query = """SELECT place, house, price FROM (
                   SELECT place, house, price,
                          1 AS n -- TODO 5: a number for each sale, within its place, dearest first
                   FROM sales JOIN houses USING (house))
               WHERE n = 1 ORDER BY place"""
    return ask(db, query)


def forecast(db: sqlite3.Connection, year: int) -> list[Any]:
    """Return house, price and area times the past price of a square foot there, or overall."""
    query = """WITH past AS (SELECT * FROM sales JOIN houses USING (house) WHERE year < ?1),
               rates AS (SELECT place, 1.0 * SUM(price) / SUM(area) AS rate FROM past GROUP BY 1),
               overall AS (SELECT 1.0 * SUM(price) / SUM(area) AS usual FROM past)
               SELECT house, price, area * COALESCE(rate, usual) FROM overall JOIN sales
               JOIN houses USING (house) LEFT JOIN rates USING (place) WHERE year = ?1 ORDER BY 1"""
    return ask(db, query, year)


def measure(price: Any, said: Any) -> dict[str, float]:
    """Return how far forecasts are from prices in dollars, and what share they explain."""
    off = price - said
    return {"mae": np.mean(abs(off)), "r2": 1 - np.mean(off**2) / np.var(price)}


def run(houses: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the answers, and what forecasts for YEAR are worth."""
    db = database(houses)
    _, price, said = np.array(forecast(db, YEAR)).T
    mean = ask(db, "SELECT AVG(price) FROM sales WHERE year < ?", YEAR)[0][0]
    every, known, feet = frontages(db)[0]
    told = {"unknown": 1 - known / every, "frontage": feet, "quiet": len(quiet(db, YEAR))}
    yield {"stage": "mean", "metrics": measure(price, np.full(len(price), mean)) | told,
           "made": {"places": places(db, YEAR)[:6], "dearest": dearest(db)[:6]}}  # fmt: skip
    yield {"stage": "rate", "metrics": measure(price, said)}


if __name__ == "__main__":
    for progress in run(load("ames")):
        print({name: value for name, value in progress.items() if name != "made"})
