"""What is kept of the learner beyond a conversation: offered once, kept on a yes, shown, undone."""

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Protocol

from assistant.errors import UsageError
from assistant.language.slots import Background, Slots, Story
from assistant.learner.keeping import Happened, Ids, Keep, Learner, Planned, Settings
from assistant.learner.profile import Profile, as_dict, assign, from_dict
from assistant.replies.turn import Knowing, Memory, Pending, Turn, a
from assistant.reply import Bullets, Reply, Text
from knowledge.library import Library
from knowledge.schema import Path

DECLINED = "declined"  # events of this kind name what is not offered again
SHORT_YES = 6
_STYLES = {"theory_first": "theory", "hands_on": "hands-on", "less_theory": "hands-on"}
_TOLD_STYLES = {"theory": "theory_first", "hands-on": "hands_on"}
_YES = re.compile(r"^\W*(?:y|yes|yep|yeah|yup|sure|ok|okay|please do|do (?:so|it|that))\W*$", re.I)
_NO = re.compile(r"^\W*(?:n|no|nope|nah|no thanks|don'?t|not now|never)\W*$", re.I)
_YES_AND = re.compile(r"^\W*(?:yes|yep|yeah|sure|ok|okay)(?:\s*[,.;!]\s*(?:and\s+)?|\s+and\s+)"
                      r"(?=\w)", re.I)  # fmt: skip
_SHOW = re.compile(
    r"\bmy profile\b(?!.*\bto\b)|\b(?:know|remember|have|keep|store)d? (?:about|of|on) me\b", re.I
)
_EXPLICIT = re.compile(
    r"^\W*(?:(?:please|ok|okay|and|also|now|can you|could you|i want you to)\W+)*"
    r"(?:remember|note|keep in mind|save|store|add|set|change|update|(?:you can )?call me"
    r"|my name(?:'?s| is)|my level is|my (?:new )?(?:goal|target role) is|my target is)\b",
    re.I,
)
_NAME = re.compile(r"\b(?:call me|my name(?:'?s| is))\s+([^\W\d_][\w'’-]*(?:\s+[A-Z][\w'’-]*)?)")
_LEVEL = re.compile(
    r"\b(?:my level (?:is|to)|level (?:is|to)|i(?:'m| am)|as|like)\s+(?:an?\s+)?(?:absolute\s+"
    r"|complete\s+|total\s+)?(beginner|newcomer|novice|intermediate|practitioner|mathematical"
    r"|mathematician)\W*$",
    re.I,
)
_LEVELS = {
    "beginner": "newcomer", "newcomer": "newcomer", "novice": "newcomer",
    "intermediate": "practitioner", "practitioner": "practitioner",
    "mathematical": "mathematical", "mathematician": "mathematical",
}  # fmt: skip


class Recalling(Knowing, Protocol):
    """What reading a profile needs of `assistant.mind.Mind`."""

    @property
    def story(self) -> Story: ...


def profile_of(memory: Memory) -> Profile:
    """Return what is kept of the learner, an empty profile where nobody is known."""
    return from_dict(memory.learner.records.profile) if memory.learner else Profile()


def as_told(profile: Profile, story: Story, names: Any, today: date) -> Slots:
    """Return a profile as if the learner had just told it; a deadline that has passed is not."""
    come_from = f"my background is in {profile.background}" if profile.background else ""
    read = story.read(come_from, names.find(come_from)) if come_from else Slots()
    weeks = None
    if profile.deadline and profile.deadline > today:
        weeks = math.ceil((profile.deadline - today).days / 7)
    return Slots(
        hours=profile.hours_per_week, weeks=weeks, backgrounds=read.backgrounds,
        country=profile.country, skills=dict.fromkeys(profile.known, "known"), goal=profile.role,
        style=_TOLD_STYLES[profile.style] if profile != Profile() else "",
    )  # fmt: skip


def recall(memory: Memory, learner: Learner, mind: Recalling) -> None:
    """Put what is kept of a learner into a conversation that begins: level, facts, plan."""
    profile = from_dict(learner.records.profile)
    slots = as_told(profile, mind.story, mind.names, learner.now.date())
    plan = learner.records.plan
    if plan:
        skipped = dict.fromkeys(plan.get("request", {}).get("known", ()), "known")
        slots = dataclasses.replace(
            slots, goal=slots.goal or str(plan.get("role", "")),
            hours=slots.hours or plan.get("hours_per_week"), skills={**skipped, **slots.skills},
            backgrounds=slots.backgrounds or _come_from(mind.library, str(plan.get("path", ""))),
        )  # fmt: skip
    memory.level = profile.level
    memory.told = memory.offered = slots


def _come_from(library: Library, path: str) -> tuple[Background, ...]:
    """Return the background that a path is made for."""
    route = library.get_as(Path, path)
    if route is None or not route.background:
        return ()
    return (Background(route.background, route.background, "job", route.id, exact=True),)


def decided(turn: Turn, pending: Pending) -> Reply | None:
    """Answer a yes or a no to what was offered to be kept, else None."""
    text = turn.heard.text
    brief = len(text.split()) <= SHORT_YES and not turn.about
    if _YES.match(text) or (brief and turn.intent == "affirm"):
        return dataclasses.replace(
            turn.reply(), keeps=pending.keeps, kept=(Text(pending.kept),),
            intent="next_step" if _planned(pending.keeps) else "affirm",
            suggestions=("What's next?",) if _planned(pending.keeps) else (),
        )  # fmt: skip
    if _NO.match(text) or (brief and turn.intent in ("deny", "cancel")):
        if _planned(pending.keeps):
            return _unplanned(turn)
        fields = sorted({name for keep in pending.keeps if isinstance(keep, Settings)
                         for name in _fields(keep.settings)})  # fmt: skip
        turn.memory.refused.update(fields)
        said = turn.reply(Text(turn.phrase("remember_declined")))
        return dataclasses.replace(said, keeps=(Happened(DECLINED, {"fields": fields}),))
    return None


def _unplanned(turn: Turn) -> Reply:
    """Drop a plan that the learner does not want, and the goal that came with it."""
    kept = turn.memory.learner.records.plan if turn.memory.learner else None
    if turn.memory.plan:
        turn.memory.refused.add(f"plan:{turn.memory.plan.get('role')}")
    turn.memory.plan = None
    goal = profile_of(turn.memory).role or str((kept or {}).get("role", ""))
    turn.memory.told = turn.memory.offered = dataclasses.replace(turn.memory.told, goal=goal)
    return turn.reply(Text(turn.phrase("plan_declined")))


def yes_and(message: str) -> str:
    """Return what follows a yes in a message, empty where nothing does or no yes begins it."""
    found = _YES_AND.match(message)
    return message[found.end() :] if found else ""


def offered(reply: Reply, memory: Memory, mind: Knowing) -> Reply:
    """Return a reply with the offer to keep what was told and not offered yet, if there is any.

    A plan into another role than the kept one is offered with it. Nothing is asked where
    something else is open, where nothing can be kept, or where the learner has said no before.
    """
    learner = memory.learner
    open_ = memory.pending != Pending() or any(action.start for action in reply.actions)
    if learner is None or not learner.keeps or open_ or reply.status != "answered":
        return reply
    plan = _new_plan(reply, memory)
    settings = news(memory, learner)
    if not settings and plan is None:
        return reply
    memory.offered = memory.told
    lines = facts(settings, mind)
    keeps: list[Keep] = [Planned(plan)] if plan else []
    keeps += [Settings(settings)] if settings else []
    if plan:
        memory.refused.add(_plan_key(plan))
        also = mind.phrases["remember_also"].format(facts=_row(lines)) if lines else ""
        ask = mind.phrases["remember_plan"].format(also=also)
        kept = mind.phrases["plan_kept"] + (f" {_kept(lines, learner, mind)}" if lines else "")
    else:
        ask = mind.phrases["remember_offer"].format(facts=_row(lines))
        kept = _kept(lines, learner, mind)
    memory.pending = Pending(keeps=tuple(keeps), kept=kept)
    return dataclasses.replace(reply, blocks=(*reply.blocks, Text(ask)))


def news(memory: Memory, learner: Learner) -> tuple[str, ...]:
    """Return what was told and neither kept nor offered yet, as settings of the profile."""
    before, now = memory.offered, memory.told
    profile, today = profile_of(memory), learner.now.date()
    skills = {id_ for id_, how in now.skills.items() if how == "known"}
    known = skills - {id_ for id_, how in before.skills.items() if how == "known"}
    fresh = sorted(id_ for id_ in known - set(profile.known) if id_ not in _GENERAL)
    found = {
        "background": now.background.text if now.background else "",
        "role": now.goal,
        "hours_per_week": f"{now.hours:g}" if now.hours else "",
        "deadline": str(today + timedelta(weeks=now.weeks)) if now.weeks else "",
        "country": now.country,
        "style": _STYLES.get(now.style, ""),
    }
    same = {
        "background": before.backgrounds == now.backgrounds, "role": before.goal == now.goal,
        "hours_per_week": before.hours == now.hours, "deadline": before.weeks == now.weeks,
        "country": before.country == now.country, "style": before.style == now.style,
    }  # fmt: skip
    kept = as_dict(profile)
    listed = [f"{name}={value}" for name, value in found.items()
              if value and not same[name] and str(kept[name]) != value]  # fmt: skip
    listed += [f"known+={','.join(fresh)}"] if fresh else []
    return valid(listed, profile, today, memory.refused | _declined(learner))


_GENERAL = ("programming", "mathematics")


def taken(turn: Turn) -> tuple[str, ...]:
    """Return what was told and is to be kept without asking, since a kept plan rests on it."""
    memory = turn.memory
    settings = news(memory, memory.learner) if memory.learner else ()
    memory.offered = memory.told
    return settings


def kept_of(turn: Turn, settings: Iterable[str]) -> str:
    """Return the sentence that says what was kept."""
    assert turn.memory.learner is not None
    return _kept(facts(settings, turn.mind), turn.memory.learner, turn.mind)


def valid(
    settings: Iterable[str], profile: Profile, today: date, refused: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the settings that a profile can hold, without those of refused fields."""
    found = []
    for setting in settings:
        if not set(_fields((setting,))) & set(refused):
            try:
                assign(profile, (setting,), Ids(), today)
            except UsageError:
                continue
            found.append(setting)
    return tuple(found)


def facts(settings: Iterable[str], mind: Knowing) -> list[str]:
    """Return a few words for each setting: "you know SQL"."""
    lines = []
    for setting in settings:
        field, _, value = setting.partition("=")
        shown = [mind.library.name(id_) if id_ in mind.library else id_ for id_ in value.split(",")]
        if field in ("style", "level"):
            shown = [mind.phrases[f"{field}_{value.replace('-', '_')}"]]
        elif field == "role":
            shown = [a(shown[0])]
        elif field == "deadline":
            shown = [f"{date.fromisoformat(value):%d %B %Y}"]
        name = "not_known" if field.endswith("-") else field.rstrip("+")
        lines.append(mind.phrases[f"fact_{name}"].format(value=_row(shown)))
    return lines


def requested(turn: Turn) -> Reply | None:
    """Show the profile, or change it where the message asks for that in so many words."""
    text, learner = turn.heard.text, turn.memory.learner
    if turn.intent == "profile" and _SHOW.search(text) and not _EXPLICIT.match(text):
        return _shown(turn)
    if turn.intent == "forget":
        return _forget(turn)
    level = _LEVEL.search(text)
    if turn.intent != "profile" or learner is None:
        return None
    if level:
        turn.memory.level = _LEVELS[level[1].casefold()]
    if not _EXPLICIT.match(text):
        return _for_level(turn, learner) if level else None
    settings = [f"level={turn.memory.level}"] if level else []
    if name := _NAME.search(text):
        settings.append(f"name={name[1]}")
    told, profile = turn.heard.slots, profile_of(turn.memory)
    turn.memory.told = told.after(turn.memory.told)
    asked = dataclasses.replace(turn.memory, told=told, offered=Slots(), refused=set())
    settings += news(asked, dataclasses.replace(learner, records=_willing(learner)))
    settings = list(valid(settings, profile, learner.now.date()))
    if not settings:
        return None
    turn.memory.offered = turn.memory.told
    return dataclasses.replace(
        turn.reply(), keeps=(Settings(tuple(settings)),), kept=(Text(kept_of(turn, settings)),)
    )  # fmt: skip


def _for_level(turn: Turn, learner: Learner) -> Reply | None:
    """Take a level for this conversation, and offer to keep it."""
    settings = (f"level={turn.memory.level}",)
    if profile_of(turn.memory).level == turn.memory.level:
        return None
    (fact,) = facts(settings, turn.mind)
    if learner.keeps and "level" not in turn.memory.refused | _declined(learner):
        turn.memory.pending = Pending(keeps=(Settings(settings),), kept=kept_of(turn, settings))
        return turn.reply(Text(turn.phrase("remember_offer", facts=fact)))
    return turn.reply(Text(turn.phrase("remembered_private", facts=fact)))


def _willing(learner: Learner) -> Any:
    """Return the records without the refusals: who asks for something to be kept wants it kept."""
    events = tuple(event for event in learner.records.events if event.kind != DECLINED)
    return dataclasses.replace(learner.records, events=events)


def _forget(turn: Turn) -> Reply:
    """Take single facts back, or say how to erase what is kept."""
    learner, profile = turn.memory.learner, profile_of(turn.memory)
    named = [mention.id for mention in turn.about if mention.id in profile.known]
    if named and learner:
        settings = (f"known-={','.join(named)}",)
        skills = {id_: how for id_, how in turn.memory.told.skills.items() if id_ not in named}
        turn.memory.told = dataclasses.replace(turn.memory.told, skills=skills)
        return dataclasses.replace(
            turn.reply(), keeps=(Settings(settings),), kept=(Text(kept_of(turn, settings)),)
        )
    return turn.reply(Text(turn.phrase("forget_how")))


def _shown(turn: Turn) -> Reply:
    fields = as_dict(profile_of(turn.memory))
    settings = [f"{name}={_value(value)}" for name, value in fields.items()
                if value and name not in ("keep_conversations",)
                and value != as_dict(Profile())[name]]  # fmt: skip
    lines = facts(settings, turn.mind)
    plan = turn.memory.learner.records.plan if turn.memory.learner else None
    lines += [turn.phrase("fact_plan", value=plan["title"])] if plan and plan.get("title") else []
    if not lines:
        return turn.reply(Text(turn.phrase("profile_empty")))
    return turn.reply(Bullets(tuple(lines), title=turn.phrase("profile_title")),
                      Text(turn.phrase("profile_change")))  # fmt: skip


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _declined(learner: Learner) -> set[str]:
    return {str(name) for event in learner.records.events if event.kind == DECLINED
            for name in event.data.get("fields", ())}  # fmt: skip


def _fields(settings: Iterable[str]) -> list[str]:
    return [setting.partition("=")[0].rstrip("+-") for setting in settings]


def _new_plan(reply: Reply, memory: Memory) -> Mapping[str, Any] | None:
    """Return the plan of a reply that lays one out into a role that is not planned for yet."""
    plan = memory.plan
    laid_out = any(action.type == "path" for action in reply.actions)
    if plan is None or not laid_out or memory.learner is None or reply.keeps:
        return None
    kept = memory.learner.records.plan
    wanted = kept is None or kept.get("role") != plan.get("role")
    refused = {f"plan:{plan.get('role')}", _plan_key(plan)} & memory.refused
    return plan if wanted and not refused else None


def _plan_key(plan: Mapping[str, Any]) -> str:
    """Return what tells the plan: one that was changed is offered anew."""
    told = [plan.get(name) for name in ("role", "hours_per_week", "weeks")]
    steps = [step["id"] for step in plan.get("steps", ())]
    return f"plan:{told + steps}"


def _planned(keeps: Iterable[Keep]) -> bool:
    return any(isinstance(keep, Planned) for keep in keeps)


def _kept(lines: Iterable[str], learner: Learner, mind: Knowing) -> str:
    phrase = "remembered" if learner.keeps else "remembered_private"
    return mind.phrases[phrase].format(facts=_row(lines))


def _row(parts: Iterable[str]) -> str:
    """Return parts in a row: "a, b and c"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
