"""The built wheel works from site-packages, outside the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_wheel_answers_in_a_fresh_environment(tmp_path: Path, ready: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "-o",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("lodestar_ml-*.whl")
    place = tmp_path / "fresh"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    site = next((place / "lib").glob("python*/site-packages"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target",
         str(site), str(wheel)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    # What we depend on is borrowed from this environment: a test downloads nothing.
    borrowed = Path(sysconfig.get_paths()["purelib"])
    lines = [str(borrowed)] if borrowed != site else []
    (site / "zz_borrowed.pth").write_text("\n".join(lines), "utf-8")
    done = subprocess.run(
        [
            str(python),
            "-P",
            "-c",
            "from assistant.cli import main; main()",
            "ask",
            "what is a CNN?",
        ],
        cwd=tmp_path,
        env=os.environ | {"LODESTAR_HOME": str(ready), "PYTHONPATH": ""},
        capture_output=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "Source: " in done.stdout.decode()
    where = subprocess.run(
        [str(python), "-P", "-c", "import assistant; print(assistant.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        check=True,
    )
    assert str(site) in where.stdout.decode()
