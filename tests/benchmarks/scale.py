"""How the search grows with the passages: python -m tests.benchmarks scale [--json] [SIZE …]

Up to 30,000 passages are drawn from Lodestar's own, with the vectors they have. Beyond that
come copies of all of them: vectors with noise (cosine to the original about 0.86), normalised
again, and the same words. The queries are the messages of the stories in `tests/stories`,
encoded beforehand, none of which is a passage. Each size is built, queried and checked in
processes of its own; the time is that of `SearchIndex.search`, words and vectors together.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.commands.common import load_mind
from assistant.search import Floats, SearchIndex
from knowledge.passages import passages

SIZES = (1_000, 10_000, 100_000, 1_000_000)
NOISE = 0.03  # standard deviation in each of 384 dimensions, beside vectors of length 1
BLOCK, K, SEED = 10_000, 10, 0
STORIES = Path(__file__).parent.parent / "stories"
COLUMNS = {
    "passages": "{:,}", "p50_ms": "{:.1f}", "p99_ms": "{:.1f}", "processor_ms": "{:.1f}",
    "recall_at_10": "{:.4f}", "memory_mb": "{:.0f}", "own_memory_mb": "{:.0f}",
    "disk_mb": "{:.0f}", "build_s": "{:.0f}", "build_peak_mb": "{:.0f}",
}  # fmt: skip


def figures(sizes: Sequence[int] = SIZES) -> list[dict[str, float]]:
    """Return what each size takes: milliseconds, share of the true ten nearest, megabytes."""
    texts, vectors = _passages()
    queries = _queries()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            folder = Path(name) / str(size)
            folder.mkdir()
            row = {"passages": size, **_apart(_build, size, texts, vectors, folder)}
            asked, found = _apart(_ask, folder, queries)
            row |= {**asked, "recall_at_10": _apart(_recall, folder, queries, found)}
            rows.append(row)
            for file in folder.iterdir():
                file.unlink()
    return rows


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """Return what some work gives, done in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def _passages() -> tuple[list[str], Floats]:
    mind = load_mind().own()
    entries = (mind.library.get(id_) for id_ in mind.library.cards)
    texts = [passage.text for entry in entries for passage in passages(entry)]
    return texts, np.array(SearchIndex.open(mind.folder).vectors)


def _queries() -> list[tuple[str, Floats]]:
    told = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(STORIES.glob("*.yaml"))]
    said = {turn["say"] for stories in told for story in stories for turn in story["turns"]}
    texts = sorted(text for text in said if text.strip())
    return list(zip(texts, load_mind().encoder.encode(texts), strict=True))


def _build(size: int, texts: list[str], vectors: Floats, folder: Path) -> dict[str, float]:
    """Write an index of `size` passages into `folder`; return what that took, encoding apart."""
    random = np.random.default_rng(SEED)
    order = random.permutation(len(texts))
    rows = order[np.arange(size) % len(order)]
    many: Floats = vectors[rows]
    for start in range(len(texts), size, BLOCK):
        part = many[start : start + BLOCK]
        part += random.normal(0, NOISE, part.shape).astype(np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    began = time.perf_counter()
    # The vectors are there: what is measured is the index, not the encoder.
    SearchIndex.build([texts[row] for row in rows], lambda asked: many).save(folder)
    return {
        "build_s": time.perf_counter() - began,
        "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "disk_mb": sum(file.stat().st_size for file in folder.iterdir()) / 2**20,
    }


def _ask(folder: Path, queries: list[tuple[str, Floats]]) -> tuple[dict[str, float], list[Any]]:
    """Return times and memory of one search for each query, and the rows nearest by meaning."""
    index = SearchIndex.open(folder)
    for text, vector in queries[:20]:  # what is measured is a running chat
        index.search(text, vector, K)
    clock, processor = [], []
    for text, vector in queries:
        began, busy = time.perf_counter(), time.process_time()
        index.search(text, vector, K)
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - busy))
    status = Path("/proc/self/status").read_text("utf-8")
    memory = {name: int(status.split(f"{name}:")[1].split()[0]) for name in ("VmRSS", "RssAnon")}
    found = [np.argsort(-index.dense(vector), kind="stable")[:K] for _, vector in queries]
    return {
        "p50_ms": float(np.quantile(clock, 0.5)),
        "p99_ms": float(np.quantile(clock, 0.99)),
        "processor_ms": float(np.median(processor)),
        "memory_mb": memory["VmRSS"] / 1024,
        "own_memory_mb": memory["RssAnon"] / 1024,
    }, found


def _recall(folder: Path, queries: list[tuple[str, Floats]], found: list[Any]) -> float:
    """Return the share of the ten nearest by float32 cosine, all compared, that were found."""
    vectors = SearchIndex.open(folder).vectors
    asked = np.array([vector for _, vector in queries])
    scores = np.concatenate(
        [asked @ vectors[start : start + BLOCK].T for start in range(0, len(vectors), BLOCK)],
        axis=1,
    )
    right = [np.argpartition(-row, K - 1)[:K] for row in scores]
    return float(np.mean([len({*a} & {*b}) / K for a, b in zip(right, found, strict=True)]))


def table(rows: Sequence[dict[str, float]]) -> str:
    """Return the figures as a Markdown table."""
    head = " | ".join(name.replace("_", " ") for name in COLUMNS)
    lines = [f"| {head} |", "|" + " ---: |" * len(COLUMNS)]
    for row in rows:
        lines.append(
            "| " + " | ".join(form.format(row[name]) for name, form in COLUMNS.items()) + " |"
        )
    load = os.getloadavg()[0]
    return "\n".join([*lines, "", f"{os.cpu_count()} cores, load average {load:.1f} at the end"])
