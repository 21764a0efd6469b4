"""Roles ranked by what somebody likes, and adverts and CVs held against a learner."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.adverts import match
from assistant.adverts.pasted import is_pasted
from assistant.cli import main
from assistant.conversation import LIMIT, Conversation
from assistant.fit import listed, rank, taste, trait_names
from assistant.gap import Evidence
from assistant.mind import Mind
from assistant.render.plain import text_of, whole
from knowledge.library import Library
from knowledge.schema import Role
from skills.exercise import catalogue


def order(shelf: Library, text: str, known: tuple[str, ...] = ()) -> list[str]:
    return [fit.role.id for fit in rank(shelf, taste(text), known)]


@pytest.mark.parametrize(
    ("text", "likes", "dislikes"),
    [
        ("I love statistics but I hate coding", {"mathematics"}, {"coding"}),
        ("i like explaining things more than coding", {"communication"}, {"coding"}),
        ("I don't like maths. I enjoy building software", {"coding"}, {"mathematics"}),
        ("no meetings please, just research", {"research"}, {"communication"}),
        ("for someone who hates math but loves people", {"communication"}, {"mathematics"}),
        ("I can't stand coding and I'm weak in math", set(), {"coding", "mathematics"}),
        ("hello there", set(), set()),
    ],
)
def test_likes_and_dislikes_are_heard(text: str, likes: set[str], dislikes: set[str]):
    heard = taste(text).traits
    assert {trait for trait, sign in heard.items() if sign > 0} == likes
    assert {trait for trait, sign in heard.items() if sign < 0} == dislikes


def test_every_role_is_ranked_and_the_order_follows_the_likes(shelf: Library):
    maths, people = order(shelf, "mathematics, research"), order(shelf, "explaining to people")
    assert len(maths) == len(set(maths)) >= 22
    assert {"ai_researcher", "ml_researcher"} & set(maths[:3])
    assert maths.index("bi_analyst") > 15
    assert people.index("ai_product_manager") < people.index("mlops_engineer")
    assert order(shelf, "images")[0] == "computer_vision_engineer"
    assert order(shelf, "sound")[0] == "speech_engineer"
    assert order(shelf, "I hate coding")[-1] != "ai_ethics_specialist"


def test_roles_that_come_later_are_not_offered_first_to_a_newcomer(shelf: Library):
    text = "I like data and writing, dislike heavy maths"
    assert not {"data_architect", "data_science_manager"} & set(order(shelf, text)[:4])
    assert "data_wrangling" in taste(text).traits
    must = next(role.must for role in shelf.all_of(Role) if role.id == "data_architect")
    assert order(shelf, text, must).index("data_architect") < 4


def test_reasons_stand_on_both_sides_and_are_true(shelf: Library):
    likes = listed("maths", "meetings")
    for fit in rank(shelf, likes, ("python",)):
        names = {reason.phrase for reason in fit.reasons_against}
        assert "hours" in names
        assert ("dislike" in names) == (fit.role.traits.communication >= 4)
        good = {reason.phrase for reason in fit.reasons_for}
        assert ("like" in good) == (fit.role.traits.mathematics >= 4)
        assert ("known" in good) == ("python" in fit.role.must)


def test_what_is_known_moves_the_order(shelf: Library):
    before = order(shelf, "data cleaning").index("data_engineer")
    known = ("applied_etl", "applied_docker", "linux", "git", "data_modelling", "postgresql")
    assert order(shelf, "data cleaning", known).index("data_engineer") <= before
    fits = {fit.role.id: fit.score for fit in rank(shelf, taste("data cleaning"), known)}
    plain = {fit.role.id: fit.score for fit in rank(shelf, taste("data cleaning"))}
    assert fits["data_engineer"] > plain["data_engineer"]


ADVERT = """Data Scientist, Utrecht. Requirements: 3+ years of experience, Python, SQL, statistics.
No PhD needed. You won't need: Java. Nice to have: Tableau."""


def test_an_advert_is_held_against_a_learner(shelf: Library):
    found = match.advert(shelf, ADVERT, catalogue(), Evidence(known={"python"}))
    assert found.near[0].id == "data_scientist"
    states = {row.id: (row.state, row.must) for row in found.gap.findings}
    assert states["python"] == ("claimed", True) and states["applied_sql"] == ("missing", True)
    assert states["tableau"] == ("missing", False) and "java" not in states
    (refused,) = found.findings.refuses
    assert refused.words == "You won't need: Java"
    assert {row.id for row in found.findings.requirements} == {"years:3", "no:phd"}


@pytest.fixture
def typed(ready: Path):
    def run(*words: str, code: int = 0, stdin: str | None = None):
        result = CliRunner().invoke(main, list(words), input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


def test_the_commands(typed, tmp_path: Path):
    ranked = json.loads(typed("roles", "--recommend", "--like", "maths", "--json").stdout)["roles"]
    assert ranked[0]["for"] and ranked[0]["against"] and ranked[0]["suits"]
    assert "our own judgement" in typed("roles", "--like", "maths", "--plain").stdout
    assert "--like" in typed("roles", "--recommend", code=2, stdin="").output
    assert "none of these" in typed("roles", "--like", "blorp", code=2).output
    read = typed("roles", "--advert", "-", "--plain", stdin=ADVERT).stdout
    assert "stays there" in read and "You won't need: Java" in read
    cv = tmp_path / "cv.txt"
    cv.write_text("Ten years of Python and SQL. No experience with Java.", "utf-8")
    made = json.loads(typed("roles", "data_scientist", "--cv", str(cv), "--json").stdout)
    assert {row["id"] for row in made["findings"]["asks"]} == {"python", "applied_sql"}
    state = {row["id"]: row["state"] for row in made["gap"]["competencies"]}
    assert state["python"] == "claimed" and state["pandas"] == "missing"
    both = json.loads(
        typed("roles", "--advert", "-", "--cv", str(cv), "--json", stdin=ADVERT).stdout
    )
    assert both["gap"]["counts"]["claimed"] == 2
    assert "found no competency" in typed("roles", "--cv", "-", "--plain", stdin="hello").stdout


def test_three_roles_are_compared_in_all_aspects(typed):
    text = typed("compare", "data_scientist", "data_analyst", "data_engineer").stdout
    for aspect in ("A day", "Must know", "Mathematics", "Programming", "pay", "Outlook", "Way in",
                   "Suits", "Not for"):  # fmt: skip
        assert aspect in text
    assert "two or three" in typed("compare", "cnn", code=2).output


def test_the_chat_ranks_with_reasons_on_both_sides(chat):
    reply = chat().respond("which role suits me? I love statistics but I hate coding")
    assert reply.status == "answered" and reply.intent == "recommend_role"
    text = whole(reply)
    assert "for it" in text and "against it" in text and "you like mathematics" in text


def test_every_trait_has_a_name():
    assert len(trait_names()) == 8


PASTED = """Machine Learning Engineer. We are looking for somebody who keeps a recommender alive.
Requirements: 3 years of experience with Python, PyTorch and Docker; SQL. Kubernetes is not
required.
Nice to have: Kafka. We offer a salary band that is public and four days at home."""


def test_an_advert_pasted_into_the_chat_is_read(chat):
    conversation = chat()
    conversation.respond("I know Python and I'm a data engineer")
    text = whole(conversation.respond(PASTED))
    assert "read on your machine" in text and "claimed" in text
    assert "not required" in text


def test_somebody_speaking_is_no_advert():
    story = "I have a degree in physics and 3 years of experience with Python and SQL. " * 3
    assert not is_pasted(story) and not is_pasted("What are the requirements? You have a degree.")
    assert is_pasted(PASTED)


def test_an_advert_longer_than_other_messages_is_read_whole(mind: Mind):
    talk = Conversation(mind)
    filler = "We are a friendly company in the middle of the town with a large garden. " * 40
    assert len(filler) > LIMIT
    reply = talk.respond(PASTED + filler + "You must also know Kubernetes.")
    said = text_of(reply.blocks)
    assert "Kubernetes" in said and "2,000 characters" not in said
