"""Skills that a learner says they know, partly know, do not know or want to learn."""

from dataclasses import dataclass

from assistant.language.story.marks import COMMA, END, IGNORE, START, STOP, Mark
from assistant.language.story.told import Told

PROGRAMMING = "programming"
_REACH = 5
_NOT = ("no", "not")
_MEANT = {"slightly": "partly", "no": "unknown", "not": "unknown"}


@dataclass(slots=True)
class _Hold:
    """What a frame says of the skills named after it, while it holds."""

    how: str = ""
    opens: bool = False
    end: int = 0
    reach: int = _REACH
    listed: bool = False

    def pass_by(self, told: Told, place: int) -> None:
        """Let go where a word ends what the frame said; "not x, y" says that y is known."""
        word, stance = told.plain[place], told.at(place, "stance")
        self.reach -= 1
        if self.listed and word != COMMA and word not in told.lists["filler"]:
            self.reach = -1
        if word == COMMA and self.how in _NOT:
            self.how = "known" if self.opens and self.how == "not" else ""
            return
        ends = word == STOP or word in told.lists["reset"] or told.at(place, "who")
        if ends or self.reach < 0 or (stance and stance.value == "want"):
            self.how = ""


def skills(told: Told) -> dict[str, str]:
    """Return id → known, partly, unknown or wants, for skills in clauses that say so."""
    targets = _targets(told)
    within = {place for end, target in targets.items() for place in range(target[1], end)}
    found: dict[str, str] = {}
    for mark in told.of("programs"):
        if _tells(told, mark) and told.own(mark.start):
            found[PROGRAMMING] = mark.value
    hold = _Hold()
    for place in range(len(told.plain)):
        frame = told.at(place, "knowing")
        if place < hold.end:
            continue
        if frame:
            hold = _held(told, frame, hold, bool(found))
        elif place in targets:
            id_, start, tool = targets[place]
            how = _judged(told, start, place + 1, hold.how)
            if how and told.own(place) and not _contrasts(told, start, place + 1, hold, tool):
                found[id_] = _MEANT.get(how, how)
            hold.reach, hold.listed = _REACH, True
            verdict = told.at(place + 1, "verdict")
            hold.end = verdict.end if verdict else hold.end
        elif place not in within:
            hold.pass_by(told, place)
    return found


def _held(told: Told, frame: Mark, before: _Hold, story: bool) -> _Hold:
    """Return what a frame says, nothing where it asks or only contrasts names."""
    nothing = _Hold(end=frame.end)
    if frame.value == IGNORE or not _tells(told, frame):
        return nothing
    if frame.value == "slightly" and before.how not in ("known", "partly"):
        return nothing
    opens = frame.value == "not" and told.word(frame.start - 1) in (START, STOP)
    if frame.value == "not" and not (opens or story):
        return nothing
    return _Hold(frame.value, opens, end=frame.end)


def _contrasts(told: Told, start: int, end: int, hold: _Hold, tool: bool) -> bool:
    """Return whether "no x" or "not x" says nothing of a skill: "no free lunch", "not k-means"."""
    if hold.opens:
        return not tool
    return hold.how in _NOT and not (start == hold.end and told.turns(end)) and not hold.listed


def _tells(told: Told, frame: Mark) -> bool:
    """Return whether a frame is no part of a question: "I know" is none even within one."""
    before = told.word(frame.start - 1)
    if frame.value == "no" and before not in told.lists["negates"]:
        return False
    said = told.plain[frame.start : frame.end]
    if before in told.lists["supposes"] and told.lists["am"].isdisjoint(said):
        return False
    subject = told.word(frame.start) in told.lists["i"] and before not in told.lists["auxiliary"]
    return subject or not told.asking[frame.start]


def _targets(told: Told) -> dict[int, tuple[str, int, bool]]:
    """Return, by the word it ends with, each skill, where it begins, and whether it is a tool."""
    found = {mark.end - 1: (mark.value, mark.start, False) for mark in told.of("skill")}
    for named in told.named:
        kind = named.mention.kind
        if kind in ("concept", "competency"):
            found[named.end - 1] = named.mention.id, named.start, kind == "competency"
    within_jobs = {
        place
        for mark in told.of("job")
        if mark.end > mark.start + 1
        for place in range(mark.start, mark.end)
    }
    studied = {mark.end for mark in told.of("degree")}
    common = told.lists["reset"] | told.lists["filler"]
    return {
        place: skill
        for place, skill in found.items()
        if skill[1] not in studied and place not in within_jobs and told.plain[place] not in common
    }


def _judged(told: Told, start: int, end: int, how: str) -> str:
    """Return how well a skill is known by what stands before it and after it."""
    own = "my" in told.plain[max(0, start - 2) : start] and not told.asking[start]
    verdict = told.at(end, "verdict") or told.at(end - 1, "verdict")  # "my python skills are ok"
    if verdict is None and told.word(end) == COMMA and told.word(end + 1) == "i":
        verdict = told.at(end + 1, "verdict")
        own = own or verdict is not None
    if verdict:
        said = told.plain[verdict.start : verdict.end]
        own = own or said[0] == COMMA or not {"my", "me"}.isdisjoint(said)
    ends = told.word(end + 1) in (STOP, COMMA, END)  # "I do not know what x is"
    if told.word(end) in told.lists["is"] and not (own or ends):
        return ""
    return verdict.value if verdict and (own or how) else how
