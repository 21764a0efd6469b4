"""The events of an exercise, driven with next and send; no printing, nothing trained."""

import dataclasses
import json

import pytest

from skills.device import DeviceError
from skills.play import Ask, Done, Judge, Measure, Say, Show, Table, Train, play


def test_the_events_come_in_the_order_of_the_steps(toy, story):
    events = list(play(toy(story), answers={}))
    kinds = [type(event) for event in events]
    assert kinds == [Say, Measure, Train, Train, Train, Measure, Judge, Show, Say, Say, Done]
    assert events[0].text == "Toys on cpu"
    assert events[-3].text.startswith("It reached 75.0%")


def test_a_prediction_is_asked_and_judged_by_what_was_measured(toy, story):
    events = play(toy(story), seed=3)
    assert isinstance(next(events), Say)
    asked = next(events)
    assert asked == Ask("gain", "How much better is it than 3?", ("little", "some", "much"))
    rest = [events.send(1), *events]
    judged = next(event for event in rest if isinstance(event, Judge))
    assert judged.chosen == judged.right == "some"
    assert judged.held is True
    assert judged.text == "It gained 0.25 over 0.50."


def test_a_wrong_prediction_and_none_at_all_are_told_apart(toy, story):
    def judge(answers):
        return next(e for e in play(toy(story), answers=answers) if isinstance(e, Judge))

    assert judge({"gain": 0}).held is False
    assert judge({}).held is None
    with pytest.raises(ValueError, match="from 0 to 2"):
        judge({"gain": 3})


def test_training_tells_step_total_and_the_curve_so_far(toy, story):
    sizes = []
    for event in play(toy(story), answers={}):
        if isinstance(event, Train):
            sizes.append((event.step, event.total, len(event.curves["loss"])))
            last = event
    assert sizes == [(1, 3, 1), (2, 3, 2), (3, 3, 3)]
    assert last.watch == "Look here"
    assert last.curves["loss"][-1] == (3, pytest.approx(1 / 3))


def test_the_result_is_the_document_of_the_contract(toy, story):
    result = [*play(toy(story), seed=7, answers={})][-1].result
    document = json.loads(json.dumps(dataclasses.asdict(result)))
    assert document.pop("seconds") >= 0
    assert document == {
        "id": "toy", "passed": True, "stopped": False, "seed": 7, "device": "cpu",
        "device_reason": result.device_reason, "dataset": "toy",
        "metrics": {"score": 0.75, "plain_score": 0.5}, "timings": {"ms": 2.0},
        "baseline": {"name": "plain", "score": 0.5}, "artifacts": [], "verdict": None,
        "checks": [
            {"name": "score", "passed": True, "value": 0.75, "threshold": 0.7},
            {"name": "better", "passed": True, "value": 0.75, "threshold": 0.6},
        ],
    }  # fmt: skip


def test_a_check_that_does_not_hold_fails_the_exercise(toy):
    def weak(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        yield {"stage": "good", "metrics": {"score": 0.55}}

    *_, outcome, _, done = play(toy(weak), answers={})
    assert outcome.text == "It reached 55.0% only, and that is all there is to say."
    assert [check.passed for check in done.result.checks] == [False, False]
    assert not done.result.passed


def test_ctrl_c_while_it_computes_gives_what_was_measured(toy):
    def interrupted(values, seed=0, device="cpu"):
        yield {"stage": "plain", "metrics": {"score": 0.5}}
        yield {"stage": "good", "step": 1, "total": 9, "loss": 0.25}
        raise KeyboardInterrupt

    *_, last = play(toy(interrupted), answers={})
    assert isinstance(last, Done)
    assert last.result.stopped
    assert not last.result.passed
    assert last.result.metrics == {"loss": 0.25, "plain_score": 0.5}


def test_ctrl_c_between_events_gives_what_was_measured(toy, story):
    events = play(toy(story), answers={})
    while not isinstance(next(events), Train):
        pass
    last = events.throw(KeyboardInterrupt)
    assert isinstance(last, Done)
    assert last.result.metrics["plain_score"] == 0.5
    with pytest.raises(StopIteration):
        next(events)


def test_closing_closes_the_solution_as_well(toy, story):
    closed = []

    def tidy(values, seed=0, device="cpu"):
        try:
            yield from story(values)
        finally:
            closed.append(True)

    events = play(toy(tidy), answers={})
    while not isinstance(next(events), Train):
        pass
    events.close()
    assert closed == [True]


def test_an_absent_device_is_refused_before_anything_happens(toy, story):
    with pytest.raises(DeviceError, match="does not use cuda"):
        next(play(toy(story), device="cuda"))


def test_the_comparison_is_formatted_as_the_metric_says(toy, story):
    shown = next(e for e in play(toy(story), answers={}) if isinstance(e, Show))
    assert shown.figure == Table(
        ("", "score"), (("The plain one", "50.0%"), ("The good one", "75.0%")), (0.5, 0.75)
    )


CLAIM = """claim:
  statement: The good one is better than the plain one.
  held: It is better by {gain.score:.2f}.
  refuted: It is worse by {gain.score:.2f}, on {device.name}.
  undecided: A gain of {gain.score:.2f} may be chance.
passed:"""


@pytest.fixture
def claiming(toy, toy_file, story):
    """Return a function that gives the toy exercise a claim, and a solution that decides it."""

    def make(verdict, score=0.75):
        def decide(values, seed=0, device="cpu"):
            for told in story(values):
                last = told["stage"] == "good" and "metrics" in told
                yield told | {"metrics": {"score": score}, "verdict": verdict} if last else told

        toy_file.write_text(toy_file.read_text().replace("passed:", CLAIM, 1))
        return toy(decide)

    return make


@pytest.mark.parametrize(
    ("verdict", "outcome", "reason"),
    [
        ("held", "held", "It is better by 0.25."),
        ("refuted", "did not hold here", "It is worse by 0.25, on cpu."),
        ("undecided", "undecided", "A gain of 0.25 may be chance."),
    ],
)
def test_every_verdict_on_a_claim_passes_and_gives_its_reason(claiming, verdict, outcome, reason):
    *_, said, _, done = play(claiming(verdict), answers={})
    assert done.result.passed
    told = json.loads(json.dumps(dataclasses.asdict(done.result)))["verdict"]
    assert told == {
        "claim": "The good one is better than the plain one.", "outcome": outcome, "reason": reason
    }  # fmt: skip
    assert said.text.startswith(f"**{outcome.capitalize()}.** {reason}\n\nIt reached 75.0%")


def test_a_measurement_that_is_unsound_decides_nothing(claiming):
    *_, said, _, done = play(claiming("held", score=0.55), answers={})
    assert not done.result.passed
    assert done.result.verdict.outcome == "undecided"
    assert said.text.startswith("**Undecided.** It reached 55.0% only")


def test_a_solution_has_to_decide_the_claim_of_its_exercise(claiming):
    with pytest.raises(ValueError, match="toy: 'maybe' is no verdict"):
        list(play(claiming("maybe"), answers={}))
