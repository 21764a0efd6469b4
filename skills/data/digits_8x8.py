"""Small handwritten digits."""

from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def load() -> "tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]":
    """Return (images, digits): float64 (1797, 64) from 0 to 1, and int64 (1797,)."""
    with needs("sklearn", "digits_8x8"):
        from sklearn.datasets import load_digits
    images, digits = load_digits(return_X_y=True)
    return images / 16, digits.astype("int64")


DATASET = Dataset(
    id="digits_8x8",
    title="Optical recognition of handwritten digits",
    rows=1797,
    describes="grey images of 8 x 8 pixels, from 0 to 9, by 13 writers (the test part of the set)",
    source="Alpaydin and Kaynak, UCI Machine Learning Repository; shipped with scikit-learn",
    url="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    licence="CC BY 4.0; packaged by scikit-learn (BSD-3-Clause)",
    package="scikit-learn",
    load=load,
)
