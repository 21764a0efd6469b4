"""Where learners come from: their jobs, studies and degrees, by the words around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.language.story.marks import Mark
from assistant.language.story.roles import Target
from assistant.language.story.told import Told

_PLAIN = ("now", "past", "origin")
_ORDER = ("job", "degree", "study")
_TENSES = ("now", "as", "origin", "past", "have", "study", "start", "case")
_NO_STUDY = ("working", "unemployed", "career break", "none")
_STUDY_TENSES = {"can": "case", "case": "case", "as": "now", "now": "now", "past": "past",
                 "origin": "origin"}  # fmt: skip
_WITHIN = 5


@dataclass(frozen=True, slots=True)
class Background:
    """Where a learner comes from, as a job, a study or a degree.

    `text` is what was written. `path` is the id of the transition path that is nearest, empty
    where none is near; `exact` says whether the path is made for this very background.
    """

    name: str
    text: str
    kind: str
    path: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A background with how it is meant; `role` where the job is a role of ours.

    `goal` is the role of "from x to y", `stage` what the background says of it, `frame` where
    the words end that say how it is meant.
    """

    background: Background
    mark: Mark
    tense: str
    role: str = ""
    goal: str = ""
    stage: str = ""
    frame: int = 0

    @property
    def hypothetical(self) -> bool:
        """Whether nobody is said to have the background."""
        return self.tense == "case"


class Claims:
    """The backgrounds that a message claims."""

    def __init__(
        self, told: Told, known: Mapping[str, Any], named: Sequence[Target], goal: str
    ) -> None:
        """Take what `compile_vocabulary` says of backgrounds, and the roles named and wanted."""
        self.told, self._known, self._named, self._goal = told, known, named, goal

    def read(self) -> list[Claim]:
        """Return the claims, the most telling first: of two jobs now the later, else the first."""
        fields = list(self._fields())
        taken = {place for claim in fields for place in range(claim.mark.start, claim.mark.end)}
        jobs = [claim for claim in self._jobs() if claim.mark.start not in taken]
        named = [claim for claim in jobs if claim.mark.kind != "deed"]
        return sorted((*(named or jobs), *fields), key=_order)

    def _jobs(self) -> Iterator[Claim]:
        told = self.told
        marks = [m for m in told.of("job", "deed", "station") if not self._is_part(m)]
        covered = {place for mark in marks for place in range(mark.start, mark.end)}
        for target in self._named:
            if target.text and covered.isdisjoint(range(target.start, target.end)):
                marks.append(Mark("role", target.text, target.start, target.end))
        for mark in marks:
            if told.own(mark.start):
                role = self._role(mark)
                leads, goal = self._leads_to(mark.end)
                tense = self._tense(mark, role, leads)
                if tense:
                    yield self._claim(mark, tense, role, goal)

    def _claim(
        self, mark: Mark, tense: str, role: str = "", goal: str = "", kind: str = ""
    ) -> Claim:
        group = {"deed": "job", "degree_field": "field"}.get(mark.kind, mark.kind)
        known = self._known.get(group, {})
        path, exact, what, stage = known.get(mark.value, ("", False, "job", ""))
        background = Background(mark.value, self.told.text(mark), kind or what, path, exact)
        return Claim(background, mark, tense, role, goal, stage, self.told.frame[mark.start])

    def _is_part(self, mark: Mark) -> bool:
        """Return whether a job is only a word in the name of another role."""
        name = mark.value.casefold().replace(" ", "_")
        return any(
            target.start <= mark.start and mark.end <= target.end and target.role != name
            and target.end - target.start > mark.end - mark.start
            for target in self._named
        )  # fmt: skip

    def _role(self, mark: Mark) -> str:
        for target in self._named:
            if target.start < mark.end and mark.start < target.end:
                return target.role
        return ""

    def _leads_to(self, end: int) -> tuple[bool, str]:
        """Return whether there is a y as in "x to y" where x ends, and which role y is."""
        told = self.told
        if told.word(end) not in told.lists["to"]:
            return False, ""
        for target in self._named:
            if 0 <= target.start - end - 1 <= 2:
                return True, target.role
        topic = any(end < named.start <= end + 2 for named in told.named)
        return topic or told.word(end + 1) in told.lists["areas"], ""

    def _stance(self, mark: Mark) -> str:
        """Return the stance at a mark; "with a" says in a question what somebody may have."""
        stance = self.told.stance[mark.start]
        if stance == "with":
            return "case" if self.told.asking[mark.start] else "have"
        return stance

    def _tense(self, mark: Mark, role: str, leads: bool) -> str:
        """Return how a job is meant, empty where it is nobody's."""
        told, stance = self.told, self._stance(mark)
        if mark.kind == "deed" or stance in _PLAIN:
            supposed = told.asking[mark.start] and not told.speaks
            if role and told.asking[mark.start] and self._goal in ("", role):
                return ""
            return "case" if supposed else "now" if mark.kind == "deed" else stance
        if leads and stance in ("start", "from", "want", "seek"):
            return "now" if told.first_person else "case"
        if stance == "have":
            after, before = told.word(mark.end), told.word(mark.start - 1)
            return "origin" if after in told.lists["of_work"] or before == "in" else ""
        if stance == "start":
            return self._in_a_row(mark, role)
        if role and self._goal in ("", role):
            return ""
        if stance == "as":
            return "now" if told.speaks else ""
        sets_out = self._goal or told.word(mark.end) in told.lists["sets_out"]
        return "case" if stance == "case" or (stance == "can" and sets_out) else ""

    def _in_a_row(self, mark: Mark, role: str) -> str:
        """Return how a job without a verb is meant, by what follows: "nurse, 34, from Kenya"."""
        told, beside = self.told, {self.told.word(mark.start - 1), self.told.word(mark.end)}
        after = told.at(mark.end, "stance")
        if not told.lists["alternatives"].isdisjoint(beside):
            return ""
        if after and after.value in ("now", "origin") and after.end == mark.end + 1:
            return "past"
        if after and after.value == "origin":
            return "origin"
        if role:
            return "now" if told.counts_on(mark.end) else ""
        if after and after.value == "want" and not told.speaks:
            return "case"
        return "now" if told.goes_on(mark.end) else ""

    def _fields(self) -> Iterator[Claim]:
        told = self.told
        known = self._known["job"]
        jobs = {m.start: m.end for m in told.of("job") if known[m.value][2] == "job"}
        marks = [
            mark
            for mark in told.of("field")
            if not self._is_part(mark) and jobs.get(mark.start, 0) <= mark.end
        ]
        starts = {mark.start for mark in marks}
        for mark in told.of("degree_field"):
            named = mark.end + (told.word(mark.end) in told.lists["at"])
            if named not in starts:
                marks.append(mark)
        for mark in marks:
            tense = self._tense_of_study(mark) if told.own(mark.start) else ""
            if tense:
                yield self._claim(mark, tense, kind=self._kind_of_study(mark, tense))

    def _tense_of_study(self, mark: Mark) -> str:
        """Return how a field of study is meant, empty where nobody studied it."""
        told, stance = self.told, self._stance(mark)
        if stance in ("from", "want", "start") and self._leads_to(mark.end)[0]:
            if told.at(mark.start, "job"):
                return ""
            return "now" if told.first_person else "case"
        if stance == "study":
            return "" if self._is_topic(mark) and not self._attached(mark) else stance
        if stance in _PLAIN and not self._attached(mark):
            at_work = told.word(mark.start - 1) in told.lists["at"] and not self._is_topic(mark)
            return stance if at_work else ""
        if stance == "have":
            said = told.lists["studied"].intersection(told.plain[mark.start - 3 : mark.start])
            return stance if said or self._attached(mark) else ""
        if not self._attached(mark) or (stance == "can" and not self._goal):
            return ""
        if stance == "start":
            return "now" if told.goes_on(mark.end, "stage") else ""
        return _STUDY_TENSES.get(stance, "")

    def _is_topic(self, mark: Mark) -> bool:
        """Return whether a field of study is also something that this program teaches."""
        return any(
            named.start == mark.start and named.mention.kind in ("concept", "competency")
            for named in self.told.named
        )

    def _kind_of_study(self, mark: Mark, tense: str) -> str:
        told = self.told
        if tense in _PLAIN and not self._attached(mark):
            return "job"
        near = range(mark.start - _WITHIN, mark.end + _WITHIN)
        stages = {told.at(place, "stage") for place in near if place >= 0} - {None}
        student = any(stage and stage.value == "student" for stage in stages)
        return "study" if tense == "study" or student else "degree"

    def _attached(self, mark: Mark) -> bool:
        """Return whether a field stands beside a degree or a student."""
        told = self.told
        after = told.word(mark.end)
        if after == "at" and told.word(mark.end + 1) in told.lists["campus"]:
            return True
        if after in told.lists["of_study"] and not (
            after == "background" and told.at(mark.start, "job")
        ):
            return True
        if mark.kind == "degree_field" or told.at(mark.end, "degree") or told.at(mark.end, "stage"):
            return True
        ends = {m.end for m in told.of("degree", "stage") if m.value not in _NO_STUDY}
        place = mark.start
        while place not in ends and told.word(place - 1) in told.lists["before_field"]:
            place -= 1
        return place in ends


def _order(claim: Claim) -> tuple[int, int, int, int]:
    kind = 3 if claim.stage else _ORDER.index(claim.background.kind)
    later = -claim.frame if claim.tense == "now" else 0
    return kind, _TENSES.index(claim.tense), later, claim.mark.start
