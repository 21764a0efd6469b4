"""How well the search finds what it should, over any documents and queries."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.search import Encode, SearchIndex

DEPTH = 10
CUTS = (1, 3, 5, 10)


def evaluate(encode: Encode, documents: Path, queries: Path) -> dict[str, Any]:
    """Return hit@1, 3, 5 and 10, MRR@10, nDCG@10 and milliseconds per query, encoding included.

    Documents are JSON or JSON Lines of `{"id", "text"}` (a `title` is put before the text),
    queries of `{"text", "relevant"}`, where `relevant` is a list of ids or maps ids to grades.
    nDCG is that of Järvelin and Kekäläinen 2002 with gain 2^grade − 1. Raises UsageError where
    a file has another form.
    """
    texts = {_id(row, documents): _text(row, documents) for row in _rows(documents)}
    ids = list(texts)
    index = SearchIndex.build(list(texts.values()), encode)
    hits = dict.fromkeys(CUTS, 0)
    reciprocal = gain = seconds = 0.0
    asked = [row for row in _rows(queries) if _relevant(row, queries)]
    for row in asked:
        wanted = _relevant(row, queries)
        question = _text(row, queries)
        started = time.perf_counter()
        found = index.search(question, encode([question])[0], DEPTH)
        seconds += time.perf_counter() - started
        ranked = [ids[hit.row] for hit in found]
        first = next((rank for rank, id_ in enumerate(ranked, 1) if id_ in wanted), 0)
        reciprocal += 1 / first if first else 0.0
        gain += ndcg(ranked, wanted)
        for cut in CUTS:
            hits[cut] += 0 < first <= cut
    count = max(1, len(asked))
    return {
        "documents": len(ids),
        "queries": len(asked),
        **{f"hit@{cut}": round(number / count, 4) for cut, number in hits.items()},
        "mrr@10": round(reciprocal / count, 4),
        "ndcg@10": round(gain / count, 4),
        "ms_per_query": round(1000 * seconds / count, 2),
    }


def ndcg(ranked: Sequence[str], wanted: Mapping[str, float]) -> float:
    """Return the normalised discounted cumulative gain of a ranking, from 0 to 1."""
    got = sum(_gain(wanted.get(id_, 0), rank) for rank, id_ in enumerate(ranked, 1))
    best = sorted(wanted.values(), reverse=True)[: len(ranked) or DEPTH]
    ideal = sum(_gain(grade, rank) for rank, grade in enumerate(best, 1))
    return got / ideal if ideal else 0.0


def _gain(grade: float, rank: int) -> float:
    return (2**grade - 1) / math.log2(rank + 1)


def _rows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8")
    try:
        rows = json.loads(text) if text.lstrip().startswith("[") else None
        rows = rows or [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise UsageError(f"{path} is neither JSON nor JSON Lines: {error}") from None
    if not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path}: every row must be an object with named fields")
    return list(rows)


def _id(row: Mapping[str, Any], path: Path) -> str:
    for name in ("id", "_id", "doc_id"):
        if name in row:
            return str(row[name])
    raise UsageError(f'{path}: a row has no "id": {str(row)[:80]}')


def _text(row: Mapping[str, Any], path: Path) -> str:
    for name in ("text", "question", "query", "body", "contents"):
        if isinstance(row.get(name), str):
            title = str(row.get("title") or "")
            return f"{title}. {row[name]}" if title else str(row[name])
    raise UsageError(f'{path}: a row has no "text": {str(row)[:80]}')


def _relevant(row: Mapping[str, Any], path: Path) -> dict[str, float]:
    for name in ("relevant", "qrels", "answers", "expected", "doc_id"):
        wanted = row.get(name)
        if isinstance(wanted, dict):
            return {str(id_): float(grade) for id_, grade in wanted.items() if float(grade) > 0}
        if isinstance(wanted, list):
            return {str(id_): 1.0 for id_ in wanted}
        if isinstance(wanted, str | int):
            return {str(wanted): 1.0}
    raise UsageError(f'{path}: a query has no "relevant" ids: {str(row)[:80]}')
