"""What an installation is said to lack, and how that is mended."""

import importlib.metadata

import pytest

from assistant.doctor import report

ASKED = [
    "torch<3,>=2", 'river<1,>=0.26; extra == "exercises"', "nilearn<1; extra == 'medical'",
    "nilearn<1; extra == 'all'", "ruff<1; extra == 'dev'",
]  # fmt: skip


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def version(package: str) -> str:
        if package in ("river", "nilearn", "ruff"):
            raise importlib.metadata.PackageNotFoundError
        return "1.0"

    monkeypatch.setattr(importlib.metadata, "requires", lambda package: ASKED)
    monkeypatch.setattr(importlib.metadata, "version", version)
    document = report()
    assert document["river"] is None and document["nilearn"] is None
    assert "ruff" not in document and document["torch"] == "1.0"
    assert document["problems"] == [
        'river is missing: pip install "lodestar-ml[exercises]"',
        'nilearn is missing: pip install "lodestar-ml[medical]"',
    ]
