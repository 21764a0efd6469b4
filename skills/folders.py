"""Where the exercises lie."""

from importlib import resources
from pathlib import Path

FILE = "exercise.yaml"


def files(root: Path) -> list[Path]:
    """Return the files of the exercises under a folder, in the order of family and id."""
    return sorted(root.glob(f"*/*/{FILE}"))


def package() -> Path:
    """Return the folder of the installed `skills` package."""
    return Path(str(resources.files("skills")))
