"""Conversations about the learner's plan: kept, changed, worked through."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from evening import NOW, Evening, planned

from assistant.learner.store import Store
from assistant.reply import Reply

Say = Callable[[str], Reply]


def test_plans_use_what_is_known_of_the_learner(evening: Evening, store: Store) -> None:
    kept = {
        "hours_per_week": 9.0,
        "background": "nurse",
        "known": ["excel"],
        "role": "data_analyst",
    }
    store.set_profile(kept, NOW)
    said = evening.say("what's next?")
    assert "9 hours a week" in said and "You gave no hours" not in said
    assert "Shall I keep this as your plan? (yes or no)" in said
    evening.say("yes")
    plan = store.load().plan
    assert plan is not None and plan["hours_per_week"] == 9
    assert "excel" not in [step["id"] for step in plan["steps"]]


def test_a_plan_is_kept_when_it_is_accepted(evening: Evening, store: Store) -> None:
    said = evening.say("how do I become a data analyst with 6 hours a week?")
    assert "Shall I keep this as your plan, and remember that" in said
    assert "stands in week" in evening.say("why this?")  # and the offer is still open
    assert store.load().plan is None
    evening.say("yes")
    records = store.load()
    assert records.plan is not None and records.plan["role"] == "data_analyst"
    assert records.profile["hours_per_week"] == 6


def test_a_plan_that_is_declined_is_gone(evening: Evening, store: Store) -> None:
    planned(evening)
    first = evening.say("what's next?")
    evening.say("how do I become an ML engineer?")
    assert "not keep that plan" in evening.say("no")
    assert evening.say("what's next?") == first
    assert [event.kind for event in store.load().events].count("plan") == 1


def test_a_step_that_is_done_gives_way_to_the_next(evening: Evening, store: Store) -> None:
    planned(evening)
    plan = store.load().plan
    assert plan is not None
    first, second = (step["title"] for step in plan["steps"][:2])
    assert first in evening.say("what's next?")
    said = evening.say("I've done that")
    assert said.startswith(f"Done: {first}.") and second in said and "1 of" in said
    evening.begin()
    said = evening.say("hello")
    assert second in said
    assert "Left out" in evening.say("skip this step") or "next" in evening.say("what's next?")


def test_a_plan_changes_with_what_is_said(evening: Evening, store: Store) -> None:
    planned(evening)
    before = store.load().plan
    assert before is not None
    known = next(step["id"] for step in before["steps"] if step["kind"] == "concept")
    said = evening.say(f"I already know {known.replace('_', ' ')}")
    assert said.startswith("Your plan is changed: ") and "left out" in said and "Kept:" in said
    after = store.load().plan
    assert after is not None
    assert known in store.profile()["known"] and known not in [s["id"] for s in after["steps"]]
    said = evening.say("I have 12 hours a week now")
    assert "12 hours a week in place of 6" in said
    again = store.load().plan
    assert again is not None and again["hours_per_week"] == 12 and again["weeks"] < after["weeks"]
    evening.begin()  # the next day the plan is changed where it was left
    assert "Your plan is changed" in evening.say("I only have 3 hours a week")
    latest = store.load().plan
    assert latest is not None and latest["role"] == "data_analyst"
    assert known not in [step["id"] for step in latest["steps"]]


@pytest.mark.parametrize(
    "said", ["I fell behind", "I missed two weeks because of exams", "please replan"]
)
def test_who_fell_behind_gets_what_is_left_from_today(
    evening: Evening, store: Store, said: str
) -> None:
    planned(evening)
    evening.say("I've done that")
    before = store.load().plan
    evening.begin()
    evening.now += timedelta(weeks=3)
    told = evening.say(said)
    after = store.load().plan
    assert before is not None and after is not None
    assert f"ends on {after['ends']} in place of {before['ends']}" in told
    assert after["ends"] > before["ends"]
    done = [step["id"] for step in before["steps"] if step.get("done")]
    assert [step["id"] for step in after["steps"] if step.get("done")] == done


def test_less_theory_is_of_the_plan_while_it_is_spoken_of(evening: Evening) -> None:
    planned(evening)
    assert "your plan" in evening.say("less theory").casefold()
    assert "step" in evening.say("show my progress")
    evening.say("what is pooling?")
    assert "your plan" not in evening.say("less theory").casefold()


def test_a_story_with_a_goal_and_hours_gives_a_plan_in_one_turn(evening: Evening) -> None:
    said = evening.say(
        "I'm a mechanical engineer, know some Python, 6 hours a week, want computer vision by June"
    )
    assert "6 hours a week" in said and "Shall I keep this as your plan, and remember" in said
    assert evening.say("show my plan").startswith("Path to computer vision engineer")


@pytest.mark.parametrize(
    "said", ["did deep learning exist in 1990?", "what is due diligence?", "hi, what is a CNN?",
             "why do CNNs share weights?", "what is my path to data scientist?"],
)  # fmt: skip
def test_questions_are_not_taken_for_words_about_the_plan(evening: Evening, said: str) -> None:
    planned(evening)
    answer = evening.say(said)
    assert "of your plan" not in answer and "Done:" not in answer and "review" not in answer
    assert "Path to data analyst" not in answer


def test_what_was_done_is_carried_through_every_new_plan(evening: Evening, store: Store) -> None:
    planned(evening)
    plan = store.load().plan
    assert plan is not None
    whole = plan["steps"][0]["id"]
    parts = [step["id"] for step in plan["steps"] if step["id"].partition("/")[0] == whole]
    evening.say("what's next?")
    for _ in range(len(plan["steps"])):
        assert "Done: " in evening.say("I've done that")
        done = [e.data["id"] for e in store.load().events if e.kind == "step_done"]
        if set(parts) <= set(done):
            break
    for hours in (8, 7, 10):
        assert "Your plan is changed" in evening.say(f"I have {hours} hours a week now")
        latest = store.load().plan
        assert latest is not None
        assert whole not in [step["id"].partition("/")[0] for step in latest["steps"]]
        assert re.search(r"\b1 of \d+ steps", evening.say("what's next?"))


def test_a_plan_that_changes_while_it_is_offered_is_still_only_offered(
    evening: Evening, store: Store
) -> None:
    evening.say("how do I become a data analyst with 6 hours a week?")
    said = evening.say("I only have 3 hours a week")
    assert said.startswith("Changed: 3 hours a week in place of 6")
    assert "Shall I keep this as your plan" in said
    assert store.load().plan is None
    assert "This is your plan now" in evening.say("yes")
    plan = store.load().plan
    assert plan is not None and plan["hours_per_week"] == 3


def test_hours_need_no_week_while_the_plan_is_spoken_of(evening: Evening) -> None:
    evening.say("how do I become a data analyst with 6 hours a week?")
    changed = evening.say("make it 3 hours")
    assert changed.startswith("Changed: 3 hours a week in place of 6")
    assert "1. " not in changed.partition("You could ask")[0]  # the weeks, not the whole plan again


def test_a_change_of_mind_offers_another_plan(evening: Evening) -> None:
    evening.say("how do I become a data analyst with 6 hours a week?")
    evening.say("yes")
    other = evening.say("I changed my mind, I would rather become a data scientist")
    assert "Path to data scientist" in other and "Shall I keep this as your plan" in other


def test_a_plan_is_made_shorter_by_a_question(evening: Evening) -> None:
    evening.say("how do I become a data analyst with 6 hours a week?")
    assert "At 12 hours a week, all of it takes" in evening.say("can't it go faster?")
    shorter = evening.say("is there something shorter, like 3 months?")
    assert shorter.startswith("Changed: to be there in 13 weeks")
    assert "In 13 weeks at 6 hours a week you get through" in shorter
    assert "Shall I keep this as your plan" in shorter


def test_a_plan_is_kept_in_so_many_words_and_shown_without_being_kept(
    evening: Evening, store: Store
) -> None:
    evening.say("how do I become a data analyst with 6 hours a week?")
    assert "Path to data analyst" in evening.say("show my plan")
    assert store.load().plan is None
    assert "This is your plan now" in evening.say("keep this plan")
    plan = store.load().plan
    assert plan is not None and plan["role"] == "data_analyst"
    assert "your plan is: Path to data analyst" in evening.say("what do you know about me?")


def test_a_step_named_is_done_with_all_its_parts(evening: Evening, store: Store) -> None:
    planned(evening)
    plan = store.load().plan
    assert plan is not None
    parts = [step["id"] for step in plan["steps"] if step["id"].partition("/")[0] == "python"]
    assert len(parts) > 1
    assert evening.say("I already finished the Python step").startswith("Done: Python.")
    told = [event.data["id"] for event in store.load().events if event.kind == "step_done"]
    assert told == parts


@pytest.mark.parametrize("said", ["why the first step?", "what should I do first?"])
def test_the_first_step_is_that_of_the_plan(evening: Evening, said: str) -> None:
    planned(evening)
    assert "week 1" in evening.say(said)


def test_a_changed_plan_keeps_count_and_leaves_out_only_what_was_done(
    evening: Evening, store: Store
) -> None:
    planned(evening)
    evening.say("what's next?")
    for _ in range(3):
        said = evening.say("I've done that")
    done = [event.data["id"] for event in store.load().events if event.kind == "step_done"]
    counted = said.partition(" steps of your plan")[0].rpartition(". ")[2].split()[-3]
    assert "left out" not in evening.say("change my plan to 3 hours a week")
    plan = store.load().plan
    assert plan is not None
    steps = {step["id"].partition("/")[0] for step in plan["steps"]}
    whole = {row["id"] for row in plan["skipped"]}
    assert whole <= {id_.partition("/")[0] for id_ in done}
    assert "practice:excel" in steps and "mean_median_mode" in steps
    assert f"Plan: {counted} of " in evening.say("show my progress")
