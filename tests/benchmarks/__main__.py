"""Speed, scale and sameness of Lodestar: python -m tests.benchmarks [--json] [NAME …]

Without a name: `start`, `build` and `scale`. By name also `equality` (quantised against float32;
`--whole` compiles everything with the float32 model), `planning` and `training`. `scale` takes
numbers of passages: python -m tests.benchmarks scale 1000 10000
"""

import importlib
import json
import os
import platform
import sys
from typing import Any

NAMES = ("start", "build", "scale", "equality", "planning", "training")
USUAL = NAMES[:3]


def main(arguments: list[str]) -> int:
    """Print the figures of each benchmark named, as tables or as one JSON document."""
    wanted = [word for word in arguments if word in NAMES] or list(USUAL)
    sizes = tuple(int(word) for word in arguments if word.isdigit())
    strange = {word for word in arguments if not word.isdigit()} - {*NAMES, "--json", "--whole"}
    if strange:
        sys.stderr.write(f"There is no benchmark {', '.join(sorted(strange))}.\n{__doc__}")
        return 2
    found: dict[str, Any] = {"machine": machine()}
    for name in wanted:
        given = {"scale": (sizes,) if sizes else (), "equality": ("--whole" in arguments,)}
        module = importlib.import_module(f"tests.benchmarks.{name}")
        found[name] = module.figures(*given.get(name, ()))
        if "--json" not in arguments:
            sys.stdout.write(f"\n## {name}\n\n{module.table(found[name])}\n")
            sys.stdout.flush()
    if "--json" in arguments:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        sys.stdout.write("\n" + ", ".join(f"{key} {value}" for key, value in machine().items()))
        sys.stdout.write("\n")
    return 0


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, and how busy it is now."""
    lines = []
    if os.path.exists("/proc/cpuinfo"):  # noqa: PTH110
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            lines = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": lines[0] if lines else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
