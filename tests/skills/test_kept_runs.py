"""What is played is kept, with its curves and the code that ran, before its end is shown."""

import pytest

from assistant import player
from assistant.learner import portfolio, progress, runs
from assistant.learner.store import Store
from skills.judge.verdict import Outcome, Verdict
from skills.play import Done


class Screen(player.PipeScreen):
    """Remembers what was kept when the end was shown."""

    def __init__(self, file):
        super().__init__(lambda line: None)
        self.file = file
        self.kept_at_the_end = -1

    def event(self, event):
        if isinstance(event, Done):
            with Store(self.file, pytest.fail) as store:
                self.kept_at_the_end = len(store.load().runs)


def kept(home):
    with Store(home / "data" / "learner.db", pytest.fail) as store:
        return store.load().runs


def test_a_run_is_kept_before_its_end_is_shown(toy, story, home):
    screen = Screen(home / "data" / "learner.db")
    result = player.run(toy(story), screen, seed=4)
    assert screen.kept_at_the_end == 1
    (run,) = kept(home)
    assert (run.exercise, run.seed, run.passed, run.own) == ("toy", 4, True, False)
    assert run.metrics == result.metrics and run.baseline == result.baseline
    assert run.device == "cpu" and run.dataset == "toy" and "Python" in run.machine
    assert [check["name"] for check in run.checks] == ["score", "better"]
    (curve,) = run.curves
    assert (curve.stage, curve.name) == ("good", "loss")
    assert curve.points == ((1.0, 1.0), (2.0, 0.5), (3.0, pytest.approx(1 / 3)))


def test_a_run_that_was_stopped_is_kept_as_such(toy, home):
    def interrupted(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        yield {"stage": "good", "step": 1, "total": 9, "loss": 0.25}
        raise KeyboardInterrupt

    player.run(toy(interrupted), player.PipeScreen(lambda line: None))
    (run,) = kept(home)
    assert run.stopped and not run.passed
    assert run.curves[0].points == ((1.0, 0.25),)


def passing(tmp_path, code="print('mine')\n"):
    file = tmp_path / "toy.py"
    file.write_text(code)
    return Verdict("toy", str(file), True, (Outcome("Doubles", True),), (), "", 2.5)


def test_own_code_that_passed_is_kept_once(toy, story, home, tmp_path):
    exercise = toy(story)
    for code in ("one = 1\n", "one = 1\n", "one = 2\n"):
        runs.keep_verdict(exercise, passing(tmp_path, code))
    assert [run.code for run in kept(home)] == ["one = 1\n", "one = 2\n"]
    run = kept(home)[0]
    assert (run.own, run.passed, run.metrics, run.seconds) == (True, True, {}, 2.5)
    assert run.checks == ({"name": "Doubles", "passed": True},)


def test_own_code_stands_beside_what_the_solution_measured(toy, story, home, tmp_path):
    exercise = toy(story)
    runs.keep_verdict(exercise, passing(tmp_path))
    with Store(home / "data" / "learner.db", pytest.fail) as store:
        alone = progress.progress(store.load(), {"toy": exercise}, runs.now())
    assert "toy" in alone.shown and alone.exercises[0].own
    result = player.run(exercise, player.PipeScreen(lambda line: None))
    with Store(home / "data" / "learner.db", pytest.fail) as store:
        records = store.load()
    (row,) = progress.progress(records, {"toy": exercise}, runs.now()).exercises
    assert row.own and row.metrics == result.metrics and row.runs == 2
    report = portfolio.files(records, {"toy": exercise}, runs.now())[portfolio.MARKDOWN]
    assert "My own code" in report and "print('mine')" in report
    assert "the results above are the solution's" in report


def test_own_code_is_not_kept_in_private(toy, story, home, tmp_path, monkeypatch):
    monkeypatch.setenv("LODESTAR_PRIVATE", "1")
    runs.keep_verdict(toy(story), passing(tmp_path))
    assert not (home / "data").exists()


def test_in_private_nothing_is_kept(toy, story, home, monkeypatch):
    monkeypatch.setenv("LODESTAR_PRIVATE", "1")
    player.run(toy(story), player.PipeScreen(lambda line: None))
    assert not (home / "data").exists()


def test_a_run_does_not_fail_because_it_cannot_be_kept(toy, story, home, capsys):
    (home / "data").write_text("a file in the way")
    result = player.run(toy(story), player.PipeScreen(lambda line: None))
    assert result.passed
    assert "This run could not be kept." in capsys.readouterr().err


def test_what_is_no_number_is_kept_as_nothing(toy, home):
    def broken(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        for step in range(1, 4):
            yield {"stage": "good", "step": step, "total": 3, "loss": float("nan")}
        yield {"stage": "good", "metrics": {"score": float("nan")}}

    player.run(toy(broken), player.PipeScreen(lambda line: None))
    (run,) = kept(home)
    assert run.metrics["score"] is None and not run.passed
    assert run.curves[0].points == ()


def test_long_curves_are_thinned_and_keep_their_ends():
    points = [(step, 1 / step) for step in range(1, 5001)]
    thin = runs.thinned(points)
    assert len(thin) == runs.MOST_POINTS
    assert (thin[0], thin[-1]) == ((1.0, 1.0), (5000.0, 1 / 5000))
    assert [step for step, _ in thin] == sorted({step for step, _ in thin})


def test_the_code_kept_is_the_one_that_ran():
    assert "def run(" in runs.solution("cnn_digits")
    for id_ in ("no_such_exercise", "", "*", "cnn_digit?", "../vision/cnn_digits", "/cnn_digits"):
        assert runs.solution(id_) == ""
