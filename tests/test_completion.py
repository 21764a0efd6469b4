"""Completion in the shell: the script is sound, and what it asks for is answered."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from assistant.cli import main
from assistant.commands.completion import LINES
from skills.exercise import catalogue


def offered(*typed: str) -> list[str]:
    """Return what is offered for the last word typed."""
    shell = ShellComplete(main, {}, "lodestar", "_LODESTAR_COMPLETE")
    return [item.value for item in shell.get_completions(list(typed[:-1]), typed[-1])]


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        (("ex",), {"exercise"}),
        (("exercise", "run", "cnn"), {"cnn_digits"}),
        (("exercise", "what-if", "mlp"), {"mlp_digits"}),
        (("exercise", "check", "spam"), {"spam_filter"}),
        (("exercise", "run", "cnn_digits", "--device", "c"), {"cpu", "cuda"}),
        (("path", "data_s"), {"data_scientist"}),
        (("roles", "mlo"), {"mlops_engineer"}),
        (("compare", "data_analyst", "data_sc"), {"data_scientist"}),
        (("knowledge", "show", "random_f"), {"random_forest"}),
        (("quiz", "random_f"), {"random_forest"}),
        (("config", "th"), {"theme"}),
        (("config", "theme", ""), {"auto", "light", "dark"}),
        (("config", "plain", ""), {"true", "false"}),
        (("completion", ""), set(LINES)),
    ],
)
def test_commands_options_ids_and_values_are_offered(
    typed: tuple[str, ...], among: set[str]
) -> None:
    found = set(offered(*typed))
    assert among <= found
    assert all(value.startswith(typed[-1]) for value in found)


def test_every_exercise_is_offered() -> None:
    assert offered("exercise", "run", "") == sorted(catalogue())


@pytest.mark.parametrize("shell", LINES)
def test_the_script_says_where_to_put_it(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    script, line = done.output, LINES[shell][1]
    assert "_LODESTAR_COMPLETE" in script and script.endswith(f"# {line}\n")
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes_with_it(tmp_path: Path) -> None:
    program = tmp_path / "lodestar"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.argv[0] = 'lodestar'\n"
        "from assistant.cli import main\nmain()\n"
    )
    program.chmod(0o755)
    asked = (
        'eval "$(lodestar completion bash)"\n'
        "COMP_WORDS=(lodestar exercise run cnn_d); COMP_CWORD=3\n"
        '_lodestar_completion lodestar\necho "${COMPREPLY[@]}"\n'
    )
    found = os.pathsep.join((str(Path.cwd()), os.environ["PYTHONPATH"]))
    paths = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": found}
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True,
                          env=os.environ | paths)  # fmt: skip
    assert done.stdout.split() == ["cnn_digits"]


def test_an_unknown_shell_is_named() -> None:
    done = CliRunner().invoke(main, ["completion", "tcsh"])
    assert done.exit_code == 2 and "tcsh" in done.output
