"""A disk that is full or cannot be written: answers go on, and one line says what is not kept."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.conversation import Conversation
from assistant.errors import CacheError
from assistant.language import runtime
from assistant.learner.runs import keep_run
from assistant.learner.session import Session
from assistant.learner.store import Store
from assistant.mind import Mind, open_mind
from assistant.places import FILE, HISTORY, data_dir
from assistant.render.plain import whole
from assistant.terminal.editor import build
from skills.play import Result

LODESTAR = (sys.executable, "-c", "from assistant.cli import main; main()")
UNKEPT = "From here on nothing is kept."
RUN = Result(
    id="toy", passed=True, seed=0, device="cpu", device_reason="", dataset="none", metrics={},
    baseline={}, checks=(), seconds=1.0, stopped=False, timings={},
)  # fmt: skip


def mounted(folder: Path, options: str) -> bool:
    """Mount a small file system in memory on a folder; return whether this user may."""
    if sys.platform != "linux" or os.geteuid():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    command = ("mount", "-t", "tmpfs", "-o", options, "lodestar-test", str(folder))
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """Return the data folder on a file system of 400 kB."""
    if not mounted(data_dir(), "size=400k"):
        pytest.skip("only the administrator of a Linux machine may mount a file system")
    yield data_dir()
    subprocess.run(("umount", "-l", str(data_dir())), check=True)


@pytest.fixture
def read_only(home: Path) -> Iterator[Callable[[Path], None]]:
    """Return what makes a folder read-only until the end of the test."""
    done: list[tuple[str, ...]] = []

    def lock(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.geteuid():  # whom permissions do not stop
            name = str(folder)
            bound = subprocess.run(("mount", "--bind", name, name), capture_output=True)
            if bound.returncode:
                pytest.skip("an administrator who may not mount writes everywhere")
            done.append(("umount", "-l", name))
            subprocess.run(("mount", "-o", "remount,ro,bind", name), check=True)
        else:
            folder.chmod(0o555)
            done.append(("chmod", "755", str(folder)))

    yield lock
    for command in done:
        subprocess.run(command, check=True)


def fill(folder: Path) -> None:
    """Fill a file system to its last byte."""
    with pytest.raises(OSError, match="No space left"), (folder / "ballast").open("wb", 0) as file:
        while True:
            file.write(bytes(4096))


def ran(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Return what Lodestar did as a process."""
    return subprocess.run(
        (*LODESTAR, *arguments), input=typed, capture_output=True, text=True, timeout=600,
        env=os.environ | {"LODESTAR_HOME": str(home)},
    )  # fmt: skip


def talked(mind: Mind, told: list[str]) -> list[str]:
    """Return what is answered in a chat that has something to keep."""
    session, talk = Session(told.append), Conversation(mind)
    said = [
        whole(session.respond(talk, text))
        for text in ("remember that I know git", "what is overfitting?", "show my progress")
    ]
    session.close()
    return said


def check_talk(said: list[str], told: list[str]) -> None:
    """Fail where a chat was not answered, or did not say once that nothing is kept."""
    assert "Kept" not in said[0] and "overfit" in said[1] and said[2].strip()
    assert len(told) == 1 and told[0].endswith(UNKEPT), told
    assert len(told[0].splitlines()) <= 3


def test_a_chat_goes_on_when_the_disk_gets_full(mind: Mind, small_disk: Path) -> None:
    with Store(small_disk / FILE, pytest.fail) as store:
        store.set_profile({"known": ["sql"]}, Session(pytest.fail)._now())
    told: list[str] = []
    session, talk = Session(told.append), Conversation(mind)
    assert session.learner().records.profile == {"known": ["sql"]}
    fill(small_disk)
    for _ in range(40):  # what the log had room for already is kept
        reply = session.respond(talk, "remember that I know git")
    assert "overfit" in whole(session.respond(talk, "what is overfitting?"))
    session.close()
    assert reply.blocks and len(told) == 1 and told[0].endswith(UNKEPT)
    (small_disk / "ballast").unlink()
    with Store(small_disk / FILE, pytest.fail) as store:
        assert "sql" in store.load().profile["known"]


def test_a_chat_begins_on_a_full_disk(mind: Mind, small_disk: Path) -> None:
    fill(small_disk)
    told: list[str] = []
    check_talk(talked(mind, told), told)


def test_a_chat_begins_on_a_disk_that_cannot_be_written(
    mind: Mind, home: Path, read_only: Callable[[Path], None]
) -> None:
    read_only(home)
    told: list[str] = []
    check_talk(talked(mind, told), told)
    assert not list(home.iterdir())


def test_a_kept_file_that_cannot_be_written_is_said_once(
    mind: Mind, home: Path, read_only: Callable[[Path], None]
) -> None:
    with Store(data_dir() / FILE, pytest.fail) as store:
        store.set_profile({"known": ["sql"]}, Session(pytest.fail)._now())
    read_only(data_dir())
    told: list[str] = []
    check_talk(talked(mind, told), told)


def test_a_run_is_not_lost_for_want_of_a_disk(
    home: Path, read_only: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    read_only(home)
    keep_run(RUN, {})
    said = capsys.readouterr().err
    assert said.startswith("This run could not be kept.") and "LODESTAR_HOME" in said
    assert len(said.splitlines()) <= 3


def test_the_line_editor_says_that_it_keeps_no_history(
    home: Path, read_only: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir().mkdir()
    (data_dir() / HISTORY).touch()
    read_only(data_dir())
    history = build().history
    history.append_string("what is a CNN?")
    history.append_string("why?")
    assert history.get_strings() == ["what is a CNN?", "why?"]
    assert capsys.readouterr().err.count("not saved") == 1


def test_processes_on_a_disk_that_cannot_be_written(
    ready: Path, read_only: Callable[[Path], None]
) -> None:
    read_only(ready)
    asked = ran(ready, "ask", "what is overfitting?")
    assert asked.returncode == 0 and "overfit" in asked.stdout and not asked.stderr, asked.stderr
    for arguments in (("exercise", "start", "cnn_digits"), ("config", "theme", "light"),
                      ("profile", "set", "name=Ada")):  # fmt: skip
        done = ran(ready, *arguments)
        assert done.returncode == 1 and "Traceback" not in done.stderr, (arguments, done.stderr)
        assert 2 <= len(done.stderr.splitlines()) <= 3, done.stderr
        assert "cannot be" in done.stderr and "othing" in done.stderr, done.stderr


def test_a_disk_that_gets_full_ends_a_command_without_a_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(as_json: bool) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/full/file")

    monkeypatch.setattr(main.commands["doctor"], "callback", lambda mend, as_json: full(as_json))
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 1 and done.stderr.startswith("/full/file cannot be written: No space")
    assert len(done.stderr.splitlines()) <= 3


def test_what_cannot_be_compiled_or_prepared_is_said(
    ready: Path, read_only: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (encoder,) = (ready / "cache").glob("encoder-*")
    shutil.rmtree(encoder)
    read_only(ready)
    with pytest.raises(CacheError, match="LODESTAR_HOME"):
        assert open_mind().encoder
    monkeypatch.setenv("LODESTAR_HOME", str(ready / "elsewhere"))
    with pytest.raises(CacheError, match="LODESTAR_HOME"):
        open_mind()


def test_a_model_for_which_there_is_no_room_is_said(tmp_path: Path) -> None:
    def full(target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    with pytest.raises(CacheError, match=r"cannot be written to .*No space left") as hit:
        runtime.prepare(tmp_path / "cache" / "encoder", full, lambda model: 1.0)
    assert "LODESTAR_HOME" in str(hit.value)
    assert not list((tmp_path / "cache").iterdir())
