"""Diagnoses many small programs: imports the libraries once, then forks for each program.

Reads [{"code", "reference", "ordered"}] from stdin, writes a list of findings for each, as JSON.
A program defines main(); `look` of the diagnosis comes after it, as after a check.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np  # noqa: F401 - imported before the forks
import pandas as pd  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model
import sklearn.model_selection
import sklearn.neighbors
import sklearn.pipeline  # noqa: F401
import torch

from skills.judge.child import load_module
from skills.judge.diagnosis import Diagnosis
from skills.judge.diagnosis.errors import explain
from skills.judge.notebook import Notebook

torch.set_num_threads(1)
torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # imports what every optimiser needs


def diagnose(case, path):
    path.write_text(case["code"])
    notebook = Notebook(path, case["code"], Path("/nowhere/of/ours"))
    diagnosis = Diagnosis(notebook, ordered=case.get("ordered", False))
    diagnosis.watch(case.get("reference", ""))
    complete = True
    try:
        work = load_module(path, "work")
        diagnosis.refresh()
        with diagnosis.run(work):
            work.main(diagnosis)
    except Exception as error:
        complete = False
        explain(error, notebook)
        traceback.print_exc()
    found = diagnosis.look(failed=case.get("failed", True), complete=complete)
    return [[finding.mistake, finding.line, finding.evidence] for finding in found]


def forked(case, path):
    reading, writing = os.pipe()
    if not os.fork():
        try:
            os.write(writing, json.dumps(diagnose(case, path)).encode())
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.wait()
    return json.loads(text) if text else [["crashed", 0, ""]]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        cases = json.load(sys.stdin)
        found = [forked(case, Path(folder) / f"work{n}.py") for n, case in enumerate(cases)]
    json.dump(found, sys.stdout)
