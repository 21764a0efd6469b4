"""Every data set: where it comes from, under which licence, and its one loader.

All of them lie inside packages that pip installs, so nothing is downloaded at run time. One
module here is one data set: it defines `DATASET`, whose id is the module's name.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from skills.data.dataset import PIP, Dataset, MissingPackage

DATASETS: dict[str, Dataset] = {
    module.name: import_module(f"{__name__}.{module.name}").DATASET
    for module in iter_modules(__path__)
    if module.name != "dataset"
}


def load(name: str) -> Any:
    """Return the values of a data set, in the form its own loader states.

    Raises KeyError for an unknown name and MissingPackage with the pip line to run.
    """
    return DATASETS[name].load()


__all__ = ["DATASETS", "PIP", "Dataset", "MissingPackage", "load"]
