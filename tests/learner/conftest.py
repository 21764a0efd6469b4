"""A learner's file of each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.learner.store import Store


@pytest.fixture
def told() -> list[str]:
    """Return what the learner was told."""
    return []


@pytest.fixture
def file(home: Path) -> Path:
    """Return where a test's learner keeps data."""
    return home / "data" / "learner.db"


@pytest.fixture
def store(file: Path, told: list[str]) -> Iterator[Store]:
    """Return an empty store."""
    with Store(file, told.append) as opened:
        yield opened
