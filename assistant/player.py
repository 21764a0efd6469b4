"""An exercise played in a terminal or written to a pipe: draws events, asks for predictions."""

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import UsageError
from assistant.learner.runs import Curves, keep_run
from assistant.places import RUNS, cache_dir, is_private
from assistant.render import figure
from assistant.render.curve import chart
from assistant.render.plain import inline
from assistant.settings import current
from skills.checkpoint import Checkpoint, key
from skills.device import DeviceError
from skills.device import choose as choose_device
from skills.exercise import Exercise
from skills.play import (
    Ask,
    Done,
    Event,
    Events,
    Judge,
    Measure,
    Measured,
    Result,
    Say,
    Show,
    Train,
    play,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Choose = Callable[[str, Sequence[str]], int | None]
Keep = Callable[[Result, Curves], None]
REDRAW = 0.15  # seconds between two pictures of a running training
PIPE_WIDTH = 80  # columns of a figure in a pipe
PIPE_LINES = 10  # progress lines a stage writes to a pipe


class Screen(Protocol):
    """Where an exercise is drawn."""

    def event(self, event: Event) -> None:
        """Draw one event."""

    def training(self) -> contextlib.AbstractContextManager[Any]:
        """Return a context in which Train events replace each other."""


def run(
    exercise: Exercise,
    screen: Screen,
    *,
    seed: int = 0,
    device: str | None = None,
    choose: Choose | None = None,
    afresh: bool = False,
    writes: bool = True,
    constants: Mapping[str, Any] | None = None,
    keep: Keep = keep_run,
) -> Result:
    """Play an exercise to its end and return its result; without `choose` nothing is asked.

    Ctrl-C while it trains stops the training; what was measured until then is returned. A run
    that was stopped or killed goes on from what it had saved, unless it is to begin `afresh`.
    `constants` stand in for those at the top of the solution. Of several processes that train
    together only the first `writes` what is to be kept. The run is kept with its curves, in the
    learner's file unless `keep` is another, before its end is shown; one with `constants` is not.
    In private mode no file is written. Without `device` the one in the settings is used.
    """
    device = device or device_set(exercise)
    name = key(exercise, seed, device, constants or {})
    kept = Checkpoint(cache_dir() / RUNS, name, writes=writes and not is_private())
    saved = None if afresh else kept.load()
    record = keep if writes and not constants else _leave
    answers: Mapping[str, int] | None = None if choose else {}
    events = play(
        exercise, seed=seed, device=device, answers=answers, saved=saved, constants=constants
    )
    try:
        with screen.training():
            result = _pull(events, screen, choose, kept, record)
    except Exception:
        if not saved:
            raise
        kept.remove()  # what was saved may be what broke it
        return run(
            exercise, screen, seed=seed, device=device, choose=choose, constants=constants,
            keep=keep,
        )  # fmt: skip
    if result.stopped and kept.file:
        return dataclasses.replace(result, artifacts=(str(kept.file),))
    kept.remove()
    if not result.stopped and not is_private():
        _remember(name, result)
    return result


def _leave(result: Result, curves: Curves) -> None:
    """Keep nothing of a run."""


def _pull(
    events: Events, screen: Screen, choose: Choose | None, kept: Checkpoint, keep: Keep
) -> Result:
    states: Mapping[str, Any] = {}
    curves: dict[str, Mapping[str, Sequence[tuple[int, float]]]] = {}
    event = next(events)
    while not isinstance(event, Done):
        if isinstance(event, Train):
            states = event.states
            curves[event.stage] = event.curves
        try:
            screen.event(event)
            kept.save(states, now=isinstance(event, Measure))
            if isinstance(event, Ask) and choose:
                event = events.send(choose(event.question, event.choices))
            else:
                event = next(events)
        except KeyboardInterrupt:
            event = events.throw(KeyboardInterrupt)
    if event.result.stopped:
        kept.save(states, now=True)
    keep(event.result, curves)
    screen.event(event)
    events.close()
    return event.result


def _remember(name: str, result: Result) -> None:
    """Keep what a whole run measured, so that a what-if need not train it again."""
    with contextlib.suppress(OSError):
        file = cache_dir() / RUNS / f"{name}.result.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(dataclasses.asdict(result)), "utf-8")


def device_set(exercise: Exercise) -> str:
    """Return the device that the settings ask for; raises UsageError where it is not there.

    An exercise that trains on the CPU alone is not held back by a GPU in the settings.
    """
    asked = current().device
    if asked in ("auto", "cpu"):
        return asked
    if exercise.device == "cpu":
        return "auto"
    try:
        return choose_device(asked).name
    except DeviceError as error:
        raise UsageError(
            f"{error}\nYour settings ask for {asked}; change that with: lodestar config device auto"
        ) from error


def remembered(exercise: Exercise, seed: int, device: str) -> Mapping[str, Any] | None:
    """Return the document of an earlier run with this seed, device and code, if there is one."""
    file = cache_dir() / RUNS / f"{key(exercise, seed, device, {})}.result.json"
    with contextlib.suppress(OSError, ValueError):
        document: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
        return document
    return None


def summary(result: Result, reached: Sequence[Measured] = ()) -> list[str]:
    """Return what a run came to as lines; `reached` is what one that was stopped had measured."""
    lines = [f"Device: {result.device} ({result.device_reason})"]
    for check in result.checks:
        mark = "passed" if check.passed else "NOT passed"
        lines.append(f"{mark}: {check.name} ({check.value:.4g}, bound {check.threshold:.4g})")
    if result.stopped:
        lines.append("Stopped before the end. Best so far:" if reached
                     else "Stopped before the end, with nothing measured yet.")  # fmt: skip
        lines += [f"  {value.label}: {value.text}" for value in reached]
        lines.append("Private: nothing of this run is kept." if is_private()
                     else "Start it again and it goes on from here; to begin anew: "
                     f"lodestar exercise run {result.id} --afresh")  # fmt: skip
    lines.append(f"{result.seconds:.1f} s, seed {result.seed}")
    return lines


class PipeScreen:
    """Lines of plain text, none of them redrawn."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told = -1

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Nothing to prepare: every event is a line of its own."""
        yield

    def event(self, event: Event) -> None:
        """Write one event."""
        if isinstance(event, Train):
            self._train(event)
            return
        for line in _lines(event):
            self._write(line)

    def _train(self, event: Train) -> None:
        if event.step == 1 and event.watch:
            self._write(f"{event.title}. {inline(event.watch)}")
        part = event.step * PIPE_LINES // event.total
        if part != self._told:
            self._told = part
            values = ", ".join(f"{name} {value:.4g}" for name, value in event.values.items())
            self._write(f"  {event.title}: {event.step}/{event.total} {values}")


class TrainingOnly:
    """Shows how training goes on another screen, and none of the words around it."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def training(self) -> contextlib.AbstractContextManager[Any]:
        """Return the other screen's context."""
        return self._screen.training()

    def event(self, event: Event) -> None:
        """Draw progress and measures."""
        if isinstance(event, Train | Measure):
            self._screen.event(event)


class LiveScreen:
    """A terminal: text is printed once, a running training is drawn in place.

    Before what would scroll away what was not read yet, it calls `wait`, if there is one.
    """

    def __init__(self, console: "Console", wait: Callable[[], None] | None = None) -> None:
        self._console, self._wait = console, wait
        self._unread = 0  # lines since the learner last pressed a key
        self._live: Any = None
        self._drawn = 0.0
        self._stage = ""
        self._first = 0

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Make sure that a live picture is finished, whatever ends the run."""
        try:
            yield
        finally:
            self._stop()

    def event(self, event: Event) -> None:
        """Draw one event."""
        if isinstance(event, Train):
            self._train(event)
            return
        self._stop()
        from assistant.render.terminal import WIDEST, markdown

        width = min(self._console.width, WIDEST)
        if isinstance(event, Ask):
            self._unread = 0
        elif isinstance(event, Say | Judge):
            self._print(width, markdown(said(event)), "")
        elif isinstance(event, Show):
            self._print(self._console.width, *self._shown(event, width))
        else:
            self._print(self._console.width, *_lines(event))

    def _print(self, width: int, *parts: "RenderableType") -> None:
        """Print parts one below the other, once there is room for them or the learner goes on."""
        from rich.console import Group

        options = self._console.options.update(width=width)
        height = len(self._console.render_lines(Group(*parts), options))
        if self._wait and self._unread and self._unread + height >= self._console.height:
            self._wait()
            self._unread = 0
        self._unread += height
        self._console.print(*parts, width=width, sep="\n")

    def _shown(self, event: Show, width: int) -> "list[RenderableType]":
        from rich.text import Text

        from assistant.render.terminal import has_colours

        ink: figure.Ink = "colours" if has_colours(self._console) else "shades"
        drawn = figure.lines(event.figure, width, ink)
        caption = [Text(event.caption)] if event.caption else []
        return [Text(event.title, "bold"), *drawn, *caption, ""]

    def _train(self, event: Train) -> None:
        from rich.live import Live

        if event.stage != self._stage:
            self._stop()
            self._stage = event.stage
            self._first = event.step - 1
        now = time.monotonic()
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=False)
            self._live.start()
        elif now - self._drawn < REDRAW and event.step < event.total:
            return
        self._drawn = now
        self._live.update("\n".join(self._picture(event)), refresh=True)

    def _picture(self, event: Train) -> list[str]:
        width = min(self._console.width, 72)
        done = event.step / event.total
        run = max(event.step - self._first, 1)  # a resumed run does not start at 0
        left = event.seconds / run * (event.total - event.step)
        bar = "━" * int(done * 20) + "─" * (20 - int(done * 20))
        values = "  ".join(f"{name} {value:.3g}" for name, value in event.values.items())
        lines = [event.title]
        if event.watch:
            lines.append(inline(event.watch))
        lines.append(f"{bar} {event.step}/{event.total}  {left:.0f} s left")
        series = {name: [value for _, value in points] for name, points in event.curves.items()}
        lines.append(values)
        return lines + chart(series, width, 4)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._stage = ""


def said(event: Say | Judge) -> str:
    """Return what an event says, as Markdown."""
    if isinstance(event, Say):
        return event.text
    mine = f" You said: {event.chosen}." if event.chosen else ""
    right = "And so it is." if event.chosen == event.right else f"**{event.right}**."
    return f"{event.question}{mine} {right} {event.text}"


def _lines(event: Event) -> list[str]:
    """Return an event as lines of plain text."""
    match event:
        case Say() | Judge():
            from assistant.render.terminal import lines

            paragraphs = said(event).split("\n\n")
            return [inline(line) for part in paragraphs for line in [*lines(part), ""]]
        case Measure():
            values = [f"  {value.label}: {value.text}  ({value.meaning})" for value in event.values]
            return [f"{event.title}: measured in {event.seconds:.1f} s", *values, ""]
        case Show():
            drawn = [line.plain for line in figure.lines(event.figure, PIPE_WIDTH, "plain")]
            return [event.title, *drawn, *([event.caption] if event.caption else []), ""]
        case Done():
            return summary(event.result, event.reached)
        case Ask():
            return []
        case _:
            return []
