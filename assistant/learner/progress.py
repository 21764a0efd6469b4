"""How far the learner has come: what is shown, what is learned, what is due, in what time.

Shown is what an exercise trained here has proved, learned what quiz answers say. The two are
never mixed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assistant.learner.records import Answer, Event, Records, Run
from assistant.learner.review import due
from assistant.planning.change import DONE
from assistant.planning.model import base, in_part
from assistant.reply import Block, Plot, Reply, Table, Text
from skills.exercise import Exercise

ENOUGH = 2  # items of a concept, all right when asked last, that make it learned
PAUSE = timedelta(minutes=10)  # a longer silence is not counted as time spent
WEEKS = 12
RECENT = 10  # answers over which a share of right ones is taken


@dataclass(frozen=True, slots=True)
class Shown:
    """An exercise that was run: the run that counts, and how many there were."""

    id: str
    title: str
    passed: bool
    day: date
    metrics: Mapping[str, float | None]
    baseline: Mapping[str, float | str | None]
    runs: int
    concepts: tuple[str, ...]
    own: bool = False  # whether code of the learner's own passed


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept with its items answered rightly when they were asked last, and those asked."""

    id: str
    right: int
    of: int

    @property
    def learned(self) -> bool:
        """Whether enough items were asked and all are known."""
        return self.of >= ENOUGH and self.right == self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a learner stands; times in seconds, weeks from the oldest to this one."""

    exercises: tuple[Shown, ...] = ()
    topics: tuple[Topic, ...] = ()
    due: int = 0
    next_due: date | None = None
    answers: int = 0
    right: int = 0
    share_right: tuple[float, ...] = ()
    streak: int = 0
    active_days: int = 0
    seconds: float = 0.0
    weeks: tuple[float, ...] = ()
    plan: str = ""
    next_step: Mapping[str, Any] | None = None
    steps_done: int = 0
    steps: int = 0
    hours_left: float = 0.0

    @property
    def shown(self) -> tuple[str, ...]:
        """The exercises passed here."""
        return tuple(exercise.id for exercise in self.exercises if exercise.passed)

    @property
    def learned(self) -> tuple[str, ...]:
        """The concepts that quiz answers say are known."""
        return tuple(topic.id for topic in self.topics if topic.learned)

    def as_json(self) -> dict[str, Any]:
        """Return the document of `lodestar progress --json`."""
        rows = [{**asdict(exercise), "day": exercise.day.isoformat(),
                 "concepts": list(exercise.concepts)} for exercise in self.exercises]  # fmt: skip
        return {
            "shown": list(self.shown),
            "learned": list(self.learned),
            "due": self.due,
            "next_due": self.next_due.isoformat() if self.next_due else None,
            "exercises": rows,
            "topics": [asdict(topic) | {"learned": topic.learned} for topic in self.topics],
            "quiz": {"answers": self.answers, "right": self.right},
            "streak_days": self.streak,
            "active_days": self.active_days,
            "seconds": round(self.seconds),
            "minutes_by_week": [round(seconds / 60) for seconds in self.weeks],
            "plan": {"steps": self.steps, "done": self.steps_done, "next": self.next_step},
        }


def progress(records: Records, exercises: Mapping[str, Exercise], now: datetime) -> Progress:
    """Return where a learner stands at a moment; days are those of the moment's time zone."""
    zone = now.tzinfo
    played = _played(records.runs, exercises, now)
    topics = _topics(records.answers)
    spans = _spans(records)
    days = {start.astimezone(zone).date() for start, _ in spans}
    dates = [card.due.astimezone(zone).date() for card in records.cards]
    plan = records.plan or {}
    left = open_steps(plan, records)
    done, of = counted(plan, left)
    marks = [answer.right for answer in records.answers]
    return Progress(
        exercises=played, topics=topics, due=len(due(records.cards, now)),
        next_due=min(dates, default=None), answers=len(marks), right=sum(marks),
        share_right=_shares(marks), streak=_streak(days, now.date()), active_days=len(days),
        seconds=_seconds(spans), weeks=_weeks(spans, now),
        plan=str(plan.get("title", "")), next_step=left[0] if left else None,
        steps_done=done, steps=of, hours_left=sum(step.get("hours", 0) for step in left),
    )  # fmt: skip


def counted(plan: Mapping[str, Any], left: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Return how many things of a plan are done, and of how many, however they are spread.

    What an earlier plan had and the learner did is left out of this one, and counts.
    """
    open_ = {base(step["id"]) for step in left}
    every = {base(step["id"]) for step in plan.get("steps", ())}
    every |= {str(row["id"]) for row in plan.get("skipped", ()) if row["why"] == DONE}
    return len(every - open_), len(every)


def open_steps(plan: Mapping[str, Any], records: Records) -> list[Mapping[str, Any]]:
    """Return the steps of a plan that are not done: neither proved nor said to be."""
    whole = {f"exercise:{run.exercise}" for run in records.runs if run.passed}
    whole |= {topic.id for topic in _topics(records.answers) if topic.learned}
    told = told_done(records.events)
    steps: Sequence[Mapping[str, Any]] = plan.get("steps", ())
    return [step for step in steps if step["id"] not in told and base(step["id"]) not in whole]


def best(runs: Sequence[Run]) -> Run:
    """Return the run that counts: the last that passed, else the last that was not stopped.

    One that measured something counts before the learner's own code that was only judged.
    """
    return max(runs, key=lambda run: (run.passed, not run.stopped, bool(run.metrics), run.at))


def own_code(runs: Sequence[Run]) -> Run | None:
    """Return the last run in which the learner's own code passed."""
    return max((run for run in runs if run.own and run.passed), key=lambda run: run.at,
               default=None)  # fmt: skip


def _played(
    runs: Sequence[Run], exercises: Mapping[str, Exercise], now: datetime
) -> tuple[Shown, ...]:
    by_id: dict[str, list[Run]] = {}
    for run in runs:
        by_id.setdefault(run.exercise, []).append(run)
    rows = []
    for id_, listed in by_id.items():
        run, exercise = best(listed), exercises.get(id_)
        rows.append(
            Shown(
                id_, exercise.title if exercise else id_.replace("_", " "), run.passed,
                run.at.astimezone(now.tzinfo).date(), run.metrics, run.baseline, len(listed),
                exercise.concepts if exercise else (), own_code(listed) is not None,
            )
        )  # fmt: skip
    return tuple(rows)


def _topics(answers: Sequence[Answer]) -> tuple[Topic, ...]:
    last = {(answer.topic, answer.item): answer.right for answer in answers}
    marks: dict[str, list[bool]] = {}
    for (topic, _), right in last.items():
        marks.setdefault(topic, []).append(right)
    return tuple(Topic(id_, sum(listed), len(listed)) for id_, listed in marks.items())


def told_done(events: Sequence[Event]) -> set[str]:
    """Return the ids of the steps of the present plan that the learner has said are done.

    A new plan takes over what was done of the last one, and numbers the parts of the rest anew.
    """
    done: set[str] = set()
    for event in events:
        if event.kind == "plan":
            done.clear()
        elif event.kind == "step_done":
            done.add(str(event.data.get("id")))
    return done


def _shares(marks: Sequence[bool]) -> tuple[float, ...]:
    """Return after each answer the share of right ones among the last RECENT."""
    windows = (marks[max(0, end - RECENT) : end] for end in range(1, len(marks) + 1))
    return tuple(sum(window) / len(window) for window in windows)


def _streak(days: set[date], today: date) -> int:
    """Return the days in a row up to today, or up to yesterday while today is young."""
    day = today if today in days else today - timedelta(days=1)
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _spans(records: Records) -> list[tuple[datetime, datetime]]:
    """Return when the learner was at work: moments less than PAUSE apart make one span."""
    trained = [(run.at - timedelta(seconds=run.seconds), run.at) for run in records.runs]
    moments = sorted([*trained, *((event.at, event.at) for event in records.events)])
    spans: list[tuple[datetime, datetime]] = []
    for start, end in moments:
        if spans and start - spans[-1][1] <= PAUSE:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _seconds(spans: Sequence[tuple[datetime, datetime]]) -> float:
    return sum((end - start).total_seconds() for start, end in spans)


def _weeks(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> tuple[float, ...]:
    """Return the seconds spent in each of the last WEEKS weeks, from Monday to Sunday."""
    monday = now.date() - timedelta(days=now.weekday())
    seconds = [0.0] * WEEKS
    for start, end in spans:
        day = start.astimezone(now.tzinfo).date()
        ago = (monday - (day - timedelta(days=day.weekday()))).days // 7
        if 0 <= ago < WEEKS:
            seconds[WEEKS - 1 - ago] += (end - start).total_seconds()
    return tuple(seconds)


def headline(at: Progress) -> str:
    """Return in one sentence what is next, empty where nothing is known of the learner."""
    if at.due:
        return f"{at.due} question{'s are' if at.due > 1 else ' is'} due for review today."
    if at.next_step:
        of = f" ({at.plan})" if at.plan else ""
        step = in_part(str(at.next_step.get("title", at.next_step.get("id"))))
        return f"Next on your plan{of}: {step}."
    if at.exercises and not at.shown:
        return f"You have tried “{at.exercises[-1].title}”; it is there to be run again."
    return ""


def as_reply(at: Progress, name: Mapping[str, str]) -> Reply:
    """Return the progress as blocks to draw; `name` holds the names of concepts by id."""
    blocks: list[Block] = [Text(line) for line in _summary(at)]
    if at.exercises:
        rows = tuple(
            (row.title, _standing(row), _best_metric(row), str(row.runs), f"{row.day:%d %b %Y}")
            for row in at.exercises
        )  # fmt: skip
        columns = ("Exercise", "Shown", "Result", "Runs", "Day")
        blocks.append(Table(columns, rows, title="Trained here"))
    if at.topics:
        ordered = sorted(at.topics, key=lambda topic: (not topic.learned, topic.id))
        asked = tuple(
            (name.get(topic.id, topic.id.replace("_", " ")), f"{topic.right} of {topic.of}",
             "learned" if topic.learned else "")
            for topic in ordered
        )  # fmt: skip
        blocks.append(Table(("Concept", "Known", ""), asked, title="Quiz"))
    blocks += _plots(at)
    return Reply("answered", "progress", tuple(blocks))


def _plots(at: Progress) -> list[Block]:
    plots: list[Block] = []
    if sum(value > 0 for value in at.weeks) > 1:
        minutes = tuple(round(seconds / 60, 1) for seconds in at.weeks)
        plots.append(Plot({"minutes a week": minutes}, title=f"The last {WEEKS} weeks"))
    if len(at.share_right) >= RECENT:
        series = {f"share right of the last {RECENT}": at.share_right}
        plots.append(Plot(series, title="Quiz answers"))
    return plots


def _standing(row: Shown) -> str:
    if row.own:
        return "own code passed"
    return "passed" if row.passed else "not yet"


def _best_metric(row: Shown) -> str:
    """Return the first metric, beside the baseline's where it has the same."""
    for metric, value in row.metrics.items():
        if value is not None:
            text, base = f"{metric.replace('_', ' ')} {value:.4g}", row.baseline.get(metric)
            known = isinstance(base, int | float)
            return f"{text} (baseline {base:.4g})" if known else text
    return ""


def _summary(at: Progress) -> list[str]:
    if not at.exercises and not at.answers and not at.steps:
        return ["Nothing is recorded yet. Train something (`lodestar exercise list`) or take a "
                "quiz (`lodestar quiz`), and it will stand here."]  # fmt: skip
    shown, learned = len(at.shown), len(at.learned)
    lines = [
        f"**Shown** by exercises trained here: {shown}. **Learned** by quiz: {learned} "
        f"concept{'' if learned == 1 else 's'}. **Due** for review: {at.due}."
    ]
    if at.steps:
        lines.append(f"Plan: {at.steps_done} of {at.steps} steps done, "
                     f"about {at.hours_left:.0f} hours left.")  # fmt: skip
    active = f"{at.active_days} day{'' if at.active_days == 1 else 's'} with Lodestar"
    streak = f", {at.streak} of them in a row up to now" if at.streak > 1 else ""
    lines.append(f"{active}{streak}; {spoken(at.seconds)} at work, pauses left out.")
    return [*lines, *filter(None, [headline(at)])]


def spoken(seconds: float) -> str:
    """Return a duration in hours and minutes."""
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
