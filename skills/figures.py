"""Figures as values: what is drawn, never how. A renderer turns them into a picture.

A figure is made from what the stages of an exercise measured and made. The builders are
looked up by the name that the YAML uses; each is shared by all exercises that can feed it.

`lines`, `cells`, `images` and `counts` draw any values: those that the first of the picture's
`stages` put into its `made` under the key `of`. The other builders know what they look for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from skills.exercise import Exercise, Picture

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are read; the first column names the row.

    `bars` are the numbers of the second column, one a row, where they are to be compared at a
    glance.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Grey images, each a 2-D float array, with a caption each.

    `low` and `high` are the values drawn darkest and brightest in all of them.
    """

    images: "tuple[npt.NDArray[np.float32], ...]"
    captions: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name and its points, as many x as y."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves over shared axes."""

    x_label: str
    y_label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts: rows are what was true, columns what was predicted."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


Figure = Table | Images | Curves | Matrix


@dataclass(frozen=True, slots=True)
class Material:
    """What a figure is drawn from: what was asked for, and what the stages came to."""

    picture: Picture
    exercise: Exercise
    measured: Mapping[str, Mapping[str, float]]
    made: Mapping[str, Mapping[str, Any]]


def draw(of: Material) -> Figure:
    """Return the figure that a step asks for; raises KeyError for an unknown name."""
    return FIGURES[of.picture.figure](of)


def _comparison(of: Material) -> Table:
    titles = {step.train.name: step.train.title for step in of.exercise.steps if step.train}
    metrics = {metric.name: metric for metric in of.exercise.metrics}
    columns = tuple(metrics[name] for name in of.picture.metrics)
    return Table(
        ("", *(metric.label for metric in columns)),
        tuple(
            (titles[stage], *(format(of.measured[stage][m.name], m.format) for m in columns))
            for stage in of.picture.stages
        ),
        tuple(float(of.measured[stage][columns[0].name]) for stage in of.picture.stages),
    )


def _precision_recall(of: Material) -> Curves:
    from sklearn.metrics import precision_recall_curve

    lines = []
    for stage in of.picture.stages:
        made = of.made[stage]
        precision, recall, _ = precision_recall_curve(made["truth"], made["risk"])
        lines.append(_line(stage, recall[::-1], precision[::-1]))
    return Curves(of.picture.labels[0], of.picture.labels[1], tuple(lines))


def _cost_by_threshold(of: Material) -> Curves:
    import numpy as np

    lines = []
    for stage in of.picture.stages:
        risk, bad, missed = (of.made[stage][name] for name in ("risk", "truth", "missed"))
        thresholds = np.linspace(0.01, 0.5, 99)
        flagged = risk >= thresholds[:, None]
        cost = 100 * np.mean(np.where(bad == 1, missed * ~flagged, flagged), axis=1)
        lines.append(_line(stage, thresholds, cost))
    return Curves(of.picture.labels[0], of.picture.labels[1], tuple(lines))


def _line(name: str, x: Any, y: Any) -> Line:
    """Thin a curve to at most 200 points: no terminal shows more."""
    stride = -(-len(x) // 200)
    return Line(name, tuple(map(float, x[::stride])), tuple(map(float, y[::stride])))


def _flagged(of: Material) -> Matrix:
    made = of.made[of.picture.stages[0]]
    return _count(made["truth"], made["risk"] >= 1 / (1 + made["missed"]), of.picture.labels, 2)


def _confusion(of: Material) -> Matrix:
    _, truth, predicted = _read(of.made[of.picture.stages[0]])
    names = of.picture.labels or tuple(str(number) for number in range(truth.max() + 1))
    return _count(truth, predicted, names * 2, len(names))


def _count(truth: Any, predicted: Any, names: tuple[str, ...], size: int) -> Matrix:
    import numpy as np

    counts = np.zeros((size, size), int)
    np.add.at(counts, (np.asarray(truth, int), np.asarray(predicted, int)), 1)
    return Matrix(names[:size], names[size:], tuple(tuple(row) for row in counts.tolist()))


def _mistakes(of: Material) -> Images:
    import numpy as np

    images, truth, predicted = _read(of.made[of.picture.stages[0]])
    wrong = np.flatnonzero(truth != predicted)[:8]
    captions = tuple(f"{truth[n]} → {predicted[n]}" for n in wrong)
    return Images(tuple(images[n, 0] for n in wrong), captions, 0.0, 1.0)


def _filters(of: Material) -> Images:
    layer = _first_filters(of.made[of.picture.stages[0]]["model"])
    weights = layer.weight.detach().cpu().numpy()[:, 0]
    bound = float(abs(weights).max())
    captions = tuple(str(number) for number in range(1, len(weights) + 1))
    return Images(tuple(weights), captions, -bound, bound)


def _activations(of: Material) -> Images:
    """Draw a digit and its three strongest maps, then the same for the digit moved aside."""
    import torch

    made = of.made[of.picture.stages[0]]
    layer, digit = _first_filters(made["model"]), made["images"][:1]
    with torch.no_grad():
        maps, moved = (layer(image).relu()[0].cpu() for image in (digit, digit.roll(3, 3)))
    strongest = maps.amax((1, 2)).argsort(descending=True)[:3].tolist()
    rows = ((digit, maps), (digit.roll(3, 3), moved))
    images = [image for seen, found in rows for image in (seen[0, 0].cpu(), *found[strongest])]
    names = [of.picture.labels[0], *(str(number + 1) for number in strongest)]
    high = max(float(image.max()) for image in images)
    captions = (*names, of.picture.labels[1], *names[1:])
    return Images(tuple(image.numpy() for image in images), captions, 0.0, high)


def _lines(of: Material) -> Curves:
    """Draw {name: (x, y)}; the labels name the axes."""
    curves = _own(of)
    drawn = tuple(_line(str(name), x, y) for name, (x, y) in curves.items())
    return Curves(of.picture.labels[0], of.picture.labels[1], drawn)


def _cells(of: Material) -> Table:
    """Draw rows of texts and numbers; the labels name the columns. One number a row has a bar."""
    rows = tuple(tuple(row) for row in _own(of))
    bars = _numbers(row[1] for row in rows) if len(of.picture.labels) == 2 else ()
    return Table(of.picture.labels, tuple(tuple(map(_cell, row)) for row in rows), bars)


def _numbers(values: Iterable[Any]) -> tuple[float, ...]:
    """Return numbers, written or not, as in "+0.19" and "44%"; none where one is no number."""
    try:
        return tuple(float(str(value).rstrip(" %").replace(",", "")) for value in values)
    except ValueError:
        return ()


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _pictures(of: Material) -> Images:
    """Draw an array of shape (n, height, width); the labels are the captions."""
    import numpy as np

    images = np.asarray(_own(of), np.float32)
    captions = of.picture.labels or tuple(str(number + 1) for number in range(len(images)))
    return Images(tuple(images), captions, float(images.min()), float(images.max()))


def _counts(of: Material) -> Matrix:
    """Draw a table of whole numbers; the labels are those of the rows, then the columns."""
    counts = tuple(tuple(int(value) for value in row) for row in _own(of))
    labels = of.picture.labels
    return Matrix(labels[: len(counts)], labels[len(counts) :], counts)


def _own(of: Material) -> Any:
    return of.made[of.picture.stages[0]][of.picture.of]


def _first_filters(model: Any) -> Any:
    """Return the first convolution: the only layer whose filters are images themselves."""
    return next(layer for layer in model.modules() if type(layer).__name__ == "Conv2d")


def _read(made: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Return images (n, 1, height, width), true classes and predicted ones, as NumPy arrays."""
    predicted = _predicted(made["model"], made["images"])
    return made["images"].cpu().numpy(), made["truth"].cpu().numpy(), predicted


@lru_cache(maxsize=1)  # more than one figure is drawn from it
def _predicted(model: Any, images: Any) -> Any:
    """Return the class with the highest score of each image, as a NumPy array."""
    import torch

    with torch.no_grad():
        scores = [model(part) for part in images.split(250)]
        return torch.cat(scores).argmax(1).cpu().numpy()


FIGURES: dict[str, Callable[[Material], Figure]] = {
    "lines": _lines,
    "cells": _cells,
    "images": _pictures,
    "counts": _counts,
    "comparison": _comparison,
    "precision_recall": _precision_recall,
    "cost_by_threshold": _cost_by_threshold,
    "flagged": _flagged,
    "confusion": _confusion,
    "mistakes": _mistakes,
    "filters": _filters,
    "activations": _activations,
}
