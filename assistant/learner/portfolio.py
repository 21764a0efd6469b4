"""What was trained here as a report for others: Markdown, HTML and curves as SVG.

Only exercises that were passed stand in it, each with the run that counts, how many runs there
were, and the code that ran. Everything that is not ours to word is escaped.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.learner.progress import best, own_code, spoken
from assistant.learner.records import Records, Run
from assistant.render import svg
from assistant.render.page import framed
from assistant.render.plain import clean
from skills.data import DATASETS
from skills.exercise import Exercise

MARKDOWN, PAGE, CURVES = "portfolio.md", "portfolio.html", "curves"
TITLE = "Machine learning, trained and measured"


@dataclass(frozen=True, slots=True)
class Piece:
    """One exercise as the report tells it; plain text, not yet escaped."""

    id: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str, str, str], ...]
    checks: tuple[str, ...]
    pictures: tuple[tuple[str, str], ...]
    code: str
    own: bool
    url: str  # of the data, empty where it is not known


def files(
    records: Records, exercises: Mapping[str, Exercise], now: datetime
) -> dict[str, str]:  # fmt: skip
    """Return the report's files as text by relative path; empty when nothing was passed."""
    pieces = list(_pieces(records.runs, exercises, now))
    if not pieces:
        return {}
    name = clean(str(records.profile.get("name") or ""))
    made = {
        f"{CURVES}/{piece.id}-{slug(title)}.svg": picture
        for piece in pieces
        for title, picture in piece.pictures
    }
    return {MARKDOWN: markdown(pieces, name, now), PAGE: page(pieces, name, now), **made}


def _pieces(
    runs: Sequence[Run], exercises: Mapping[str, Exercise], now: datetime
) -> list[Piece]:  # fmt: skip
    by_id: dict[str, list[Run]] = {}
    for run in runs:
        by_id.setdefault(run.exercise, []).append(run)
    return [
        _piece(best(listed), listed, exercises.get(id_), now)
        for id_, listed in by_id.items()
        if any(run.passed for run in listed)
    ]


def _piece(run: Run, runs: Sequence[Run], exercise: Exercise | None, now: datetime) -> Piece:
    passed, own = sum(other.passed for other in runs), own_code(runs)
    dataset = DATASETS.get(run.dataset)
    data = run.dataset
    if dataset:
        data = f"{dataset.title} ({dataset.source}; {dataset.licence})"
    facts = (
        ("Trained on", f"{run.device}: {run.device_reason}"),
        ("Machine", run.machine),
        ("Data", data),
        ("Seed", str(run.seed)),
        ("Time", spoken(run.seconds) if run.seconds >= 60 else f"{run.seconds:.1f} s"),
        ("Date", f"{run.at.astimezone(now.tzinfo):%d %B %Y}"),
        ("Runs", f"{passed} of {len(runs)} passed; the last that passed is shown"),
        ("Own code", _own(own, run, now) if own else ""),
    )
    return Piece(
        id=slug(run.exercise),
        title=clean(exercise.title if exercise else run.exercise.replace("_", " ")),
        summary=clean(exercise.summary if exercise else ""),
        facts=tuple((name, clean(value)) for name, value in facts if value),
        metrics=_metrics(run, exercise),
        checks=tuple(_check(check) for check in run.checks),
        pictures=_pictures(run, exercise),
        code=clean((own or run).code),
        own=own is not None,
        url=dataset.url if dataset else "",
    )


def _own(own: Run, shown: Run, now: datetime) -> str:
    text = f"passed every check on {own.at.astimezone(now.tzinfo):%d %B %Y}"
    return text if shown.own else f"{text}; the results above are the solution's"


def _metrics(run: Run, exercise: Exercise | None) -> tuple[tuple[str, str, str, str], ...]:
    """Return label, value, the baseline's value and meaning of each metric of the main stage."""
    told = {metric.name: metric for metric in exercise.metrics} if exercise else {}
    rows = []
    for name, value in run.metrics.items():
        metric = told.get(name)
        if value is None or (exercise and metric is None):
            continue
        style = metric.format if metric else ".4g"
        base = run.baseline.get(name)
        beside = format(base, style) if isinstance(base, int | float) else "–"
        label, meaning = (metric.label, metric.meaning) if metric else (name, "")
        rows.append((clean(label), format(value, style), beside, clean(meaning)))
    return tuple(rows)


def _check(check: Mapping[str, object]) -> str:
    mark = "passed" if check.get("passed") else "not passed"
    values = [check.get("value"), check.get("threshold")]
    told = [f"{value:.4g}" for value in values if isinstance(value, int | float)]
    return clean(f"{check.get('name')}: {mark}" + (f" ({', bound '.join(told)})" if told else ""))


def _pictures(run: Run, exercise: Exercise | None) -> tuple[tuple[str, str], ...]:
    """Return one picture for each value that was followed, with a curve for each stage."""
    titles = {step.train.name: step.train.title for step in exercise.steps if step.train} if (
        exercise) else {}  # fmt: skip
    series: dict[str, dict[str, Sequence[tuple[float, float]]]] = {}
    for curve in run.curves:
        if len(curve.points) > 1:
            stage = clean(titles.get(curve.stage, curve.stage))
            series.setdefault(clean(curve.name), {})[stage] = curve.points
    return tuple(
        (name, svg.curves(name.replace("_", " "), "step", stages))
        for name, stages in series.items()
    )


def slug(text: str) -> str:
    """Return a text as part of a file's name."""
    return re.sub(r"[^a-z0-9_]+", "-", text.casefold()).strip("-") or "x"


def _opening(pieces: Sequence[Piece], name: str, now: datetime) -> str:
    models = f"{len(pieces)} exercise{'s' if len(pieces) > 1 else ''}"
    return (
        f"{models} in which models were trained on one machine and held against a baseline"
        f"{f', by {name}' if name else ''}. Written by Lodestar on {now:%d %B %Y} from the "
        "runs it recorded."
    )


def _whose(piece: Piece) -> str:
    return "My own code" if piece.own else "The code that was run (the exercise's solution)"


def markdown(pieces: Sequence[Piece], name: str, now: datetime) -> str:
    """Return the report in Markdown."""
    parts = [f"# {TITLE}", _mark(_opening(pieces, name, now))]
    for piece in pieces:
        parts += [f"## {_mark(piece.title)}", _mark(piece.summary)]
        if piece.metrics:
            rows = [f"| {' | '.join(map(_mark, row))} |" for row in piece.metrics]
            head = "| Measure | Result | Baseline | Meaning |\n| --- | --- | --- | --- |"
            parts.append("\n".join([head, *rows]))
        parts.append("\n".join(f"- {_mark(check)}" for check in piece.checks))
        parts += [
            f"![{_mark(title.replace('_', ' '))}]({CURVES}/{piece.id}-{slug(title)}.svg)"
            for title, _ in piece.pictures
        ]
        facts = [f"- **{label}:** {_mark(value)}" for label, value in piece.facts]
        facts += [f"- **Where the data are:** <{piece.url}>"] if piece.url else []
        parts.append("\n".join(facts))
        if piece.code:
            runs = re.findall(r"`{3,}", piece.code)
            fence = "`" * (max(map(len, runs), default=2) + 1)
            parts.append(f"{_whose(piece)}:\n\n{fence}python\n{piece.code.rstrip()}\n{fence}")
    return "\n\n".join(filter(None, parts)) + "\n"


def _mark(text: str) -> str:
    """Return a text of one line that Markdown takes as it is written."""
    line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#!])", r"\\\1", line)


def page(pieces: Sequence[Piece], name: str, now: datetime) -> str:
    """Return the report as one HTML page, its curves in it."""
    title = f"{name}: {TITLE}" if name else TITLE
    heading = f"<h1>{TITLE}</h1>\n<p>{html.escape(_opening(pieces, name, now))}</p>"
    return framed(title, [heading, *(_section(piece) for piece in pieces)])


def _section(piece: Piece) -> str:
    parts = [f"<h2>{html.escape(piece.title)}</h2>\n<p>{html.escape(piece.summary)}</p>"]
    if piece.metrics:
        rows = [_row("td", row) for row in piece.metrics]
        head = _row("th", ("Measure", "Result", "Baseline", "Meaning"))
        parts.append("\n".join(["<table>", head, *rows, "</table>"]))
    if piece.checks:
        items = "".join(f"<li>{html.escape(check)}</li>" for check in piece.checks)
        parts.append(f"<ul>{items}</ul>")
    parts += [picture for _, picture in piece.pictures]
    facts = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>"
        for label, value in piece.facts
    )
    if piece.url:
        url = html.escape(piece.url)
        facts += f'<dt>Where the data are</dt><dd><a href="{url}">{url}</a></dd>'
    parts.append(f"<dl>{facts}</dl>")
    if piece.code:
        code = html.escape(piece.code.rstrip())
        parts.append(f"<details><summary>{html.escape(_whose(piece))}</summary>"
                     f"<pre><code>{code}</code></pre></details>")  # fmt: skip
    return "\n".join(parts)


def _row(cell: str, values: Sequence[str]) -> str:
    cells = "".join(f"<{cell}>{html.escape(value)}</{cell}>" for value in values)
    return f"<tr>{cells}</tr>"
