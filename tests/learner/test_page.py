"""The page of one's progress: all of it escaped, nothing fetched, light and dark."""

import json
import re

from learner_samples import NOW, fill, make_run
from test_learner_commands import kept, run  # noqa: F401 - fixtures
from test_portfolio import EVIL, Tags

from assistant.learner.progress import as_reply, progress
from assistant.learner.records import Records
from assistant.render.page import of_blocks
from assistant.reply import Bullets, Code, Plot, Table, Text, Tree
from skills.exercise import catalogue

BLOCKS = (
    Text(f"**{EVIL}** `{EVIL}`\n\n{EVIL}"), Bullets((EVIL,), EVIL), Code(EVIL),
    Table((EVIL, "b"), ((EVIL, "c"),), EVIL), Plot({EVIL: (1.0, 2.0)}, EVIL),
    Tree(EVIL, needs=(Tree(EVIL, EVIL, (Tree(EVIL),)),), more=3),
)  # fmt: skip


def test_no_text_becomes_a_tag_and_nothing_is_fetched():
    page = of_blocks(EVIL, EVIL, BLOCKS)
    tags = Tags(page)
    assert tags.open == []
    assert set(tags.seen) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "p", "b", "code", "ul", "li", "pre",
        "table", "caption", "tr", "th", "td", "svg", "rect", "text", "path", "polyline",
    }  # fmt: skip
    assert not re.search(r"\b(src|href|url)\b *[=(]", page.replace("<svg xmlns", ""))
    assert "default-src 'none'" in page and "color-scheme:light dark" in page


def test_what_a_reader_cannot_see_does_not_pass():
    page = of_blocks("a\x1b[31mb", "c\u202ed", (Text("e\u200bf\x00"), Code("g\x9bh")))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", page)
    assert "<h1>ab</h1>" in page and "<p>cd</p>" in page and "<p>ef</p>" in page


def test_it_says_what_the_terminal_says():
    records = Records(runs=(make_run(),))
    reply = as_reply(progress(records, catalogue(), NOW), {})
    page = of_blocks("Progress", "", reply.blocks)
    assert "<b>Shown</b> by exercises trained here: 1." in page
    assert "<td>Read handwritten digits with a CNN</td><td>passed</td>" in page


def test_the_command_writes_it(run, kept, tmp_path):  # noqa: F811
    file = tmp_path / "new" / "progress.html"
    assert run("progress", "--html", str(file))[0] == f"Wrote {file}\n"
    assert "Nothing is recorded yet" in file.read_text("utf-8")
    with kept() as store:
        fill(store)
    out, _ = run("progress", "--html", str(file), "--json")
    assert json.loads(out) == {"written": [str(file)]}
    page = file.read_text("utf-8")
    assert "for Ann Ünal" in page and "Read handwritten digits with a CNN" in page
    assert "<svg" in page or "Quiz" in page
    assert Tags(page).open == []


def test_a_folder_or_a_file_in_the_way_is_named(run, tmp_path):  # noqa: F811
    assert "is a folder; name a file" in run("progress", "--html", str(tmp_path), code=2)[1]
    (tmp_path / "file").write_text("mine")
    _, err = run("progress", "--html", str(tmp_path / "file" / "p.html"), code=2)
    assert "is a file; name a folder" in err
    assert (tmp_path / "file").read_text() == "mine"
