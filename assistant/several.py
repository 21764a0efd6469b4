"""Several questions in one message: where they part, and one reply out of the replies to them."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

from assistant.reply import Block, Reply, Text

MOST_QUESTIONS = 3  # of one message that are answered one by one
CLEAR = 0.3  # how likely a part must be its stored question to lead away from the others
STORY_WORDS = 45  # a longer message is a story with a question, not a list of questions
# Where one question ends and the next begins: a question mark, or "and how …", ", why …".
_BETWEEN = re.compile(
    r"(?<=\?)\s+(?=\S)|(?:\s*[,;]\s*(?:and\s+|also\s+)?|\s+and\s+|\s+also\s+)"
    r"(?=(?:how|what|whats|what's|why|when|where|which|who|is|are|does|do|can|could|should)\s)",
    re.IGNORECASE,
)
# How a question or a request begins; what begins otherwise is a story before the question.
ASKS = re.compile(
    r"^\W*(?:(?:hi|hey|hello|ok|so|and|also|please|pls)\W+)*(?:how|what|whats|what's|why|when|where"
    r"|which|who|is|are|does|do|did|can|could|should|would|will|explain|define|describe|compare"
    r"|tell|give|show|list)\b",
    re.IGNORECASE,
)


def split(message: str) -> list[str]:
    """Return the questions of a message that holds several, else nothing."""
    if len(message.split()) > STORY_WORDS:
        return []
    parts = [part.strip(" ,;") for part in _BETWEEN.split(message)]
    parts = [part for part in parts if len(part.split()) >= 2]
    asked = all("?" in part or ASKS.match(part) for part in parts)
    return parts if asked and 2 <= len(parts) <= MOST_QUESTIONS else []


def astray(reply: Reply, before: Sequence[Reply], phrases: Mapping[str, str], *, own: bool) -> bool:
    """Return whether a part of a message has no answer, or one that is far from those `before`.

    A part that names something of its `own` may lead elsewhere.
    """
    if own or reply.status != "answered":
        return reply.status in ("unsure", "out_of_scope")
    known = {source.id for other in before for source in other.sources}
    far = bool(before and reply.sources) and reply.sources[0].id not in known
    _, _, chance = next(iter(reply.trace.get("questions", ())), ("", "", 0.0))
    return Text(phrases["near_miss"]) in reply.blocks or (far and chance < CLEAR)


def joined(
    message: str, replies: Sequence[Reply], left: Sequence[str], phrases: Mapping[str, str]
) -> Reply:
    """Return one reply made of the replies to several questions, in order.

    It owns up to the questions that are `left` without one.
    """
    blocks: list[Block] = []
    for reply in replies:
        title = [Text(f"**{reply.question}**")] if len(replies) > 1 else []
        blocks += [*title, *reply.blocks]
    if left:
        rest = "”, “".join(question.rstrip(".") for question in left)
        blocks.append(Text(phrases["part_unanswered"].format(questions=f"“{rest}”")))
    sources = {source.url: source for reply in replies for source in reply.sources}
    entities = {entity.id: entity for reply in replies for entity in reply.entities}
    return dataclasses.replace(
        replies[0],
        question=message,
        blocks=tuple(blocks),
        sources=tuple(sources.values()),
        entities=tuple(entities.values()),
        suggestions=replies[-1].suggestions,
        actions=tuple(action for reply in replies for action in reply.actions),
        keeps=tuple(keep for reply in replies for keep in reply.keeps),
        kept=tuple(block for reply in replies for block in reply.kept),
    )
