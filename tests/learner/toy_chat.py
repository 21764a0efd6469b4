"""Lodestar as a process with one exercise more: a toy that trains nothing, slowly."""

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

from skills import checkpoint, data, exercise

PAUSE = 0.03  # seconds between two steps of the toy


def slowly(values, seed=0, device="cpu"):
    """Yield what the toy's solution would, with time to be killed in between."""
    for event in toys._story(values, seed, device):
        time.sleep(PAUSE)
        yield event


spec = importlib.util.spec_from_file_location(
    "toys", Path(__file__).parents[1] / "skills" / "conftest.py"
)
toys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toys)

file = Path(sys.argv.pop(1)) / "fake" / "toy" / "exercise.yaml"
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text(toys.TOY, "utf-8")
(file.parent / "solution.py").write_text("# made in memory\n", "utf-8")
module = ModuleType("skills.fake.toy.solution")
module.run = slowly
sys.modules[module.__name__] = module
data.DATASETS["toy"] = data.Dataset(
    id="toy", title="Toys", rows=0, describes="none", source="here", url="https://example.org",
    licence="MIT", package="none", load=lambda: None,
)  # fmt: skip
checkpoint.package = lambda: file.parents[2]
documents = {**exercise.catalogue().documents, "toy": exercise.parse(file)}
catalogue = exercise.Catalogue(documents)
exercise.catalogue = lambda: catalogue
exercise.Catalogue.open = lambda compiled: catalogue

if __name__ == "__main__":
    from assistant.cli import main

    main()
