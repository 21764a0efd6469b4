"""`lodestar path` as typed: plans, deadlines, exports, a kept plan and what changes it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from assistant.cli import main
from assistant.planning import export

TODAY = datetime.now(UTC).astimezone().date()  # for the whole run, at midnight too


@pytest.fixture
def typed(ready: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.commands.path._today", lambda: TODAY)

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["path", *words])
        assert result.exit_code == code, result.output
        return result

    return run


def read(result: Result) -> dict:
    return json.loads(result.stdout)


def test_the_contract_and_a_date(typed):
    by = TODAY + timedelta(weeks=20, days=3)
    made = read(typed("data_analyst", "--hours", "5", "--by", by.isoformat(), "--json"))
    assert {"role", "weeks", "hours_per_week", "steps", "skipped", "milestones"} <= set(made)
    assert made["role"] == "data_analyst" and made["deadline_weeks"] == 20 and not made["fits"]
    assert made["honest_date"] > by.isoformat() and made["cut"]
    step = made["steps"][0]
    assert {"id", "kind", "title", "week", "hours", "why", "after"} <= set(step)
    text = typed("data_analyst", "--hours", "5", "--by", by.isoformat()).stdout
    assert made["honest_date"] in text and "cut" in text


def test_wrong_words_say_what_is_right(typed):
    past = typed("data_analyst", "--by", "2020-01-01", code=2)
    assert "has passed" in past.output
    assert "once" in typed("data_analyst", "--by", "2031-01-01", "--weeks", "3", code=2).output
    assert ".ics" in typed("data_analyst", "--export", "plan.pdf", code=2).output
    assert "no plan yet" in typed(code=2).output
    assert "(--know)" in typed("data_analyst", "--know", "blorpification", code=2).output


def test_exports(typed, tmp_path: Path):
    files = {suffix: tmp_path / f"plan{suffix}" for suffix in (".md", ".ics", ".json")}
    for file in files.values():
        made = read(typed("bi_analyst", "--export", str(file), "--json"))
    assert json.loads(files[".json"].read_text("utf-8")) == made
    text = files[".md"].read_text("utf-8")
    assert text.count("- [ ]") == len(made["steps"])
    calendar = Calendar.from_ical(files[".ics"].read_bytes())
    events = list(calendar.walk("VEVENT"))
    assert len(events) == made["weeks"] + len(made["milestones"])
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert events[0].decoded("DTSTART") == TODAY
    assert events[1].decoded("DTSTART") - events[0].decoded("DTSTART") == timedelta(weeks=1)


def test_a_calendar_takes_any_text():
    step = {"id": "a", "kind": "concept", "title": "Ä, b; c\\d", "week": 1, "hours": 1.0,
            "resources": [], "block": 1}  # fmt: skip
    document = {"title": "T: ä, b; c", "path": "p", "start": "2026-01-05", "steps": [step],
                "milestones": []}  # fmt: skip
    made = Calendar.from_ical(export.calendar(document, datetime(2026, 1, 1, tzinfo=UTC)))
    (event,) = made.walk("VEVENT")
    assert "Ä, b; c\\d" in str(event["DESCRIPTION"])


def test_a_file_that_cannot_be_written_is_said(typed, tmp_path: Path):
    result = typed("bi_analyst", "--export", str(tmp_path / "no" / "plan.md"), code=1)
    assert "could not be written" in result.output


def test_a_kept_plan_is_shown_ticked_off_and_made_anew(typed):
    kept = read(typed("bi_analyst", "--hours", "4", "--keep", "--json"))
    assert "week 1 of" in typed().stdout
    first = kept["steps"][0]["id"]
    made = read(typed("--done", first, "--json"))
    assert made["hours"] < kept["hours"]
    faster = read(typed("--hours", "8", "--json"))
    assert faster["weeks"] < made["weeks"]
    assert {row["what"] for row in faster["changes"]} == {"sooner"}
    assert faster["hours"] == made["hours"]
    other = read(typed("data_analyst", "--replan", "--json"))
    assert other["role"] == "data_analyst" and other["hours_per_week"] == 8
    assert {"new", "gone"} <= {row["what"] for row in other["changes"]}
    assert "no step" in typed("--skip", "blorp", code=2).output
    name = next(step["id"] for step in other["steps"] if step["kind"] == "competency")
    left = read(typed("--skip", name, "--json"))
    assert {"id": name, "why": "you skip it"} in left["skipped"]
