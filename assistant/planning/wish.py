"""What a learner asks a plan for, and the plan as it is kept and shown."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from assistant.errors import UsageError
from assistant.lookup import find
from assistant.mind import Mind
from assistant.planning.model import whole_title
from assistant.planning.plan import HOURS_PER_WEEK, YOU_KNOW, plan
from knowledge.schema import Ids, Path
from skills.exercise import catalogue

DETAILED = 3  # weeks of a plan that are shown step by step
MOST_CUT = 6
SKIPPED = "you skip it"


@dataclass(frozen=True, slots=True)
class Wish:
    """A role, where the learner starts from, their time and their way; `by` is an ISO date."""

    role: str
    background: str = ""
    known: Ids = ()
    hours: float = HOURS_PER_WEEK
    by: str = ""
    style: str = ""
    skipped: Ids = ()
    spent: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def due(self, today: date) -> int | None:
        """Return the weeks until the deadline, at least one; raises UsageError where it passed."""
        if not self.by:
            return None
        days = (date.fromisoformat(self.by) - today).days
        if days < 1:
            raise UsageError(f"The deadline {self.by} has passed; give a date after {today}.")
        return max(1, days // 7)


def wish_from(document: Mapping[str, Any]) -> Wish:
    """Return the wish that a kept plan was made from."""
    kept = dict(document["request"])
    for name in ("known", "skipped"):
        kept[name] = tuple(kept[name])
    return Wish(**kept)


def known_ids(mind: Mind, names: str) -> Ids:
    """Return the ids that names with commas between them mean; raises UsageError."""
    found: dict[str, None] = {}
    for name in filter(None, (part.strip() for part in names.split(","))):
        candidates = find(mind, name.replace("_", " "))["candidates"]
        close = [match["id"] for match in candidates if match["score"] >= 0.9]
        if not close:
            raise UsageError(f"I know nothing called {name!r} (--know).")
        found.update(dict.fromkeys(close))
    return tuple(found)


def origin(mind: Mind, background: str) -> Path | None:
    """Return the transition path from a background in words, or from the one nearest to it."""
    library = mind.library
    for mention in mind.names.find(background):
        found = library.get_as(Path, mention.id)
        if found and found.background:
            return found
    text = f"I am a {background}"
    told = mind.story.read(text, mind.names.find(text)).background
    return library.get_as(Path, told.path) if told else None


def document(mind: Mind, wish: Wish, today: date) -> dict[str, Any]:
    """Return the plan that answers a wish, as the contract's JSON; it starts `today`."""
    library = mind.library
    start = origin(mind, wish.background) if wish.background else None
    route = start if start and start.role == wish.role else library.path_to(wish.role)
    if route is None:
        raise UsageError(f"There is no path to {library.name(wish.role)} yet.")
    known = {**dict.fromkeys(wish.known, YOU_KNOW), **wish.reasons,
             **dict.fromkeys(wish.skipped, SKIPPED)}  # fmt: skip
    weeks = wish.due(today)
    laid_out = plan(
        library, route, catalogue(), wish.hours, known,
        style=wish.style, weeks=weeks, background=start, spent=wish.spent,
    )  # fmt: skip
    made = laid_out.as_json() | {"title": route.name, "start": today.isoformat()}
    made["ends"] = _day(today, laid_out.weeks).isoformat()
    if laid_out.deadline:
        made["honest_date"] = _day(today, laid_out.deadline.full_weeks).isoformat()
    if wish.background:
        made["background"] = start.background if start else ""
    return made | {"request": asdict(replace(wish, spent=dict(wish.spent)))}


def deadline(weeks: int | None, by: date | None, today: date) -> str:
    """Return a deadline in weeks or as a day, as an ISO date; empty where there is none."""
    day = today + timedelta(weeks=weeks) if weeks else by
    return day.isoformat() if day else ""


def _day(start: date, weeks: int) -> date:
    return start + timedelta(weeks=weeks, days=-1)


def lines(made: Mapping[str, Any]) -> Iterator[str]:
    """Yield a plan as lines of text: the first weeks in full, then each block in short."""
    low, high = made["hours_range"]
    yield f"{made['title']}, from {made['start']} to {made['ends']}"
    yield (f"{made['hours']:g} hours ({low:g} to {high:g}, by pace), {made['weeks']} weeks at "
           f"{made['hours_per_week']:g} hours a week")  # fmt: skip
    if made.get("background") == "":
        yield "Nothing is known of the way from that background, so this is the general one."
    yield from late_lines(made)
    for week, steps in groupby(made["steps"], key=lambda step: step["week"]):
        if week > DETAILED:
            break
        yield f"\nWeek {week}"
        for step in steps:
            yield f"  {step['hours']:>4g} h  {step['kind']}: {step['title']}"
    yield from _block_lines(made)
    for row in made["skipped"]:
        yield f"Left out: {row['id'].replace('_', ' ')} ({row['why']})"


def late_lines(made: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a deadline that cannot be met means: what fits, what is cut, the honest date."""
    if made.get("fits", True):
        return
    yield (f"Your deadline is in {made['deadline_weeks']} weeks; the whole path takes "
           f"{made['full_hours']:g} hours and ends on {made['honest_date']} (week "
           f"{made['honest_weeks']}).")  # fmt: skip
    if made["essential_weeks"] <= made["deadline_weeks"]:
        yield "What every post asks for fits; the rest is cut:"
    else:
        yield (f"Even what every post asks for takes {made['essential_weeks']} weeks. "
               f"{made['hours_within_deadline']:g} hours fit; cut:")  # fmt: skip
    for row in made["cut"][:MOST_CUT]:
        yield f"  {row['hours']:>5g} h  {row['title']} ({row['why']})"
    if len(made["cut"]) > MOST_CUT:
        rest = made["cut"][MOST_CUT:]
        yield f"  {sum(row['hours'] for row in rest):>5g} h  {len(rest)} more things"
    yield f"With {made['hours_per_week_needed']:g} hours a week all of it would fit."


def _block_lines(made: Mapping[str, Any]) -> Iterator[str]:
    stones = {stone["week"]: stone for stone in made["milestones"]}
    for block, steps in groupby(made["steps"], key=lambda step: step["block"]):
        listed = list(steps)
        hours: dict[tuple[str, str], float] = {}
        for step in listed:
            key = str(step["kind"]), whole_title(step["title"])
            hours[key] = hours.get(key, 0.0) + step["hours"]
        first, last = listed[0]["week"], listed[-1]["week"]
        title = stones[last]["title"] if last in stones else ""
        yield f"\n{block}. {title} (weeks {first} to {last}, {sum(hours.values()):g} h)"
        for (kind, name), spent in hours.items():
            yield f"  {spent:>5g} h  {kind}: {name}"
        if last in stones:
            yield f"  Done when: {stones[last]['done_when']}"
    yield ""
