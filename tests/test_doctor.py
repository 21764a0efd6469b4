"""What an installation is said to lack, and how that is mended."""

import importlib.metadata
import json
import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant import compiled
from assistant.doctor import mend, report
from assistant.language import weights

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


def test_what_only_some_want_is_shown_and_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package in ("mcp", "pgvector", "torch"):
            raise importlib.metadata.PackageNotFoundError
        return "1.0"

    asked = ["torch<3", 'mcp<3; extra == "mcp"', 'nbformat<6; extra == "notebook"',
             'pgvector; extra == "postgres"', 'psycopg[binary]; extra == "postgres"']  # fmt: skip
    monkeypatch.setattr(importlib.metadata, "requires", lambda package: asked)
    monkeypatch.setattr(importlib.metadata, "version", version)
    document = report()
    assert document["mcp"] is None and document["nbformat"] == "1.0"
    assert document["pgvector"] is None and document["psycopg"] == "1.0"
    assert document["problems"] == ["torch is missing: pip install lodestar-ml"]


def test_settings_disk_and_the_learners_file_are_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config.toml").write_text("theme = ")
    (home / "data").mkdir()
    (home / "data" / "learner.db").touch(mode=0o600)
    monkeypatch.setenv("LODESTAR_DEVICE", "mps")
    monkeypatch.setattr("skills.device._accelerators", lambda: {})
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=12_000_000))
    document = report()
    assert document["settings"] == str(home / "config.toml")
    assert document["learner_file"] == "-rw-------" and document["data_free_gb"] == 0.0
    problems = "\n".join(document["problems"])
    assert "config.toml is left aside" in problems and f"12 MB are free at {home}" in problems
    assert "lodestar config device auto" in problems and document["device"] == "cpu"


@pytest.fixture
def folder(home: Path) -> Path:
    """Return a compiled folder of three files, sealed and up to date."""
    folder = home / "cache" / "mind-1"
    (folder / "intents").mkdir(parents=True)
    for name in ("words.json", "vectors.npy", "intents/learnt"):
        (folder / name).write_text(name)
    compiled.seal(folder)
    latest = {"signature": compiled.signature(), "folder": folder.name}
    (home / "cache" / "latest.json").write_text(json.dumps(latest))
    return folder


def test_a_whole_cache_is_left_alone(folder: Path) -> None:
    assert report()["compiled"] == "mind-1" and compiled.damaged(folder) == []
    assert mend(lambda: pytest.fail("compiled for nothing")) == []


@pytest.mark.parametrize("name", ["words.json", "vectors.npy", "intents/learnt", "complete"])
@pytest.mark.parametrize("gone", [True, False])
def test_damage_anywhere_in_the_cache_is_found_and_mended(
    folder: Path, name: str, gone: bool
) -> None:
    file = folder / name
    if gone and name == "complete":
        return  # then nothing counts as compiled, and the next start compiles
    file.unlink() if gone else file.write_bytes(b"\x00" + file.read_bytes()[1:])
    assert any(name in problem and "--mend" in problem for problem in report()["problems"])
    learner = folder.parent.parent / "data" / "learner.db"
    learner.parent.mkdir()
    learner.write_text("mine")
    made = []
    assert mend(lambda: made.append(compiled.damaged(folder))) == ["compiled the knowledge anew"]
    assert made == [[name]] and learner.read_text() == "mine"


def test_a_damaged_pack_is_found_and_mended(folder: Path) -> None:
    pack = folder.with_name("pack-acme-1")
    pack.mkdir()
    (pack / "library.json").write_text("{}")
    compiled.seal(pack)
    assert mend(lambda: pytest.fail("compiled for nothing")) == []
    (pack / "library.json").write_text("{")
    assert any("pack-acme-1 is damaged" in problem for problem in report()["problems"])
    made = []
    (done,) = mend(lambda: made.append(pack.exists()))
    assert "pack-acme-1, which was damaged" in done and made == [False]


def test_a_server_that_is_named_is_shown_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert report()["LODESTAR_INDEX"] is None
    monkeypatch.setenv("LODESTAR_INDEX", "postgresql://me:secret@db.example.org/lodestar")
    monkeypatch.setattr(importlib.metadata, "requires", lambda package: [])
    document = report()
    assert document["LODESTAR_INDEX"] == "set" and "secret" not in str(document)
    assert (
        'LODESTAR_INDEX names a server: pip install "lodestar-ml[postgres]"' in document["problems"]
    )


def test_what_was_left_half_built_goes_after_a_day(home: Path) -> None:
    for name, age in (("building-old", 2 * 86_400), ("building-now", 0)):
        (home / "cache" / name).mkdir(parents=True)
        os.utime(home / "cache" / name, (time.time() - age,) * 2)
    (done,) = mend(lambda: None)
    assert "building-old" in done
    assert [path.name for path in (home / "cache").iterdir()] == ["building-now"]


def test_the_weights_are_refused_when_one_bit_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = tmp_path / "model.safetensors"
    shutil.copyfile(weights.verified_weights(), altered)
    with altered.open("r+b") as file:
        file.seek(altered.stat().st_size // 2)
        (byte,) = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    monkeypatch.setattr(weights, "model_folder", lambda: tmp_path)
    try:
        document = report()
    finally:
        altered.unlink()  # 90 MB
    assert document["model"] is None
    assert any("was altered" in problem and "pip install" in problem
               for problem in document["problems"])  # fmt: skip
