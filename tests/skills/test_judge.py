"""A learner's code is judged by what it does, and nothing that it does gets out."""

import dataclasses
import json
import os
import signal
import threading
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from toy_judged import SOLUTION, STARTER

from skills.exercise import read
from skills.judge.compare import difference
from skills.judge.diagnosis import Diagnosis
from skills.judge.limits import Limits
from skills.judge.notebook import Notebook
from skills.judge.process import KNOWN, JudgeError, judge
from skills.judge.tools import AnyOf, Tools, Wrong
from skills.judge.verify import verify

DOUBLE = "return SCALE * x"


@pytest.fixture
def exercise(toy_ladder: Path):
    return read(toy_ladder / "exercise.yaml", toy_ladder.parents[1])


@pytest.fixture
def verdict(exercise, toy_ladder, tmp_path):
    """Return a function that judges a program, its `double` replaced by other code."""

    def judged(code=None, *, text=None, **named):
        file = tmp_path / "toy.py"
        file.write_text(text or SOLUTION.replace(DOUBLE, code or DOUBLE), "utf-8")
        return judge(exercise, file, folder=toy_ladder, **named)

    return judged


def test_what_is_right_passes_and_the_document_is_the_contract_s(verdict):
    document = json.loads(json.dumps(dataclasses.asdict(verdict())))
    assert document["passed"] is True
    assert [check["name"] for check in document["checks"]] == [
        "Doubles",
        "Averages",
        "Counts",
        KNOWN,
    ]
    assert all(set(check) >= {"name", "passed", "message", "hint"} for check in document["checks"])
    assert document["diagnosis"] == []


def test_a_wrong_value_is_said_with_what_was_expected_and_the_mistake_it_shows(verdict):
    found = verdict("return x // 1")
    double, mean, _, known = found.checks
    assert not found.passed
    assert "expected 1.27392, got 0" in double.message
    assert double.hint.startswith("What is twice")
    assert mean.passed
    assert not known.passed
    assert [(f.mistake, f.line) for f in found.diagnosis] == [("integer_division", 6)]
    assert "`/`" in found.diagnosis[0].mend


def test_a_gap_is_named_with_its_line_and_its_todo(verdict):
    found = verdict(text=STARTER)
    assert found.checks[0].message == "Line 6: not written yet (TODO 1: double it)"
    assert found.diagnosis[0].mistake == "unfinished"


def test_an_error_is_said_with_the_learner_s_own_line_and_code(verdict):
    message = verdict("return {}[x]").checks[0].message
    assert message.startswith("Line 6, in double: KeyError")
    assert message.endswith("return {}[x]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def double(x:\n    return 2", "Line 1: '(' was never closed"),
        ("raise RuntimeError('at once')", "Line 1: RuntimeError: at once"),
        ("import sys\nsys.exit(3)", "Line 2: the code ended the program"),
        ("import not_there", "Line 1: ModuleNotFoundError"),
        ("x = '\x00'", "null bytes"),
    ],
)
def test_a_file_that_does_not_even_load_says_why(verdict, text, said):
    found = verdict(text=text)
    assert not found.passed
    assert said in found.checks[0].message


def test_an_error_in_what_the_starter_gave_is_said_at_the_learner_s_line(verdict):
    message = verdict("return mean([])").checks[0].message
    assert message.startswith("Line 6, in double: ZeroDivisionError")


def test_what_cannot_be_used_names_the_function_that_returned_it(verdict):
    code = "from types import SimpleNamespace\n" + SOLUTION
    given = "sum(values) / len(values)"
    message = verdict(text=code.replace(given, "SimpleNamespace(detach=len)")).checks[1].message
    assert message.startswith("What `mean` (line 11) returned could not be used: TypeError")


def test_a_missing_function_is_named(verdict):
    assert "no `double`" in verdict(text="def mean(values):\n    return 0").checks[0].message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit(0)", "ended the program"),
        ("import os; os._exit(0)", "ended Python"),
        ("import os; os.kill(os.getpid(), 11)", "crashed Python itself, at line 6"),
        ("import os; os.kill(os.getppid(), 9)", "signals to other processes are not allowed"),
        ("return bytearray(1 << 40)", "out of memory"),
        ("return double(x)", "RecursionError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise type('E', (Exception,), {'__str__': lambda s: 1 / 0})()", "ZeroDivisionError"),
    ],
)
def test_nothing_takes_the_judge_down(verdict, code, said):
    found = verdict(code)
    assert not found.passed
    assert said in found.checks[0].message


def test_an_endless_loop_is_ended_at_its_line(verdict):
    started = time.monotonic()
    found = verdict("while True: pass", limits=Limits(cpu=1))
    assert time.monotonic() - started < 30
    assert "at line 6" in found.checks[0].message
    assert "Not tried" in found.checks[1].message
    assert "An endless loop?" in found.stopped


def test_waiting_for_ever_is_ended_by_the_clock(verdict):
    found = verdict("import time; time.sleep(999)", limits=Limits(clock=3))
    assert "at line 6" in found.stopped


def test_a_fork_bomb_is_put_out_with_all_its_children(verdict, tmp_path):
    alive = tmp_path / "alive"
    write = f"open({str(alive)!r}, 'a').write('x')"
    code = f"import os\n    while True:\n        os.fork()\n        {write}"
    found = verdict(code, limits=Limits(cpu=3))
    assert not found.passed
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size


def test_a_flood_of_output_is_shown_in_part(verdict):
    shown = []
    found = verdict("print('x' * 1_000_000); return 2 * x", say=shown.append)
    assert found.passed
    assert "are not shown" in shown[-1]
    assert sum(map(len, shown)) < 40_000


def test_output_and_results_do_not_mix(verdict):
    shown = []
    fake = '{"event": "check", "name": "double", "passed": true, "message": ""}'
    found = verdict(f"print('''{fake}'''); return 0.0", say=shown.append)
    assert not found.checks[0].passed
    assert fake in "".join(shown)


def test_messages_hold_nothing_that_a_terminal_obeys(verdict):
    message = (
        verdict(r"raise ValueError('\x1b[31mred\x1b]0;title\x07 \u202eevil')").checks[0].message
    )
    assert "\x1b" not in message
    assert "\u202e" not in message
    assert "red" in message


def test_what_it_leaves_running_is_ended(verdict, tmp_path):
    beat, script = tmp_path / "beat", tmp_path / "script.py"
    script.write_text(f"import time\nwhile True:\n  open({str(beat)!r}, 'a').write('x')\n")
    start = f"subprocess.Popen([sys.executable, {str(script)!r}]); time.sleep(0.2); return 2 * x"
    assert verdict(f"import subprocess, sys, time; {start}").checks[0].passed
    size = beat.stat().st_size
    time.sleep(0.3)
    assert beat.stat().st_size == size


def test_ctrl_c_ends_the_code_and_returns_what_was_known(verdict):
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    text = SOLUTION.replace("sum(values) / len(values)", "exec('while True: pass')")
    found = verdict(text=text)
    assert found.stopped == "You stopped it."
    assert found.checks[0].passed
    assert not found.passed


def test_a_broken_exercise_is_not_the_learner_s_fault(verdict, toy_ladder):
    (toy_ladder / "checks.py").write_text("import not_there")
    with pytest.raises(JudgeError, match="not_there"):
        verdict()


def test_verifying_counts_what_is_caught_and_named_and_what_nothing_fails(exercise, toy_ladder):
    rows = []
    report = verify(exercise, folder=toy_ladder, say=rows.append)
    assert [row.kind for row in rows] == ["solution", "starter"] + 2 * ["alternative"] + 3 * [
        "mutant"
    ]
    assert all(row.ok for row in rows)
    assert report.caught == report.named == 1.0
    assert report.idle == ()
    assert report.ok


def test_verifying_finds_a_check_that_nothing_fails(exercise, toy_ladder):
    checks = toy_ladder / "checks.py"
    checks.write_text(checks.read_text().replace('[1, 2, 3], "what count yields"', "told, 'it'"))
    report = verify(exercise, folder=toy_ladder, kinds=frozenset({"mutant", "starter"}))
    assert report.idle == ("Counts",)
    assert report.caught < 1
    assert not report.ok


def test_two_runs_with_one_seed_have_the_same_stages_and_measures():
    notebook = Notebook(Path("toy.py"), SOLUTION, Path("reference"))
    tools = Tools(ModuleType("reference"), "none", Diagnosis(notebook))
    run, other = ({"a": {"metrics": {"score": 0.5}}, "b": {"metrics": {"score": score}}}
                  for score in (0.7, 0.8))  # fmt: skip
    tools.repeated(run, dict(run), ["a", "b"])
    with pytest.raises(Wrong, match=r"b, run twice with one seed: score: expected 0\.8, got 0\.7"):
        tools.repeated(run, other, ["a", "b"])
    with pytest.raises(Wrong, match="the stages of a run"):
        tools.repeated(run, run, ["a"])


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        ([2.0, -4.0], [1.0, -2.0], "each value is 2 times what it should be"),
        ([[1.0, 2.0, 3.0]], [[1.0], [2.0], [3.0]], "expected the shape (3, 1), got (1, 3), trans"),
        ([("a", 1, 2.5)], [("a", 2, 2.5)], "item 0: expected ('a', 2, 2.5), got ('a', 1, 2.5)"),
        ([("a",), ("b",)], [("a",)], "expected 1 items, got 2; too many: ('b',)"),
        (["a"], ["a", "c"], "expected 2 items, got 1; missing: 'c'"),
        ([(1, 52.0777777777)], [(1, "x")], "got (1, 52.0778)"),
    ],
)
def test_a_difference_is_said_in_the_words_that_help(got, expected, said):
    if isinstance(expected[0], float | list):
        got, expected = np.array(got), np.array(expected)
    assert said in difference(got, expected, 1e-5)


def test_a_mistake_that_can_lead_to_several_values_is_known_by_each(tmp_path):
    for value in (1.0, 3.0):
        notebook = Notebook(tmp_path / "toy.py", "x = 1", tmp_path)
        tools = Tools(ModuleType("reference"), "", Diagnosis(notebook))
        with pytest.raises(Wrong, match="expected 2"):
            tools.same(value, 2.0, "it", wrong={"wrong_sign": AnyOf(1.0, 3.0)})
        assert [found.mistake for found in notebook.findings(failed=True)] == ["wrong_sign"]


def test_the_learner_s_own_lines_are_named_before_those_of_the_starter(tmp_path):
    code = 'def f(x):\n    """Add."""\n    total = sum(x)\n    mine = x\n    return total\n'
    given = frozenset({"def f(x):", "total = sum(x)", "return total"})
    for starter, line in ((given, 4), (frozenset(), 3)):
        notebook = Notebook(tmp_path / "toy.py", code, tmp_path, given=starter)
        assert notebook.likely("wrong_averaging", "f") == line
