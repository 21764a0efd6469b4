"""What an advert or a CV means for a learner: the roles it is near, the fit and the gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.adverts.page import visible
from assistant.adverts.reading import Findings, Reader
from assistant.gap import Evidence, Gap, against
from assistant.language.mentions import key
from knowledge.library import Library
from knowledge.schema import Role
from skills.exercise import Exercise

ROLES = 3
HEAD = 160  # characters in which an advert says what it is for
PRIVATE = "read on this machine, sent nowhere, not kept"
MUST, NICE = 2, 1  # how much a competency of a role counts


@dataclass(frozen=True, slots=True)
class Near:
    """A role beside a text: the share of either that is common to both, 0 to 1."""

    id: str
    name: str
    score: float
    must: int
    of: int


@dataclass(frozen=True, slots=True)
class Match:
    """A text that was read, the roles nearest to it, and where the learner stands in it."""

    findings: Findings
    near: tuple[Near, ...]
    gap: Gap

    def as_json(self) -> dict[str, Any]:
        """Return the document of `lodestar roles --advert --json` and `--cv --json`."""
        return {
            "findings": self.findings.as_json(),
            "roles": [as_row(row) for row in self.near],
            "gap": self.gap.as_json(),
            "private": PRIVATE,
        }  # fmt: skip


def as_row(row: Near) -> dict[str, Any]:
    """Return a role near to a text as JSON has it."""
    return {"id": row.id, "name": row.name, "score": round(row.score, 3), "must": row.must,
            "of": row.of}  # fmt: skip


def advert(
    library: Library, text: str, exercises: Mapping[str, Exercise], evidence: Evidence
) -> Match:
    """Return what an advert asks for against what speaks for a learner."""
    found = Reader(library).read(text)
    needs = {row.id: not row.nice for row in found.asks}
    close = near(library, set(needs), text)
    role = close[0].id if close else ""
    return Match(found, close, against(library, role, needs, exercises, evidence))


def near(library: Library, named: set[str], text: str = "") -> tuple[Near, ...]:
    """Return the roles with most in common, first the one that the head of the text names."""
    rows = []
    head = f" {key(visible(text[: 4 * HEAD])[:HEAD])} "
    for role in library.all_of(Role):
        weights = {**dict.fromkeys(role.nice, NICE), **dict.fromkeys(role.must, MUST)}
        common = sum(weight for id_, weight in weights.items() if id_ in named)
        both = sum(weights.values()) + NICE * len(named - set(weights))
        must = len(named & set(role.must))
        if common:
            rows.append(Near(role.id, role.name, common / both, must, len(role.must)))
    titled = {id_ for id_ in (row.id for row in rows) if _is_named(library, id_, head)}
    return tuple(sorted(rows, key=lambda row: (row.id not in titled, -row.score, row.id))[:ROLES])


def _is_named(library: Library, role: str, head: str) -> bool:
    entry = library.get_as(Role, role)
    names = (entry.name, *entry.aliases, *entry.titles) if entry else ()
    return any(f" {key(name)} " in head for name in names)
