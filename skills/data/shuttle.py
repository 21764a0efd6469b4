"""Sensor readings of a space shuttle."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, MissingPackage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def load() -> "tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]":
    """Return (readings, faulty): float64 (49097, 9), and int64 (49097,) with 1 for a fault."""
    found = find_spec("river")  # not imported: only its file is needed
    if not found or not found.origin:
        raise MissingPackage("river", "The data set shuttle")
    import numpy as np

    file = Path(found.origin).parent / "datasets" / "shuttle.csv.gz"
    table = np.loadtxt(file, delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1].astype(np.int64)


DATASET = Dataset(
    id="shuttle",
    title="Statlog (Shuttle), as a search for faults",
    rows=49097,
    describes="readings of nine sensors of a NASA space shuttle, of which 3,511 are faults",
    source="Catlett, Statlog project, UCI archive; two classes as in ODDS; shipped with river",
    url="https://archive.ics.uci.edu/dataset/148/statlog+shuttle",
    licence="UCI: CC BY 4.0; packaged by river (BSD-3-Clause)",
    package="river",
    load=load,
)
