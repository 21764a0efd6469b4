"""Roles that a message names, and the one it wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.language.story.told import Told

_NEAR = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A role named, and where (in words); `text` is what was written."""

    role: str
    start: int
    end: int
    text: str


def targets(told: Told, roles: Mapping[str, str]) -> list[Target]:
    """Return the roles named; of a path named in words ("x to y") the one it leads to."""
    found = {}
    for mark in told.of("role"):
        found[mark.start] = Target(mark.value, mark.start, mark.end, told.text(mark))
    for named in told.named:
        if named.mention.kind == "role":
            text = named.mention.text.casefold()
            found[named.start] = Target(named.mention.id, named.start, named.end, text)
        elif named.mention.kind == "path":
            ways = [p for p in range(named.start, named.end) if told.plain[p] in told.lists["to"]]
            if ways and named.mention.id in roles:
                start = ways[-1] + 1
                found[start] = Target(roles[named.mention.id], start, named.end, "")
    return [found[start] for start in sorted(found)]


def wanted(told: Told, named: Sequence[Target]) -> str:
    """Return the role that is wanted, empty where there is none or a choice of several."""
    for target in named:
        stance = told.stance[target.start]
        post = told.word(target.end) in told.lists["posts"]
        aimed = stance == "want" or (stance == "seek" and post) or told.at(target.end, "aim")
        if aimed and told.own(target.start) and not _one_of_several(told, target, named):
            return target.role
    return ""


def _one_of_several(told: Told, target: Target, named: Sequence[Target]) -> bool:
    """Return whether another role or job stands beside a role, with an "or" between them."""
    others = [(other.start, other.end) for other in named]
    others += [(job.start, job.end) for job in told.of("job")]
    for other in others:
        (_, end), (start, _) = sorted(((target.start, target.end), other))
        between = told.plain[end:start]
        if len(between) <= _NEAR and any(word in told.lists["alternatives"] for word in between):
            return True
    return False
