"""Career facts for the command line: roles, comparisons, plans."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from assistant.conversation import Conversation
from assistant.errors import UsageError
from assistant.lookup import find
from assistant.mind import Mind
from assistant.planning import Plan, plan
from assistant.reply import Reply
from knowledge.schema import OccupationStatistics, Path, Role
from skills.exercise import catalogue


def role_id(mind: Mind, name: str) -> str:
    """Return the id of the role that a name means; raises UsageError naming the roles there are."""
    for match in find(mind, name.replace("_", " "))["candidates"]:
        if match["kind"] == "role" and match["score"] >= 0.7:
            return str(match["id"])
    listed = ", ".join(card.id for card in mind.library.of_kind("role"))
    raise UsageError(f"There is no role {name!r}. Roles: {listed}")


def listing(mind: Mind) -> list[dict[str, Any]]:
    """Return id, name and summary of every role."""
    return [
        {"id": role.id, "name": role.name, "summary": role.summary}
        for role in mind.library.all_of(Role)
    ]


def facts(mind: Mind, id_: str) -> dict[str, Any]:
    """Return a role with the statistics of the occupations it is counted in."""
    role = mind.library.get(id_)
    assert isinstance(role, Role)
    statistics = []
    for occupation in role.occupations:
        key = f"soc_{occupation.soc.replace('-', '_')}"
        found = mind.library.get_as(OccupationStatistics, key)
        if found:
            statistics.append({**asdict(found), **asdict(occupation)})
    return {**asdict(role), "occupations": statistics}


def reply(conversation: Conversation, text: str) -> Reply:
    """Return the reply to a question."""
    return conversation.respond(text)


def compare(conversation: Conversation, left: str, right: str) -> Reply:
    """Return the comparison of two names."""
    words = (name.replace("_", " ") for name in (left, right))
    return conversation.respond(" vs ".join(words))


def plan_for(mind: Mind, role: str, background: str, know: Sequence[str], hours: float) -> Plan:
    """Return the plan into a role, by the transition from a background where there is one."""
    library = mind.library
    wanted = role_id(mind, role)
    route = library.path_to(wanted)
    for mention in mind.names.find(background):
        candidate = library.get_as(Path, mention.id)
        if candidate and candidate.role == wanted:
            route = candidate
    if route is None:
        raise UsageError(f"There is no path to {library.name(wanted)} yet.")
    known: set[str] = set()
    for name in know:
        found = find(mind, name.strip())
        close = [match["id"] for match in found["candidates"] if match["score"] >= 0.9]
        if not close:
            raise UsageError(f"I know nothing called {name.strip()!r} (--know).")
        known.update(close)
    return plan(library, route, catalogue(), hours, known)


def plan_document(laid_out: Plan, weeks: int | None) -> dict[str, Any]:
    """Return the contract's JSON of a plan; with a deadline, also what fits."""
    document = laid_out.as_json()
    if weeks is not None:
        document["deadline_weeks"] = weeks
        document["fits"] = laid_out.weeks <= weeks
        document["hours_within_deadline"] = laid_out.within(weeks)
    return document


def plan_lines(laid_out: Plan, weeks: int | None) -> Iterator[str]:
    """Yield a plan as lines of text."""
    yield (f"{laid_out.hours:g} hours, {laid_out.weeks} weeks at "
           f"{laid_out.hours_per_week:g} hours a week")  # fmt: skip
    if weeks is not None and laid_out.weeks > weeks:
        yield (f"In {weeks} weeks you get through {laid_out.within(weeks):g} of "
               f"{laid_out.hours:g} hours.")  # fmt: skip
    phase = -1
    for step in laid_out.steps:
        if step.phase != phase:
            phase = step.phase
            yield ""
            yield f"{phase + 1}. {laid_out.milestones[phase].title}"
        yield f"  week {step.week:>3}  {step.hours:>4g} h  {step.kind}: {step.title}"
    yield ""
    for milestone in laid_out.milestones:
        yield f"By the end of week {milestone.week}: {milestone.done_when}"
    for id_, why in laid_out.skipped:
        yield f"Left out: {id_.replace('_', ' ')} ({why})"
