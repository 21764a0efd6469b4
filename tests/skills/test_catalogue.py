"""Exercises as data: the catalogue, its faults and its linter."""

import json
import subprocess
import sys

import pytest

from knowledge.authoring import KnowledgeError
from skills.check import check, strict
from skills.exercise import catalogue, read
from skills.folders import package


def test_the_packaged_exercises_have_no_fault():
    assert check() == []


def test_the_listing_has_the_fields_of_the_contract():
    for exercise in catalogue().values():
        assert list(exercise.listing()) == [
            "id", "title", "family", "concepts", "minutes", "device", "dataset"
        ]  # fmt: skip
    assert {"fraud_detection", "cnn_digits"} <= set(catalogue())


def test_listing_imports_nothing_heavy():
    code = (
        "import sys; import skills.play; from skills.exercise import catalogue; catalogue();"
        "print([m for m in ('torch', 'sklearn', 'pandas', 'pydantic') if m in sys.modules])"
    )
    root = str(package().parent)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


def test_the_quick_reading_and_the_strict_one_agree(toy_file):
    root = toy_file.parents[2]
    assert read(toy_file, root) == strict(toy_file, root)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("minutes: 1", "minuets: 1", "fake/toy/exercise.yaml:5: minuets"),
        ("minutes: 1", "minutes: [1", "YAML"),
        ("title: A toy", "ident: 3", "title: Field required"),
        ("steps:", "steps: 3\nquestions:", "steps"),
    ],
)
def test_a_fault_names_file_field_and_mend(toy_file, before, after, said):
    toy_file.write_text(toy_file.read_text().replace(before, after))
    with pytest.raises(KnowledgeError) as caught:
        read(toy_file, toy_file.parents[2])
    assert any(said.casefold() in str(fault).casefold() for fault in caught.value.faults)
    assert all(fault.mend for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("dataset: toy", "dataset: nowhere", "names 'nowhere'"),
        ("main: good", "main: best", "is no stage"),
        ("{ask: gain}", "{say: hm}", "`ask` of one step"),
        ("below: 0.3", "below: 0.1", "do not rise"),
        ("figure: comparison", "figure: cat", "is 'cat'"),
        ("{dataset.title}", "{good.score}", "names good, not measured by then"),
        ("metric: score, at_least", "metric: speed, at_least", "is 'speed'"),
        ("at_least: 0.7", "by: 0.7", "has not one bound"),
        ("why: d}", "why: d, right: true}", "has not one right option"),
    ],
)
def test_the_linter_finds(toy_file, before, after, said):
    toy_file.write_text(toy_file.read_text().replace(before, after, 1))
    assert any(said in fault.problem for fault in check(toy_file.parents[2]))


def test_a_claim_stands_where_claims_belong_and_names_what_is_measured(toy_file):
    texts = {
        "statement": "Good is better than plain.", "held": "It is so by {gain.score}.",
        "refuted": "It is {best.score}, not more.", "undecided": "It may be so or not so.",
    }  # fmt: skip
    claim = f"claim: {json.dumps(texts)}\npassed:"
    toy_file.write_text(toy_file.read_text().replace("passed:", claim, 1))
    found = {(fault.field, fault.problem) for fault in check(toy_file.parents[2])}
    assert ("claim", "belongs to the family claims alone") in found
    assert ("claim.refuted", "names best") in found
    assert not {field for field, _ in found} & {"claim.held", "claim.undecided"}
