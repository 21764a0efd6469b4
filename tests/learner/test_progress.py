"""Shown, learned, due and time spent, from records alone."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

from learner_samples import NOW, make_answer, make_card, make_run

from assistant.learner.progress import as_reply, headline, progress
from assistant.learner.records import Event, Records
from assistant.render.plain import text_of, whole
from skills.exercise import catalogue


def at(records, now=NOW):
    return progress(records, catalogue(), now)


def events(*moments):
    return tuple(Event(moment, "turn", {}) for moment in moments)


def test_nothing_is_made_of_nothing():
    empty = at(Records())
    assert empty.shown == empty.learned == () and empty.streak == 0 and empty.seconds == 0
    assert "Nothing is recorded yet" in whole(as_reply(empty, {}))
    assert headline(empty) == ""


def test_an_exercise_is_shown_when_a_run_passed_and_the_last_such_run_counts():
    runs = (
        make_run(seed=1, metrics={"accuracy": 0.96}),
        make_run(NOW + timedelta(days=1), seed=2, metrics={"accuracy": 0.97}),
        make_run(NOW + timedelta(days=2), seed=3, passed=False, metrics={"accuracy": 0.5}),
        make_run(exercise="fraud_detection", passed=False, stopped=True),
        make_run(exercise="of_a_later_version", passed=True),
    )
    found = at(Records(runs=runs))
    assert found.shown == ("cnn_digits", "of_a_later_version")
    assert found.exercises[0].metrics == {"accuracy": 0.97}
    assert found.exercises[0].runs == 3
    assert "convolutional_neural_network" in found.exercises[0].concepts
    assert found.exercises[2].title == "of a later version"


def test_a_concept_is_learned_by_enough_items_each_right_when_asked_last():
    answers = (
        make_answer("a:1", False, topic="a"), make_answer("a:1", True, topic="a"),
        make_answer("a:2", True, topic="a"),
        make_answer("b:1", True, topic="b"), make_answer("b:2", True, topic="b"),
        make_answer("b:1", False, topic="b"),
        make_answer("c:1", True, topic="c"), make_answer("c:1", True, topic="c"),
    )  # fmt: skip
    found = at(Records(answers=answers))
    assert found.learned == ("a",)
    assert [(topic.id, topic.right, topic.of) for topic in found.topics] == [
        ("a", 2, 2), ("b", 1, 2), ("c", 1, 1),
    ]  # fmt: skip
    assert found.shown == ()  # answers show nothing


def test_a_streak_holds_while_today_is_young_and_ends_without_a_word():
    days = [NOW - timedelta(days=back) for back in (1, 2, 3, 7)]
    assert at(Records(events=events(*days))).streak == 3
    assert at(Records(events=events(*days, NOW))).streak == 4
    broken = at(Records(events=events(*days[1:])))
    assert (broken.streak, broken.active_days) == (0, 3)
    assert "row" not in text_of(as_reply(broken, {}).blocks)


def test_days_are_those_of_the_learners_zone():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert at(Records(events=events(late)), tokyo).streak == 1
    assert at(Records(runs=(make_run(late),)), tokyo).exercises[0].day == date(2026, 3, 2)


def test_time_counts_work_and_leaves_out_pauses():
    talk = [NOW + timedelta(minutes=minute) for minute in (0, 5, 12, 100, 104)]
    assert at(Records(events=events(*talk))).seconds == (12 + 4) * 60
    run = make_run(NOW + timedelta(minutes=14), seconds=600.0)
    assert at(Records(events=events(*talk), runs=(run,))).seconds == (14 + 4) * 60
    alone = make_run(NOW, seconds=90.0)
    assert at(Records(runs=(alone,))).seconds == 90


def test_weeks_end_with_this_one():
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    moments = [monday, monday + timedelta(minutes=6), monday - timedelta(days=1),
               monday - timedelta(days=1) + timedelta(minutes=3)]  # fmt: skip
    assert at(Records(events=events(*moments))).weeks[-2:] == (180, 360)


def test_the_next_step_is_the_first_of_the_plan_not_done():
    plan = {"steps": [
        {"id": "a", "title": "Read a", "hours": 2},
        {"id": "exercise:cnn_digits", "title": "Train", "hours": 1},
        {"id": "b", "title": "Read b", "hours": 3},
        {"id": "c/1", "title": "Read c", "hours": 4}, {"id": "c/2", "title": "Read c", "hours": 4},
    ]}  # fmt: skip
    answers = (make_answer("a:1", True, topic="a"), make_answer("a:2", True, topic="a"))
    records = Records(plan=plan, answers=answers, runs=(make_run(),))
    found = at(records)
    assert (found.steps_done, found.steps) == (2, 4)  # however many weeks one is spread over
    assert found.hours_left == 11
    again = {**plan, "skipped": [{"id": "z", "why": "done"}, {"id": "y", "why": "you know it"}]}
    later = at(Records(plan=again, answers=answers, runs=(make_run(),)))
    assert (later.steps_done, later.steps) == (3, 5)  # what an earlier plan had counts
    assert headline(found) == "Next on your plan: Read b."
    named = {"title": "Path to data analyst", "steps": [{"id": "sql/2", "title": "SQL (2 of 3)"}]}
    said = "Next on your plan (Path to data analyst): SQL, part 2 of 3."
    assert headline(at(Records(plan=named))) == said
    told = Records(plan=plan, events=(Event(NOW, "step_done", {"id": "a"}),))
    assert at(told).next_step["id"] == "exercise:cnn_digits"


def test_what_is_due_comes_first():
    cards = (make_card("a:1", NOW), make_card("a:2", NOW + timedelta(days=3)))
    found = at(Records(cards=cards, plan={"steps": [{"id": "a"}]}))
    assert (found.due, found.next_due) == (1, NOW.date())
    assert headline(found) == "1 question is due for review today."


def test_the_drawing_names_results_beside_their_baselines_and_has_charts():
    answers = tuple(make_answer(f"a:{n}", n > 4, topic="pooling") for n in range(15))
    moments = [NOW - timedelta(days=days, minutes=minute) for days in (0, 8) for minute in (0, 4)]
    records = Records(runs=(make_run(),), answers=answers, events=events(*moments))
    reply = as_reply(at(records), {"pooling": "Pooling"})
    text = whole(reply)
    assert "accuracy 0.97 (baseline 0.9)" in text
    assert "Pooling\n  Known: 10 of 15" in text
    assert "share right of the last 10: from 0 to 1 in 15 steps" in text
    assert "minutes a week" in text


def test_the_document_is_json():
    records = Records(runs=(make_run(),), cards=(make_card("a:1"),), answers=(
        make_answer("a:1", True),))  # fmt: skip
    document = json.loads(json.dumps(at(records).as_json()))
    assert document["shown"] == ["cnn_digits"]
    assert document["exercises"][0]["baseline"] == {"name": "linear", "accuracy": 0.9}
    assert (document["due"], document["quiz"]) == (1, {"answers": 1, "right": 1})
