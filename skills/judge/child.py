"""The process that runs the learner's code: `python -P -m skills.judge.child REQUEST`.

Results leave on the standard output, one JSON object a line, never pickled. What the learner's
code prints goes to the standard error instead.
"""

import contextlib
import faulthandler
import importlib.util
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from skills.data import MissingPackage
from skills.exercise import Exercise, Judged, read
from skills.folders import FILE
from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.errors import explain
from skills.judge.limits import Limits, apply
from skills.judge.notebook import Notebook
from skills.judge.tools import Tools, Wrong


def main() -> None:
    """Judge what the request names."""
    request = json.loads(sys.argv[1])
    results = _results()
    limits = Limits(**request["limits"])
    faulthandler.enable(results)
    faulthandler.dump_traceback_later(limits.clock, exit=True, file=results)
    if hasattr(signal, "SIGPROF"):  # writes where the code is, then ends the process
        faulthandler.register(signal.SIGPROF, results, chain=True)
    apply(limits)
    path, folder = Path(request["file"]), Path(request["folder"])
    warnings.showwarning = _warn_once(path)
    try:
        _Judging(read(folder / FILE, folder.parents[1]), folder, path, results).run()
    except Exception as error:
        import traceback

        said = str(error) if isinstance(error, MissingPackage) else traceback.format_exc()
        results.write(json.dumps({"event": "fault", "message": said}) + "\n")
    results.flush()
    os._exit(0)  # whatever the learner's code left running ends here


def _results() -> TextIO:
    """Return the standard output as ours alone; whatever else is printed joins the errors."""
    kept = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    return kept


def _warn_once(path: Path) -> Callable[..., None]:
    """Return what shows a warning once for each line, in a line: checks run the code many times."""
    told = set()

    def show(message: Warning | str, category: type, filename: str, lineno: int, *_: Any) -> None:
        place = f"Line {lineno}" if Path(filename) == path else f"{Path(filename).name}:{lineno}"
        line = f"{place}: {category.__name__}: {message}"
        if line not in told:
            told.add(line)
            print(line, file=sys.stderr)  # noqa: T201 - it joins what the code prints

    return show


class _Judging:
    def __init__(self, exercise: Exercise, folder: Path, path: Path, results: TextIO) -> None:
        self._exercise, self._folder, self._path = exercise, folder, path
        self._results = results
        self._failed, self._complete = False, True

    def run(self) -> None:
        """Load the learner's file, make each check, and send what comes of it."""
        reference = (self._folder / "solution.py").read_text("utf-8")
        try:
            text = self._path.read_text("utf-8")
            allows, given = frozenset(self._exercise.allows), _lines(self._folder / "starter.py")
            notebook = Notebook(self._path, text, self._folder, allows, given)
        except (SyntaxError, ValueError) as error:
            self._send("broken", message=_unreadable(error))
            return
        sys.path.append(str(self._path.parent))  # helpers of the learner's own
        checks = load_module(self._folder / "checks.py", "checks")
        solution = load_module(self._folder / "solution.py", "reference")
        diagnosis = Diagnosis(notebook, ordered=self._exercise.ordered)
        diagnosis.watch(reference)
        try:
            work = load_module(self._path, "work")
        except BaseException as error:
            self._failed, self._complete = True, False
            self._send("broken", message=explain(error, notebook))
            self._tell(diagnosis)
            return
        work.__getattr__ = _missing  # type: ignore[method-assign]
        tools = Tools(solution, self._exercise.dataset, diagnosis)
        for judged in self._exercise.judged:
            self._check(judged, getattr(checks, f"check_{judged.name}"), work, tools)
            self._tell(diagnosis)
        self._send("end")

    def _check(
        self, judged: Judged, check: Callable[..., None], work: ModuleType, tools: Tools
    ) -> None:
        self._send("start", name=judged.name)
        tools.diagnosis.refresh()
        message, self._complete = "", True
        try:
            tools.seed(0)
            check(work, tools)
        except Wrong as error:
            message = str(error)
        except BaseException as error:
            message, self._complete = explain(error, tools.diagnosis.notebook), False
        self._failed = self._failed or bool(message)
        self._send("check", name=judged.name, passed=not message, message=message)

    def _tell(self, diagnosis: Diagnosis) -> None:
        findings = diagnosis.look(failed=self._failed, complete=self._complete)
        rows = [[found.mistake, found.evidence, found.line, found.grave] for found in findings]
        self._send("diagnosis", findings=rows)

    def _send(self, event: str, **values: Any) -> None:
        self._results.write(json.dumps({"event": event, **values}) + "\n")
        self._results.flush()


def _lines(path: Path) -> frozenset[str]:
    """Return the lines of a file, stripped; none if it is not there."""
    if not path.is_file():
        return frozenset()
    return frozenset(line.strip() for line in path.read_text("utf-8").splitlines())


def load_module(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _missing(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise Wrong(f"your file has no `{name}`; the starter has one, and the check calls it")


def _unreadable(error: SyntaxError | ValueError) -> str:
    if isinstance(error, SyntaxError):
        return f"Line {error.lineno}: {error.msg}\n    {(error.text or '').strip()}"
    return f"The file cannot be read as UTF-8 text: {error}"


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
