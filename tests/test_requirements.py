"""What is installed with Lodestar: every requirement is bounded on both sides, and met here."""

import importlib.metadata
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
ROWS = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(row for rows in PROJECT["project"]["optional-dependencies"].values() for row in rows),
]
OTHERS = [Requirement(row) for row in ROWS if not row.startswith(PROJECT["project"]["name"])]


@pytest.mark.parametrize("needed", OTHERS, ids=str)
def test_a_requirement_has_a_lower_and_an_upper_bound(needed: Requirement) -> None:
    signs = {bound.operator for bound in needed.specifier}
    assert signs == {"=="} or (signs & {">=", ">"} and signs & {"<", "<="}), str(needed)


@pytest.mark.parametrize("needed", OTHERS, ids=str)
def test_what_is_installed_is_within_the_bounds(needed: Requirement) -> None:
    try:
        version = importlib.metadata.version(needed.name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("not installed here")
    assert needed.specifier.contains(version, prereleases=True)


def test_all_holds_what_learners_may_want() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = (Requirement(row) for row in extras["all"])
    assert everything.extras >= {"exercises", "mcp", "medical", "notebook"}
    assert everything.extras <= set(extras)
