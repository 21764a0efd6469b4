"""Conversations with a learner's file: what is offered, kept, used again and explained."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from learner_samples import make_answer, make_card, make_run

from assistant.conversation import Conversation
from assistant.learner.session import Session
from assistant.learner.store import Store
from assistant.mind import Mind
from assistant.places import FILE
from assistant.render.plain import text_of
from assistant.reply import Reply
from skills.exercise import catalogue

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
Say = Callable[[str], Reply]


class Evening:
    """A learner who talks, leaves and comes back; the clock stands still unless it is set."""

    def __init__(self, mind: Mind) -> None:
        self.told: list[str] = []
        self.now = NOW
        self._mind = mind
        self.begin()

    def begin(self) -> None:
        """Begin a conversation."""
        self.session = Session(self.told.append, lambda: self.now)
        self._talk = Conversation(self._mind)

    def say(self, text: str) -> str:
        """Return what is answered."""
        self.reply = self.session.respond(self._talk, text)
        return text_of(self.reply.blocks)


@pytest.fixture
def evening(mind: Mind, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Evening]:
    monkeypatch.delenv("LODESTAR_PRIVATE", raising=False)
    talk = Evening(mind)
    yield talk
    talk.session.close()


def test_what_is_told_is_offered_once_and_kept_on_a_yes(evening: Evening, store: Store) -> None:
    assert "Shall I remember that you know SQL? (yes or no)" in evening.say("I know SQL")
    assert store.profile() == {}
    assert evening.say("yes") == "Kept: you know SQL."
    assert store.profile()["known"] == ["sql"]
    assert "Shall I" not in evening.say("I know SQL")
    assert "Shall I" not in evening.say("what is a decision tree?")


def test_an_offer_that_is_passed_over_is_not_made_again(evening: Evening, store: Store) -> None:
    evening.say("I know SQL")
    assert "Shall I" not in evening.say("what is a decision tree?")
    assert "Kept" not in evening.say("yes")
    assert "Shall I remember that you have 6 hours a week?" in evening.say("I have 6 hours a week")
    assert store.profile() == {}


def test_a_no_is_respected_the_next_day_too(evening: Evening, store: Store) -> None:
    evening.say("I know SQL")
    assert "none of it" in evening.say("no thanks")
    evening.begin()
    assert "Shall I" not in evening.say("I know Excel")
    assert store.profile() == {}
    assert evening.say("remember that I know Excel") == "Kept: you know Excel."
    assert store.profile()["known"] == ["excel"]


def test_a_yes_may_go_on(evening: Evening, store: Store) -> None:
    evening.say("I have 6 hours a week")
    said = evening.say("yes, and what is overfitting?")
    assert said.startswith("Kept: you have 6 hours a week.") and "training data" in said
    assert store.profile()["hours_per_week"] == 6


def test_the_profile_is_set_shown_and_taken_back_in_words(evening: Evening, store: Store) -> None:
    for said, kept in (
        ("my name is Priya", "your name is Priya"),
        ("remember that I know git", "you know version control with Git"),
        ("set my goal to data engineer", "you want to become a data engineer"),
        ("my level is mathematical", "you want answers for a mathematician"),
    ):
        assert evening.say(said) == f"Kept: {kept}."
    shown = evening.say("show my profile")
    assert "Priya" in shown and "data engineer" in shown and "mathematician" in shown
    evening.say("forget that I know git")
    assert store.profile()["known"] == [] and store.profile()["name"] == "Priya"
    assert "lodestar profile forget" in evening.say("forget everything about me")


@pytest.mark.parametrize("level", ["newcomer", "practitioner", "mathematical"])
def test_answers_are_for_the_level_of_the_profile(
    evening: Evening, store: Store, mind: Mind, level: str
) -> None:
    store.set_profile({"level": level}, NOW)
    said = evening.say("what is pooling?")
    concept = mind.library.get("pooling")
    parts = {"plain": concept.plain, "how": concept.how, "maths": concept.maths.formula}
    shown = {name for name, part in parts.items() if part[:40] in said}
    wanted = {"newcomer": {"plain"}, "practitioner": {"how"}, "mathematical": {"maths", "how"}}
    assert shown == wanted[level]


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


def planned(evening: Evening) -> None:
    """Make a plan the learner's own."""
    evening.say("how do I become a data analyst with 6 hours a week?")
    assert "This is your plan now" in evening.say("yes")


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


def test_a_quiz_keeps_every_answer_and_gives_reasons(evening: Evening, store: Store) -> None:
    evening.say("quiz me on overfitting")
    asked = 0
    while "/6  " in text_of(evening.reply.blocks):
        said = evening.say("1" if asked % 2 else "no idea")
        asked += 1
        answers = store.load().answers
        assert len(answers) == asked
        right = answers[-1].right
        assert ("Right." in said) == right and ("The right answer is:" in said) == (not right)
    assert asked == 6
    assert " of 6 right." in said and "comes back" in said
    assert [answer.chosen is None for answer in store.load().answers] == [True, False] * 3


@pytest.mark.parametrize(
    "said", ["did deep learning exist in 1990?", "what is due diligence?", "hi, what is a CNN?",
             "why do CNNs share weights?", "what is my path to data scientist?"],
)  # fmt: skip
def test_questions_are_not_taken_for_words_about_the_plan(evening: Evening, said: str) -> None:
    planned(evening)
    answer = evening.say(said)
    assert "of your plan" not in answer and "Done:" not in answer and "review" not in answer
    assert "Path to data analyst" not in answer


def test_a_quiz_can_be_left_and_taken_up(evening: Evening, store: Store) -> None:
    first = evening.say("quiz me on overfitting")
    assert "from 1 to" in evening.say("9")
    assert "1/6" not in evening.say("what is pooling?")
    assert evening.say("back to the quiz") == first
    assert evening.say("another question") != first
    assert store.load().answers == ()
    evening.say("2")
    assert " of 1 right." in evening.say("stop the quiz")
    assert len(store.load().answers) == 1
    evening.say("1")  # is no answer any more
    assert len(store.load().answers) == 1


def test_a_review_asks_what_is_due(evening: Evening, store: Store) -> None:
    assert "Nothing is due" in evening.say("review")
    evening.say("quiz me on pooling")
    evening.say("pass")
    evening.say("stop")
    evening.now += timedelta(days=2)
    evening.begin()
    greeting, asks = evening.session.greeting(catalogue())
    assert greeting == "Welcome back. 1 question is due for review today." and asks[0] == "Review"
    assert "1/1" in evening.say("review")
    evening.say("1")
    assert store.load().answers[-1].review
    assert [card.reviews for card in store.load().cards] == [2]


def test_another_lodestar_is_noticed(evening: Evening, store: Store) -> None:
    assert "trained here: 0" not in evening.say("show my progress")
    store.add_run(make_run(at=NOW))
    assert "Shown by exercises trained here: 1" in evening.say("show my progress")
    store.add_answer(make_answer("pooling:1", True), make_card("pooling:1", NOW))
    assert "1 of 1" in evening.say("show my progress")


def test_an_interview_judges_answers_and_asks_nothing_twice(
    evening: Evening, store: Store, mind: Mind
) -> None:
    assert "For which role?" in evening.say("mock interview")
    said = evening.say("mock interview for data scientist")
    assert "Data scientist, 5 questions" in said and "1/5" in said
    assert "2/5" in evening.say("I don't know")
    (event,) = [event for event in store.load().events if event.kind == "interview"]
    assert event.data["covered"] == 0 and event.data["of"] > 0
    assert "2/5" in evening.say("can you repeat the question?")
    assert "/5" not in evening.say("what is a p-value?")
    said = evening.say("back to the interview")
    question = said.split("2/5")[1].strip(" *\n")
    entry = next(
        item.answer for concept in mind.library.all_of(type(mind.library.get("pooling")))
        for item in concept.questions if item.ask[0] == question
    )  # fmt: skip
    assert "In your answer:" in evening.say(entry)
    assert "Questions answered: 2." in evening.say("that's enough, thanks")
    asked = {event.data["question"] for event in store.load().events if event.kind == "interview"}
    evening.begin()
    evening.say("mock interview for data scientist")
    for _ in range(5):
        evening.say("pass")
    listed = [e.data["question"] for e in store.load().events if e.kind == "interview"]
    assert len(listed) == len(set(listed)) == 7 and asked < set(listed)


def test_conversations_are_kept_only_if_wanted(evening: Evening, store: Store) -> None:
    evening.say("what is pooling?")
    assert store.load().messages == ()
    store.set_profile({"keep_conversations": True}, NOW)
    evening.say("what is overfitting?")
    asked, answered = store.load().messages
    assert (asked.who, asked.text) == ("learner", "what is overfitting?")
    assert answered.who == "lodestar" and "training data" in answered.text
    assert asked.conversation == answered.conversation


def test_private_uses_what_is_there_and_writes_nothing(
    evening: Evening, store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(evening)
    evening.session.close()
    store.close()
    before = (home / "data" / FILE).read_bytes()
    monkeypatch.setenv("LODESTAR_PRIVATE", "1")
    evening.begin()
    assert "is next (week 1" in evening.say("what's next?")
    evening.say("I've done that")
    assert "1 of" in evening.say("show my progress")
    assert "Shall I" not in evening.say("I know SQL")
    assert "written nowhere" in evening.say("remember that I know git")
    evening.say("quiz me on pooling")
    evening.say("1")
    assert (home / "data" / FILE).read_bytes() == before
    assert [path.name for path in (home / "data").iterdir() if "wal" in path.name] == []


def test_a_file_that_cannot_be_used_is_told_of_and_the_talk_goes_on(
    mind: Mind, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LODESTAR_PRIVATE", raising=False)
    (home / "data").write_text("in the way")
    evening = Evening(mind)
    (told,) = evening.told
    assert "cannot be opened" in told and told.endswith("From here on nothing is kept.")
    assert "1/6" in evening.say("quiz me on pooling")
    assert "2/6" in evening.say("1")
    assert "Shall I" not in evening.say("I know SQL")
    assert len(evening.told) == 1


def test_nothing_is_said_to_be_kept_that_was_not(
    evening: Evening, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.errors import StoreError

    def full(*args: object) -> None:
        raise StoreError("The disk is full.")

    evening.say("I know SQL")
    monkeypatch.setattr(evening.session._store, "set_profile", full)
    assert "Kept" not in evening.say("yes")
    assert evening.told == ["The disk is full.\nFrom here on nothing is kept."]
    assert "you know SQL" in evening.say("show my profile")


def test_without_a_learner_nothing_is_offered_or_written(
    chat: Callable[[], Conversation], home: Path
) -> None:
    talk = chat()
    for said in ("I know SQL", "how do I become a data analyst with 6 hours a week?",
                 "what's next?", "I've done that", "quiz me on pooling", "1",
                 "show my progress"):  # fmt: skip
        reply = talk.respond(said)
        assert "Shall I remember" not in text_of(reply.blocks)
        assert "Shall I keep" not in text_of(reply.blocks)
    assert not (home / "data").exists()


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
        assert f"0 of {len(latest['steps'])} steps" in evening.say("what's next?")
