"""The order of a plan: reading and doing in turn, cut where a week is full."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from assistant.planning.contents import Block, Item, Style
from assistant.planning.model import DOING, Milestone, Step


@dataclass(frozen=True, slots=True)
class Piece:
    """Some half hours of an item, in a row."""

    item: Item
    halves: int
    block: int


def tape(made: Iterable[Block], capacity: int, style: Style) -> Iterator[Piece]:
    """Yield what is done one after the other; `capacity` is the half hours of a week."""
    run = 0  # half hours of reading since something was done
    for block in made:
        mixer = _Mixer(block, capacity, style, run)
        yield from mixer.pieces()
        run = mixer.run


@dataclass
class _Mixer:
    """Takes turns between what a block has to read and what it has to do.

    Doing keeps step with reading, comes after a run of reading at the latest, and never before
    what it needs. The project takes its place where nothing smaller is ready.
    """

    block: Block
    capacity: int
    style: Style
    run: int
    left: Counter[str] = field(default_factory=Counter)
    read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Count what there is."""
        project = (self.block.project,) if self.block.project else ()
        for item in (*self.block.reading, *self.block.doing, *project):
            self.left[item.id] = item.halves
        self.coming = {item.id for item in self.block.reading}
        self.to_read = sum(item.halves for item in self.block.reading)
        self.to_do = sum(item.halves for item in self.block.doing)
        self.portion = max(1, self.capacity // 2)
        self.longest = max(1, round(self.capacity * self.style.run))

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces of the block in order."""
        for item in self.block.reading:
            while self.left[item.id]:
                yield from self._doing_due()
                halves = min(self.left[item.id], self.portion, max(1, self.longest - self.run))
                yield self._take(item, halves)
                self.run += halves
            self.read.add(item.id)
        for item in (*self.block.doing, *((self.block.project,) if self.block.project else ())):
            if self.left[item.id]:
                yield self._take(item, self.left[item.id])
                self.run = 0
        yield Piece(self.block.check, self.block.check.halves, self.block.number)
        self.run += self.block.check.halves

    def _doing_due(self) -> Iterator[Piece]:
        late = self.run >= self.longest
        while late or self._is_behind():
            item = self._ready(late)
            if item is None:
                return
            yield self._take(item, min(self.left[item.id], self.portion, self._allowed(item)))
            self.run, late = 0, False

    def _is_behind(self) -> bool:
        """Return whether less of the doing is done than of the reading is read."""
        read = self.to_read - sum(self.left[item.id] for item in self.block.reading)
        done = self.to_do - sum(self.left[item.id] for item in self.block.doing)
        return done * self.to_read + self.portion * self.to_read <= read * self.to_do

    def _ready(self, late: bool) -> Item | None:
        for item in self.block.doing:
            if self.left[item.id] and self._allowed(item) > 0:
                return item
        project = self.block.project
        if project is None or self.left[project.id] <= self.portion:
            return None  # its end is the end of the block
        unread = sum(self.left[item.id] for item in self.block.reading)
        begun = self.to_read - unread >= self.style.begin * self.to_read
        return project if late and (begun or self.run >= self.longest) else None

    def _allowed(self, item: Item) -> int:
        """Return the half hours of an item that what has been read allows for."""
        if item.kind == "exercise":
            unread = set(item.after) & (self.coming - self.read)
            return 0 if unread else self.left[item.id]
        whole = next((x.halves for x in self.block.reading if x.id in item.after), 0)
        if not whole:
            return self.left[item.id]
        learned = 1 - self.left[item.after[0]] / whole
        return int(item.halves * learned) - (item.halves - self.left[item.id])

    def _take(self, item: Item, halves: int) -> Piece:
        self.left[item.id] -= halves
        return Piece(item, halves, self.block.number)


def steps(pieces: Iterable[Piece], capacity: int) -> list[Step]:
    """Return the steps, each within one week of `capacity` half hours."""
    slots = list(_joined(_cut(pieces, capacity)))
    parts = Counter(piece.item.id for _, piece in slots)
    last_of = {piece.item.id: index for index, (_, piece) in enumerate(slots)}
    latest: dict[str, str] = {}
    number: Counter[str] = Counter()
    block_ids: dict[int, dict[str, None]] = {}
    made = []
    for index, (week, piece) in enumerate(slots):
        item = piece.item
        number[item.id] += 1
        part, of = number[item.id], parts[item.id]
        id_ = item.id if part == 1 else f"{item.id}/{part}"
        needs = [*item.after] if part == 1 or last_of[item.id] == index else []
        before = block_ids.setdefault(piece.block, {})
        if item.kind == "check" or (item.kind == "project" and last_of[item.id] == index):
            needs += list(before)
        after = [latest[need] for need in needs if need in latest and need != item.id]
        if part > 1:
            after.append(latest[item.id])
        made.append(
            Step(
                id_, item.kind, item.title if of == 1 else f"{item.title} ({part} of {of})", week,
                piece.halves / 2, item.why, tuple(dict.fromkeys(after)), item.resources,
                piece.block,
            )
        )  # fmt: skip
        latest[item.id] = id_
        before[item.id] = None
    return made


def _cut(pieces: Iterable[Piece], capacity: int) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces with their weeks, cut in two where a week ends."""
    clock = 0
    for piece in pieces:
        left = piece.halves
        while left:
            size = min(left, capacity - clock % capacity)
            yield 1 + clock // capacity, Piece(piece.item, size, piece.block)
            clock, left = clock + size, left - size


def _joined(slots: Iterable[tuple[int, Piece]]) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces of one item that stand beside each other in a week as one."""
    last: tuple[int, Piece] | None = None
    for week, piece in slots:
        if last and last[0] == week and last[1].item is piece.item:
            last = week, Piece(piece.item, last[1].halves + piece.halves, piece.block)
            continue
        if last:
            yield last
        last = week, piece
    if last:
        yield last


def milestones(made: Iterable[Block], listed: Iterable[Step]) -> tuple[Milestone, ...]:
    """Return the end of each block that the steps reach."""
    reached = {step.phase: step.week for step in listed if step.kind == "check"}
    return tuple(
        Milestone(reached[block.number], block.phase.title, block.phase.milestone,
                  block.phase.project if block.project else "")
        for block in made if block.number in reached
    )  # fmt: skip


def idle_weeks(listed: Iterable[Step]) -> int:
    """Return the longest run of weeks in which nothing is made."""
    by_week: dict[int, bool] = {}
    for step in listed:
        by_week[step.week] = by_week.get(step.week, False) or step.kind in DOING
    longest = run = 0
    for week in sorted(by_week):
        run = 0 if by_week[week] else run + 1
        longest = max(longest, run)
    return longest
