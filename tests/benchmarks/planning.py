"""How long plans take, for every role, background and pace: python tests/benchmarks/planning.py"""

import statistics
import sys
import tempfile
from pathlib import Path as Folder
from time import perf_counter

from assistant.planning import plan
from knowledge import authoring, fingerprint, library
from knowledge.schema import Path, Role
from skills.exercise import catalogue

PACES = (3, 6, 15)


def figures() -> dict[str, float]:
    """Return median, 99th percentile and the longest time of a plan, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        library.write(authoring.read_all(fingerprint.ROOT), Folder(folder))
        shelf = library.Library(Folder(folder))
        starts = [None, *(route for route in shelf.all_of(Path) if route.background)]
        exercises, times = catalogue(), []
        for role in shelf.all_of(Role):
            general = shelf.path_to(role.id)
            for start in starts:
                route = start if start and start.role == role.id else general
                assert route is not None
                for hours in PACES:
                    began = perf_counter()
                    plan(shelf, route, exercises, hours, background=start)
                    times.append((perf_counter() - began) * 1000)
    first, times = times[0], sorted(times[1:])
    return {
        "plans": len(times),
        "median_ms": statistics.median(times),
        "p99_ms": times[int(len(times) * 0.99)],
        "longest_ms": times[-1],
        "first_ms": first,
    }


def table(found: dict[str, float]) -> str:
    """Return the figures as a line."""
    return (
        f"{found['plans']} plans: median {found['median_ms']:.1f} ms, 99th percentile "
        f"{found['p99_ms']:.1f} ms, longest {found['longest_ms']:.1f} ms; "
        f"the first, which reads the knowledge, {found['first_ms']:.1f} ms"
    )


if __name__ == "__main__":
    sys.stdout.write(table(figures()) + "\n")
