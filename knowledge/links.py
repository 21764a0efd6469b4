"""Which fields of an entry hold ids, and of what."""

from dataclasses import dataclass

from knowledge.schema import KINDS


@dataclass(frozen=True, slots=True)
class Link:
    """A field that holds ids, and the kinds of entry that may stand in it."""

    field: str
    kinds: tuple[str, ...] = ()


LINKS: tuple[Link, ...] = (
    Link("prerequisites", ("concept",)),
    Link("related", tuple(KINDS)),
    Link("concepts", ("concept",)),
    Link("applications", ("application",)),
    Link("industries", ("industry",)),
    Link("roles", ("role",)),
    Link("role", ("role",)),
    Link("competencies", ("competency",)),
    Link("must", ("competency",)),
    Link("gives", ("competency", "concept")),
    Link("eases", ("competency", "concept")),
    Link("nice", ("competency",)),
    Link("resources", ("resource",)),
    Link("topics", ("concept", "competency")),
    Link("exercises", ("exercise",)),
)
