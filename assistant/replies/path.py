"""Replies with a learning path: into a role, and from somewhere else into it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from assistant.language.mentions import denied
from assistant.learner.progress import open_steps
from assistant.planning import HOURS_PER_WEEK, Plan, Step, plan
from assistant.planning.change import Carried, carried
from assistant.planning.model import spread, whole_title
from assistant.planning.plan import YOU_KNOW
from assistant.planning.wish import SKIPPED, Wish, deadline, wish_from
from assistant.replies import passage
from assistant.replies.turn import Turn, a
from assistant.reply import Action, Block, Bullets, Reply, Text
from knowledge.schema import Faq, Path, Resource, Role

PLANNED = ("path", "transition", "time_needed", "start")  # intents that a plan answers
SAME = 0.9  # how likely a stored question must be to be answered instead of a plan
SHOWN_STEPS, OUTLINED, COUNTED = 7, 4, 6
STAGES_FAQ = "faq_learning_stage"  # the entry with a case for each stage that slots tell
# What asks for the whole plan, and not only for whether and how.
_WHOLE = re.compile(
    r"\b(?:plan|road ?map|path|schedule|curriculum|syllabus|steps?|weeks?|months?)\b", re.IGNORECASE
)
_BECOME = re.compile(r"\bbecom(?:e|ing)\s+(?:an?\s+)?", re.IGNORECASE)
NEXT = 12  # characters after "become a" in which the name of the aim begins
FIELD = {"artificial_intelligence"}  # concepts that say nothing of the role that is wanted
RESOURCES = 6
LONG = 104  # weeks after which a stop on the way is named
_SPOKEN = {"theory_first": "theory", "hands_on": "hands-on", "less_theory": "hands-on"}


def reply(turn: Turn) -> Reply | None:
    """Plan the way into the role named; a background in the message picks a transition."""
    if _aims_elsewhere(turn):
        question = passage.asked(turn, passage.HINT, kinds=("faq",))
        return passage.answer(turn, question) if question else None
    background = _background(turn)
    role = _role(turn, background)
    said = turn.heard.slots
    stated = said.hours is not None or said.weeks is not None or bool(said.skills)
    made = background is not None and _exact(turn)
    question = passage.asked(turn, SAME if turn.intent == "path" and role else passage.LIKELY)
    asked_whole = _WHOLE.search(turn.heard.spelt) is not None
    said_so = question is not None and question.chance >= passage.CERTAIN and not asked_whole
    if question and (said_so or not (stated or made)):
        return passage.answer(turn, question)
    route = _route(turn, role, background)
    if route is None:
        return passage.nearest(turn)
    laid_out = _laid_out(turn, route, background)
    hours = laid_out.hours_per_week
    blocks: list[Block] = []
    if background and not made:
        blocks.append(Text(_counted(turn, background)))
    asks: list[str] = []
    whole = stated or asked_whole
    stage = _stage(turn)
    blocks += [*_advice(turn, route, passage.POSSIBLE if whole else passage.HINT), *stage]
    blocks.append(Text(f"{_intro(turn, route, laid_out)}\n\n{route.summary}"))
    blocks += _background_blocks(turn, background if made else None)
    if whole:
        blocks += phases(turn, route, laid_out)
        blocks += _late(turn, laid_out)
    else:
        blocks.append(_outline(turn, route, laid_out))
        asks.append(turn.phrase("path_ask", role=_name(turn, route), per_week=f"{hours:g}"))
    asks += [*passage.questions_near(turn, route, 1), f"What does {a(_name(turn, route))} do?"]
    asks.append(f"What skills does {a(_name(turn, route))} need?")
    ids = [route.id, *([STAGES_FAQ] if stage else []), route.role]
    actions = (Action("path", route.role, route.name), *_first_exercise(turn, laid_out))
    return turn.reply(*blocks, ids=ids, suggestions=asks, actions=actions)


def again(turn: Turn, *, whole: bool) -> Reply | None:
    """Return the plan that is spoken of, made anew: laid out as a whole, or in a sentence."""
    background = _background(turn)
    route = _route(turn, _role(turn, background), background)
    if route is None:
        return None
    laid_out = _laid_out(turn, route, background)
    blocks: list[Block] = [Text(_intro(turn, route, laid_out))]
    blocks += phases(turn, route, laid_out) if whole else []
    blocks += _late(turn, laid_out)
    asks = [*([] if whole else [turn.phrase("plan_show")]), "Why the first step?"]
    asks.append(f"What does {a(_name(turn, route))} do?")
    action = Action("path", route.role, route.name)
    ids = (route.id, route.role) if whole else ()
    return turn.reply(*blocks, ids=ids, suggestions=asks, actions=(action,))


def _laid_out(turn: Turn, route: Path, background: Path | None) -> Plan:
    """Return the plan of a way for the learner, and remember it as the one spoken of."""
    turn.memory.told = replace(turn.told, goal=route.role)
    time, over = turn.told, _carried(turn, route)
    laid_out = plan(
        turn.library, route, turn.exercises, time.hours or HOURS_PER_WEEK,
        {**dict.fromkeys(known_ids(turn), YOU_KNOW), **over.known}, style=time.style,
        weeks=time.weeks, background=background, eased=_partly(turn), spent=over.spent,
    )  # fmt: skip
    if not turn.heard.slots.hypothetical:
        turn.memory.plan = document(turn, route, laid_out)
        turn.memory.done = set()
    return laid_out


def document(turn: Turn, route: Path, laid_out: Plan) -> dict[str, Any]:
    """Return a plan as it is kept: with its start and with the wish that it answers."""
    made = laid_out.as_json() | {"title": route.name}
    learner, told = turn.memory.learner, turn.told
    if learner is None:
        return made
    today = learner.now.date()
    background = told.background.text if told.background else ""
    over = _carried(turn, route)
    wish = Wish(
        route.role, background, tuple(sorted(known_ids(turn))), laid_out.hours_per_week,
        deadline(told.weeks, None, today), _SPOKEN.get(told.style, ""),
        spent=over.spent, reasons=over.known,
    )  # fmt: skip
    made |= {"start": today.isoformat(), "request": asdict(wish)}
    made["ends"] = (today + timedelta(weeks=laid_out.weeks, days=-1)).isoformat()
    if laid_out.deadline:
        weeks = laid_out.deadline.full_weeks
        made["honest_date"] = (today + timedelta(weeks=weeks, days=-1)).isoformat()
    return made


def _carried(turn: Turn, route: Path) -> Carried:
    """Return what a new plan takes over from the kept one, where it leads to the same role."""
    learner = turn.memory.learner
    kept = learner.records.plan if learner else None
    if learner is None or kept is None or kept.get("role") != route.role:
        return Carried({}, {})
    left = [step["id"] for step in open_steps(kept, learner.records)]
    done = [step["id"] for step in kept["steps"] if step["id"] not in left]
    over = carried(kept, done, {})
    if "request" not in kept:
        return over
    earlier = wish_from(kept)
    skipped = dict.fromkeys(earlier.skipped, SKIPPED)
    spent = {id_: over.spent.get(id_, 0.0) + earlier.spent.get(id_, 0.0)
             for id_ in {*over.spent, *earlier.spent}}  # fmt: skip
    return Carried({**skipped, **earlier.reasons, **over.known}, spent)


def _aims_elsewhere(turn: Turn) -> bool:
    """Return whether a message asks how to become what is a background here, and no role."""
    found = _BECOME.search(turn.heard.spelt)
    aims = [item for item in turn.heard.mentions if found and 0 <= item.start - found.end() < NEXT]
    return bool(aims) and all(item.kind == "path" for item in aims)


def known_ids(turn: Turn) -> set[str]:
    """Return the competencies and concepts that the learner said are known."""
    return {id_ for id_, how in turn.told.skills.items() if how == "known"}


def _partly(turn: Turn) -> set[str]:
    return {id_ for id_, how in turn.told.skills.items() if how == "partly"}


def _background(turn: Turn) -> Path | None:
    """Return the transition path from where the learner says to come from, or one near to it."""
    told = turn.told.background
    return turn.library.get_as(Path, told.path) if told else None


def _exact(turn: Turn) -> bool:
    """Return whether the path was made for where the learner comes from."""
    return turn.told.background is not None and turn.told.background.exact


def _role(turn: Turn, background: Path | None) -> str:
    not_meant = {item.id for item in turn.about if denied(turn.heard.spelt, item)}
    roles = [entry.id for entry in turn.entries("role") if entry.id not in not_meant]
    roles += [route.role for route in turn.entries("path") if isinstance(route, Path)
              and not route.background]  # fmt: skip
    if roles or turn.told.goal:
        return roles[-1] if roles else turn.told.goal
    concepts = {entry.id for entry in turn.entries("concept", "competency")}
    if background and {entry.id for entry in turn.entries("concept")} <= FIELD:
        return background.role
    if turn.intent in ("path", "transition") and concepts:
        for role in turn.library.all_of(Role):
            if concepts & set(role.concepts[:2]):
                return role.id
    if turn.memory.topic in turn.library and turn.library.cards[turn.memory.topic].kind == "role":
        return turn.memory.topic
    return background.role if background else ""


def _route(turn: Turn, role: str, background: Path | None) -> Path | None:
    if background and role in ("", background.role):
        return background
    return turn.library.path_to(role) if role else None


def _name(turn: Turn, route: Path) -> str:
    return turn.library.name(route.role)


def _intro(turn: Turn, route: Path, laid_out: Plan) -> str:
    hours = f"{laid_out.hours_per_week:g}"
    due = laid_out.deadline
    whole = due.full_hours if due else laid_out.hours
    low, high = spread(whole)
    text = turn.phrase(
        "path_intro", name=route.name, hours=round(whole), weeks=laid_out.full_weeks,
        per_week=hours, low=round(low), high=round(high),
    )  # fmt: skip
    if turn.told.hours is None:
        text += " " + turn.phrase("path_default", per_week=hours)
    ends = max((step.ends for step in laid_out.steps if step.phase == 0), default=0)
    if laid_out.full_weeks > LONG and ends and not due:
        years = f"{laid_out.full_weeks / 52:.1f}"
        text += " " + turn.phrase("path_long", years=years, phase=route.phases[0].title, week=ends)
    return text


def _background_blocks(turn: Turn, background: Path | None) -> list[Block]:
    """Return what a background brings and what is new for it."""
    if background is None:
        return []
    listed = (("brings", background.brings), ("missing", background.missing))
    return [Bullets(lines, title=turn.phrase(title)) for title, lines in listed if lines]


def _counted(turn: Turn, background: Path) -> str:
    """Return what the plan takes as known from a background that no path is made for."""
    told = turn.told.background
    known, eased = (
        ", ".join(turn.library.name(id_) for id_ in ids[:COUNTED])
        for ids in (background.gives, background.eases)
    )
    name = told.name if told else ""
    counted = [turn.phrase("path_known", known=known)] if known else []
    counted += [turn.phrase("path_eased", eased=eased)] if eased else []
    return " ".join((turn.phrase("path_nearest", background=name), *counted))


def _advice(turn: Turn, route: Path, chance: float) -> list[Block]:
    """Return what is known about the learner's own case, else how people get into the role."""
    elsewhere = turn.told.background is not None and not turn.told.background.exact
    kinds = ("faq",) if elsewhere else ("faq", "path", "role")
    question = passage.asked(turn, chance, kinds=kinds)
    if question is None:
        return _way_in(turn, route)
    entry = turn.library.get(question.entry)
    if isinstance(entry, Faq) and not passage.is_stored(question.field):
        blocks: list[Block] = [Text(entry.summary), Text(entry.answer)]
    else:
        blocks = list(passage.field_blocks(turn, entry, question.field))
    return passage.unbent(turn, entry, question.field, blocks)


def _stage(turn: Turn) -> list[Block]:
    """Return what holds for anybody at the stage that the message tells of: student, at work …"""
    advice = turn.library.get_as(Faq, STAGES_FAQ)
    stage = turn.heard.slots.stage
    cases = advice.cases if advice else ()
    return [Text(case.answer) for case in cases if case.who.casefold() == stage]


def _outline(turn: Turn, route: Path, laid_out: Plan) -> Bullets:
    """Return a line for each phase: its weeks, the main things to learn, and its project."""
    lines = []
    for number, phase in enumerate(route.phases):
        steps = [step for step in laid_out.steps if step.phase == number]
        if steps:
            learn = _titles(steps, "competency") + _titles(steps, "concept")
            line = f"**{phase.title}** (weeks {steps[0].week}-{steps[-1].ends}): "
            line += ", ".join(learn[:OUTLINED])
            if phase.project and _titles(steps, "project"):
                line += f". {turn.phrase('project')}: {phase.project}"
            lines.append(line)
    return Bullets(tuple(lines), title=turn.phrase("path_outline"))


def phases(turn: Turn, route: Path, laid_out: Plan) -> list[Block]:
    """Return a block for each phase: its weeks, its steps and how one knows it is done."""
    blocks: list[Block] = []
    for number, phase in enumerate(route.phases):
        steps = [step for step in laid_out.steps if step.phase == number]
        if not steps:
            continue
        first, last = steps[0].week, steps[-1].ends
        weeks = f"week {first}" if first == last else f"weeks {first}-{last}"
        hours = sum(step.hours for step in steps)
        learn = _titles(steps, "competency") + _titles(steps, "concept")
        lines = [", ".join(learn[:SHOWN_STEPS]) + (", …" if len(learn) > SHOWN_STEPS else "")]
        lines += [f"Exercise: {title}" for title in _titles(steps, "exercise")]
        if phase.project and _titles(steps, "project"):
            lines.append(f"{turn.phrase('project')}: {phase.project}")
        lines.append(f"{turn.phrase('milestone')}: {phase.milestone}")
        title = f"{number + 1}. {phase.title} ({weeks}, {hours:g} h)"
        blocks.append(Bullets(tuple(line for line in lines if line), title=title))
    if route.further:
        lines = [
            f"**{turn.library.name(step.resource)}**: {step.why}"
            for step in route.further
            if step.resource in turn.library
        ]
        blocks.append(Bullets(tuple(lines[:4]), title="Further study"))
    return blocks


def _titles(steps: Sequence[Step], kind: str) -> list[str]:
    """Return the titles of the steps of a kind, what is in parts once."""
    titles = (whole_title(step.title) for step in steps if step.kind == kind)
    return list(dict.fromkeys(titles))


def _way_in(turn: Turn, route: Path) -> list[Block]:
    """Return how people get into the role, where somebody from elsewhere asks."""
    role = turn.library.get_as(Role, route.role)
    return [Text(role.entry)] if role and turn.intent == "transition" else []


def _late(turn: Turn, laid_out: Plan) -> list[Block]:
    """Return what a deadline that cannot be met means: what fits, what is cut, when it ends."""
    due = laid_out.deadline
    if due is None or due.fits:
        return []
    text = turn.phrase(
        "path_late", deadline=due.weeks, per_week=f"{laid_out.hours_per_week:g}",
        fits=round(laid_out.within(due.weeks)), total=round(due.full_hours), weeks=due.full_weeks,
        needed=f"{due.hours_needed:g}",
    )  # fmt: skip
    lines = [f"{cut.title} ({cut.hours:g} h)" for cut in due.cut[:SHOWN_STEPS]]
    if len(due.cut) > SHOWN_STEPS:
        lines.append(turn.phrase("path_cut_more", count=len(due.cut) - SHOWN_STEPS))
    return [Text(text), Bullets(tuple(lines), title=turn.phrase("path_cut"))]


def _first_exercise(turn: Turn, laid_out: Plan) -> tuple[Action, ...]:
    for step in laid_out.steps:
        if step.kind == "exercise":
            return (Action("exercise", step.id.partition(":")[2], step.title),)
    return ()


def resources(turn: Turn) -> Reply | None:
    """List courses, books and places for the topic named, free ones first."""
    question = passage.asked(turn, passage.SURE)
    named = next(iter(turn.entries("resource")), None)
    if isinstance(named, Resource):
        return turn.reply(Text(named.summary), Text(named.for_whom), ids=[named.id])
    if question:
        return passage.answer(turn, question)
    subjects = turn.entries("concept", "competency", "role")
    wanted = {entry.id for entry in subjects}
    every = turn.library.all_of(Resource)
    near = [item for item in every if wanted & {*item.topics, *item.roles}]
    by_id = {item.id: item for item in every}
    for item in passage.candidates(turn, kinds=("resource",)):
        if by_id[item.entry] not in near:
            near.append(by_id[item.entry])
    chosen = sorted(near[: RESOURCES + 2], key=lambda item: not item.free)[:RESOURCES]
    if not chosen:
        return None
    lines = tuple(_resource_line(turn, item) for item in chosen)
    title = turn.phrase("resources_for", name=subjects[0].name) if subjects else ""
    return turn.reply(
        Bullets(lines, title=title or turn.phrase("resources_all")),
        ids=[item.id for item in chosen],
    )


def _resource_line(turn: Turn, item: Resource) -> str:
    price = turn.phrase("free" if item.free else "paid")
    return f"**{item.name}** ({item.by}; {item.format}, {price}): {item.summary} <{item.url}>"
