"""Each exercise is trained once for all tests; a toy stands in where training is not the point."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from skills import data
from skills.exercise import Exercise, catalogue, read
from skills.play import Event, play

TOY = """
title: A toy
summary: It measures two numbers at once and trains nothing, so that tests are fast.
concepts: [decision_tree]
minutes: 1
budget: 1
device: cpu
dataset: toy
main: good
baseline: plain
metrics:
  - {name: score, label: score, format: .1%, meaning: The share of right answers.}
predictions:
  - id: gain
    question: How much better is it than {seed}?
    value: gain.score
    choices: [{text: little, below: 0.1}, {text: some, below: 0.3}, {text: much}]
    after: It gained {gain.score:.2f} over {baseline.score:.2f}.
steps:
  - {say: "{dataset.title} on {device.name}"}
  - {ask: gain}
  - {train: {name: plain, title: The plain one}}
  - {train: {name: good, title: The good one, watch: Look here}}
  - {judge: gain}
  - show: {figure: comparison, title: Both, stages: [plain, good], metrics: [score]}
checks:
  - {name: score, metric: score, at_least: 0.7}
  - {name: better, metric: score, over: plain.score, by: 0.1}
passed: It reached {good.score:.1%}, and that is all there is to say.
failed: It reached {good.score:.1%} only, and that is all there is to say.
try_next: [Something else]
hints: [one, two, three]
quiz:
  - question: One?
    options: [{text: a, why: b, right: true}, {text: c, why: d}, {text: e, why: f}]
  - question: Two?
    options: [{text: a, why: b, right: true}, {text: c, why: d}, {text: e, why: f}]
sources: [{title: A book, by: Somebody, url: "https://example.org/book"}]
"""

Run = Callable[..., Iterator[dict[str, Any]]]


def _story(values: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield what a solution would: two stages, the second with a curve."""
    yield {"stage": "plain", "metrics": {"score": 0.5}}
    for step in (1, 2, 3):
        yield {"stage": "good", "step": step, "total": 3, "loss": 1 / step}
    yield {"stage": "good", "metrics": {"score": 0.75}, "timings": {"ms": 2}}


@pytest.fixture
def story() -> Run:
    return _story


@pytest.fixture
def toy_file(tmp_path: Path) -> Path:
    path = tmp_path / "fake" / "toy" / "exercise.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(TOY, "utf-8")
    return path


@pytest.fixture
def toy_ladder(toy_file: Path) -> Path:
    """Return the folder of the toy exercise, with checks, mutants, solution and starter."""
    import toy_judged as toy

    folder = toy_file.parent
    toy_file.write_text(TOY + toy.JUDGED, "utf-8")
    files = {"checks.py": toy.CHECKS, "solution.py": toy.SOLUTION, "starter.py": toy.STARTER,
             "mutants.yaml": toy.MUTANTS}  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def toy(toy_file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], Exercise]:
    """Return a function that makes the toy exercise with a solution of one's own."""

    def make(run: Run, **constants: Any) -> Exercise:
        module = ModuleType("skills.fake.toy.solution")
        module.run = run  # type: ignore[attr-defined]
        vars(module).update(constants)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        entry = data.Dataset(
            id="toy", title="Toys", rows=0, describes="none", source="here",
            url="https://example.org", licence="MIT", package="none", load=lambda: None,
        )  # fmt: skip
        monkeypatch.setitem(data.DATASETS, "toy", entry)
        (toy_file.parent / "solution.py").write_text("# made in memory\n", "utf-8")
        monkeypatch.setattr("skills.checkpoint.package", lambda: toy_file.parents[2])
        return read(toy_file, toy_file.parents[2])

    return make


@pytest.fixture(scope="session")
def fraud() -> list[Event]:
    """Return every event of a run of fraud_detection, with fewer folds than a learner's."""
    exercise = catalogue()["fraud_detection"]
    return list(play(exercise, answers={"nobody": 2}, constants={"FOLDS": 2}))


@pytest.fixture(scope="session")
def digits() -> list[Event]:
    """Return every event of a run of cnn_digits on the CPU, half as long as a learner's."""
    return list(play(catalogue()["cnn_digits"], device="cpu", answers={}, constants={"EPOCHS": 6}))
