"""Spoken vowels, as cepstra."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from skills.data.dataset import Dataset, MissingPackage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Spoken = list[npt.NDArray[np.float32]]
    Part = tuple[Spoken, npt.NDArray[np.int64]]


def load() -> "tuple[Part, Part]":
    """Return (utterances, speakers) to learn from and to test on, 270 and 370 of them.

    An utterance is float32 (frames, 12), 7 to 29 frames long; speakers go from 0 to 8.
    """
    found = find_spec("sktime")  # not imported: only its file is needed, and it loads much
    if not found or not found.origin:
        raise MissingPackage("sktime", "The data set japanese_vowels")
    folder = Path(found.origin).parent / "datasets" / "data" / "JapaneseVowels"
    train, test = (_read(folder / f"JapaneseVowels_{part}.ts") for part in ("TRAIN", "TEST"))
    return train, test


def _read(file: Path) -> "Part":
    import numpy as np

    spoken, speakers = [], []
    for line in file.read_text("utf-8").splitlines():
        if line and line[0] not in "#@":
            *columns, speaker = line.split(":")
            values = np.array([np.fromstring(column, sep=",") for column in columns])
            spoken.append(values.T.astype(np.float32))
            speakers.append(int(speaker) - 1)
    return spoken, np.array(speakers)


DATASET = Dataset(
    id="japanese_vowels",
    title="Japanese Vowels",
    rows=640,
    describes="utterances of the vowels a and e by nine men, each as 7 to 29 frames of 12 cepstra",
    source="Kudo, Toyama and Shimbo, 1999, UCI archive; the copy shipped with sktime",
    url="https://archive.ics.uci.edu/dataset/128/japanese+vowels",
    licence="UCI: CC BY 4.0; packaged by sktime (BSD-3-Clause)",
    package="sktime",
    load=load,
)
