"""A kept plan as a file: Markdown to tick off, a calendar, or JSON."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from assistant.planning.change import start_of

Document = Mapping[str, Any]
Name = Callable[[str], str]


def markdown(document: Document, name: Name) -> str:
    """Return a plan as Markdown, a list to tick off for each week; `name` names an id."""
    return "\n".join(_markdown(document, name)) + "\n"


def _markdown(document: Document, name: Name) -> Iterator[str]:
    low, high = document["hours_range"]
    yield f"# {document['title']}"
    yield ""
    yield (f"{document['hours']:g} hours (from {low:g} to {high:g}, by pace), "
           f"{document['weeks']} weeks at {document['hours_per_week']:g} hours a week, "
           f"from {start_of(document):%d %B %Y}.")  # fmt: skip
    block = 0
    for week, steps in _weeks(document):
        if steps[0]["block"] != block:
            block = steps[0]["block"]
            yield f"\n## Block {block}"
        monday = start_of(document) + timedelta(weeks=week - 1)
        yield f"\n### Week {week} (from {monday:%d %b %Y})\n"
        for step in steps:
            books = ", ".join(name(id_) for id_ in step["resources"])
            with_ = f"; with {books}" if books else ""
            yield f"- [ ] {step['kind']}: {step['title']} ({step['hours']:g} h{with_})"
    if document["milestones"]:
        yield "\n## Milestones\n"
    for stone in document["milestones"]:
        yield f"- Week {stone['week']}, {stone['title']}: {stone['done_when']}"
    for title, rows in (("Left out", document["skipped"]), ("Cut", document.get("cut", ()))):
        if rows:
            yield f"\n## {title}\n"
        for row in rows:
            yield f"- {row.get('title') or name(row['id'])}: {row['why']}"


def calendar(document: Document, now: datetime) -> bytes:
    """Return a plan as iCalendar: a day-long entry for each week and for each milestone."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Lodestar//Learning path//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", document["title"])

    def entry(kind: str, week: int, days: tuple[int, int], title: str, text: str) -> None:
        event = Event()
        monday = start_of(document) + timedelta(weeks=week - 1)
        event.add("uid", f"{document['path']}-{start_of(document):%Y%m%d}-{kind}-{week}@lodestar")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", monday + timedelta(days=days[0]))
        event.add("dtend", monday + timedelta(days=days[1]))
        event.add("summary", title)
        event.add("description", text)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)

    for week, steps in _weeks(document):
        lines = [f"{step['hours']:g} h {step['kind']}: {step['title']}" for step in steps]
        hours = sum(step["hours"] for step in steps)
        entry("week", week, (0, 7), f"Lodestar week {week}: {hours:g} h", "\n".join(lines))
    for number, stone in enumerate(document["milestones"], 1):
        text = "\n".join(filter(None, (stone["done_when"], stone["project"])))
        entry(f"milestone-{number}", stone["week"], (6, 7), f"Milestone: {stone['title']}", text)
    return bytes(made.to_ical())


def as_text(document: Document) -> str:
    """Return a plan as indented JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _weeks(document: Document) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    for week, steps in groupby(document["steps"], key=lambda step: step["week"]):
        yield int(week), list(steps)
