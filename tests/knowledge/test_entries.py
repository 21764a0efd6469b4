"""The entries that ship: clean by the linter, complete, and every code snippet runs."""

import contextlib
import io
import warnings

import pytest

from knowledge.authoring import files, read
from knowledge.check import check
from knowledge.fingerprint import ROOT
from knowledge.schema import Concept
from skills.exercise import catalogue

BATCHES = 16


def concepts() -> list[Concept]:
    found = (read(path, kind, ROOT) for path, kind in files(ROOT) if kind == "concept")
    return [entry for entry in found if isinstance(entry, Concept)]


def test_the_knowledge_base_is_clean() -> None:
    _, faults = check(ROOT, set(catalogue()))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_snippets_run(batch: int) -> None:
    failed = []
    for concept in concepts()[batch::BATCHES]:
        if not concept.code:
            continue
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                exec(compile(concept.code, concept.id, "exec"), {"__name__": "__main__"})
        except Exception as error:
            failed.append(f"{concept.id}: {type(error).__name__}: {error}")
        if not said.getvalue().strip():
            failed.append(f"{concept.id}: prints nothing")
    assert not failed, "\n".join(failed)
