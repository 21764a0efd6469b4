"""The answer from a knowledge pack, where a message is nearer to it than to our own knowledge."""

from assistant.questions import Asked
from assistant.replies import passage
from assistant.replies.turn import Turn
from assistant.reply import Reply
from knowledge.library import PassageRef

# Likeness as in `passage.Candidate.good`: a pack's passage must be this near to the message, and
# nearer than any of ours; by LEAD where a stored question of ours is not unlikely to be asked.
# Chosen so that a small pack changes no answer to the stories and the development questions.
NEAR, LEAD = 0.62, 0.1


def reply(turn: Turn) -> Reply | None:
    """Answer from a pack, None where none is near or our own knowledge is as near."""
    found = _asked(turn) or _near(turn)
    if found is None:
        return None
    entry = turn.library.get(found.entry)
    turn.memory.shown.add((entry.id, found.field))
    blocks = passage.field_blocks(turn, entry, found.field)
    return turn.reply(*blocks, ids=[entry.id], suggestions=passage.questions_near(turn, entry))


def _asked(turn: Turn) -> Asked | None:
    """Return the likeliest stored question, if a pack's and likely."""
    first = passage.asked(turn)
    return first if first and turn.library.pack(first.entry) else None


def _near(turn: Turn) -> PassageRef | None:
    """Return the place of the nearest passage, if a pack's and near enough."""
    own = next((item for item in turn.heard.asked if not turn.library.pack(item.entry)), None)
    best, found = 0.0, None
    bar = NEAR
    for hit in turn.heard.hits:
        place = turn.library.passages[hit.row]
        likeness = hit.dense + passage.WORDS_IN_COMMON * hit.lexical
        if not turn.library.pack(place.entry):
            bar = max(bar, likeness + LEAD * (own is not None and own.chance >= passage.HEDGED))
        elif likeness > best:
            best, found = likeness, place
    return found if best >= bar else None
