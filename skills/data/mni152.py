"""An averaged brain in slices, with the tissue of every point."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skills.data.dataset import MEDICAL, Dataset, MissingPackage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Volume = npt.NDArray[np.uint8]

HALF = 128  # of 255: a point belongs to a tissue whose probability is above one half


def load() -> "tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]":
    """Return slices, float32 (155, 1, 96, 112), and tissues, int64 (155, 96, 112), from below.

    Brightness goes from 0 to 1 in a T1 image; 1 is grey matter, 2 white matter, 0 what is left.
    A point is 2 mm wide and deep, a slice 1 mm high. Left ear to right ear, then back to front.
    """
    found = find_spec("nilearn")  # not imported: only its files are needed, and it loads much
    if not found or not found.origin:
        raise MissingPackage("nilearn", "The data set mni152", MEDICAL)
    import numpy as np

    folder = Path(found.origin).parent / "datasets" / "data"
    t1, grey, white = (_read(folder, kind) for kind in ("t1", "gm", "wm"))
    tissue = np.where(grey >= HALF, 1, np.where(white >= HALF, 2, 0))
    return (t1 / 255).astype(np.float32)[:, None], tissue.astype(np.int64)


def _read(folder: Path, kind: str) -> "Volume":
    import nibabel
    import numpy as np

    image: Any = nibabel.load(folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
    return np.asarray(image.dataobj)[2:194:2, 4:228:2, :155].transpose(2, 0, 1)


DATASET = Dataset(
    id="mni152",
    title="The MNI152 template",
    rows=155,
    describes="horizontal slices, 96 × 112 points each, of one brain: the average of 152 people",
    source="Fonov, Evans and others, Montreal Neurological Institute, 2009; as nilearn ships it",
    url="https://www.bic.mni.mcgill.ca/ServicesAtlases/ICBM152NLin2009",
    licence="nilearn is BSD-3-Clause; of the template itself it says: licence unknown",
    package="nilearn",
    load=load,
)
