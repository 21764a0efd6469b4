"""The settings: what holds, where it comes from, and that the learner's file is never spoilt."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import settings
from assistant.cli import main
from assistant.errors import LodestarError
from assistant.places import config_file, is_private
from assistant.player import device_set
from assistant.render.terminal import background
from assistant.settings import Settings, change, current, find
from skills.exercise import catalogue


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.DEFAULTS:
        monkeypatch.delenv(settings.variable(name), raising=False)
    settings._say.cache_clear()


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def test_without_a_file_the_defaults_hold_and_no_file_is_made() -> None:
    assert current() == Settings()
    assert not config_file().exists()


def test_the_template_sets_nothing_and_names_every_setting() -> None:
    assert tomllib.loads(settings.template()) == {}
    live = settings.template().replace("\n# ", "\n").replace("Take", "# Take")
    lines = [line for line in live.splitlines() if " = " in line]
    assert tomllib.loads("\n".join(lines)) == settings.DEFAULTS
    assert all(settings.variable(name) in settings.template() for name in settings.DEFAULTS)
    assert set(settings.MEANING) == set(settings.DEFAULTS)


def test_an_environment_variable_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    config_file().write_text('theme = "light"\nplain = true\n', "utf-8")
    monkeypatch.setenv("LODESTAR_THEME", "DARK")
    monkeypatch.setenv("LODESTAR_PLAIN", "0")
    found = find()
    assert (found.settings.theme, found.settings.plain) == ("dark", False)
    assert found.origins == {"theme": "LODESTAR_THEME", "plain": "LODESTAR_PLAIN"}


@pytest.mark.parametrize(("word", "on"), [("1", True), ("yes", True), ("off", False), ("", False)])
def test_private_by_environment(monkeypatch: pytest.MonkeyPatch, word: str, on: bool) -> None:
    monkeypatch.setenv("LODESTAR_PRIVATE", word)
    assert is_private() is on


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = ", "mend it"),
        ("theme = 1", "theme can be auto, light, dark, not 1"),
        ("plain = 1", "plain can be true, false, not 1"),
        ("colour = 'red'", "no setting 'colour'"),
        ('"\\u001b[31m" = 1', r"no setting '\x1b[31m'"),
        ("x = " + "[" * 100_000, "mend it"),
        ("\x00", "mend it"),
    ],
)
def test_a_broken_file_is_said_in_one_line_and_left_alone(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config_file().write_text(text, "utf-8")
    assert current() == current() == Settings()
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1 and "\x1b" not in told
    if "mend it" in said:
        with pytest.raises(LodestarError, match="left as it is"):
            change("theme", "dark")
    assert config_file().read_text("utf-8") == text


def test_a_file_that_is_no_text_is_left_aside(capsys: pytest.CaptureFixture[str]) -> None:
    config_file().write_bytes(b'theme = "\xff"')
    assert current() == Settings()
    assert capsys.readouterr().err.count("\n") == 1


def test_a_broken_file_does_not_end_private_mode() -> None:
    config_file().write_text("theme = \nprivate = true\n", "utf-8")
    assert is_private()
    config_file().write_text("theme = \n# private = true\n", "utf-8")
    assert not is_private()


def test_a_change_keeps_every_other_line() -> None:
    text = "# mine\ntheme = 'dark'  # evenings\n\n# plain = false\nother = [1,\n  2]\n"
    config_file().write_text(text, "utf-8")
    change("theme", "light")
    change("plain", "TRUE")
    change("device", "cpu")
    expected = text.replace("'dark'", '"light"').replace("# plain = false", "plain = true")
    assert config_file().read_text("utf-8") == expected + 'device = "cpu"\n'
    assert find().settings == Settings(theme="light", plain=True, device="cpu")


@pytest.mark.parametrize("text", ["[mine]\nkey = 1\n", "[mine]\ntheme = 'dark'\n",
                                  "note = '''\ntheme = 1\n'''\n"])  # fmt: skip
def test_a_file_laid_out_otherwise_is_not_touched(text: str) -> None:
    config_file().write_text(text, "utf-8")
    with pytest.raises(LodestarError, match='Write this line at its top yourself: theme = "light"'):
        change("theme", "light")
    assert config_file().read_text("utf-8") == text


def test_a_change_goes_through_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("plain = false\n", "utf-8")
    config_file().symlink_to(real)
    change("plain", "yes")
    assert real.read_text("utf-8") == "plain = true\n" and config_file().is_symlink()


def test_a_folder_in_the_way_is_an_error_with_a_way_out() -> None:
    config_file().mkdir()
    with pytest.raises(LodestarError, match="cannot be read"):
        change("theme", "light")


def test_the_command_writes_the_file_once_and_shows_it() -> None:
    assert str(config_file()) in run("config")
    assert config_file().read_text("utf-8") == settings.template()
    assert "theme: light" in run("config", "theme", "light")
    assert '\ntheme = "light"\n' in config_file().read_text("utf-8")
    assert "theme: light" in run("config")
    assert "device: auto (default)" in run("config", "device")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tehme", "light"), "Did you mean theme?"),
        (("theme", "red"), "theme can be auto, light, dark, not 'red'"),
        (("private", "perhaps"), "private can be true, false, not 'perhaps'"),
    ],
)
def test_the_command_refuses_what_cannot_be(arguments: tuple[str, str], said: str) -> None:
    assert said in run("config", *arguments, code=2)
    assert not config_file().exists()


@pytest.mark.parametrize(
    ("theme", "terminal", "ground"),
    [
        ("auto", "", "dark"), ("auto", "0;15", "light"), ("auto", "15;0", "dark"),
        ("auto", "0;default;8", "dark"), ("dark", "0;15", "dark"), ("light", "15;0", "light"),
    ],
)  # fmt: skip
def test_colours_follow_the_theme_or_the_terminal(
    theme: str, terminal: str, ground: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESTAR_THEME", theme)
    monkeypatch.setenv("COLORFGBG", terminal)
    assert background() == ground


def test_the_device_in_the_settings_is_where_exercises_train(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exercises = catalogue()
    on_cpu = next(one for one in exercises.values() if one.device == "cpu")
    any_device = next(one for one in exercises.values() if one.device != "cpu")
    change("device", "cpu")
    assert device_set(any_device) == "cpu"
    monkeypatch.setattr("skills.device._accelerators", lambda: {})
    monkeypatch.setenv("LODESTAR_DEVICE", "cuda")
    assert device_set(on_cpu) == "auto"
    with pytest.raises(LodestarError, match="lodestar config device auto"):
        device_set(any_device)


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTAR_DEBUG", "1")
    done = CliRunner().invoke(main, ["config", "nothing"])
    assert done.exit_code == 1 and "no setting 'nothing'" in str(done.exception)


def test_no_file_no_parser() -> None:
    code = (
        "import sys\nfrom assistant.settings import current\ncurrent()\n"
        "assert not {'tomllib', 'dataclasses'} & set(sys.modules), 'imported'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
