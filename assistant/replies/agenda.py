"""What is next on the learner's plan, why it stands there, what is done, and what changes it."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.language.slots import Slots
from assistant.learner.keeping import Happened, Keep, Learner, Planned, Settings
from assistant.learner.progress import as_reply, counted, open_steps, progress
from assistant.learner.progress import headline as told
from assistant.learner.records import Event, Records
from assistant.planning.model import base, whole_title
from assistant.replies import path, practice, remember
from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Block, Reply, Text

Step = Mapping[str, Any]
SURE = 0.5  # how likely the intent must be
SHORT = 10  # words of a message that changes a plan
NAMES = 4  # names listed of what changed
OF_PLAN = ("next_step", "progress")
_DONE = re.compile(
    r"^\W*(?:(?:ok|okay|yes|so|great|well)\W+)*(?:i(?:'ve| have|'m| am)?\s+"
    r"(?:just\s+|already\s+)?(?:done|finished|completed|did|read)|done|finished|completed)\b"
    r"(?!.*\bhow\b)",
    re.I,
)
_MARK = re.compile(r"\bmark\b.*\b(?:done|finished|complete)\b|^\W*tick\b", re.I)
_SKIP = re.compile(
    r"^\W*(?:(?:ok|okay|please|let'?s)\W+)*(?:skip|leave out|i (?:already )?know)\s+"
    r"(?:this|that|it|the)\b(?:\W+(?:step|one|topic|already|please|now))*\W*$",
    re.I,
)
_WHY = re.compile(r"^\W*(?:(?:but|and|ok|so)\W+)*(?:why|what for|how come)\b", re.I)
_PLAN = re.compile(
    r"\b(?:show|see|display|print|what(?:'s| is))\b.*\bmy\s+(?:whole\s+|full\s+|learning\s+)?"
    r"(?:plan|path|roadmap|schedule)\b(?!.*\b(?:next|step|progress)\b)",
    re.I,
)
_KEEP = re.compile(
    r"^\W*(?:(?:yes|ok|okay|please|now|let'?s|i want to|i'd like to|can you)\W+)*"
    r"(?:keep|save|adopt|take|use)\s+(?:this|that|the|my)\s+(?:plan|path|roadmap)\b(?!.*\?)",
    re.I,
)
_FIRST = re.compile(
    r"^\W*(?:(?:so|ok|okay|and|now|then)\W+)*(?:what|where|how)\s+(?:should|do|shall|can)\s+i\s+"
    r"(?:do|start|begin)(?:\s+with)?(?:\s+(?:first|now|next|then))?\W*$",
    re.I,
)
_STEP = re.compile(r"\b(?:step|plan)\b", re.I)
_BARE_WHY = re.compile(
    r"^\W*(?:(?:but|and|ok|so)\W+)*(?:why|what for|how come)"
    r"(?:\W+(?:is|do|should|must|would|i|need|learn|do|have|to|this|that|it|the|one|step|first|next"
    r"|now|there|here|in|on|my|plan))*\W*$",
    re.I,
)
_WANTS = re.compile(
    r"\b(?:want|wants|wanna|aim|aiming|goal|wish|hope|would like|i'd like|become|get into"
    r"|move into|switch to)\b",
    re.I,
)
_BEHIND = re.compile(
    r"\b(?:fell|fallen|falling|am|i'm|got|getting|running|lagging)\s+"
    r"(?:(?:way|far|so|a bit|much|too)\s+)?(?:behind|late)\b"
    r"|\b(?:missed|lost|skipped)\b.*\b(?:days?|weeks?|months?)\b"
    r"|\b(?:did not|didn'?t|couldn'?t|could not)\s+(?:study|learn|keep up|manage)\b"
    r"|\bre-?plan\b|\bstart (?:my|the) plan (?:again|anew)\b",
    re.I,
)
_HOURS = re.compile(r"\b(\d{1,2}(?:\.\d)?)\s*(?:h|hrs?|hours?)\b", re.I)  # "make it 3 hours"
_STYLES = (
    ("less_theory", re.compile(r"\bless theor|\btoo much theory|\btoo theoretical", re.I)),
    ("hands_on", re.compile(r"\bmore (?:hands[- ]on|practice|practical|exercises|doing)\b", re.I)),
    ("theory_first", re.compile(r"\bmore theory\b|\btheory first\b|\bless practice\b", re.I)),
)


def reply(turn: Turn) -> Reply | None:
    """Answer a message about the plan or the progress, else None."""
    text, short = turn.heard.text, len(turn.heard.text.split()) <= SHORT
    steps = _steps(turn)
    if steps and short and "?" not in text and (_SKIP.match(text) or _MARK.search(text)):
        return _marked(turn, skipped=bool(_SKIP.match(text)))
    if steps and short and turn.intent != "progress" and _DONE.match(text):
        return _marked(turn)
    if turn.intent == "greeting" and turn.memory.learner and short and not turn.about:
        return greeting(turn, turn.memory.learner)
    if steps and short and (about := _told_of_plan(turn)):
        return about
    if turn.intent == "progress" and turn.sure >= SURE:
        return shown(turn)
    strange = turn.heard.prediction.is_out_of_scope
    if turn.intent == "next_step" and turn.sure >= SURE and not strange:
        return after(turn) if turn.about else following(turn)
    bare = _BARE_WHY.match(text) and _STEP.search(text)
    if steps and short and _WHY.match(text) and (_of_plan(turn) or bare):
        return why(turn)
    if wished(turn):
        turn.memory.told = turn.heard.slots.after(turn.memory.told)
        return path.reply(dataclasses.replace(turn, intent="path"))
    return changed(turn) if steps and short else None


def is_of_plan(turn: Turn) -> bool:
    """Return whether a message wants the plan that is spoken of kept, begun or shown."""
    said = any(way.search(turn.heard.text) for way in (_KEEP, _FIRST, _PLAN))
    return said and bool(_steps(turn))


def _told_of_plan(turn: Turn) -> Reply | None:
    """Answer a few words that want the plan kept, begun or shown, else None."""
    text = turn.heard.text
    if _KEEP.match(text) and turn.memory.learner:
        return _adopting(turn)
    if _FIRST.match(text) and (_of_plan(turn) or turn.memory.topic in ("", base(turn.memory.step))):
        return following(turn)
    if _PLAN.search(text) and not turn.entries("role", "path"):
        return _whole(turn)
    return None


def wished(turn: Turn) -> bool:
    """Return whether a story ends in a plan: where to, and in what time."""
    told, spelt = turn.heard.slots, turn.heard.spelt
    if turn.intent != "profile" or told.hypothetical or "?" in spelt:
        return False
    wants = _WANTS.search(spelt)
    aims = [item for item in turn.about if item.kind in ("role", "concept", "competency")]
    wanted = wants and any(item.start > wants.start() for item in aims)
    return bool((told.hours or told.weeks) and (told.goal or wanted))


def following(turn: Turn) -> Reply | None:
    """Say what is due and which step is next, with what can be done about it."""
    learner, adopted = turn.memory.learner, _adopted(turn)
    due = progress(learner.records, turn.exercises, learner.now).due if learner else 0
    blocks: list[Block] = [Text(_due(turn, due))] if due else []
    asks = ["Review"] if due else []
    document = _document(turn)
    if document is None:
        planned = path.reply(dataclasses.replace(turn, intent="path")) if turn.told.goal else None
        if planned:
            return dataclasses.replace(planned, blocks=(*blocks, *planned.blocks))
        asks += ["Which role suits me?", "How do I become a data scientist?"]
        return turn.reply(*blocks, Text(turn.phrase("next_none")), suggestions=asks)
    left = _left(turn)
    if not left:
        return turn.reply(*blocks, Text(turn.phrase("next_all_done")), suggestions=asks)
    return dataclasses.replace(_next(turn, left[0], blocks, asks), **adopted)


def greeting(turn: Turn, learner: Learner) -> Reply | None:
    """Greet with what is next, None where nothing is."""
    at = progress(learner.records, turn.exercises, learner.now)
    headline, name = told(at), learner.records.profile.get("name")
    if not headline:
        return None
    text = turn.phrase("hello_again", name=f", {name}" if name else "", headline=headline)
    return turn.reply(Text(text), suggestions=_first(at.due))


def _first(due: int) -> list[str]:
    return [*(["Review"] if due else []), "What's next?", "Show my progress"]


def _whole(turn: Turn) -> Reply | None:
    """Lay the plan that is spoken of out once more."""
    role = str((_document(turn) or {}).get("role", ""))
    turn.memory.told = dataclasses.replace(turn.memory.told, goal=role)
    return path.reply(dataclasses.replace(turn, intent="path", about=()))


def _adopting(turn: Turn) -> Reply | None:
    """Keep the plan that is spoken of, and say what is next on it."""
    made = _document(turn)
    if made is None:
        return None
    turn = dataclasses.replace(turn, intent="next_step")
    settings = remember.taken(turn)
    also = [Text(remember.kept_of(turn, settings))] if settings else []
    keeps: list[Keep] = [Planned(made), *([Settings(settings)] if settings else [])]
    left = _left(turn)
    then = _next(turn, left[0], [], ["Show my plan"]) if left else turn.reply()
    kept = (Text(turn.phrase("plan_kept")), *also)
    return dataclasses.replace(then, keeps=tuple(keeps), kept=kept)


def _adopted(turn: Turn) -> dict[str, Any]:
    """Return what makes a plan that is worked with the learner's own, where there is none yet."""
    learner, plan = turn.memory.learner, turn.memory.plan
    if plan is None or learner is None or learner.records.plan is not None:
        return {}
    return {"keeps": (Planned(plan),), "kept": (Text(turn.phrase("plan_kept")),)}


def after(turn: Turn) -> Reply | None:
    """Say which step follows one that the message names, None where the plan has none."""
    named = {mention.id for mention in turn.about}
    places = [place for place, step in enumerate(_steps(turn)) if base(step["id"]) in named]
    left = (
        [step for step in _steps(turn)[places[-1] + 1 :] if step in _left(turn)] if places else []
    )
    return _next(turn, left[0], [], []) if left else None


def why(turn: Turn) -> Reply | None:
    """Say why a step stands in the plan: the one named, else the one spoken of last."""
    named = {mention.id for mention in turn.about}
    steps = _steps(turn)
    bare = bool(_BARE_WHY.match(turn.heard.text))
    wanted = named or ({turn.memory.step} if bare else set())
    left = _left(turn) or steps
    found = (step for step in steps if step["id"] in wanted or base(step["id"]) in named)
    step = next(found, left[0] if bare else None)
    if step is None:
        return None
    turn.memory.step = str(step["id"])
    document = _document(turn) or {}
    said = turn.phrase("why_step", title=_title(step), week=step["week"],
                       role=_role(turn, document), why=_sentence(step["why"]))  # fmt: skip
    whole = base(step["id"])
    needs = [_title(one) for one in steps if one["id"] in step.get("after", ())]
    needing = [_title(one) for one in steps if step["id"] in one.get("after", ())
               and base(one["id"]) != whole]  # fmt: skip
    needs, needing = list(dict.fromkeys(needs)), list(dict.fromkeys(needing))
    lines = [turn.phrase("why_after", names=_names(turn, needs)) if needs
             else turn.phrase("why_first")]  # fmt: skip
    lines += [turn.phrase("why_before", names=_names(turn, needing))] if needing else []
    asks = _asks(turn, step)
    return turn.reply(Text(said), Text(" ".join(lines)), ids=_ids(turn, step), suggestions=asks)


def changed(turn: Turn) -> Reply | None:
    """Lay the plan out anew where a few words change what it was made from, else None.

    Where the learner fell behind, what is left begins today.
    """
    told, memory = turn.heard.slots, turn.memory
    if told.hypothetical or "?" in turn.heard.text or turn.intent == "forget":
        return None
    recent = _of_plan(turn) or not memory.topics
    style = next((name for name, said in _STYLES if said.search(turn.heard.text)), told.style)
    bare = _HOURS.search(turn.heard.text) if _of_plan(turn) and told.weeks is None else None
    hours = told.hours or (float(bare[1]) if bare else None)
    wish = Slots(style=style if recent else "", hours=hours, weeks=told.weeks, skills=told.skills)
    ids = {base(step["id"]) for step in _steps(turn)}
    known = {id_ for id_, how in told.skills.items() if how == "known"}
    known = known if _of_plan(turn) else known & ids
    behind = bool(_BEHIND.search(turn.heard.text)) and not turn.about
    if not (behind or wish.style or wish.hours or wish.weeks or known):
        return None
    old = _document(turn) or {}
    memory.told = wish.after(dataclasses.replace(memory.told, goal=old.get("role", "")))
    roles = tuple(item for item in turn.about if item.kind == "role")
    planned = path.reply(dataclasses.replace(turn, intent="path", about=roles))
    if planned is None or memory.plan is None:
        return planned
    return _replaced(turn, planned, old, memory.plan)


def _replaced(turn: Turn, planned: Reply, old: Mapping[str, Any], new: Mapping[str, Any]) -> Reply:
    """Return the reply with a new plan: what changed in front, kept where the old one was."""
    changes = differences(turn, old, new)
    if not changes and turn.memory.learner is None:
        return planned
    if not changes:
        turn = dataclasses.replace(turn, intent="next_step")
        said = turn.reply(Text(turn.phrase("plan_same")), suggestions=("What's next?",))
        return dataclasses.replace(said, actions=planned.actions)
    learner = turn.memory.learner
    lasts = learner.keeps if learner else False
    kept = (learner.records.plan or {}) if learner else {}
    offered = kept.get("role") != new.get("role")  # it is not the learner's plan yet
    how = "_private" if not lasts else "_offer" if offered else ""
    said_so = Text(turn.phrase(f"plan_changed{how}", changes=", ".join(changes)))
    if offered:
        return dataclasses.replace(planned, blocks=(said_so, *planned.blocks))
    turn = dataclasses.replace(turn, intent="next_step")
    settings = remember.taken(turn)
    also = [Text(remember.kept_of(turn, settings))] if settings else []
    if learner:
        turn.memory.learner = _with_plan(learner, new)
    left = _left(turn)
    then = _next(turn, left[0], [], ["Show my plan"]) if left else turn.reply()
    keeps: list[Keep] = [Planned(new), *([Settings(settings)] if settings else [])]
    return dataclasses.replace(then, keeps=tuple(keeps), kept=(said_so, *also))


def _with_plan(learner: Learner, plan: Mapping[str, Any]) -> Learner:
    """Return the learner as they are once a plan is kept."""
    events = (*learner.records.events, Event(learner.now, "plan", {}))
    records = dataclasses.replace(learner.records, plan=plan, events=events)
    return dataclasses.replace(learner, records=records)


def differences(turn: Turn, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return in a few words each what a new plan changes."""
    learner = turn.memory.learner
    open_ = open_steps(old, learner.records if learner else Records())
    before = {base(step["id"]): _title(step) for step in open_}
    now = {base(step["id"]): _title(step) for step in new.get("steps", ())}
    gone = [title for id_, title in before.items() if id_ not in now]
    more = [title for id_, title in now.items() if id_ not in before]
    found = [turn.phrase(phrase, names=_names(turn, names))
             for phrase, names in (("change_gone", gone), ("change_new", more))
             if names]  # fmt: skip
    for name, was, is_ in (
        ("change_hours", old.get("hours_per_week"), new.get("hours_per_week")),
        ("change_weeks", _weeks(old), _weeks(new)),
    ):
        if was != is_ and was is not None and is_ is not None:
            found.append(turn.phrase(name, before=f"{was:g}", after=f"{is_:g}"))
    both = [id_ for id_ in before if id_ in now]
    if not found and both != [id_ for id_ in now if id_ in before]:
        found.append(turn.phrase("change_order"))
    if _BEHIND.search(turn.heard.text) and old.get("ends") != new.get("ends"):
        found.append(turn.phrase("change_ends", before=old.get("ends"), after=new.get("ends")))
    return found


def _weeks(plan: Mapping[str, Any]) -> Any:
    """Return the weeks of the whole path, whatever a deadline leaves of it."""
    return plan.get("honest_weeks") or plan.get("weeks")


def shown(turn: Turn) -> Reply:
    """Say how far the learner has come."""
    learner = turn.memory.learner
    if learner is None:
        return turn.reply(Text(turn.phrase("progress_unknown")))
    at = progress(learner.records, turn.exercises, learner.now)
    names = {topic.id: turn.library.name(topic.id) for topic in at.topics
             if topic.id in turn.library}  # fmt: skip
    asks = ["Review"] if at.due else []
    asks += ["What's next?"] if at.next_step else ["Which role suits me?"]
    return turn.reply(*as_reply(at, names).blocks, suggestions=asks)


def _marked(turn: Turn, *, skipped: bool = False) -> Reply | None:
    """Mark a step as done, the one named or the one spoken of last, and say what is next."""
    named = {mention.id for mention in turn.about}
    wanted = named or {turn.memory.step}
    found = [step for step in _left(turn) if step["id"] in wanted or base(step["id"]) in named]
    step = next(iter(found), None)
    if step is None:
        asked = "next" in turn.heard.text.casefold() or named
        return None if asked else turn.reply(Text(turn.phrase("step_done_loose")),
                                             suggestions=("What's next?",))  # fmt: skip
    done = [row for row in found if named and base(row["id"]) == base(step["id"])] or [step]
    turn.memory.done.update(str(row["id"]) for row in done)  # all of its parts, if it was named
    title = str(step["title"]) if len(done) == 1 else _title(step)
    said = turn.phrase("step_skipped" if skipped else "step_done", title=title.rstrip("."))
    reply = following(turn)
    if reply is None or turn.memory.learner is None:
        return reply
    also = {"skipped": True} if skipped else {}
    marks = [Happened("step_done", {"id": row["id"], **also}) for row in done]
    return dataclasses.replace(reply, keeps=(*reply.keeps, *marks), kept=(Text(said), *reply.kept))


def _next(turn: Turn, step: Step, blocks: Sequence[Block], asks: Sequence[str]) -> Reply:
    turn.memory.step = str(step["id"])
    said = Text(turn.phrase("next_step", title=str(step["title"]).rstrip("."), week=step["week"],
                            hours=f"{step['hours']:g}", why=_sentence(step["why"])))  # fmt: skip
    done, of = counted(_document(turn) or {}, _left(turn))
    count = Text(turn.phrase("next_done", done=done, steps=of))
    exercise = turn.exercises.get(turn.memory.step.removeprefix("exercise:"))
    if step["kind"] == "exercise" and exercise:
        action = Action("exercise", exercise.id, exercise.title)
        turn.memory.pending, turn.memory.offer = Pending(action=action), action
        offer = practice.facts(turn, action)
        made = (*blocks, said, count, *offer.blocks)
        return dataclasses.replace(offer, blocks=made, suggestions=(*asks, "Why this?"))
    suggested = (*asks, *_asks(turn, step), "I've done that", "Why this?")
    return turn.reply(*blocks, said, count, ids=_ids(turn, step), suggestions=suggested)


def _asks(turn: Turn, step: Step) -> list[str]:
    if step["kind"] == "concept":
        return [f"Explain {_title(step)}", f"Quiz me on {_title(step)}"]
    if step["kind"] == "competency":
        return [f"How do I learn {_title(step)}?"]
    return []


def _document(turn: Turn) -> Mapping[str, Any] | None:
    """Return the plan that is spoken of: the one just laid out, else the kept one."""
    learner = turn.memory.learner
    kept = learner.records.plan if learner else None
    if turn.memory.intent in path.PLANNED or kept is None:
        return turn.memory.plan or kept
    return kept


def _steps(turn: Turn) -> list[Step]:
    return list((_document(turn) or {}).get("steps", ()))


def _left(turn: Turn) -> list[Step]:
    """Return the steps that are not done."""
    learner = turn.memory.learner
    left = open_steps(_document(turn) or {}, learner.records if learner else Records())
    return [step for step in left if step["id"] not in turn.memory.done]


def _of_plan(turn: Turn) -> bool:
    """Return whether the last reply was about the plan."""
    last = turn.memory.last
    laid_out = last is not None and any(action.type == "path" for action in last.actions)
    return laid_out or (last is not None and last.intent in OF_PLAN)


def _ids(turn: Turn, step: Step) -> list[str]:
    return [base(step["id"])] if base(step["id"]) in turn.library else []


def _role(turn: Turn, document: Mapping[str, Any]) -> str:
    role = str(document.get("role", ""))
    return turn.library.name(role) if role in turn.library else role


def _title(step: Step) -> str:
    return whole_title(str(step["title"])).rstrip(".")


def _names(turn: Turn, names: Sequence[str]) -> str:
    """Return names in a row, the first few of many."""
    listed = ", ".join(names[:NAMES])
    more = len(names) - NAMES
    return turn.phrase("change_more", names=listed, count=more) if more > 0 else listed


def _sentence(text: object) -> str:
    """Return the first paragraph of a text."""
    return str(text).split("\n\n")[0].strip()


def _due(turn: Turn, count: int) -> str:
    return turn.phrase("next_due_one" if count == 1 else "next_due", count=count)
