"""What a concept needs, and what that needs in turn, as a tree."""

from assistant.reply import Tree
from knowledge.library import Library
from knowledge.schema import Concept

DEEP = 3  # levels below the concept
MOST = 20  # lines of a tree, its title among them


def tree(library: Library, concept: Concept, title: str) -> Tree:
    """Return the prerequisites of a concept, each once and as near to it as it stands anywhere.

    The nearest come with what they are; those beyond `DEEP` levels or `MOST` lines are counted.
    """
    below: dict[str, list[str]] = {concept.id: []}
    level = [concept.id]
    for _ in range(DEEP):
        level = [needed for id_ in level for needed in _place(library, id_, below)]
    every = library.with_prerequisites([concept.id])
    nearest = tuple(_branch(library, id_, below, told=True) for id_ in below[concept.id])
    return Tree(title, needs=nearest, more=len({*every, *below}) - len(below))


def _place(library: Library, id_: str, below: dict[str, list[str]]) -> list[str]:
    """Put what an entry needs below it, if it has no place yet and there is room; return it."""
    entry = library.get_as(Concept, id_)
    for needed in entry.prerequisites if entry else ():
        if needed in library and needed not in below and len(below) < MOST:
            below[needed] = []
            below[id_].append(needed)
    return below[id_]


def _branch(library: Library, id_: str, below: dict[str, list[str]], *, told: bool) -> Tree:
    branches = tuple(_branch(library, needed, below, told=False) for needed in below[id_])
    return Tree(library.name(id_), library.get(id_).summary if told else "", branches)
