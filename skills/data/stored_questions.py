"""What learners ask, in several wordings each, with the answers of Lodestar's knowledge base."""

from typing import Any
from zlib import crc32

from skills.data.dataset import Dataset

ROWS = 2000
WORDINGS = 3


def load() -> list[dict[str, Any]]:
    """Return 2,000 stored questions: the name of their entry, `ask` (wordings) and the answer.

    Each has at least three wordings. Which ones are drawn depends on their first wording alone,
    so a knowledge base that grows changes few of them.
    """
    import yaml

    from knowledge.fingerprint import ROOT

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[dict[str, Any]] = []
    for path in sorted(ROOT.rglob("*.yaml")):
        entry = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
        listed = [entry] if path.parent.name == "faq" else entry.get("questions", ())
        found += ({"name": entry["name"], "ask": question["ask"], "answer": question["answer"]}
                  for question in listed if len(question["ask"]) >= WORDINGS)  # fmt: skip
    return sorted(found, key=lambda question: crc32(question["ask"][0].encode()))[:ROWS]


DATASET = Dataset(
    id="stored_questions",
    title="Questions that Lodestar answers",
    rows=ROWS,
    describes="questions on machine learning and careers in it, each in three or more wordings",
    source="Lodestar's own knowledge base, the one that answers you in the chat",
    url="",
    licence="MIT, as Lodestar itself",
    package="lodestar-ml",
    load=load,
)
