"""A learner's file of each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from evening import Evening

from assistant.learner.store import Store
from assistant.mind import Mind


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


@pytest.fixture
def evening(mind: Mind, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Evening]:
    monkeypatch.delenv("LODESTAR_PRIVATE", raising=False)
    talk = Evening(mind)
    yield talk
    talk.session.close()
