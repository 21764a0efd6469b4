"""Knowledge packs: found and named as the source; hostile ones are refused whole."""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from assistant.cli import main
from assistant.errors import UsageError
from assistant.mind import Mind, open_mind
from assistant.packs import folder, page, shelf
from assistant.search import Joined, SearchIndex
from assistant.wordings import Wordings
from knowledge import authoring, library
from knowledge.authoring import KnowledgeError
from knowledge.schema import Page

GPU = """\
---
title: The Falcon cluster
source: https://wiki.acme.example/falcon
---
Falcon is the GPU cluster of Acme, run by the platform team in two racks.

## How do I book a GPU?

Open a ticket in the queue FALCON with your project code and the hours you need.

## Quotas

Each trainee has forty GPU hours a month. `falcon quota` shows them.
"""
RULES = "# House rules\n\nThe kitchen closes at six; whoever leaves last locks the door.\n"
CLAIM = {
    "name": "Our data", "aspect": "data", "statement": "Our networks need more data than theirs.",
    "summary": "Deep networks of ours usually need more examples than simpler models.",
    "machine_learning": "Simple models get along with hundreds of labelled examples.",
    "deep_learning": "Networks trained from scratch want many thousands of examples.",
    "nuance": "Transfer learning lowers the need a great deal in practice.",
    "sources": [{"title": "A book", "by": "Somebody", "url": "https://example.org/book"}],
}  # fmt: skip


class Letters:
    """An encoder that counts letters, and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        counts = [[text.casefold().count(chr(97 + at)) for at in range(26)] for text in texts]
        rows = np.array(counts, np.float32).reshape(len(texts), 26) + 0.01
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    matching = encode


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder with a pack of two pages."""
    folder = tmp_path / "Acme"
    (folder / "house").mkdir(parents=True)
    (folder / "gpu.md").write_text(GPU, "utf-8")
    (folder / "house" / "rules.md").write_text(RULES, "utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Mind:
    """Return a mind that knows one claim."""
    path = tmp_path / "ours" / "claims" / "data.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(CLAIM), "utf-8")
    work = tmp_path / "cache" / "mind-1"
    work.mkdir(parents=True)
    letters = Letters()
    passages = library.write(authoring.read_all(tmp_path / "ours"), work)
    SearchIndex.build([item.text for item in passages], letters.encode).save(work)
    Wordings.build(["Our data"], letters.encode, "1").save(work)
    letters.seen.clear()
    (work / "names.json").write_text(json.dumps({"our data": [["data", "claim"]]}), "utf-8")
    words = {"known": ["data"], "everyday": [], "common": [], "shorthand": {}}
    (work / "words.json").write_text(json.dumps(words), "utf-8")
    (work / "questions.json").write_text(json.dumps([["data", "statement", 0, 1, 1, []]]), "utf-8")
    return Mind(work, tmp_path / "cache", lambda: letters)  # type: ignore[arg-type,return-value]


def add(source: Path, own: Mind, name: str | None = None) -> tuple[shelf.Pack, int]:
    return shelf.add(source, name, own, "2026-01-02", lambda step, share=None: None)


def opened(own: Mind) -> Mind:
    packs, notes = shelf.beside(own, lambda step, share=None: None)
    return Mind(own.folder, own.cache, own.model, packs, notes)


def faults(source: Path, own: Mind) -> list[str]:
    """Return what is wrong with a pack, none of which was kept."""
    before = shelf.packs(), sorted((shelf.data_dir() / "packs").iterdir())
    with pytest.raises(KnowledgeError) as caught:
        add(source, own)
    assert (shelf.packs(), sorted((shelf.data_dir() / "packs").iterdir())) == before
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(autouse=True)
def packs_folder() -> None:
    """Make the folder of packs, so that what is in it can be compared."""
    (shelf.data_dir() / "packs").mkdir(parents=True)


def test_headings_cut_a_page_and_its_front_names_title_and_source() -> None:
    read = page.read(GPU, "gpu.md", "acme", "acme/gpu")
    assert (read.name, read.sources[0].url) == (
        "The Falcon cluster",
        "https://wiki.acme.example/falcon",
    )
    assert read.sources[0].title == "The Falcon cluster (knowledge pack acme)"
    assert [part.heading for part in read.sections] == ["", "How do I book a GPU?", "Quotas"]
    assert read.summary.startswith("Falcon is the GPU cluster")


def test_a_heading_in_code_is_no_heading_and_a_long_section_is_cut() -> None:
    long = "\n\n".join(f"Paragraph {number} " + "word " * 99 for number in range(5))
    text = f"# Top\n\n## Code\n\n```sh\n# no heading\n\nls\n```\n\n## Long\n\n{long}\n"
    read = page.read(text, "a.md", "acme", "acme/a")
    assert read.sections[0].text == "```sh\n# no heading\n\nls\n```"
    assert [part.heading for part in read.sections[1:]] == ["Long"] * 3
    assert max(len(part.text.split()) for part in read.sections) <= page.SECTION_WORDS


@pytest.mark.parametrize("part", ["[", "[](", "![[", "*a ", "[](a(b)", "[a](b)"])
def test_no_text_makes_a_page_slow_to_read(part: str) -> None:
    text = part * (900_000 // len(part))
    began = time.process_time()
    page.read(f"# {text}\n\n{text}\n", "a.md", "acme", "acme/a")
    assert time.process_time() - began < 20  # minutes to hours, where time grows with the square


def test_an_address_of_any_length_is_soon_refused() -> None:
    with pytest.raises(KnowledgeError, match="is not a web address"):
        page.read(f"---\nsource: 'https://{'.' * 900_000}<'\n---\nText.\n", "a.md", "acme", "a")


def test_a_link_in_a_heading_leaves_its_text() -> None:
    text = "# On [sets](https://example.org/Set_(mathematics)) and ![maps](m.png)\n\nText.\n"
    assert page.read(text, "a.md", "acme", "acme/a").name == "On sets and maps"


def test_a_pack_stands_behind_our_own_knowledge(source: Path, own: Mind) -> None:
    pack, embedded = add(source, own)
    assert (pack.name, pack.files, pack.entries) == ("acme", 2, 2)
    assert embedded == pack.passages > 4
    mind = opened(own)
    assert isinstance(mind.index, Joined)
    assert len(mind.index) == len(mind.library.passages) == len(own.index) + pack.passages
    rows = [row for row, place in enumerate(mind.library.passages) if place.entry == "acme/gpu"]
    assert min(rows) >= len(own.index)
    text = "How do I book a GPU?"
    vector = mind.encoder.encode([text])[0]
    best = mind.library.passages[mind.index.search(text, vector, 1)[0].row]
    assert (best.entry, best.field) == ("acme/gpu", "sections.1")
    likeness = mind.wordings.likeness(vector)
    (first, *_) = mind.questions.asked(likeness, *mind.index.scores(text, vector), [])
    assert (first.entry, first.field, first.dense) == ("acme/gpu", "sections.1", pytest.approx(1))
    entry = mind.library.get("acme/gpu")
    assert isinstance(entry, Page) and mind.library.pack(entry.id) == "acme"
    assert mind.library.pack("data") == "" and mind.library.get("data").name == "Our data"


def test_only_what_changed_is_embedded_again(source: Path, own: Mind) -> None:
    add(source, own)
    letters = own.encoder
    assert isinstance(letters, Letters)
    assert add(source, own)[1] == 0
    letters.seen.clear()
    (source / "house" / "rules.md").write_text(RULES.replace("six", "seven"), "utf-8")
    pack, embedded = add(source, own)
    assert embedded == 1 and len(letters.seen) == 1 and "seven" in letters.seen[0]
    assert len(shelf.packs()) == 1
    assert "seven" in opened(own).library.get("acme/house/rules").summary
    assert [path.name for path in (shelf.data_dir() / "packs").glob("acme-*")] == [pack.folder]


def test_the_copy_outlives_its_folder_and_a_changed_mind(source: Path, own: Mind) -> None:
    add(source, own)
    for path in (source / "gpu.md", source / "house" / "rules.md"):
        path.unlink()
    own.folder = own.folder.rename(own.folder.with_name("mind-2"))
    letters = own.encoder
    assert isinstance(letters, Letters)
    letters.seen.clear()
    assert "acme/gpu" in opened(own).library
    assert letters.seen == []


def test_entries_of_ours_schema_keep_their_id_and_name_the_pack(source: Path, own: Mind) -> None:
    (source / "claims").mkdir()
    document = CLAIM | {
        "name": "Their data",
        "nuance": "A \x1b[31mred\x07 and a \u202ehidden turn.",
    }
    (source / "claims" / "theirs.yaml").write_text(yaml.safe_dump(document), "utf-8")
    add(source, own)
    entry = opened(own).library.get("theirs")
    assert entry.sources[0].title == "Their data (knowledge pack acme)"
    assert entry.sources[1].url == "https://example.org/book"
    assert getattr(entry, "nuance") == "A red and a hidden turn."  # noqa: B009 - not on every entry
    assert opened(own).names.find("Their data")[0].id == "theirs"


def test_an_id_of_ours_cannot_be_taken(source: Path, own: Mind) -> None:
    (source / "claims").mkdir()
    (source / "claims" / "data.yaml").write_text(yaml.safe_dump(CLAIM), "utf-8")
    (fault,) = faults(source, own)
    assert fault.startswith("claims/data.yaml:1: file name: has the id of another entry")
    assert "rename the file" in fault


def test_a_link_that_leads_nowhere_is_named(source: Path, own: Mind) -> None:
    (source / "claims").mkdir()
    text = yaml.safe_dump(CLAIM | {"concepts": ["no_such_thing"]})
    (source / "claims" / "theirs.yaml").write_text(text, "utf-8")
    (fault,) = faults(source, own)
    assert "names 'no_such_thing', which no entry has" in fault


def test_links_are_not_followed(source: Path, own: Mind, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nNobody may read this here.\n", "utf-8")
    (source / "out.md").symlink_to(secret)
    (source / "away").symlink_to(tmp_path)
    assert [fault.split(" — ")[0] for fault in faults(source, own)] == [
        "away:1: file: is a link", "out.md:1: file: is a link",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [b"caf\xe9.md", b"red\x1b[31m.md", b"two\nlines.yaml", b"\xe9"])
def test_a_name_that_cannot_be_shown_is_refused(source: Path, own: Mind, name: bytes) -> None:
    place = os.fsencode(source) + b"/" + name
    if name.endswith((b".md", b".yaml")):
        with open(place, "wb") as file:  # noqa: PTH123 - no Path takes bytes
            file.write(RULES.encode())
    else:
        os.mkdir(place)  # noqa: PTH102
    (fault,) = faults(source, own)
    assert fault.replace("\n", "").isprintable()
    assert "has signs in its name that cannot be shown — rename it" in fault


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_no_file_and_does_not_block(source: Path, own: Mind) -> None:
    os.mkfifo(source / "pipe.md")
    assert faults(source, own)[0].startswith("pipe.md:1: file: is no plain file")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &a [x, x]\nb: [*a, *a]\n", "uses an alias"),
        ("a: " + "[" * 60 + "]" * 60, "within each other"),
        ("a: !!python/object/apply:os.system [ls]\n", "could not determine a constructor"),
        ("- a\n", "is not a mapping"),
    ],
)
def test_yaml_that_could_do_harm_is_refused(
    source: Path, own: Mind, text: str, problem: str
) -> None:
    (source / "claims").mkdir()
    (source / "claims" / "bad.yaml").write_text(text, "utf-8")
    (source / "front.md").write_text(f"---\n{text.strip()}\n---\nSome text.\n", "utf-8")
    found = faults(source, own)
    assert {fault.split(":")[0] for fault in found} == {"claims/bad.yaml", "front.md"}
    assert all(problem in fault for fault in found)


def test_limits_hold(source: Path, own: Mind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_FILES", 1)
    assert "has over 1 files — split it" in faults(source, own)[0]
    monkeypatch.setattr(folder, "MAX_FILES", 9)
    monkeypatch.setattr(folder, "MAX_BYTES", 200)
    assert faults(source, own) == ["gpu.md:1: file: is over 200 bytes — split it"]
    monkeypatch.setattr(folder, "MAX_BYTES", 10_000)
    monkeypatch.setattr(folder, "MAX_TOTAL", 400)
    assert "(the pack):1: file: is over 400 bytes" in faults(source, own)[0]


def test_other_faults_name_file_and_mend(source: Path, own: Mind) -> None:
    (source / "latin.md").write_bytes(b"# Caf\xe9\n\ntext\n")
    (source / "empty.md").write_text("# Nothing\n", "utf-8")
    (source / "front.md").write_text("---\ncolour: blue\nsource: file:///etc/passwd\n---\nText.\n")
    (source / "loose.yaml").write_text("a: b\n", "utf-8")
    assert [fault.split(" — ")[0] for fault in faults(source, own)] == [
        "empty.md:1: file: says nothing under its headings",
        "front.md:1: colour: is no field of a page",
        "front.md:1: source: is not a web address",
        "latin.md:1: file: is not UTF-8 at byte 5",
        "loose.yaml:1: file: is in no folder of a kind of entry",
    ]


def test_a_failed_update_leaves_the_pack_as_it_was(source: Path, own: Mind) -> None:
    add(source, own)
    (source / "gpu.md").write_bytes(b"\xff")
    assert "is not UTF-8" in faults(source, own)[0]
    assert opened(own).library.get("acme/gpu").name == "The Falcon cluster"


def test_a_pack_whose_id_became_ours_is_left_out_with_a_line(source: Path, own: Mind) -> None:
    (source / "claims").mkdir()
    (source / "claims" / "theirs.yaml").write_text(yaml.safe_dump(CLAIM), "utf-8")
    add(source, own)
    cards = (own.folder / "library.json").read_text("utf-8").replace('"data"', '"theirs"')
    (own.folder / "library.json").write_text(cards, "utf-8")
    own.folder = own.folder.rename(own.folder.with_name("mind-2"))
    mind = opened(own)
    assert not mind.packs
    assert mind.notes[0].startswith("The knowledge pack acme is left out: claims/theirs.yaml")


def test_a_damaged_form_is_compiled_anew(source: Path, own: Mind) -> None:
    pack, _ = add(source, own)
    (shelf.compiled(pack, own) / "library.json").write_text("{", "utf-8")
    mind = opened(own)
    assert mind.library.get("acme/gpu").name == "The Falcon cluster" and not mind.notes


def test_a_copy_that_lacks_a_file_is_said_and_adding_again_mends_it(
    source: Path, own: Mind
) -> None:
    pack, _ = add(source, own)
    (pack.place / "gpu.md").unlink()
    own.folder = own.folder.rename(own.folder.with_name("mind-2"))
    mind = opened(own)
    assert not mind.packs and "of its 2 files 1 are there" in mind.notes[0]
    assert str(source) in mind.notes[0]
    add(source, own)
    assert (pack.place / "gpu.md").read_text("utf-8") == GPU and not opened(own).notes


def test_what_an_addition_that_was_cut_short_left_is_no_pack(source: Path, own: Mind) -> None:
    add(source, own)
    home = shelf.data_dir() / "packs"
    (home / ".acme.json").write_bytes((home / "acme.json").read_bytes())
    (home / ".adding-1").mkdir()
    os.utime(home / ".adding-1", (time.time() - 2 * 86_400,) * 2)
    assert [pack.name for pack in shelf.packs()] == ["acme"]
    add(source, own)
    assert not list(home.glob(".adding-*"))


def test_names_of_a_pack_are_known_to_the_process_that_compiled_it(
    source: Path, own: Mind, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "claims").mkdir()
    text = yaml.safe_dump(CLAIM | {"name": "Their data"})
    (source / "claims" / "theirs.yaml").write_text(text, "utf-8")
    add(source, own)
    changed = own.folder.rename(own.folder.with_name("mind-2"))
    monkeypatch.setattr("assistant.mind.current", lambda cache: changed)
    monkeypatch.setattr("assistant.mind.usable", lambda folder: True)
    monkeypatch.setattr("assistant.mind.cache_dir", lambda: own.cache)
    mind = open_mind(model=own.model)
    assert mind.names.find("Their data")[0].id == "theirs"


def test_removing_takes_copy_and_compiled_form(source: Path, own: Mind) -> None:
    add(source, own)
    shelf.remove("acme", own.cache)
    assert not shelf.packs() and not list(own.cache.glob("pack-*"))
    assert not list((shelf.data_dir() / "packs").iterdir()) and (source / "gpu.md").exists()
    with pytest.raises(UsageError, match="no knowledge pack 'acme'"):
        shelf.remove("acme", own.cache)


def test_a_name_that_is_none_is_refused(source: Path, own: Mind) -> None:
    for name in ("../up", "9", "a" * 41):
        with pytest.raises(UsageError, match="cannot name a pack"):
            add(source, own, name)


def test_the_chat_answers_from_a_pack_and_names_it(ready: Path, source: Path) -> None:
    def run(*words: str) -> str:
        found = CliRunner().invoke(main, words, catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.stdout

    ask: Callable[[str], dict] = lambda text: json.loads(run("ask", text, "--json"))  # noqa: E731
    usual = ask("what is overfitting?")
    added = json.loads(run("knowledge", "add", str(source), "--json"))
    assert (added["name"], added["files"]) == ("acme", 2)
    reply = ask("how can I book a GPU on Falcon")
    assert reply["status"] == "answered" and "queue FALCON" in reply["text"]
    assert reply["sources"][0] == {
        "id": "acme/gpu", "title": "The Falcon cluster (knowledge pack acme)",
        "url": "https://wiki.acme.example/falcon",
    }  # fmt: skip
    assert "locks the door" in ask("who locks the door of the kitchen?")["text"]
    again = ask("what is overfitting?")
    assert (again["text"], again["sources"]) == (usual["text"], usual["sources"])
    assert [pack["name"] for pack in json.loads(run("knowledge", "packs", "--json"))] == ["acme"]
    run("knowledge", "remove", "acme")
    assert ask("how can I book a GPU on Falcon")["sources"][:1] != reply["sources"][:1]


def test_a_pack_on_a_server_is_found_by_who_reads_it(
    ready: Path, source: Path, postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> tuple[str, str]:
        found = CliRunner().invoke(main, words, catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.stdout, found.stderr

    monkeypatch.setenv("LODESTAR_INDEX", postgres())
    added = json.loads(run("knowledge", "add", str(source), "--json")[0])
    assert added["embedded"] == added["passages"] > 4
    assert json.loads(run("knowledge", "add", str(source), "--json")[0])["embedded"] == 0
    assert not shelf.packs()  # nothing is kept on this machine
    question = "How do I book a GPU on Falcon?"
    out, err = run("ask", question, "--json")
    reply = json.loads(out)
    assert "queue FALCON" in reply["text"] and not err
    assert reply["sources"][0]["title"] == "The Falcon cluster (knowledge pack acme)"
    hits = json.loads(run("knowledge", "search", question, "--json")[0])
    assert (hits[0]["id"], hits[0]["passage"]) == ("acme/gpu", "sections.1")
    (source / "gpu.md").write_bytes(b"\xff")
    failed = CliRunner().invoke(main, ["knowledge", "add", str(source)])
    assert failed.exit_code == 1 and "gpu.md:1: file: is not UTF-8" in failed.stderr
    assert json.loads(run("knowledge", "packs", "--json")[0]) == [
        {name: value for name, value in added.items() if name != "embedded"}
    ]
    run("knowledge", "remove", "acme")
    assert json.loads(run("knowledge", "packs", "--json")[0]) == []

    monkeypatch.setenv("LODESTAR_INDEX", f"postgresql:///none?host={source}")
    out, err = run("ask", "what is overfitting?", "--json")
    assert json.loads(out)["status"] == "answered"
    assert err.count("\n") == 1 and "the knowledge here answers alone" in err
    failed = CliRunner().invoke(main, ["knowledge", "remove", "acme"])
    assert failed.exit_code == 1 and "Nothing was changed there" in failed.stderr
    monkeypatch.setenv("LODESTAR_PRIVATE", "1")
    assert not run("ask", "what is overfitting?", "--json")[1]  # the server is not asked


def test_nothing_is_added_where_there_is_no_folder_or_nothing_may_be_kept(tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, ["knowledge", "add", str(tmp_path / "none")])
    assert missing.exit_code == 2 and "There is no folder" in missing.stderr
    private = CliRunner().invoke(main, ["--private", "knowledge", "add", str(tmp_path)])
    assert private.exit_code == 2 and "--private keeps nothing" in private.stderr
