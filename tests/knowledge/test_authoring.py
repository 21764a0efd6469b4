"""Faults in YAML are named by file, line and field, with a way to mend them."""

from pathlib import Path

import pytest
import yaml

from knowledge.authoring import KnowledgeError, read, read_all

CLAIM = {
    "name": "Data",
    "summary": "Deep networks usually need more examples than simpler models to do well.",
    "aspect": "data",
    "statement": "Deep learning needs more data.",
    "machine_learning": "Simple models get along with hundreds of labelled examples.",
    "deep_learning": "Networks trained from scratch want many thousands of examples.",
    "nuance": "Transfer learning lowers the need a great deal in practice.",
    "sources": [{"title": "A book", "by": "Somebody", "url": "https://example.org/book"}],
}


def put(root: Path, text: str, name: str = "claims/one.yaml") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def faults(root: Path, text: str, name: str = "claims/one.yaml") -> list[str]:
    path = put(root, text, name)
    with pytest.raises(KnowledgeError) as caught:
        read(path, "claim", root)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_file_is_read_with_its_id(tmp_path: Path) -> None:
    path = put(tmp_path, yaml.safe_dump(CLAIM))
    entry = read(path, "claim", tmp_path)
    assert (entry.id, entry.kind, entry.name) == ("one", "claim", "Data")


def test_unknown_field_is_named_with_its_line(tmp_path: Path) -> None:
    text = yaml.safe_dump(CLAIM) + "colour: blue\n"
    (fault,) = faults(tmp_path, text)
    line = text.splitlines().index("colour: blue") + 1
    assert fault.startswith(f"claims/one.yaml:{line}: colour:")
    assert "drop the field" in fault


def test_every_missing_field_is_reported_at_once(tmp_path: Path) -> None:
    short = {name: CLAIM[name] for name in ("name", "summary", "aspect", "sources")}
    found = faults(tmp_path, yaml.safe_dump(short))
    named = {fault.split(": ")[1] for fault in found}
    assert named == {"statement", "machine_learning", "deep_learning", "nuance"}


def test_nested_fault_has_the_line_of_its_item(tmp_path: Path) -> None:
    document = CLAIM | {"sources": [*CLAIM["sources"], {"title": "T", "by": "B"}]}
    text = yaml.safe_dump(document, sort_keys=False)
    (fault,) = faults(tmp_path, text)
    line = text.splitlines().index("- title: T") + 1
    assert fault.startswith(f"claims/one.yaml:{line}: sources.1.url:")


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "name: a\nsummary: b: c\n")
    assert fault.startswith("claims/one.yaml:2: YAML:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [1]\nb: *x\n", "alias"),
        ("- just\n- a list\n", "not a mapping"),
        ("id: mine\n", "taken from the file's place"),
        ("name: !!python/object/apply:os.system ['true']\n", "YAML"),
    ],
)
def test_hostile_or_odd_yaml_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in faults(tmp_path, text)[0]


def test_a_key_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    text = "name: Data\nsources:\n- title: A\n  url: b\n  title: C\nname: Other\n"
    assert faults(tmp_path, text) == [
        "claims/one.yaml:6: name: stands on line 1 already — join the two or drop one",
        "claims/one.yaml:5: title: stands on line 3 already — join the two or drop one",
    ]


def test_file_name_must_be_an_id(tmp_path: Path) -> None:
    assert "not an id" in faults(tmp_path, "a: b\n", "claims/Big Data.yaml")[0]


def test_file_that_is_not_utf8_or_too_large(tmp_path: Path) -> None:
    path = put(tmp_path, "")
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(KnowledgeError, match="not UTF-8"):
        read(path, "claim", tmp_path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(KnowledgeError, match="1,000,000 bytes"):
        read(path, "claim", tmp_path)


def test_read_all_gathers_the_faults_of_all_files(tmp_path: Path) -> None:
    put(tmp_path, "a: 1\n", "claims/one.yaml")
    put(tmp_path, "b: 1\n", "claims/two.yaml")
    with pytest.raises(KnowledgeError) as caught:
        read_all(tmp_path)
    assert {fault.file for fault in caught.value.faults} == {"claims/one.yaml", "claims/two.yaml"}
