"""Skills that a learner says they know, partly know, do not know or want to learn."""

from dataclasses import dataclass

from assistant.language.story.marks import COMMA, START, STOP
from assistant.language.story.told import IGNORE, Told

_REACH = 5


@dataclass(slots=True)
class _Hold:
    """What a frame says of the skills named after it, while it holds."""

    how: str = ""
    opens: bool = False
    reach: int = _REACH

    def pass_by(self, told: Told, place: int) -> None:
        """Let go where a word ends what the frame said."""
        word, stance = told.plain[place], told.at(place, "stance")
        self.reach -= 1
        if word == COMMA and self.how == "not":
            self.how = "known" if self.opens else ""
        elif word == STOP or word in told.lists["reset"] or told.at(place, "who") or self.reach < 0:
            self.how = ""
        elif stance and stance.value == "want":
            self.how = ""


def skills(told: Told) -> dict[str, str]:
    """Return id → known, partly, unknown or wants, for skills in clauses that say so."""
    targets = _targets(told)
    found: dict[str, str] = {}
    hold = _Hold()
    place = 0
    while place < len(told.plain):
        frame = told.at(place, "knowing")
        if frame:
            how = "" if frame.value == IGNORE else frame.value
            opens = told.word(place - 1) in (START, STOP) and told.word(place) == "not"
            hold = _Hold(how, opens)
            place = frame.end
        elif place in targets:
            id_, end = targets[place]
            how = _judged(told, place, end, hold.how)
            if how and told.own(place):
                found[id_] = "unknown" if how == "not" else how
            hold.reach = _REACH
            place = end
        else:
            hold.pass_by(told, place)
            place += 1
    return found


def _targets(told: Told) -> dict[int, tuple[str, int]]:
    """Return, by the word it begins at, each skill named and where it ends."""
    found = {mark.start: (mark.value, mark.end) for mark in told.of("skill")}
    for named in told.named:
        if named.mention.kind in ("concept", "competency"):
            found[named.start] = named.mention.id, named.end
    for mark in told.of("job"):
        for place in range(mark.start, mark.end):
            if mark.end > mark.start + 1:
                found.pop(place, None)
    return found


def _judged(told: Told, place: int, end: int, how: str) -> str:
    """Return how well a skill is known by what stands before it and after it."""
    own = "my" in told.plain[max(0, place - 2) : place]
    verdict = told.at(end, "verdict")
    if verdict is None and told.word(end) == COMMA and told.word(end + 1) == "i":
        verdict = told.at(end + 1, "verdict")
        own = own or verdict is not None
    if told.word(end) in told.lists["is"] and not own:
        return ""
    return verdict.value if verdict and (own or how) else how
