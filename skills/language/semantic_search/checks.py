"""What a learner's own search must do, whatever its style."""

from collections.abc import Generator, Sequence
from typing import Any
from zlib import crc32

import numpy as np

STAGES = ["bm25", "bytes", "cells", "hybrid", "vectors"]
Progress = Generator[dict[str, Any], None, Any]


def vectors_of(stage: str, texts: Sequence[str], pieces: int) -> Progress:
    """Stand for the transformer: the sum of a random vector for each word, of length 1."""
    table = np.random.default_rng(0).normal(size=(400, 24)).astype(np.float32)
    yield {"stage": stage, "step": 1, "total": 1}
    rows = [[crc32(word.encode()) % 400 for word in str(text).lower().split()] for text in texts]
    made = np.array([table[row[:pieces]].sum(0) for row in rows])
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def check_split(work: Any, tools: Any) -> None:
    """Queries are wordings that no document holds; a seed draws the same ones again."""
    questions = tools.data()[:600]
    for seed in tools.seeds[:2]:
        with tools.settings(work, ASKED=150), tools.settings(tools.reference, ASKED=150):
            documents, queries, right = work.split([dict(q) for q in questions], seed)
            _, again, _ = work.split(questions, seed)
            plain = tools.reference.split(questions, seed)[0]
        tools.same(len(documents), len(questions), "documents")
        tools.same(len(queries), 150, "queries")
        pairs = list(zip(queries, right, strict=True))
        off = sum(query not in questions[n]["ask"] for query, n in pairs)
        if off:
            tools.mistake("shuffled_labels", f"{off} queries are wordings of others", work.split)
        tools.same(off, 0, "queries that are no wording of their question")
        held = sum(query in documents[n] and query not in plain[n] for query, n in pairs)
        if held:
            evidence = f"{held} of 150 queries stand, word by word, in their documents"
            tools.mistake("trained_on_test", evidence, work.split)
        tools.same(held, 0, "queries that their documents hold")
        if list(queries) != list(again):
            tools.mistake("seed_half_set", "one seed gives other queries each time", work.split)
        tools.same(list(again), list(queries), "queries, drawn twice with one seed")


def _bm25(counts: Any, asked: Any, often: float, share: float, *, rare: bool = True) -> Any:
    """Return BM25 of dense counts, shapes (documents, words) and (queries, words)."""
    holding = (counts > 0).sum(0)
    weight = np.log(1 + (len(counts) - holding + 0.5) / (holding + 0.5)) if rare else 1.0
    length = counts.sum(1, keepdims=True)
    limit = often * (1 - share + share * length / length.mean())
    return asked @ (weight * counts * (often + 1) / (counts + limit)).T


def check_bm25(work: Any, tools: Any) -> None:
    """Rare words weigh more, repeated ones ever less, and long documents pay for their length."""
    names = [f"w{chr(97 + n // 9)}{chr(97 + n % 9)}" for n in range(60)]
    for seed in tools.seeds:
        rng = tools.rng(seed)
        usual = 1 / np.arange(1, 61)
        rows = [rng.choice(60, size, p=usual / usual.sum()) for size in rng.integers(3, 40, 50)]
        counts = np.array([np.bincount(row, minlength=60) for row in rows])
        texts = [" ".join(names[n] for n in row) for row in rows]
        chosen = [rng.choice(60, 3, replace=False) for _ in range(20)]
        asked = np.array([np.bincount(row, minlength=60) for row in chosen])
        queries = [" ".join(names[n] for n in row) for row in chosen]
        wrong = {"rare_words_ignored": _bm25(counts, asked, 1.2, 0.75, rare=False),
                 "length_ignored": _bm25(counts, asked, 1.2, 0.0)}  # fmt: skip
        tools.same(np.asarray(work.bm25(texts, queries)), _bm25(counts, asked, 1.2, 0.75),
                   "scores", at=work.bm25, wrong=wrong)  # fmt: skip


def check_fuse(work: Any, tools: Any) -> None:
    """Reciprocal ranks are added, those by words with half the weight."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        one, two = 9 * rng.random((12, 30)), rng.random((12, 30))
        up, down = ([s.argsort(1).argsort(1) + 1 for s in (sign * one, sign * two)]
                    for sign in (1, -1))  # fmt: skip
        across = [(-s).argsort(0).argsort(0) + 1 for s in (one, two)]
        wrong = {
            "ranked_backwards": 0.5 / (5 + up[0]) + 1 / (5 + up[1]),
            "off_by_one_window": 0.5 / (4 + down[0]) + 1 / (4 + down[1]),
            "wrong_axis": 0.5 / (5 + across[0]) + 1 / (5 + across[1]),
            "scales_mixed": 0.5 * one + two,
        }
        got = np.asarray(work.fuse(one.copy(), two.copy()))
        if np.allclose(got, one + two):
            wrong["scales_mixed"] = one + two
        tools.same(got, tools.reference.fuse(one, two), "scores of both rankings",
                   at=work.fuse, wrong=wrong)  # fmt: skip


def check_shrink(work: Any, tools: Any) -> None:
    """Each number becomes one byte, and is off by half a step at most once it is back."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        vectors = rng.normal(size=(40, 24)) * rng.uniform(0.1, 9, (40, 1))
        codes, scale = work.shrink(vectors.copy())
        codes, scale = np.asarray(codes), np.asarray(scale)
        tools.shape(codes, vectors.shape, "whole numbers")
        tools.hold(codes.dtype == np.int8, f"shrink: expected int8, got {codes.dtype}")
        step = np.abs(vectors).max(1, keepdims=True) / 127
        off = np.abs(codes * scale.reshape(-1, 1) - vectors) / step
        if 0.51 < off.max() <= 1.01:
            evidence = f"numbers are off by up to {off.max():.2f} steps: cut off, not rounded"
            tools.mistake("integer_division", evidence, work.shrink)
        if off.max() > 100:
            evidence = "numbers beyond 127 do not fit into a byte and come back as negative ones"
            tools.mistake("wrong_range", evidence, work.shrink)
        tools.at_most(off.max(), 0.51, "largest error, in steps of the largest number / 127")


def check_cells(work: Any, tools: Any) -> None:
    """Only vectors in the nearest cells are compared, and those exactly."""
    for seed in tools.seeds[:2]:
        rng = tools.rng(seed)
        homes = rng.normal(size=(12, 16))
        made = homes[rng.integers(12, size=420)] + 0.25 * rng.normal(size=(420, 16))
        made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        known, asked = made[:360], made[360:]
        exact = asked @ known.T
        with tools.settings(work, CELLS=12, PROBES=3):
            got = np.asarray(work.in_cells(known.copy(), asked.copy(), seed))
            again = np.asarray(work.in_cells(known.copy(), asked.copy(), seed))
        tools.shape(got, exact.shape, "cosines")
        tools.same(np.isfinite(again), np.isfinite(got), "places looked at, with the same seed")
        if (zero := (got == 0) & (exact != 0)).mean() > 0.3:
            evidence = f"{zero.mean():.0%} of the scores are 0, more than a negative cosine"
            tools.mistake("missing_as_zero", evidence, work.in_cells)
        looked = np.isfinite(got)
        tools.at_most(looked.mean(), 0.6, "share of the vectors that were compared")
        tools.same(got[looked], exact[looked], "cosines with those compared", tolerance=1e-4)
        best = looked[np.arange(60), exact.argmax(1)].mean()
        if best < 0.3:
            evidence = f"the nearest vector was compared in {best:.0%} of the searches only"
            tools.mistake("ranked_backwards", evidence, work.in_cells)
        tools.at_least(best, 0.9, "share of the searches that find the nearest vector")


def check_measure(work: Any, tools: Any) -> None:
    """Places count from 1, recall is a share, and the mean is that of reciprocal ranks."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        scores, right = rng.random((40, 60)), rng.integers(0, 60, 40)
        own = scores[np.arange(40), right][:, None]
        wrong = {"off_by_one_window": (scores > own).sum(1),
                 "ranked_backwards": (scores <= own).sum(1)}  # fmt: skip
        tools.same(np.asarray(work.places(scores.copy(), right)), (scores >= own).sum(1),
                   "places", at=work.places, wrong=wrong)  # fmt: skip
        place = np.concatenate([rng.integers(1, 30, 80), [1, 10, 10]])
        right_ones = tools.reference.measure(place)
        slips = {
            "recall_1": {"off_by_one_window": np.mean(place < 1), "integer_division": 0},
            "recall_10": {"off_by_one_window": np.mean(place < 10), "integer_division": 0},
            "mrr": {"wrong_averaging": 1 / np.mean(place), "integer_division": 0},
        }
        got = work.measure(place.copy())
        for name, value in right_ones.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            tools.same(got[name], value, name, at=work.measure, wrong=slips[name])
    tied = np.zeros((1, 5))
    tools.same(np.asarray(work.places(tied, np.array([2]))), np.array([5]),
               "the place among five equal scores")  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """Every kind of search is measured on the same queries, and a seed repeats a run."""
    questions = tools.data()[:300]
    swapped = {"embed": vectors_of, "ASKED": 120, "CELLS": 8, "PROBES": 3}
    first, second = (tools.run(work, list(questions), seed=4, **swapped) for _ in range(2))
    tools.repeated(first, second, STAGES)
    reference = tools.reference
    with tools.settings(work, ASKED=120):
        documents, queries, right = work.split(questions, 4)
    by_words = reference.bm25(documents, queries)
    _, made = tools.drain(vectors_of("", [*documents, *queries], work.PIECES))
    exact = made[300:] @ made[:300].T
    codes, scale = reference.shrink(made[:300])
    expected = {"bm25": by_words, "vectors": exact, "hybrid": reference.fuse(by_words, exact),
                "bytes": made[300:] @ (codes * scale).T}  # fmt: skip
    for stage, scores in expected.items():
        numbers = reference.measure(reference.places(scores, right))
        got = {name: first[stage]["metrics"].get(name, -1) for name in numbers}
        swapped_ = reference.measure(reference.places(scores, np.roll(right, 1)))
        tools.same(got, numbers, f"{stage}", tolerance=0.02, at=work.run,
                   wrong={"shuffled_labels": swapped_})  # fmt: skip
    tools.at_most(first["cells"]["metrics"]["looked"], 0.8, "share looked at in cells")
