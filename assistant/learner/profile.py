"""Who the learner is, as far as they have said."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from assistant.errors import UsageError
from assistant.render.plain import clean

Level = Literal["newcomer", "practitioner", "mathematical"]
Style = Literal["theory", "hands-on"]
LEVELS = ("newcomer", "practitioner", "mathematical")
STYLES = ("theory", "hands-on")
MOST_HOURS, LONGEST = 80.0, 200
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of the learner; `role` and `known` are ids of the knowledge base."""

    name: str | None = None
    background: str = ""
    role: str = ""
    hours_per_week: float | None = None
    deadline: date | None = None
    known: tuple[str, ...] = ()
    level: Level = "newcomer"
    style: Style = "hands-on"
    country: str = ""
    keep_conversations: bool = False


class Names(Protocol):
    """What the knowledge base calls things."""

    def role(self, text: str) -> str:
        """Return the id of the role a text names; raises UsageError."""

    def known(self, text: str) -> tuple[str, ...]:
        """Return the ids of what somebody who says so knows; raises UsageError."""


def as_dict(profile: Profile) -> dict[str, Any]:
    """Return a profile as JSON has it, every field in its place."""
    deadline = profile.deadline.isoformat() if profile.deadline else None
    fields = dataclasses.asdict(profile)
    return {**fields, "known": list(profile.known), "deadline": deadline}


def from_dict(fields: Mapping[str, Any]) -> Profile:
    """Return the profile that `as_dict` made a document of; fields it does not know are left."""
    values = {name: fields[name] for name in _FIELDS if name in fields}
    if values.get("deadline"):
        values["deadline"] = date.fromisoformat(values["deadline"])
    if "known" in values:
        values["known"] = tuple(values["known"])
    return Profile(**values)


def assign(profile: Profile, settings: Sequence[str], names: Names, today: date) -> Profile:
    """Return a profile with `field=value` settings made, in order; all of them or none.

    An empty value takes a field back; `known+=a,b` and `known-=a` add to and take from the list.
    Raises UsageError, which says what would be right.
    """
    for setting in settings:
        profile = _assign(profile, setting, names, today)
    return profile


def _assign(profile: Profile, setting: str, names: Names, today: date) -> Profile:
    found = re.fullmatch(r"\s*([\w-]+?)\s*([+-]?)=(.*)", setting, re.DOTALL)
    if not found:
        raise UsageError(f"{setting!r} sets nothing. Write field=value, as: profile set role=…")
    field, sign = found[1].replace("-", "_").casefold(), found[2]
    value = " ".join(clean(found[3]).split())
    if field not in _FIELDS:
        raise UsageError(f"The profile has no field {field!r}.{_meant(field)} Fields: "
                         f"{', '.join(_FIELDS)}")  # fmt: skip
    if sign and field != "known":
        raise UsageError(f"Only `known` can be added to; write {field}={value}")
    if len(value) > LONGEST and field != "known":
        raise UsageError(f"{field} can have {LONGEST} characters; that is {len(value)}.")
    read = _default(field) if not value else _FIELDS[field](value, names, today)
    if sign:
        left = [id_ for id_ in profile.known if id_ not in read]
        read = (*left, *read) if sign == "+" else tuple(left)
    return dataclasses.replace(profile, **{field: read})


def _default(field: str) -> Any:
    return getattr(Profile(), field)


def _meant(field: str) -> str:
    from rapidfuzz import process

    near = process.extractOne(field, list(_FIELDS), score_cutoff=60)
    return f" Did you mean {near[0]}?" if near else ""


def _text(value: str, names: Names, today: date) -> str:
    return value


def _role(value: str, names: Names, today: date) -> str:
    return names.role(value)


def _known(value: str, names: Names, today: date) -> tuple[str, ...]:
    ids = [id_ for part in value.split(",") if part.strip() for id_ in names.known(part.strip())]
    return tuple(dict.fromkeys(ids))


def _hours(value: str, names: Names, today: date) -> float:
    try:
        hours = float(value)
    except ValueError:
        hours = math.nan
    if not 0.5 <= hours <= MOST_HOURS:
        raise UsageError(f"hours_per_week is a number from 0.5 to {MOST_HOURS:g}, not {value!r}.")
    return hours


def _deadline(value: str, names: Names, today: date) -> date:
    try:
        deadline = date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"deadline is a date as 2027-06-30, not {value!r}.") from None
    if deadline <= today:
        raise UsageError(f"The deadline {value} has passed; give a date after {today}.")
    return deadline


def _one_of(field: str, allowed: Sequence[str]) -> Callable[[str, Names, date], str]:
    def read(value: str, names: Names, today: date) -> str:
        word = value.casefold().replace(" ", "-")
        if word not in allowed:
            raise UsageError(f"{field} is one of {', '.join(allowed)}, not {value!r}.")
        return word

    return read


def _flag(value: str, names: Names, today: date) -> bool:
    if value.casefold() not in (*_YES, *_NO):
        raise UsageError(f"keep_conversations is yes or no, not {value!r}.")
    return value.casefold() in _YES


_FIELDS: dict[str, Callable[[str, Names, date], Any]] = {
    "name": _text,
    "background": _text,
    "role": _role,
    "hours_per_week": _hours,
    "deadline": _deadline,
    "known": _known,
    "level": _one_of("level", LEVELS),
    "style": _one_of("style", STYLES),
    "country": _text,
    "keep_conversations": _flag,
}


class KnowledgeNames:
    """The names of the knowledge base; it is opened only when one is looked up."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def role(self, text: str) -> str:
        """Return the id of the role a text names; raises UsageError naming those there are."""
        from assistant.careers import role_id

        return role_id(self._load(), text)

    def known(self, text: str) -> tuple[str, ...]:
        """Return the concepts and competencies that go by a name, mended if it is misspelt."""
        from assistant.lookup import find

        candidates = [
            match
            for match in find(self._load(), text.replace("_", " "))["candidates"]
            if match["kind"] in ("concept", "competency")
        ]
        exact = tuple(match["id"] for match in candidates if match["score"] == 1.0)
        if exact:
            return exact
        if candidates and candidates[0]["score"] >= 0.9:
            return (candidates[0]["id"],)
        near = ", ".join(match["id"] for match in candidates[:3])
        raise UsageError(
            f"The knowledge base has nothing called {text!r}."
            + (f" Near to it: {near}." if near else "")
            + " Look it up with: lodestar knowledge find …"
        )
