"""Whether a message belongs to our field, from all that is known about it."""

import re

from assistant.language.mentions import WEAK
from assistant.language.spelling import Speller
from assistant.replies import passage
from assistant.replies.control import CONTROL, TALKING
from assistant.replies.dispatch import TALK
from assistant.replies.turn import Turn

# How near a stored question must be for a message that the classifier calls out of scope to be
# ours all the same. Chosen on the development questions and the stories as a whole.
NAMED = 0.50  # the message names an entry of ours
CLOSE = 0.60  # nothing of ours is named and no answer was found, but the subject is ours
DOUBTFUL = 0.3  # an out-of-scope score from which something of ours must be near …
HINT = 0.15  # … a stored question with this probability, or a passage as near as NAMED
FOREIGN = 0.95  # an out-of-scope score that only a stored question …
PLAINLY = 0.65  # … with this probability outweighs
CERTAIN, CLEAR = 0.02, 0.9  # … surest, and of what is wanted: nothing near is needed
FAMILIAR = 0.3  # an out-of-scope score below which the classifier is sure
# A message in scope by the classifier's word alone must be at least this near to something.
TOUCHING = 0.40
# "what is zorblax regularisation": the words of the subject, up to "of", "in", "and" …
_SUBJECT = re.compile(
    r"^\W*(?:please\s+)?(?:what(?:'s| is| are)|explain|define|describe|tell me about|how does)\s+"
    r"(?:the\s+|an?\s+)?((?:(?!\b(?:of|in|and|or|for|by|with|to|from|work|do|vs)\b)[\w'-]+\s*){1,4})",
    re.IGNORECASE,
)
KNOWN = 0.35  # … on a subject of the field; what is asked of a career may be asked of another
SUBJECTS = ("concept", "application", "claim")
OUR_KINDS = ("concept", "role", "application", "industry", "claim", "resource")
TALKED = 8  # words from which a message about the conversation must not sound strange
SHORT = 3  # words of a message that is about the conversation whatever the classifier says


def in_scope(turn: Turn) -> bool:
    """Return whether to answer; a name of ours or a near question outweighs the classifier."""
    heard = turn.heard
    strange = heard.prediction.is_out_of_scope
    named, words = _named(turn), len(heard.text.split())
    if turn.intent in TALK or (turn.intent in CONTROL and passage.asked(turn) is None):
        strange = strange or (words > TALKED and heard.prediction.out_of_scope >= NAMED)
        return not strange or (words <= SHORT and turn.sure >= TALKING)
    if heard.prediction.out_of_scope >= DOUBTFUL and not strange:
        strange = passage.asked(turn, HINT) is None and _near(turn) < NAMED
    if strange:
        if passage.asked(turn, KNOWN, SUBJECTS):
            return True
        bar = PLAINLY if heard.prediction.out_of_scope >= FOREIGN else passage.LIKELY
        return passage.asked(turn, bar) is not None or (named and _near(turn) >= NAMED)
    certain = heard.prediction.out_of_scope < CERTAIN and turn.sure >= CLEAR
    return named or certain or _near(turn) >= TOUCHING or turn.intent in _NO_PASSAGE


# Intents that are answered without a passage.
_NO_PASSAGE = frozenset(
    ("exercise_list", "quiz", "progress", "next_step", "profile", "forget", "interview_practice")
)


def in_field(turn: Turn) -> bool:
    """Return whether a message without a good answer is at least about our field."""
    named = _named(turn)
    familiar = turn.heard.prediction.out_of_scope < FAMILIAR
    return named or familiar or _near(turn) >= CLOSE


def _near(turn: Turn) -> float:
    """Return the cosine to the nearest passage or stored question."""
    return max((hit.dense for hit in turn.heard.hits), default=0.0)


def strange_subject(turn: Turn, speller: Speller) -> bool:
    """Return whether a message asks what something is that nothing here ever heard of."""
    found = _SUBJECT.match(turn.heard.spelt)
    if not found or passage.asked(turn):
        return False
    ends = [item.end for item in turn.heard.mentions if item.score > WEAK]
    subject = turn.heard.spelt[found.start(1) : min([found.end(1), *ends])]
    return any(speller.unknown(word) for word in re.findall(r"[^\W\d_]+", subject))


def _named(turn: Turn) -> bool:
    """Return whether the message names an entry of ours by more than an everyday word."""
    if turn.heard.slots.goal in turn.library:
        return True
    return any(mention.kind in OUR_KINDS and mention.score > WEAK for mention in turn.about)
