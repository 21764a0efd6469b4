"""How the last answer came to be: what was understood and what was found."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.reply import Block, Bullets, Reply, Text

MOST = 5  # lines of a kind


def reply(last: Reply | None, phrases: Mapping[str, str]) -> Reply:
    """Return what the last reply rests on: its intent, scores, names, questions and passages."""
    if last is None or not last.trace:
        return Reply("clarify", "why_answer", (Text(phrases["why_nothing"]),), question="/why")
    blocks = [Text(phrases["why"].format(question=last.question)), *_lists(last.trace)]
    return Reply(
        "answered", "why_answer", tuple(blocks), question="/why", sources=last.sources,
        entities=last.entities, suggestions=last.suggestions, trace=last.trace,
    )  # fmt: skip


def _lists(trace: Mapping[str, Any]) -> list[Block]:
    others = ", ".join(f"{label} {_percent(share)}" for label, share in trace["intents"][:3])
    scope = "called out of scope" if trace["called_out_of_scope"] else "in scope"
    read = [
        f"Understood as: {trace['understood']}",
        f"Intent: **{trace['intent']}** (the classifier says {others})",
        f"Out-of-scope score {trace['out_of_scope']:.2f}: {scope}",
    ]
    names = [f"“{text}” is {id_} ({score:.2f})" for text, id_, score in trace["names"]]
    asked = [f"{entry}, {field}: {_percent(share)}" for entry, field, share in trace["questions"]]
    near = [f"{entry}, {field}: {cosine:.2f}" for entry, field, cosine in trace["passages"]]
    return [
        Bullets(tuple(read), "Your message"),
        *_bullets(names, "Names found, with how well they match"),
        *_bullets(asked, "Stored questions, with the probability that you asked them"),
        *_bullets(near, "Nearest passages, with their cosine similarity"),
    ]


def _bullets(lines: Sequence[str], title: str) -> list[Block]:
    return [Bullets(tuple(lines[:MOST]), title)] if lines else []


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
