"""Tumours of the breast, measured under the microscope."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def load() -> "tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]":
    """Return (x, y): float64 (569, 30) measures of cell nuclei, and 1 where malignant, else 0."""
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return bunch.data, (1 - bunch.target).astype("int64")


DATASET = Dataset(
    id="breast_cancer",
    title="Breast Cancer Wisconsin (Diagnostic)",
    rows=569,
    describes="tumours in 30 measures of their cells' nuclei; 212 were malignant",
    source="Wolberg, Mangasarian, Street and Street, Wisconsin, shipped by scikit-learn",
    url="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
    licence="CC BY 4.0 (UCI); packaged by scikit-learn (BSD-3-Clause)",
    package="scikit-learn",
    load=load,
)
