"""What is next on the learner's plan, why it stands there, and what is done."""

import dataclasses
import re
from typing import Any

from assistant.learner.keeping import Happened, Keep, Learner, Planned, Settings
from assistant.learner.progress import as_reply, progress
from assistant.learner.progress import headline as told
from assistant.planning.model import base
from assistant.replies import path, remember, replan, spoken
from assistant.replies.turn import Turn
from assistant.reply import Block, Reply, Text

SURE = 0.5  # how likely the intent must be
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


def reply(turn: Turn) -> Reply | None:
    """Answer a message about the plan or the progress, else None."""
    text, short = turn.heard.text, len(turn.heard.text.split()) <= replan.SHORT
    steps = spoken.steps(turn)
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
    if steps and short and _WHY.match(text) and (spoken.of_plan(turn) or bare):
        return why(turn)
    if wished(turn):
        turn.memory.told = turn.heard.slots.after(turn.memory.told)
        return path.reply(dataclasses.replace(turn, intent="path"))
    if not steps:
        return None
    return replan.elsewhere(turn) or (replan.changed(turn) if short else None)


def is_of_plan(turn: Turn) -> bool:
    """Return whether a message wants the plan that is spoken of kept, begun or shown."""
    said = any(way.search(turn.heard.text) for way in (_KEEP, _FIRST, _PLAN))
    return said and bool(spoken.steps(turn))


def _told_of_plan(turn: Turn) -> Reply | None:
    """Answer a few words that want the plan kept, begun or shown, else None."""
    text = turn.heard.text
    if _KEEP.match(text) and turn.memory.learner:
        return _adopting(turn)
    if _FIRST.match(text) and (
        spoken.of_plan(turn) or turn.memory.topic in ("", base(turn.memory.step))
    ):
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
    document = spoken.document(turn)
    if document is None:
        planned = path.reply(dataclasses.replace(turn, intent="path")) if turn.told.goal else None
        if planned:
            return dataclasses.replace(planned, blocks=(*blocks, *planned.blocks))
        asks += ["Which role suits me?", "How do I become a data scientist?"]
        return turn.reply(*blocks, Text(turn.phrase("next_none")), suggestions=asks)
    left = spoken.left(turn)
    if not left:
        return turn.reply(*blocks, Text(turn.phrase("next_all_done")), suggestions=asks)
    return dataclasses.replace(spoken.next_step(turn, left[0], blocks, asks), **adopted)


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
    role = str((spoken.document(turn) or {}).get("role", ""))
    turn.memory.told = dataclasses.replace(turn.memory.told, goal=role)
    return path.again(dataclasses.replace(turn, intent="path", about=()), whole=True)


def _adopting(turn: Turn) -> Reply | None:
    """Keep the plan that is spoken of, and say what is next on it."""
    made = spoken.document(turn)
    if made is None:
        return None
    turn = dataclasses.replace(turn, intent="next_step")
    settings = remember.taken(turn)
    also = [Text(remember.kept_of(turn, settings))] if settings else []
    keeps: list[Keep] = [Planned(made), *([Settings(settings)] if settings else [])]
    left = spoken.left(turn)
    then = spoken.next_step(turn, left[0], [], ["Show my plan"]) if left else turn.reply()
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
    places = [place for place, step in enumerate(spoken.steps(turn)) if base(step["id"]) in named]
    left = (
        [step for step in spoken.steps(turn)[places[-1] + 1 :] if step in spoken.left(turn)]
        if places
        else []
    )
    return spoken.next_step(turn, left[0], [], []) if left else None


def why(turn: Turn) -> Reply | None:
    """Say why a step stands in the plan: the one named, else the one spoken of last."""
    named = {mention.id for mention in turn.about}
    steps = spoken.steps(turn)
    bare = bool(_BARE_WHY.match(turn.heard.text))
    wanted = named or ({turn.memory.step} if bare else set())
    left = spoken.left(turn) or steps
    found = (step for step in steps if step["id"] in wanted or base(step["id"]) in named)
    step = next(found, left[0] if bare else None)
    if step is None:
        return None
    turn.memory.step = str(step["id"])
    document = spoken.document(turn) or {}
    said = turn.phrase("why_step", title=spoken.title(step), week=step["week"],
                       role=spoken.role(turn, document),
                       why=spoken.sentence(step["why"]))  # fmt: skip
    whole = base(step["id"])
    needs = [spoken.title(one) for one in steps if one["id"] in step.get("after", ())]
    needing = [spoken.title(one) for one in steps if step["id"] in one.get("after", ())
               and base(one["id"]) != whole]  # fmt: skip
    needs, needing = list(dict.fromkeys(needs)), list(dict.fromkeys(needing))
    lines = [turn.phrase("why_after", names=spoken.names(turn, needs)) if needs
             else turn.phrase("why_first")]  # fmt: skip
    lines += [turn.phrase("why_before", names=spoken.names(turn, needing))] if needing else []
    asks = spoken.asks_of(turn, step)
    return turn.reply(
        Text(said), Text(" ".join(lines)), ids=spoken.ids(turn, step), suggestions=asks
    )


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
    found = [
        step for step in spoken.left(turn) if step["id"] in wanted or base(step["id"]) in named
    ]
    step = next(iter(found), None)
    if step is None:
        asked = "next" in turn.heard.text.casefold() or named
        return None if asked else turn.reply(Text(turn.phrase("step_done_loose")),
                                             suggestions=("What's next?",))  # fmt: skip
    done = [row for row in found if named and base(row["id"]) == base(step["id"])] or [step]
    turn.memory.done.update(str(row["id"]) for row in done)  # all of its parts, if it was named
    title = str(step["title"]) if len(done) == 1 else spoken.title(step)
    said = turn.phrase("step_skipped" if skipped else "step_done", title=title.rstrip("."))
    reply = following(turn)
    if reply is None or turn.memory.learner is None:
        return reply
    also = {"skipped": True} if skipped else {}
    marks = [Happened("step_done", {"id": row["id"], **also}) for row in done]
    return dataclasses.replace(reply, keeps=(*reply.keeps, *marks), kept=(Text(said), *reply.kept))


def _due(turn: Turn, count: int) -> str:
    return turn.phrase("next_due_one" if count == 1 else "next_due", count=count)
