"""The chat driven in a terminal: keys, completion, digits, commands, training, coming back."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from pseudo_terminal import Terminal

from assistant.learner.store import Store
from assistant.places import FILE

Start = Callable[..., Terminal]
WAITING = r"› (?:⋮ .*)?$"  # the prompt waits again: nothing stands in the line


def test_a_first_visit_is_answered_by_digits_and_explained(terminal: Start) -> None:
    screen = terminal()
    welcome = screen.wait("Lodestar. Ask about", "/help for more", "newcomer")
    above = welcome.split("›")[0].strip().splitlines()
    assert len(above) <= 6 and sum(bool(re.match(r"\s+\d\. ", line)) for line in above) == 3
    asked = r"2\. When should I use deep learning\?"
    first = screen.ask("1", "machine learning vs deep learning", "You could ask: 1. ", asked)
    assert re.search(rf"^  {asked}$", first, re.MULTILINE)
    screen.ask("2", "Source: ", "You could ask: ", r"deep learning · newcomer")
    screen.ask("/why", "How the answer to “2” came to be", "Intent: ", "cosine similarity")
    screen.ask("/sources", r"1\. .+ https://")
    screen.ask("/quit")
    assert screen.ended() == 0


def test_names_and_commands_are_completed(terminal: Start) -> None:
    screen = terminal()
    screen.wait("/help for more")
    screen.clear()
    screen.press("/the")
    screen.wait("/theme Choose the colours")
    screen.press("\t li")
    screen.wait("/theme li light")
    screen.press("\t")
    screen.wait("/theme light light")
    screen.press("\r")
    screen.wait("/theme is light now, kept in ")
    screen.clear()
    screen.press("what is grad boo\t")
    screen.wait("what is grad boo gradient boosting +concept")
    screen.press("\t")
    screen.wait("what is gradient boosting gradient boosting +concept")
    screen.press("\x15what is overf\t")
    screen.wait("› what is overfitting")
    screen.press("?\r")
    screen.wait("learnt accidents|training", "Source: ")
    screen.ask("/thme", r"There is no command /thme\. Did you mean /theme\?")
    screen.ask("/usr/bin/python: no such file", "You could ask|I have no answer|I don't|outside")


def test_lines_are_broken_pasted_edited_and_found_again(terminal: Start, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'what is underfitting' > \"$1\"\n")
    editor.chmod(0o755)
    screen = terminal(EDITOR=str(editor), VISUAL=str(editor))
    screen.wait("/help for more")
    screen.clear()
    screen.press("\x1b[200~what is\noverfitting\n\x1b[201~")
    screen.wait("› what is overfitting")
    assert "Source" not in screen.text
    screen.press("\x1b\rin short?")
    screen.wait("overfitting in short")
    screen.press("\r")
    screen.wait("Source: ", WAITING)
    screen.clear()
    screen.press("to be cleared\x03")
    screen.wait("to be cleared", WAITING)
    screen.clear()
    screen.press("\x18\x05")
    screen.wait("› what is underfitting")
    screen.press("\r")
    screen.wait("Source: ", WAITING)
    screen.clear()
    screen.press("\x12overf")
    screen.wait("reverse-i-search.+overfitting")
    screen.press("\x07\x03")
    screen.clear()
    screen.press("what is und")
    screen.wait("› what is underfitting")
    screen.press("\x03\x04")
    assert screen.ended() == 0


def test_a_window_is_made_smaller_and_larger(terminal: Start) -> None:
    screen = terminal()
    screen.wait("Ctrl-D leaves")
    screen.resize(40)
    screen.wait_until(lambda text: "Ctrl-D leaves" not in text and "/help" in text, "a short bar")
    narrow = screen.ask("random forest vs decision tree", "You could ask: ", WAITING)
    assert "────" not in narrow
    screen.resize(200)
    screen.wait("Ctrl-D leaves")
    assert "────" in screen.ask("random forest vs decision tree", "You could ask: ", "────")


def test_a_training_is_stopped_and_the_chat_goes_on(terminal: Start, ready: Path) -> None:
    screen = terminal(TOY_STEPS="100000")
    screen.wait("/help for more")
    screen.ask("/exercises toy", "Your prediction")
    screen.press("2\r")
    screen.wait(r" \d+/100000 ", "loss: ")
    screen.press("\x03")
    screen.wait("Stopped before the end", WAITING)
    assert " cpu " in screen.text.splitlines()[-1]
    screen.ask("what is overfitting?", "Source: ")
    screen.press("\x04")
    assert screen.ended() == 0
    with Store(ready / "data" / FILE, print) as kept:
        assert [run.stopped for run in kept.load().runs] == [True]


def test_an_exercise_is_left_at_a_prediction_and_gone_on_with(terminal: Start) -> None:
    screen = terminal(TOY_STEPS="5")
    screen.wait("/help for more")
    screen.ask("/exercises toy", "Your prediction")
    screen.press("\x03")
    screen.wait("Stopped before the end", WAITING)
    screen.ask("go on with it", "Your prediction")
    screen.press("2\r")
    screen.wait("To write it yourself")


def test_digits_answer_a_quiz_and_the_learner_comes_back(terminal: Start) -> None:
    screen = terminal()
    screen.wait("/help for more")
    screen.ask("/quiz overfitting", "1/6", "Answer with the number")
    screen.ask("1", "Right|Not quite", "2/6")
    screen.ask("/level practitioner", "Kept: you want answers for a practitioner")
    screen.ask("stop", "of 1 right")
    screen.ask("/path data analyst", "Shall I keep this as your plan")
    screen.ask("yes", "This is your plan now")
    screen.press("\x04")
    assert screen.ended() == 0
    again = terminal()
    again.wait(r"Welcome back\. .*Next on your plan", "practitioner")
    again.clear()
    again.press("\x1b[A")
    again.wait("› yes")
    again.press("\x15")
    again.ask("/path", "Path to data analyst|data analyst")
    again.ask("/progress", "Quiz|quiz|Plan: 0 of")


def test_private_from_here_on(terminal: Start, ready: Path) -> None:
    screen = terminal()
    screen.wait("/help for more")
    screen.ask("remember that I know SQL", "Kept: you know SQL")
    screen.ask(
        "/private", "nothing is kept", "profile, events: ", re.escape(str(ready)), "private · "
    )
    screen.ask("remember that I know git", "written nowhere: you know version control")
    screen.ask("/plain", "/plain is on now, until you leave")
    screen.ask("what do you know about me?", "SQL", "version control")
    screen.press("\x04")
    assert screen.ended() == 0
    with Store(ready / "data" / FILE, print) as kept:
        assert kept.load().profile["known"] == ["sql"]
    history = (ready / "data" / "history").read_text("utf-8")
    assert "+remember that I know SQL" in history and "git" not in history
    assert not (ready / "config.toml").exists()


def test_answers_are_saved_over_nothing_and_copied(terminal: Start, tmp_path: Path) -> None:
    screen = terminal()
    screen.wait("/help for more")
    screen.ask("/save", "There is no answer yet")
    screen.ask("everything", "2. Show me code")
    screen.ask("/save", r"Saved the last answer in.+lodestar-everything\.md")
    screen.ask("/why", "answer")
    screen.ask("/save", r"lodestar-everything-2\.md")  # of the answer, not of how it came to be
    screen.ask("/save all notes", r"Saved the conversation in.+notes\.md")
    screen.ask("/save nowhere/at/all.md", "Nothing was saved: No such file or directory")
    saved = (tmp_path / "lodestar-everything.md").read_text("utf-8")
    assert saved.startswith("## everything\n\nA **paragraph**")
    assert "| 木 🌲 | 0.87 |" in saved and "```python\ndef mean" in saved
    assert sorted(path.name for path in tmp_path.glob("*.md")) == [
        "lodestar-everything-2.md", "lodestar-everything.md", "notes.md",
    ]  # fmt: skip
    assert not list(tmp_path.glob(".*part"))
    screen.ask("/copy", "sent to your terminal's clipboard")
    assert b"\x1b]52;c;QSBwYXJhZ3JhcGg" in screen.raw
    screen.ask("everything", "2. Show me code")
    assert b"\x1b]8;" in screen.raw and b"\x1b[" in screen.raw


def test_a_dumb_terminal_and_no_colour(terminal: Start) -> None:
    dumb = terminal(TERM="dumb")
    dumb.wait("/help for more")
    dumb.press("everything\r")
    dumb.wait("2. Show me code", "> ?$")
    assert b"\x1b" not in dumb.raw
    dumb.press("/copy\r")
    dumb.wait("no clipboard")
    plain = terminal("--plain")
    plain.wait("/help for more")
    plain.ask("everything", "2. Show me code")
    drawn = plain.raw.split(b"everything\r\n", 1)[-1].split(b"2. Show me code")[0]
    assert b"A paragraph" in drawn and b"\x1b[1m" not in drawn and b"\x1b]8" not in drawn
    plain.ask("/exercises toy", "Your prediction")
    plain.press("\r")
    assert "━" not in plain.wait("passed: score")
    grey = terminal(NO_COLOR="1")
    grey.wait("/help for more")
    grey.ask("everything", "2. Show me code")
    assert not re.search(rb"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)[0-9;]*m", grey.raw)


def test_an_old_history_is_not_needed(terminal: Start, ready: Path) -> None:
    shutil.rmtree(ready / "data", ignore_errors=True)
    (ready / "data").mkdir()
    (ready / "data" / "history").mkdir()  # it cannot be read, or written
    screen = terminal()
    screen.wait("/help for more")
    screen.ask("what is overfitting?", "Source: ")
    assert "not saved" in screen.text or not list((ready / "data" / "history").iterdir())
