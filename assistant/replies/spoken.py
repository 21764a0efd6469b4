"""The plan that is spoken of: its steps, what is left of them, and the next one."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.learner.progress import counted, open_steps
from assistant.learner.records import Records
from assistant.planning.model import base, whole_title
from assistant.replies import path, practice
from assistant.replies.turn import Pending, Turn
from assistant.reply import Action, Block, Reply, Text

Step = Mapping[str, Any]
NAMES = 4  # names listed of what changed
OF_PLAN = ("next_step", "progress")


def next_step(turn: Turn, step: Step, blocks: Sequence[Block], asks: Sequence[str]) -> Reply:
    """Say which step is next and what can be asked of it, after `blocks`; offer an exercise."""
    turn.memory.step = str(step["id"])
    said = Text(turn.phrase("next_step", title=str(step["title"]).rstrip("."), week=step["week"],
                            hours=f"{step['hours']:g}", why=sentence(step["why"])))  # fmt: skip
    done, of = counted(document(turn) or {}, left(turn))
    count = Text(turn.phrase("next_done", done=done, steps=of))
    exercise = turn.exercises.get(turn.memory.step.removeprefix("exercise:"))
    if step["kind"] == "exercise" and exercise:
        action = Action("exercise", exercise.id, exercise.title)
        turn.memory.pending, turn.memory.offer = Pending(action=action), action
        offer = practice.facts(turn, action)
        made = (*blocks, said, count, *offer.blocks)
        return dataclasses.replace(offer, blocks=made, suggestions=(*asks, "Why this?"))
    suggested = (*asks, *asks_of(turn, step), "I've done that", "Why this?")
    return turn.reply(*blocks, said, count, ids=ids(turn, step), suggestions=suggested)


def asks_of(turn: Turn, step: Step) -> list[str]:
    """Return what can be asked of a step."""
    if step["kind"] == "concept":
        return [f"Explain {title(step)}", f"Quiz me on {title(step)}"]
    if step["kind"] == "competency":
        return [f"How do I learn {title(step)}?"]
    return []


def document(turn: Turn) -> Mapping[str, Any] | None:
    """Return the plan that is spoken of: the one just laid out, else the kept one."""
    learner = turn.memory.learner
    kept = learner.records.plan if learner else None
    if turn.memory.intent in path.PLANNED or kept is None:
        return turn.memory.plan or kept
    return kept


def steps(turn: Turn) -> list[Step]:
    """Return the steps of the plan, in order."""
    return list((document(turn) or {}).get("steps", ()))


def left(turn: Turn) -> list[Step]:
    """Return the steps that are not done."""
    learner = turn.memory.learner
    left = open_steps(document(turn) or {}, learner.records if learner else Records())
    return [step for step in left if step["id"] not in turn.memory.done]


def of_plan(turn: Turn) -> bool:
    """Return whether the last reply was about the plan."""
    last = turn.memory.last
    laid_out = last is not None and any(action.type == "path" for action in last.actions)
    return laid_out or (last is not None and last.intent in OF_PLAN)


def ids(turn: Turn, step: Step) -> list[str]:
    """Return the entry that a step is about, if there is one."""
    return [base(step["id"])] if base(step["id"]) in turn.library else []


def role(turn: Turn, document: Mapping[str, Any]) -> str:
    """Return the name of the role that a plan leads to."""
    role = str(document.get("role", ""))
    return turn.library.name(role) if role in turn.library else role


def title(step: Step) -> str:
    """Return the title of the whole that a step is a part of."""
    return whole_title(str(step["title"])).rstrip(".")


def names(turn: Turn, names: Sequence[str]) -> str:
    """Return names in a row, the first few of many."""
    listed = ", ".join(names[:NAMES])
    more = len(names) - NAMES
    return turn.phrase("change_more", names=listed, count=more) if more > 0 else listed


def sentence(text: object) -> str:
    """Return the first paragraph of a text."""
    return str(text).split("\n\n")[0].strip()
