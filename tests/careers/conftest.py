"""The knowledge, compiled without a sentence model: plans, gaps and adverts need none."""

from pathlib import Path

import pytest

from knowledge import authoring, fingerprint, library


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> library.Library:
    """Return the library of the whole knowledge base."""
    folder: Path = tmp_path_factory.mktemp("library")
    library.write(authoring.read_all(fingerprint.ROOT), folder)
    return library.Library(folder)
