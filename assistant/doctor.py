"""What this installation is made of, and what is wrong with it."""

import importlib.metadata
import os
import platform
import re
from typing import Any

from assistant.errors import LodestarError
from assistant.language import weights
from assistant.places import cache_dir, data_dir, workspace_dir

PACKAGES = (
    "lodestar-ml", "torch", "onnxruntime", "sentence-transformers", "scikit-learn", "numpy", "rich",
    "prompt_toolkit",
)  # fmt: skip
EXTRAS = ("exercises", "medical")  # what exercises need beside PACKAGES


def _of(extra: str) -> list[str]:
    """Return the packages that an extra asks for."""
    asked = importlib.metadata.requires(PACKAGES[0]) or ()
    rows = (row for row in asked if re.search(rf"extra == ['\"]{extra}['\"]", row))
    return sorted({re.split(r"[^\w.-]", row, maxsplit=1)[0] for row in rows})


def report() -> dict[str, Any]:
    """Return versions, device, model, folders, and a list of problems with how to mend each."""
    problems: list[str] = []
    document: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    extra_of = {package: extra for extra in EXTRAS for package in _of(extra)}
    for package in (*PACKAGES, *extra_of):
        try:
            document[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            document[package] = None
            if package in extra_of:
                extra = extra_of[package]
                problems.append(f'{package} is missing: pip install "lodestar-ml[{extra}]"')
    from skills.device import choose

    device = choose("auto")
    document["device"], document["device_reason"] = device.name, device.reason
    try:
        document["model"] = weights.sha256(weights.verified_weights())
    except LodestarError as error:
        document["model"] = None
        problems.append(str(error))
    for name, folder in (("cache", cache_dir()), ("data", data_dir()),
                         ("workspace", workspace_dir())):  # fmt: skip
        document[name] = str(folder)
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK):
            problems.append(f"{folder} cannot be written: set LODESTAR_HOME to another folder")
    document["problems"] = problems
    return document
