"""The pieces of the chat at a terminal: the table of commands, names, the bar, saved pages."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from assistant.chat import FIRST, Chat
from assistant.learner import access
from assistant.learner.keeping import Settings
from assistant.learner.session import Session
from assistant.mind import Mind
from assistant.places import FILE, package_dir
from assistant.render.markdown import page
from assistant.reply import Action, Bullets, Code, Plot, Reference, Reply, Table, Text
from assistant.terminal import bar
from assistant.terminal.bar import Place
from assistant.terminal.commands import COMMANDS, dispatch, find, is_command
from assistant.terminal.editor import KEYS
from assistant.terminal.handing import clipboard, file_name, save
from assistant.terminal.names import MOST, Name, Names, near
from skills.data import MissingPackage

NAMES = [
    Name(text, "concept")
    for text in ("gradient boosting", "overfitting", "convolutional neural network", "clustering",
                 "k-means", "underfitting", "gradient descent")
]  # fmt: skip


class Said:
    """A desk that only listens."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.replies: list[Reply] = []
        self.leaving = False
        self.asked: list[str] = []
        self.starts: tuple[Action, ...] = ()
        self.mind: Any = SimpleNamespace(exercises={"cnn_digits": None})
        self.session, self.screen = SimpleNamespace(keep_run=None), None

    def answer(self, text: str) -> Reply:
        self.asked.append(text)
        return Reply("answered", "define", (), actions=self.starts)

    def say(self, text: str) -> None:
        self.lines.append(text)

    def rows(self, rows: list[tuple[str, str]]) -> None:
        self.lines += [f"{name} {meaning}" for name, meaning in rows]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("2", FIRST[1]),
        ("4", "4"),
        ("12", "12"),
        ("23", "23"),
        ("123", "123"),
        ("²", "²"),
        ("", None),
        ("/why", "/why"),
    ],
)
def test_a_number_picks_only_what_was_offered(typed: str, asked: str | None) -> None:
    chat, desk = Chat(lambda: None), Said()
    chat._desk, chat._asks = desk, FIRST
    chat._take(typed)
    assert desk.asked == ([asked] if asked else [])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (MissingPackage("river", "The data set shuttle"), r"^The data set .*Run: pip install \S+$"),
        (ModuleNotFoundError("No module named 'x'"), "^cnn_digits broke off: No module named 'x'"),
        (ValueError("y is empty"), "y is empty\n.* lodestar exercise run cnn_digits$"),
    ],
)
def test_an_exercise_that_breaks_off_does_not_end_the_chat(
    fault: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("assistant.player.run", broken)
    chat, desk = Chat(lambda: None), Said()
    desk.starts = (Action("exercise", "cnn_digits", start=True),)
    chat._desk = desk
    chat._take("start cnn_digits")
    assert desk.asked and not desk.leaving
    assert len(desk.lines) == 1 and re.search(said, desk.lines[0])


def test_the_table_holds_every_command_once() -> None:
    names = [command.name for command in COMMANDS]
    assert names == [
        "help", "level", "why", "sources", "save", "copy", "path", "exercises", "progress",
        "quiz", "theme", "plain", "private", "forget", "quit",
    ]  # fmt: skip
    desk = Said()
    assert dispatch("/help", desk) == ""
    assert all(any(line.startswith(one.usage) for line in desk.lines) for one in COMMANDS)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/why", "/why"), ("/progress", "show my progress"), ("/exercises", "list exercises"),
        ("/exercises cnn_digits", "start cnn_digits"), ("/QUIZ", "quiz me"),
        ("/path data analyst", "how do I become a data analyst?"),
        ("/level Mathematical", "set my level to mathematical"), ("/forget", "forget me"),
    ],
)  # fmt: skip
def test_a_command_says_what_the_conversation_understands(line: str, message: str) -> None:
    assert dispatch(line, Said()) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/quiz  pooling ", "quiz me on pooling"), ("/quiz overfiting", "quiz me on overfitting"),
        ("/quiz banana", ""),
    ],
)  # fmt: skip
def test_a_quiz_is_on_what_a_name_means_or_the_nearest_are_named(
    mind: Mind, line: str, message: str
) -> None:
    desk = Said()
    desk.mind = mind
    assert dispatch(line, desk) == message
    assert any("no questions on 'banana'" in said for said in desk.lines) is not bool(message)


def test_an_unknown_command_names_the_nearest() -> None:
    desk = Said()
    assert dispatch("/exercices", desk) == "" and "Did you mean /exercises?" in desk.lines[0]
    assert dispatch("/xyzzy", desk) == "" and "Did you mean" not in desk.lines[1]
    assert find("exit") is find("quit") and find("nothing") is None
    dispatch("/quit", desk)
    assert desk.leaving


@pytest.mark.parametrize(
    ("line", "is_one"),
    [("/help", True), ("/", True), ("/nope at all", True), ("/usr/bin/python", False),
     ("/home/me", False), ("why", False)],
)  # fmt: skip
def test_a_path_is_no_command(line: str, is_one: bool) -> None:
    assert is_command(line) is is_one


@pytest.mark.parametrize(
    ("typed", "first"),
    [("grad boo", "gradient boosting"), ("cnn", "convolutional neural network"),
     ("overf", "overfitting"), ("k me", "k-means"), ("clstring", "clustering"),
     ("descent", "gradient descent")],
)  # fmt: skip
def test_names_are_found_by_their_beginnings_and_letters(typed: str, first: str) -> None:
    assert near(typed, NAMES)[0].text == first


def test_ordinary_words_name_nothing() -> None:
    assert near("what", NAMES) == [] and near("is grad boo", NAMES) == []
    assert near("ng", NAMES) == []  # too short for letters from anywhere
    assert len(near("", NAMES * 20)) == MOST


def completed(text: str) -> list[str]:
    """Return the lines that completion makes of one."""
    document = Document(text)
    return [
        text[: len(text) + one.start_position] + one.text
        for one in Names().get_completions(document, CompleteEvent())
    ]


def test_lines_are_completed_with_the_compiled_names(ready: Path) -> None:
    assert completed("/pr") == ["/private", "/progress"]
    assert completed("/theme l") == ["/theme light"]
    assert completed("what is overf") == ["what is overfitting"]
    assert completed("/path data ana")[0] == "/path Data analyst"
    assert completed("/exercises cnn")[0] == "/exercises cnn_digits"
    assert completed("what is ") == [] and completed("/nope x") == []


def test_without_compiled_names_commands_are_completed() -> None:
    assert completed("/th") == ["/theme"] and completed("what is overf") == []


@pytest.mark.parametrize("width", range(10, 201, 10))
def test_the_bar_fits(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from prompt_toolkit.utils import get_cwidth

    monkeypatch.setattr(bar, "seen", lambda: "no GPU seen")
    place = Place("機械学習 and its many applications", "practitioner", "", 12, private=True)
    text = bar.line(place, width)
    assert 0 < get_cwidth(text) < width
    assert "12 to review" not in text if width < 40 else "機械学習" in text
    assert ("Ctrl-D leaves" in text) is (width >= 150)


def test_the_device_is_named_once_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bar, "seen", lambda: "GPU seen")
    assert (
        bar.line(Place(level="newcomer"), 60) == "newcomer  ·  GPU seen  ·  /help  ·  Tab completes"
    )
    assert "cuda" in bar.line(Place(device="cuda"), 60)


def test_a_page_is_markdown() -> None:
    reply = Reply(
        "answered", "define",
        (Text("One.\n\n1. two"), Bullets(("a",), "Title"), Table(("x", "y"), (("1|2", "3"),)),
         Code("pass"), Plot({"loss": (2.0, 1.0)})),
        question="What \n is it?", sources=(Reference("a", "Book", "https://example.org"),),
    )  # fmt: skip
    assert page([reply]) == (
        "## What is it?\n\nOne.\n\n1. two\n\n**Title**\n\n- a\n\n| x | y |\n| --- | --- |\n"
        "| 1\\|2 | 3 |\n\n```python\npass\n```\n\nloss: from 2 to 1 in 2 steps\n\n"
        "- Source: [Book](https://example.org)\n"
    )


def test_a_saved_page_takes_the_place_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_name("What's a “CNN”?") == "lodestar-what-s-a-cnn.md"
    assert file_name("???") == "lodestar-answer.md"
    (tmp_path / "notes.md").write_text("mine")
    first, second = save("a", "notes", "x.md"), save("b", "notes.md", "x.md")
    assert (first.name, second.name) == ("notes-2.md", "notes-3.md")
    assert save("c", str(tmp_path), "x.md") == tmp_path / "x.md"
    assert (tmp_path / "notes.md").read_text() == "mine" and first.read_text() == "a"
    with pytest.raises(OSError, match="No such file"):
        save("d", "gone/x.md", "x.md")
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("wanted", ["~nobody-of-this-name/x", "a\0b", "gone/x.md"])
def test_what_no_file_can_be_called_is_said(
    wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Said()
    desk.replies = [Reply("answered", "define", ())]
    assert not dispatch(f"/save {wanted}", desk)
    assert len(desk.lines) == 1 and desk.lines[0].startswith("Nothing was saved: ")
    assert not list(tmp_path.iterdir())


def test_the_clipboard_gets_utf8() -> None:
    assert clipboard("é") == "\x1b]52;c;w6k=\x07"


def test_a_session_stops_keeping_and_knows_what_it_kept(home: Path) -> None:
    session = Session()
    store = session._store
    store.set_profile({"level": "practitioner"}, access.now())
    assert session.stop_keeping().profile == {"level": "practitioner"}
    learner = session.learner()
    assert learner.records.profile == {"level": "practitioner"} and not learner.keeps
    session._keep(Settings(("level=newcomer",)))
    assert session.stop_keeping().profile["level"] == "newcomer"
    session.close()
    with access.Store(home / "data" / FILE, pytest.fail) as kept:
        assert kept.profile() == {"level": "practitioner"}


def test_the_readme_lists_the_commands_and_keys() -> None:
    text = (package_dir("tests") / ".." / "README.md").read_text("utf-8")
    listed = re.search(r"<!-- chat -->\n(.*?)<!-- /chat -->", text, re.DOTALL)
    rows = [f"| `{one.usage.replace('|', chr(92) + '|')}` | {one.help} |" for one in COMMANDS]
    keys = [f"| {name} | {meaning} |" for name, meaning in KEYS]
    head = ["| in the chat | what it does |", "|---|---|"]
    assert listed is not None, "no table between <!-- chat --> and <!-- /chat -->"
    assert listed[1].splitlines() == [*head, *rows, *keys], "\n".join([*head, *rows, *keys])
