"""Replies to what learners tell of themselves."""

from dataclasses import replace

from assistant.language.slots import Slots
from assistant.replies import passage, path
from assistant.replies.turn import Turn, a
from assistant.reply import Bullets, Reply, Text


def reply(turn: Turn) -> Reply | None:
    """Say what was understood; lay the plan out anew where one was being talked about."""
    told = turn.heard.slots
    lines = facts(turn, told)
    if not lines or told.hypothetical:
        return passage.nearest(turn)
    question = passage.asked(turn)
    if question:
        return passage.answer(turn, question)
    time = told.hours is not None or told.weeks is not None
    wanted = bool(told.goal or turn.entries("role", "concept")) and time
    if wanted or turn.memory.intent in path.PLANNED:
        planned = path.reply(replace(turn, intent="path"))
        if planned:
            return planned
    goal = turn.told.goal
    asks = ["Which role suits me?"]
    if goal:
        asks = [f"How do I become {a(turn.library.name(goal))}?"]
    return turn.reply(
        Text(turn.phrase("noted")), Bullets(tuple(lines)), Text(turn.phrase("noted_use")),
        suggestions=asks,
    )  # fmt: skip


def facts(turn: Turn, told: Slots) -> list[str]:
    """Return a line for each thing that a learner told."""
    known = [turn.library.name(id_) for id_, how in told.skills.items() if how == "known"]
    new = [turn.library.name(id_) for id_, how in told.skills.items() if how == "unknown"]
    wanted = [turn.library.name(id_) for id_, how in told.skills.items() if how == "wants"]
    lines = {
        "told_background": ", ".join(item.text for item in told.backgrounds),
        "told_years": f"{told.years:g}" if told.years else "",
        "told_goal": turn.library.name(told.goal) if told.goal else "",
        "told_known": ", ".join(known),
        "told_unknown": ", ".join(new),
        "told_wanted": ", ".join(wanted),
        "told_hours": f"{told.hours:g}" if told.hours else "",
        "told_weeks": str(told.weeks or ""),
        "told_country": told.country,
    }
    return [turn.phrase(name, value=value) for name, value in lines.items() if value]
