"""Job titles that people type, and what the official statistics count them as."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.language.mentions import key
from knowledge.library import Library
from knowledge.schema import OccupationStatistics, Role


@dataclass(frozen=True, slots=True)
class Counted:
    """An occupation under which O*NET lists a title, and our roles that are counted there too.

    `roles` are ids, those first whose names have most words in common with the title.
    """

    soc: str
    occupation: str
    roles: tuple[str, ...]


def counted(library: Library, title: str) -> list[Counted]:
    """Return every occupation that O*NET lists a title under, the one with the nearest role first.

    A title of several occupations is in all of them: which one is meant, a title does not say.
    """
    wanted = key(title)
    found = []
    for occupation in library.all_of(OccupationStatistics):
        if any(wanted == key(form) for listed in occupation.titles for form in _forms(listed)):
            name = occupation.name.partition(" (U.S.")[0]
            found.append(Counted(occupation.soc, name, _roles(library, occupation.soc, wanted)))
    return sorted(found, key=lambda row: -_likeness(library, row.roles[:1], wanted))


def said(library: Library, title: str) -> str:
    """Return in words what a title is counted as, empty where O*NET does not list it with us."""
    rows = counted(library, title)
    if not rows:
        return ""
    where = "; ".join(f"{row.occupation} (SOC {row.soc})" for row in rows)
    near = list(dict.fromkeys(id_ for row in rows for id_ in row.roles[:3]))
    number = f"{len(rows)} occupations" if len(rows) > 1 else "one occupation"
    return (f"O*NET counts “{title}” in {number}: {where}. Of our roles these are counted "
            f"there too, the nearest name first: {', '.join(near[:4]) or 'none'}.")  # fmt: skip


def _forms(title: str) -> Iterator[str]:
    """Yield a title as "Operations Analyst (Ops Analyst)" in both its forms."""
    yield re.sub(r"\s*\(.*?\)", "", title)
    yield from re.findall(r"\((.*?)\)", title)


def _roles(library: Library, soc: str, wanted: str) -> tuple[str, ...]:
    roles = [
        role.id for role in library.all_of(Role)
        if any(occupation.soc == soc for occupation in role.occupations)
    ]  # fmt: skip
    return tuple(sorted(roles, key=lambda id_: -_likeness(library, (id_,), wanted)))


def _likeness(library: Library, roles: tuple[str, ...], wanted: str) -> int:
    names = {word for id_ in roles for word in key(library.name(id_)).split()}
    return len(names & set(wanted.split()))
