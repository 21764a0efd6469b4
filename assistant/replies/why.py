"""How an answer came to be: what was understood and what was found."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.replies import passage
from assistant.replies.turn import Turn
from assistant.reply import Block, Bullets, Reply, Text
from knowledge.library import Library

MOST = 5  # lines of a kind


def trace(turn: Turn) -> dict[str, object]:
    """Return how a reply came to be: intents, scope, names and the nearest passages."""
    prediction = turn.heard.prediction
    places = turn.library.passages
    return {
        "intent": turn.intent,
        "intents": [[label, round(share, 3)] for label, share in prediction.ranked],
        "out_of_scope": round(prediction.out_of_scope, 3),
        "called_out_of_scope": prediction.is_out_of_scope,
        "names": [[mention.text, mention.id, mention.score] for mention in turn.about],
        "understood": turn.heard.spelt,
        "questions": [[item.entry, item.field, item.chance] for item in turn.heard.asked[:5]],
        "passages": [
            [places[hit.row].entry, places[hit.row].field, round(hit.dense, 3)]
            for hit in turn.heard.hits[:5]
        ],
    }


def reply(last: Reply | None, phrases: Mapping[str, str], library: Library) -> Reply:
    """Return what the last reply rests on: its intent, scores, names, questions and passages."""
    if last is None or not last.trace:
        return Reply("clarify", "why_answer", (Text(phrases["why_nothing"]),), question="/why")
    blocks = [Text(phrases["why"].format(question=last.question)), *_lists(last.trace, library)]
    return Reply(
        "answered", "why_answer", tuple(blocks), question="/why", sources=last.sources,
        entities=last.entities, trace=last.trace,
    )  # fmt: skip


def _lists(trace: Mapping[str, Any], library: Library) -> list[Block]:
    others = ", ".join(f"{label} {_percent(share)}" for label, share in trace["intents"][:3])
    scope = "called out of scope" if trace["called_out_of_scope"] else "in scope"
    read = [
        f"Understood as: {trace['understood']}",
        f"Intent: **{trace['intent']}** (the classifier says {others})",
        f"Out-of-scope score {trace['out_of_scope']:.2f}: {scope}",
    ]
    names = [
        f"“{text}” is {library.name(id_)} ({score:.2f})" for text, id_, score in trace["names"]
    ]
    asked = [
        f"{_called(library, *place)}: {_percent(share)}" for *place, share in trace["questions"]
    ]
    near = [f"{_called(library, *place)}: {cosine:.2f}" for *place, cosine in trace["passages"]]
    return [
        Bullets(tuple(read), "Your message"),
        *_bullets(names, "Names found, with how well they match"),
        *_bullets(asked, "Stored questions, with the probability that you asked them"),
        *_bullets(near, "Nearest passages, with their cosine similarity"),
    ]


def _called(library: Library, id_: str, field: str) -> str:
    """Return in words what a place in the knowledge base holds."""
    if passage.is_stored(field):
        return f"“{passage.wording(library.get(id_), field)}” ({library.name(id_)})"
    return f"{library.name(id_)}, {field}"


def _bullets(lines: Sequence[str], title: str) -> list[Block]:
    return [Bullets(tuple(dict.fromkeys(lines))[:MOST], title)] if lines else []


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
