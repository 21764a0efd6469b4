"""Whether a message is a job advert that was pasted: told without importing what reads one."""

import re

PASTED_WORDS = 35  # of an advert, at least
_ADVERT = re.compile(
    r"\b(?:requirements?|responsibilities|qualifications?|years? of|years' experience|degree"
    r"|nice[ -]to[ -]have|we (?:are looking|offer|are hiring|expect|require)|you will|you have"
    r"|your profile|must[ -]haves?|salary|full[ -]time|apply|join (?:us|our))\b",
    re.IGNORECASE,
)
_FROM_LEARNER = re.compile(r"\b(?:i|i'm|i've|my|me)\b", re.IGNORECASE)


def is_pasted(message: str) -> bool:
    """Return whether a message looks like a job advert rather than like somebody speaking."""
    if len(message.split()) < PASTED_WORDS or _FROM_LEARNER.search(message):
        return False
    return len({found.group().casefold() for found in _ADVERT.finditer(message)}) > 1
