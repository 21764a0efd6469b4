"""Runs that are cut short, short of memory, shared between processes, or with a knob turned."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from assistant import player
from skills import keep, program, what_if
from skills.checkpoint import Checkpoint
from skills.data import load
from skills.exercise import catalogue
from skills.folders import package
from skills.play import Done, Judge, Say, Train, play
from skills.vision.cnn_digits import solution as vision


def counting(values, seed=0, device="cpu", saved=None):
    """Count to ten in a stage that can go on where it was."""
    yield {"stage": "plain", "metrics": {"score": 0.5}}
    for step in range((saved or {}).get("good", 0) + 1, 11):
        yield {"stage": "good", "step": step, "total": 10, "score": 1 - 0.01 * step, "state": step}
    yield {"stage": "good", "metrics": {"score": 0.9}}


class Quiet(player.PipeScreen):
    """A screen that stops the run as if it were killed, or by Ctrl-C, at a step."""

    def __init__(self, at=None, error=SystemExit):
        super().__init__(lambda line: None)
        self.steps, self.said, self.judged, self._at, self._error = [], [], [], at, error

    def event(self, event):
        if isinstance(event, Train):
            self.steps.append(event.step)
            if event.step == self._at:
                self._at = None
                raise self._error
        elif isinstance(event, Say):
            self.said.append(event.text)
        elif isinstance(event, Judge):
            self.judged.append(event)


@pytest.fixture
def eager(monkeypatch):
    """Save at every step; the toy's solution is no file that a name could be made from."""
    monkeypatch.setattr("skills.checkpoint.SHARE", 0)
    monkeypatch.setattr("assistant.player.key", lambda exercise, *values: exercise.id)


def test_a_run_that_was_killed_goes_on_where_it_was(toy, eager):
    exercise = toy(counting)
    with pytest.raises(SystemExit):
        player.run(exercise, Quiet(at=8))
    screen = Quiet()
    result = player.run(exercise, screen)
    assert screen.steps == [8, 9, 10]
    assert "cut short" in screen.said[0]
    assert result.passed
    screen = Quiet()
    player.run(exercise, screen)
    assert screen.steps == list(range(1, 11))


def test_a_run_can_begin_afresh(toy, eager):
    exercise = toy(counting)
    with pytest.raises(SystemExit):
        player.run(exercise, Quiet(at=8))
    screen = Quiet()
    player.run(exercise, screen, afresh=True)
    assert screen.steps[0] == 1


def test_ctrl_c_keeps_the_best_so_far_and_where_it_was(toy, eager):
    def stopped(values, seed=0, device="cpu", saved=None):
        for event in counting(values, saved=saved):
            yield event
            if event.get("step") == 6:
                raise KeyboardInterrupt

    result = player.run(toy(stopped), Quiet())
    assert result.stopped
    assert result.metrics["score"] == 0.99
    saved = json.loads(Path(result.artifacts[0]).read_text())
    assert saved == {"good": 6, "predictions": {}}


def test_a_run_that_goes_on_repeats_neither_words_nor_questions(toy, eager):
    exercise, asked = toy(counting), []

    def choose(question, choices):
        asked.append(question)
        return 0

    first = Quiet(at=8)
    with pytest.raises(SystemExit):
        player.run(exercise, first, choose=choose)
    again = Quiet()
    player.run(exercise, again, choose=choose)
    assert len(asked) == 1
    assert "cut short" in again.said.pop(0)
    assert not set(first.said) & set(again.said)
    assert [event.chosen for event in again.judged] == [exercise.predictions[0].choices[0].text]


def test_what_was_reached_is_told_by_its_label(toy, eager):
    lines = []
    player.run(toy(counting), Stopping(lines.append))
    told = [line.strip() for line in lines]
    place = told.index("Stopped before the end. Best so far:")
    assert told[place + 1 : place + 3] == [
        "The plain one: score: 50.0%",
        "The good one, in training so far: score: 99.0%",
    ]


class Stopping(player.PipeScreen):
    """A pipe, and Ctrl-C at the sixth step."""

    def event(self, event):
        if isinstance(event, Train) and event.step == 6:
            raise KeyboardInterrupt
        super().event(event)


def test_what_was_saved_and_does_not_fit_is_given_up(toy, eager):
    def strict(values, seed=0, device="cpu", saved=None):
        if saved:
            raise KeyError("parts")
        yield from counting(values)

    exercise = toy(strict)
    with pytest.raises(SystemExit):
        player.run(exercise, Quiet(at=5))
    assert player.run(exercise, Quiet()).passed


@pytest.mark.parametrize("content", [b"", b"{", b"\x80\x04\x95", b'{"good": "nonsense"}'])
def test_a_damaged_checkpoint_never_stops_a_run(toy, eager, content):
    exercise = toy(counting)
    with pytest.raises(SystemExit):
        player.run(exercise, Quiet(at=5))
    (file,) = Path(player.cache_dir(), "runs").glob("toy.json")
    file.write_bytes(content)
    assert player.run(exercise, Quiet()).passed


def test_a_checkpoint_is_never_unpickled(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("unpickled",))

    torch.save({"good": Evil()}, tmp_path / "x.pt")
    assert Checkpoint(tmp_path, "x").load() is None


def test_saving_takes_little_of_the_time(tmp_path):
    checkpoint = Checkpoint(tmp_path, "x")
    checkpoint.save({"good": 1})
    assert checkpoint.file is None
    checkpoint.save({"good": 1}, now=True)
    assert checkpoint.load() == {"good": 1}


def test_a_resumed_network_ends_where_an_uninterrupted_one_does(monkeypatch, tmp_path):
    monkeypatch.setattr(vision, "EPOCHS", 2)
    pixels, labels = load("mnist_5000")
    data = pixels[::4], labels[::4]
    whole = [event["metrics"] for event in vision.run(data) if "metrics" in event]
    states = {}
    for event in vision.run(data):
        if "state" in event:
            states[event["stage"]] = event["state"]
            if event["stage"] == "cnn":
                break
    checkpoint = Checkpoint(tmp_path, "x")
    checkpoint.save(states, now=True)
    rest = list(vision.run(data, saved=checkpoint.load()))
    assert [event["metrics"] for event in rest if "metrics" in event] == whole
    assert {event["step"] for event in rest if "loss" in event} < set(range(5, 11))


def test_nothing_is_restored_where_nothing_was_saved():
    assert keep.restore(None) == 0


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_short_of_memory_the_batch_is_halved_and_it_says_so(toy, error):
    sizes = []

    def greedy(values, seed=0, device="cpu", saved=None):
        size = sys.modules["skills.fake.toy.solution"].BATCH
        sizes.append(size)
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        yield {"stage": "good", "step": 1, "total": 2, "loss": 1.0}
        if size > 16:
            raise error
        yield {"stage": "good", "metrics": {"score": 0.75}}

    exercise = toy(greedy, BATCH=64)
    events = list(play(exercise, answers={}))
    assert sizes == [64, 32, 16]
    said = [event.text for event in events if isinstance(event, Say)]
    assert sum("batch is halved to" in text for text in said) == 2
    assert events[-1].result.passed
    assert sys.modules["skills.fake.toy.solution"].BATCH == 64


def test_with_nothing_to_halve_the_error_shows(toy):
    def greedy(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        raise MemoryError

    with pytest.raises(MemoryError):
        list(play(toy(greedy), answers={}))


def test_another_error_is_not_mistaken_for_want_of_memory(toy):
    def broken(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        list(play(toy(broken, BATCH=8), answers={}))


def test_bf16_is_used_only_where_it_is_sound_and_there_is_a_gpu(toy, monkeypatch):
    import dataclasses

    used = []
    monkeypatch.setattr(torch, "autocast", lambda *args, **named: used.append(args) or _nothing())
    monkeypatch.setattr("skills.device._accelerators", lambda: {"cuda": "H200"})
    exercise = toy(counting)
    list(play(exercise, answers={}))
    assert used == []
    wide = program.Program(dataclasses.replace(exercise, bf16=True), 0, "cuda", {}, {})
    wide.next("plain")
    assert used == [("cuda", torch.bfloat16)]


def _nothing():
    import contextlib

    return contextlib.nullcontext()


def test_a_knob_is_turned_for_one_run_only_and_turns_what_hangs_on_it(toy, tmp_path):
    def knobbed(values, seed=0, device="cpu"):
        module = sys.modules["skills.fake.toy.solution"]
        yield {"stage": "plain", "metrics": {"score": module.HALF}}
        yield {"stage": "good", "metrics": {"score": module.SCORE}}

    file = tmp_path / "knobbed.py"
    file.write_text("SCORE, OTHER = 0.8, 1\nHALF = SCORE / 2\n", "utf-8")
    exercise = toy(knobbed, SCORE=0.8, HALF=0.4, __file__=str(file))
    *_, done = play(exercise, answers={}, constants={"SCORE": 0.6})
    assert isinstance(done, Done)
    assert done.result.metrics["score"] == 0.6
    assert done.result.baseline["score"] == 0.3
    module = sys.modules["skills.fake.toy.solution"]
    assert (module.SCORE, module.HALF) == (0.8, 0.4)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("DEPTH=3", "no knob 'DEPTH'"),
        ("EPOCHS=many", "cannot be 'many'"),
        ("EPOCHS=0", "out of reach"),
        ("EPOCHS=-3", "out of reach"),
        ("EPOCHS=99999999", "out of reach"),
        ("RATE=nan", "out of reach"),
        ("EPOCHS", "cannot be ''"),
    ],
)
def test_a_knob_that_cannot_be_turned_says_what_can(setting, said):
    with pytest.raises(what_if.NoSuchKnob, match=said):
        what_if.asked(catalogue()["cnn_digits"], setting)


def test_a_what_if_compares_with_the_usual_run():
    exercise = catalogue()["cnn_digits"]
    knob, value = what_if.asked(exercise, "epochs = 2")
    assert value == 2
    metrics = {"accuracy": 0.98, "mistakes": 20.0, "logistic_accuracy": 0.9, "moved": 0.9}
    usual = {"metrics": metrics, "timings": {}}
    changed = {"metrics": metrics | {"accuracy": 0.95, "mistakes": 50.0}, "timings": {}}
    made = what_if.compared(exercise, knob, value, usual, changed)
    assert made.answer == "one to five points"
    assert made.usual["cnn.mistakes"] == 20
    assert "After 2 epochs it reaches 95.0%" in made.text


def run_by_two(script, text):
    """Run a text as a script in two processes at once; what it asserts holds in both."""
    script.write_text(text)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    done = subprocess.run(
        [sys.executable, *launch], capture_output=True, text=True, check=False, timeout=300,
        cwd=package().parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


SHARED = """
import torch
from skills.parallel import average, share
torch.distributed.init_process_group("gloo")
torch.manual_seed(0)
net, x, y = torch.nn.Linear(3, 1), torch.randn(8, 3), torch.randn(8, 1)
rows = share(torch.arange(8))
torch.nn.functional.mse_loss(net(x[rows]), y[rows]).backward()
average(net)
shared = net.weight.grad.clone()
net.zero_grad()
torch.nn.functional.mse_loss(net(x), y).backward()
assert len(rows) == 4
assert torch.allclose(shared, net.weight.grad, atol=1e-6)
torch.distributed.destroy_process_group()
"""


def test_two_processes_take_the_step_that_one_would(tmp_path):
    run_by_two(tmp_path / "shared.py", SHARED)


WRITING = """
import torch
from skills.language.char_gpt import solution as gpt
torch.distributed.init_process_group("gloo")
torch.set_num_threads(1)
gpt.CONTEXT, gpt.WIDTH, gpt.BLOCKS, gpt.STEPS, gpt.BATCH = 16, 16, 1, 4, 6
codes = gpt.encode(["it tastes of nothing at all", "my dog likes it, and so do i"])

def weights():
    torch.manual_seed(0)
    net = gpt.Writer(gpt.Block(), gpt.WIDTH)
    list(gpt.train("transformer", net, codes))
    return torch.cat([weight.flatten() for weight in net.parameters()])

shared = weights()
gpt.share, gpt.average = lambda rows: rows, lambda net: None
assert torch.allclose(shared, weights(), atol=1e-3)
torch.distributed.destroy_process_group()
"""


def test_two_processes_learn_to_write_what_one_would(tmp_path):
    run_by_two(tmp_path / "writing.py", WRITING)
