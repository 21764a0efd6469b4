"""What the learner says of themselves: kept if it makes sense, refused with what would."""

from datetime import date

import pytest

from assistant.errors import UsageError
from assistant.learner.profile import (
    KnowledgeNames,
    Profile,
    as_dict,
    assign,
    from_dict,
)

TODAY = date(2026, 3, 2)


class Names:
    """A knowledge base of two roles and two things to know."""

    def role(self, text):
        if text not in ("data_scientist", "ai_engineer"):
            raise UsageError(f"There is no role {text!r}.")
        return text

    def known(self, text):
        if text not in ("python", "sql"):
            raise UsageError(f"nothing called {text!r}")
        return (text,)


def made(*settings, of=None):
    return assign(of or Profile(), settings, Names(), TODAY)


def test_every_field_can_be_set_and_survives_json():
    profile = made(
        "name=Ada", "background= mechanical\tengineer ", "role=data_scientist",
        "hours_per_week=7.5", "deadline=2026-12-31", "known=python, sql,python",
        "level=Practitioner", "style=Hands On", "country=Peru", "keep_conversations=yes",
    )  # fmt: skip
    assert profile == Profile(
        name="Ada", background="mechanical engineer", role="data_scientist", hours_per_week=7.5,
        deadline=date(2026, 12, 31), known=("python", "sql"), level="practitioner",
        style="hands-on", country="Peru", keep_conversations=True,
    )  # fmt: skip
    assert from_dict(as_dict(profile)) == profile
    assert from_dict({}) == Profile() == from_dict({"of a later version": 1})


def test_an_empty_value_takes_a_field_back():
    full = made("name=Ada", "known=python", "level=mathematical", "deadline=2027-01-01")
    assert made("name=", "known=", "level=", "deadline=", of=full) == Profile()


def test_what_is_known_can_be_added_and_taken():
    profile = made("known=python", "known+=sql,python")
    assert profile.known == ("sql", "python")
    assert made("known-=sql", of=profile).known == ("python",)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("rol=x", "Did you mean role?"),
        ("shoe_size=44", "no field 'shoe_size'. Fields: name,"),
        ("role", "Write field=value"),
        ("=x", "Write field=value"),
        ("role=astronaut", "no role"),
        ("known=python,juggling", "juggling"),
        ("hours_per_week=many", "from 0.5 to 80"),
        ("hours_per_week=200", "from 0.5 to 80"),
        ("hours_per_week=nan", "from 0.5 to 80"),
        ("deadline=June", "2027-06-30"),
        ("deadline=2026-03-02", "has passed"),
        ("level=expert", "newcomer, practitioner, mathematical"),
        ("style=jazz", "theory, hands-on"),
        ("keep_conversations=perhaps", "yes or no"),
        ("name+=x", "Only `known`"),
        (f"name={'x' * 201}", "200 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(setting, said):
    with pytest.raises(UsageError) as refused:
        made("name=Ada", setting)
    assert said in str(refused.value)


def test_control_characters_do_not_get_into_a_profile():
    assert made("name=\x1b[31mAda\x07\u202e").name == "Ada"


def test_names_are_those_of_the_knowledge_base(mind):
    names = KnowledgeNames(lambda: mind)
    assert names.role("ML engineer") == "machine_learning_engineer"
    assert names.known("convnets") == ("convolutional_neural_network",)
    assert names.known("linear_regresion") == ("linear_regression",)
    assert set(names.known("git")) == {"git", "version_control_git"}
    with pytest.raises(UsageError, match=r"nothing called 'coking'. Near to it: "):
        names.known("coking")
    with pytest.raises(UsageError, match="no role"):
        names.role("astronaut")
