"""Train and score the intent classifier on labelled files."""

import csv
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import UsageError
from assistant.language.finetune import Recipe
from assistant.language.intents import Encode, IntentClassifier, Prediction, Validation

Figures = dict[str, float]
OUTSIDE = frozenset(["oos", "out_of_scope", "out-of-scope", "other_career"])
"""Labels that mark a text as out of scope in any of the files."""
TIMED = 200
VARIANTS = ("full", "small", "imbalanced")
COLUMNS = {
    "accuracy": "accuracy %",
    "in_scope_accuracy": "in-scope accuracy %",
    "oos_recall": "out-of-scope recall %",
    "oos_precision": "out-of-scope precision %",
    "false_oos_rate": "false out-of-scope %",
    "auroc": "AUROC",
    "train_seconds": "training s",
    "ms_per_query": "ms a query",
}
FORMATS = {"auroc": "{:.4f}", "train_seconds": "{:.0f}", "ms_per_query": "{:.1f}"}


@dataclass
class Labelled:
    """Texts with labels, and texts out of scope."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def add(self, text: str, label: str) -> None:
        """Add a text, out of scope where its label says so."""
        if label.lower() in OUTSIDE:
            self.outside.append(text)
        else:
            self.texts.append(text)
            self.labels.append(label)


@dataclass
class Splits:
    """What a file holds; a file without splits is the same for training and for testing."""

    train: Labelled
    test: Labelled
    validation: Labelled = field(default_factory=Labelled)


def read(path: Path) -> Splits:
    """Return the labelled texts of a file or folder.

    JSON as CLINC150 has it (splits of [text, label] pairs), CSV with the columns `text` and
    `category`, or a folder of YAML files, one per intent. Raises UsageError for anything else.
    """
    try:
        if path.is_dir():
            pairs = _yaml_pairs(path)
        elif path.suffix == ".json":
            document = json.loads(path.read_text("utf-8"))
            if isinstance(document, dict):
                return _splits(document)
            pairs = [(str(text), str(label)) for text, label in document]
        else:
            pairs = _csv_pairs(path)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise UsageError(
            f"{path} cannot be read as labelled texts: {error}.\nAccepted: CLINC150's JSON, CSV "
            "with the columns text and category, or a folder of YAML files, one per intent."
        ) from error
    return _whole(pairs)


def _whole(pairs: Sequence[tuple[str, str]]) -> Splits:
    found = Labelled()
    for text, label in pairs:
        found.add(text, label)
    return Splits(found, found)


def _splits(document: Mapping[str, Sequence[Sequence[str]]]) -> Splits:
    """Return CLINC150's splits; `oos_val` belongs to `val`, and so on."""
    found = {name: Labelled() for name in ("train", "val", "test")}
    for name, pairs in document.items():
        for text, label in pairs:
            found[name.removeprefix("oos_")].add(text, "oos" if name.startswith("oos") else label)
    return Splits(found["train"], found["test"], found["val"])


def _yaml_pairs(folder: Path) -> list[tuple[str, str]]:
    from assistant.language.utterances import read_utterances

    found = read_utterances(folder)
    if not found:
        raise ValueError("no YAML file in it")
    return [(text, label) for label, texts in found.items() for text in texts]


def _csv_pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError("it has no rows")
    if "text" not in rows[0]:
        raise ValueError("it has no column named text")
    column = next((name for name in ("category", "label", "intent") if name in rows[0]), None)
    return [(row["text"], row[column] if column else "oos") for row in rows]


def read_outside(path: Path) -> tuple[list[str], list[str]]:
    """Return out-of-scope texts to train with and to test with, from a file of them.

    CLINC150's JSON gives its own splits. Any other file is out of scope as a whole, whatever
    its labels, and a plain text file is one text a line; these are for whichever needs them.
    """
    if path.suffix in (".txt", ".jsonl"):
        lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
        if path.suffix == ".jsonl":
            lines = [str(json.loads(line)["text"]) for line in lines]
        return lines, lines
    found = read(path)
    if found.train is not found.test:
        return found.train.outside, found.test.outside
    everything = found.train.outside + found.train.texts
    return everything, everything


def evaluate(
    encode: Encode,
    train: Path,
    test: Path,
    oos: Path | None = None,
    *,
    recipe: Recipe | None = None,
) -> Figures:
    """Return the contract's figures for a classifier trained on `train`, scored on `test`.

    Shares are from 0 to 1, `ms_per_query` includes the encoding of one text at a time. A
    validation split in `train` sets threshold and calibration; nothing of `test` does. `oos`
    adds out-of-scope texts: to the test where it has none of its own, else to the training.
    With a `recipe` the encoder is trained too, which takes minutes.
    Figures about rejection are NaN where the test has no out-of-scope text. Raises UsageError
    where a file cannot be read.
    """
    known, asked = read(train), read(test).test
    taught, outside = list(known.train.outside), list(asked.outside)
    if oos is not None:
        to_train, to_test = read_outside(oos)
        if outside:
            unseen = set(outside)
            taught += [text for text in to_train if text not in unseen]
        else:
            outside = to_test
    held = known.validation
    validation = Validation(held.texts, held.labels, held.outside) if held.texts else None
    started = time.perf_counter()
    classifier = IntentClassifier(
        encode, fine_tune=recipe is not None, recipe=recipe or Recipe()
    ).fit(known.train.texts, known.train.labels, taught, validation=validation)
    seconds = time.perf_counter() - started
    figures = score(classifier.predict(asked.texts), asked.labels, classifier.predict(outside))
    return figures | {
        "threshold": classifier.threshold_,
        "train_seconds": round(seconds, 2),
        "ms_per_query": round(_milliseconds(classifier, asked.texts), 3),
    }


def evaluate_clinc(
    encode: Encode, folder: Path, *, recipe: Recipe | None = None
) -> Iterator[tuple[str, str, Figures]]:
    """Yield variant of CLINC150, encoder ("frozen" or "fine-tuned") and figures, row by row.

    `folder` holds clinc_data_full.json and so on; the rows of a fine-tuned encoder come with a
    `recipe` for it. Raises UsageError where a file cannot be read.
    """
    for tried in (None, recipe) if recipe else (None,):
        for variant in VARIANTS:
            path = folder / f"clinc_data_{variant}.json"
            figures = evaluate(encode, path, path, recipe=tried)
            yield variant, "fine-tuned" if tried else "frozen", figures


def as_markdown(rows: Sequence[tuple[str, str, Figures]]) -> str:
    """Return the rows of `evaluate_clinc` as a Markdown table, shares in per cent."""
    head = ["data", "encoder", *COLUMNS.values()]
    lines = [head, ["---"] * 2 + ["---:"] * len(COLUMNS)]
    for variant, encoder, figures in rows:
        cells = [
            FORMATS[name].format(figures[name]) if name in FORMATS else f"{figures[name]:.2%}"[:-1]
            for name in COLUMNS
        ]
        lines.append([variant, encoder, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def score(
    inside: Sequence[Prediction], labels: Sequence[str], outside: Sequence[Prediction]
) -> Figures:
    """Return accuracy without rejection, and what rejection does on both sides."""
    right = np.array([found.label == label for found, label in zip(inside, labels, strict=True)])
    false = np.array([found.is_out_of_scope for found in inside])
    caught = np.array([found.is_out_of_scope for found in outside], dtype=bool)
    rejected = int(false.sum() + caught.sum())
    return {
        "accuracy": float(right.mean()),
        "in_scope_accuracy": float((right & ~false).mean()),
        "oos_recall": float(caught.mean()) if len(caught) else float("nan"),
        "oos_precision": float(caught.sum() / rejected) if rejected else float("nan"),
        "false_oos_rate": float(false.mean()),
        "auroc": auroc(
            np.array([found.out_of_scope for found in inside]),
            np.array([found.out_of_scope for found in outside]),
        ),
    }


def auroc(low: npt.NDArray[np.floating], high: npt.NDArray[np.floating]) -> float:
    """Return the chance that a random one of `high` exceeds one of `low`; ties count half."""
    if not len(low) or not len(high):
        return float("nan")
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / 2 / len(low))


def _milliseconds(classifier: IntentClassifier, texts: Sequence[str]) -> float:
    """Return the median time of one query, encoding included."""
    spent = []
    for text in texts[:TIMED]:
        started = time.perf_counter()
        classifier.predict([text])
        spent.append(time.perf_counter() - started)
    return float(np.median(spent)) * 1000 if spent else float("nan")
