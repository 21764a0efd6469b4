"""Conversations with a learner's file: what is offered, kept, used again and explained."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from evening import NOW, Evening, planned
from learner_samples import make_answer, make_card, make_run

from assistant.conversation import Conversation
from assistant.learner.store import Store
from assistant.mind import Mind
from assistant.places import FILE
from assistant.render.plain import text_of
from assistant.reply import Reply
from skills.exercise import catalogue

Say = Callable[[str], Reply]


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
