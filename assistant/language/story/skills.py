"""Skills that a learner says they know, partly know, do not know or want to learn."""

from dataclasses import dataclass

from assistant.language.story.marks import COMMA, IGNORE, START, STOP, Mark
from assistant.language.story.told import Told

PROGRAMMING = "programming"
_REACH = 5
_MEANT = {"slightly": "partly", "no": "unknown", "not": "unknown"}


@dataclass(slots=True)
class _Hold:
    """What a frame says of the skills named after it, while it holds."""

    how: str = ""
    reach: int = _REACH
    opens: bool = False

    def pass_by(self, told: Told, place: int) -> None:
        """Let go where a word ends what the frame said; "not x, y" says that y is known."""
        word, stance = told.plain[place], told.at(place, "stance")
        self.reach -= 1
        if word == COMMA and self.how in ("no", "not"):
            self.how = "known" if self.opens and self.how == "not" else ""
        elif word == STOP or word in told.lists["reset"] or told.at(place, "who") or self.reach < 0:
            self.how = ""
        elif stance and stance.value == "want":
            self.how = ""


def skills(told: Told) -> dict[str, str]:
    """Return id → known, partly, unknown or wants, for skills in clauses that say so."""
    targets = _targets(told)
    found = {PROGRAMMING: mark.value for mark in told.of("programs") if _tells(told, mark)}
    hold = _Hold()
    place = 0
    while place < len(told.plain):
        frame = told.at(place, "knowing")
        if frame:
            hold = _taken(told, frame, hold, bool(found))
            place = frame.end
        elif place in targets:
            id_, end, tool = targets[place]
            how = _judged(told, place, end, hold.how)
            if how and told.own(place) and (tool or not hold.opens):
                found[id_] = _MEANT.get(how, how)
            hold.reach = _REACH
            place = end
        else:
            hold.pass_by(told, place)
            place += 1
    return found


def _taken(told: Told, frame: Mark, before: _Hold, story: bool) -> _Hold:
    """Return what a frame says, nothing where it asks or only contrasts names."""
    if frame.value == IGNORE or not _tells(told, frame):
        return _Hold()
    if frame.value == "slightly" and before.how not in ("known", "partly"):
        return _Hold()
    opens = frame.value == "not" and told.word(frame.start - 1) in (START, STOP)
    if frame.value == "not" and not (opens or story):
        return _Hold()
    return _Hold(frame.value, opens=opens)


def _tells(told: Told, frame: Mark) -> bool:
    """Return whether a frame is no part of a question: "I know" is none even within one."""
    before = told.word(frame.start - 1)
    subject = told.word(frame.start) in told.lists["i"] and before not in told.lists["auxiliary"]
    return subject or not told.asking[frame.start]


def _targets(told: Told) -> dict[int, tuple[str, int, bool]]:
    """Return, by the word it begins at, each skill, where it ends, and whether it is a tool."""
    found = {mark.start: (mark.value, mark.end, False) for mark in told.of("skill")}
    for named in told.named:
        kind = named.mention.kind
        if kind in ("concept", "competency"):
            found[named.start] = named.mention.id, named.end, kind == "competency"
    for mark in told.of("job"):
        if mark.end > mark.start + 1:
            for place in range(mark.start, mark.end):
                found.pop(place, None)
    studied = {mark.end for mark in told.of("degree")}
    common = told.lists["reset"] | told.lists["filler"]
    return {
        place: skill for place, skill in found.items()
        if place not in studied and told.plain[place] not in common
    }  # fmt: skip


def _judged(told: Told, place: int, end: int, how: str) -> str:
    """Return how well a skill is known by what stands before it and after it."""
    own = "my" in told.plain[max(0, place - 2) : place]
    verdict = told.at(end, "verdict")
    if verdict is None and told.word(end) == COMMA and told.word(end + 1) == "i":
        verdict = told.at(end + 1, "verdict")
        own = own or verdict is not None
    if verdict:
        own = own or "my" in told.plain[verdict.start : verdict.end]
    if told.word(end) in told.lists["is"] and not own:
        return ""
    return verdict.value if verdict and (own or how) else how
