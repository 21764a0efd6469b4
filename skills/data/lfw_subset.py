"""Faces and backgrounds, cut out of press photographs, and one photograph to search."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, MissingPackage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Images = npt.NDArray[np.float32]


def load() -> "tuple[Images, npt.NDArray[np.int64], Images]":
    """Return images, faces and a photograph: float32 (200, 25, 25), int64 (200,), (512, 512).

    Grey from 0 to 1; 1 for a face. The photograph is of the astronaut Eileen Collins.
    """
    if not find_spec("skimage"):
        raise MissingPackage("scikit-image", "The data set lfw_subset")
    import numpy as np
    from skimage.color import rgb2gray
    from skimage.data import astronaut, lfw_subset

    images = lfw_subset().astype(np.float32)
    return images, np.repeat([1, 0], 100), rgb2gray(astronaut()).astype(np.float32)


DATASET = Dataset(
    id="lfw_subset",
    title="A subset of Labeled Faces in the Wild",
    rows=200,
    describes="images of 25 × 25 grey pixels, 100 of faces and 100 of what was behind them",
    source="Huang and others, 2007, press photographs; the subset shipped with scikit-image",
    url="https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.lfw_subset",
    licence="packaged by scikit-image (BSD-3-Clause); the photograph is NASA's, public domain",
    package="scikit-image",
    load=load,
)
