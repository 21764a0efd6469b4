"""A message with its marks: who speaks of whom, and how what is named next is meant."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.language.mentions import Mention
from assistant.language.story.marks import COMMA, END, IGNORE, START, STOP, Finder, Mark

_FACTS = (
    "job", "deed", "field", "station", "degree", "country", "people", "stage", "years", "age",
    "hours", "role",
)  # fmt: skip
# What follows a background in a row of facts without verbs: "nurse, 34, from Kenya".
_FURTHER = ("years", "age", "hours", "stage", "deed")
_FURTHER_STANCES = ("now", "past", "want", "study", "origin")


@dataclass(frozen=True, slots=True)
class Named:
    """A mention with where it stands, in words."""

    mention: Mention
    start: int
    end: int


class Told:
    """A message as words, marks and mentions, with what holds at each word.

    `stance[i]` says how a fact at word i is meant, `mood[i]` the last stance in its sentence, and
    `third[i]` whether somebody else is spoken of there, `asking[i]` whether it is in a question.
    """

    def __init__(
        self,
        text: str,
        finder: Finder,
        mentions: Sequence[Mention],
        lists: Mapping[str, frozenset[str]],
    ) -> None:
        self._text = text
        self.words = finder.read(text)
        self.plain = [word.plain for word in self.words]
        self.lists = lists
        self._by_kind: dict[str, list[Mark]] = defaultdict(list)
        self._at: dict[int, dict[str, Mark]] = defaultdict(dict)
        for mark in finder.find(self.words):
            self._by_kind[mark.kind].append(mark)
            self._at[mark.start][mark.kind] = mark
        self.named = self._place(mentions)
        self._read_persons()
        self._read_questions()
        self._read_stances()

    def of(self, *kinds: str) -> list[Mark]:
        """Return the marks of these kinds in order, without the ignored."""
        found = [m for kind in kinds for m in self._by_kind[kind] if m.value != IGNORE]
        return sorted(found, key=lambda mark: mark.start)

    def at(self, place: int, kind: str) -> Mark | None:
        """Return the mark of a kind that begins at a word, an ignored one too."""
        marks = self._at.get(place)
        return marks.get(kind) if marks else None

    def own(self, place: int) -> bool:
        """Return whether what stands at a word is told of the one the message is about."""
        return not (self.first_person and self.third[place])

    def word(self, place: int) -> str:
        """Return the word at a place, and an empty one outside of the text."""
        return self.plain[place] if 0 <= place < len(self.plain) else ""

    def text(self, mark: Mark) -> str:
        """Return what was written where a mark stands, in lower case."""
        return self._text[self.words[mark.start].start : self.words[mark.end - 1].end].casefold()

    def turns(self, place: int) -> bool:
        """Return whether another thing begins at a word, or the message ends there."""
        ends = self.word(place) in (STOP, COMMA, END) or self.word(place) in self.lists["turns"]
        return ends or any(kind in _FACTS or kind == "who" for kind in self._at.get(place, ()))

    def goes_on(self, place: int, *more: str) -> bool:
        """Return whether a row of facts goes on at a word: another one, or what somebody wants.

        `more` are kinds of marks that count as facts here, besides the usual ones; a country
        counts where it stands for itself.
        """
        while place < len(self.plain):
            if self.plain[place] == "here" or any(self.at(place, kind) for kind in _FURTHER):
                return True
            listed = ("country", *more) if self.word(place - 1) == COMMA else more
            if any(self.at(place, kind) for kind in listed) or self._speaks_on(place):
                return True
            if not self._keeps[place]:
                return False
            place += 1
        return False

    def counts_on(self, place: int) -> bool:
        """Return whether a row goes on with a number of somebody, or with "here"."""
        while place < len(self.plain) and self._keeps[place]:
            marks = [self.at(place, kind) for kind in ("years", "age", "hours")]
            if self.plain[place] == "here" or any(mark and mark.number for mark in marks):
                return True
            place += 1
        who = self.at(place, "who")
        return who is not None and who.value == "self" and self.plain[place - 1] == COMMA

    def _speaks_on(self, place: int) -> bool:
        stance, knowing = self.at(place, "stance"), self.at(place, "knowing")
        who = self.at(place, "who")
        return bool(
            (stance and stance.value in _FURTHER_STANCES)
            or (knowing and knowing.value != IGNORE)
            or (who and who.value == "self")
        )

    def _place(self, mentions: Sequence[Mention]) -> list[Named]:
        inner = list(enumerate(self.words))[1:-1]
        starts = {word.start: place for place, word in inner}
        ends = {word.end: place + 1 for place, word in inner}
        found = []
        for mention in mentions:
            start, end = starts.get(mention.start), ends.get(mention.end)
            if start is not None and end is not None:
                found.append(Named(mention, start, end))
        return found

    def _read_persons(self) -> None:
        self.first_person = not set(self.plain).isdisjoint(self.lists["i"])
        who = {mark.start: mark.value for mark in self._by_kind["who"]}
        self.third: list[bool] = []
        third = False
        for place, word in enumerate(self.plain):
            if place in who:
                third = who[place] == "third"
            elif word == STOP:
                third = False
            self.third.append(third)
        self.speaks = "self" in who.values()
        self.of_others = "third" in who.values() and not self.first_person

    def _ends(self, place: int) -> bool:
        """Return whether a word ends what was being said; "do" does so in questions only."""
        word = self.plain[place]
        told = word in self.lists["auxiliary"] and not self.asking[place]
        return word in self.lists["reset"] and not told

    def _read_questions(self) -> None:
        asks, auxiliary = self.lists["asks"], self.lists["auxiliary"]
        self.asking: list[bool] = []
        asking, opens = False, True
        for place, word in enumerate(self.plain):
            if word in (START, STOP, COMMA):
                asking, opens = False, True
                self.asking.append(False)
                continue
            inverted = opens or self.word(place + 1) in self.lists["asked"]
            asking = asking or word in asks or (word in auxiliary and inverted)
            opens = opens and word in ("and", "but", "so", "or")
            self.asking.append(asking)

    def _read_stances(self) -> None:
        spans = [range(mark.start, mark.end) for mark in self.of(*_FACTS)]
        spans += [range(n.start, n.end) for n in self.named if n.mention.kind == "role"]
        facts = {place for span in spans for place in span}
        self.stance: list[str] = []
        self.frame: list[int] = []
        self.mood: list[str] = []
        self._keeps: list[bool] = []
        state = mood = ""
        inside, lasting = 0, True
        for place in range(len(self.plain)):
            within = place < inside
            keeps = within or self._keeps_on(place, facts)
            self.stance.append("" if within else state)
            self.frame.append(inside)
            self.mood.append(mood)
            self._keeps.append(keeps)
            frame = None if within else self.at(place, "stance")
            if frame:
                state = mood = "" if frame.value == IGNORE else frame.value
                lasting = not self.lists["be"].issuperset(self.plain[place : frame.end])
                inside = frame.end
            elif not within:
                state, mood = self._passed(place, keeps, state, mood, lasting)

    def _passed(
        self, place: int, keeps: bool, state: str, mood: str, lasting: bool
    ) -> tuple[str, str]:
        """Return the stance and the mood after a word that begins no frame."""
        word = self.plain[place]
        if word in (START, STOP):
            return "start", ""
        if word == COMMA:
            return "start", mood
        if self.at(place, "deed"):
            return state, "now"
        if keeps:
            return state, mood
        return "", mood if lasting and not self._ends(place) else ""

    def _keeps_on(self, place: int, facts: Collection[int]) -> bool:
        """Return whether a word changes nothing in what is being said."""
        word = self.words[place]
        if word.plain in (STOP, END) or self._ends(place):
            return False
        if place in facts or word.plain in self.lists["filler"] or word.number is not None:
            return True
        at_work = self.word(place - 1) == "at"
        return at_work or word.plain in (START, COMMA) or self.at(place, "stance") is not None
