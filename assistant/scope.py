"""Whether a message belongs to our field, from all that is known about it."""

from assistant.replies import passage
from assistant.replies.dispatch import TALK
from assistant.replies.turn import Turn

# Chosen on the development questions and the stories, never on a single one of them.
SURE_WORDING = 0.70  # a stored question this near makes a message ours, whatever else speaks
NAMED_WORDING = 0.50  # the same where the message also names an entry of ours
OUR_KINDS = ("concept", "role", "application", "industry", "claim", "path", "resource")
CONTROL = frozenset(["affirm", "deny", "cancel", "more", "simplify", "correct", "source"])


def in_scope(turn: Turn) -> bool:
    """Return whether to answer; a name of ours or a near question outweighs the classifier."""
    heard = turn.heard
    if turn.intent in TALK or turn.intent in CONTROL:
        return not heard.prediction.is_out_of_scope or len(heard.text.split()) <= 3
    best = next(iter(passage.candidates(turn)), None)
    if best and best.dense >= SURE_WORDING:
        return True
    named = [mention for mention in turn.about if mention.kind in OUR_KINDS]
    if not heard.prediction.is_out_of_scope:
        return True
    return bool(named) and best is not None and best.dense >= NAMED_WORDING
