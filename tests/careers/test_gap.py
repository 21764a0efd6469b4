"""What is missing to a role, and what a title is counted as."""

import json
from pathlib import Path as Folder

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.gap import STATES, Evidence, gap
from assistant.render.plain import whole
from assistant.titles import counted, said
from knowledge.library import Library
from knowledge.schema import Path, Role
from skills.exercise import catalogue


def found(shelf: Library, role: str, **evidence):
    entry = shelf.get_as(Role, role)
    assert entry
    return gap(shelf, entry, catalogue(), Evidence(**evidence))


def states(shelf: Library, role: str, **evidence) -> dict[str, str]:
    return {row.id: row.state for row in found(shelf, role, **evidence).findings}


def test_every_competency_of_every_role_stands_once(shelf: Library):
    for role in shelf.all_of(Role):
        rows = found(shelf, role.id).findings
        assert [row.id for row in rows] == [*role.must, *role.nice]
        assert {row.state for row in rows} == {"missing"}
        assert all(row.hours and row.prove for row in rows)


def test_nothing_is_shown_that_nobody_showed(shelf: Library):
    start = shelf.get_as(Path, "software_to_ml_engineer")
    at = states(shelf, "machine_learning_engineer", known={"python"}, partly={"pytorch"},
                origin=start)  # fmt: skip
    assert "shown" not in at.values()
    assert at["python"] == "claimed" and at["pytorch"] == "partly"
    assert at["git"] == "claimed" and at["applied_docker"] == "partly"
    assert at["applied_deep_learning"] == "missing"


def test_an_exercise_and_evidence_show(shelf: Library):
    at = found(shelf, "machine_learning_engineer", passed={"cnn_digits": "98 %, 22 Nov 2026"},
               given={"python": "https://example.org"}, known={"git"})  # fmt: skip
    rows = {row.id: row for row in at.findings}
    assert rows["pytorch"].state == "shown" and "98 %" in rows["pytorch"].why
    assert rows["python"].state == "shown" and "example.org" in rows["python"].why
    assert {row.id for row in at.soonest}.isdisjoint({"pytorch", "python"})
    assert rows["git"].hours == 0 < rows["applied_sql"].hours


def test_a_concept_by_the_name_of_the_skill_is_a_claim_and_a_part_is_a_part(shelf: Library):
    assert states(shelf, "data_scientist", known={"sql"})["applied_sql"] == "claimed"
    assert states(shelf, "data_scientist", known={"sql_join"})["applied_sql"] == "partly"
    assert states(shelf, "data_scientist", learned=("sql_join",))["applied_sql"] == "partly"


def test_what_closes_soonest_comes_first(shelf: Library):
    rows = found(shelf, "data_scientist", known={"python"}).soonest
    musts = [row.must for row in rows]
    assert musts == sorted(musts, reverse=True)
    hours = [row.hours for row in rows if row.must]
    assert hours == sorted(hours) and rows[0].id == "python"


def test_titles_are_counted_where_onet_counts_them(shelf: Library):
    rows = counted(shelf, "machine-learning engineers")
    assert {row.soc for row in rows} == {"15-2051", "15-1221", "15-1299"}
    assert "machine_learning_engineer" in rows[0].roles
    words = said(shelf, "Machine Learning Engineer")
    assert "3 occupations" in words and "15-2051" in words
    assert counted(shelf, "Ops Analyst") and not counted(shelf, "florist")
    assert said(shelf, "florist") == ""


@pytest.fixture
def typed(ready: Folder):
    def run(*words: str, code: int = 0):
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code == code, result.output
        return result

    return run


def test_the_command(typed):
    first = json.loads(typed("gap", "data scientist", "--from", "software engineer", "--know",
                             "sql", "--json").stdout)  # fmt: skip
    assert set(first["counts"]) == set(STATES) and first["role"] == "data_scientist"
    state = {row["id"]: row["state"] for row in first["competencies"]}
    assert state["applied_sql"] == "claimed"
    typed("gap", "data_scientist", "--evidence", "SQL=https://example.org/q\x1b[2J")
    again = json.loads(typed("gap", "data_scientist", "--json").stdout)
    row = next(row for row in again["competencies"] if row["id"] == "applied_sql")
    assert row["state"] == "shown" and "\x1b" not in row["why"]
    assert "NAME=WHERE" in typed("gap", "data_scientist", "--evidence", "sql", code=2).output
    assert "To which role" in typed("gap", code=2).output
    text = typed("gap", "data_scientist", "--plain").stdout
    assert "closes the gap soonest" in text


def test_a_title_that_is_no_role_says_what_it_is_counted_as(typed):
    result = typed("gap", "Decision Support Analyst", code=2)
    assert "15-2031" in result.output and "O*NET" in result.output


def test_the_chat_tells_the_gap_to_who_told_of_themselves(chat):
    reply = chat().respond("I know Python and SQL. What am I missing to be a data scientist?")
    text = whole(reply)
    assert "claimed" in text and "statistics in practice" in text
