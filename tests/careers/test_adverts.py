"""Reading adverts: held against labels that were written before the code."""

from pathlib import Path

import pytest
import yaml

from assistant.adverts import Reader
from knowledge.library import Library

HERE = Path(__file__).parent
ADVERTS = yaml.safe_load((HERE / "adverts.yaml").read_text("utf-8"))


@pytest.fixture(scope="session")
def reader(shelf: Library) -> Reader:
    return Reader(shelf)


def labels(advert: dict) -> set[str]:
    return {*advert["asks"], *(f"no:{id_}" for id_ in advert["refuses"]), *advert["requirements"]}


def found(reader: Reader, text: str) -> set[str]:
    read = reader.read(text)
    return {*(row.id for row in read.asks), *(f"no:{row.id}" for row in read.refuses),
            *(row.id for row in read.requirements)}  # fmt: skip


def f1(reader: Reader, adverts: list[dict]) -> float:
    """Return the F1 of all findings of all adverts taken together."""
    right = wrong = missed = 0
    for advert in adverts:
        want, got = labels(advert), found(reader, advert["text"])
        right, wrong, missed = (
            right + len(want & got),
            wrong + len(got - want),
            missed + len(want - got),
        )
    return 2 * right / (2 * right + wrong + missed)


def test_there_are_twelve_and_four_are_adversarial():
    assert len(ADVERTS) == 12
    assert sum(advert["adversarial"] for advert in ADVERTS) == 4


def test_f1_over_all_and_over_the_adversarial(reader: Reader):
    assert f1(reader, ADVERTS) >= 0.85
    assert f1(reader, [advert for advert in ADVERTS if advert["adversarial"]]) >= 0.85


@pytest.mark.parametrize("advert", ADVERTS, ids=[advert["id"] for advert in ADVERTS])
def test_no_advert_is_read_badly(reader: Reader, advert: dict):
    want, got = labels(advert), found(reader, advert["text"])
    share = 2 * len(want & got) / (len(want) + len(got))
    assert share >= 0.75, (sorted(want - got), sorted(got - want))
