"""Many questions in, one JSON document a line out."""

import dataclasses
import json
import time
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from assistant.conversation import Conversation
from assistant.mind import Mind
from assistant.render.document import as_json
from assistant.reply import Reply


def questions(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield each line as `{"text": …}` or `{"turns": […]}`; a bare line is a text."""
    for raw in lines:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except ValueError:
            document = None
        yield document if isinstance(document, dict) else {"text": line}


def timed(conversation: Conversation, text: str) -> Reply:
    """Return the reply to a text with the milliseconds it took."""
    started = time.perf_counter()
    reply = conversation.respond(text)
    return dataclasses.replace(reply, ms=(time.perf_counter() - started) * 1000)


def answers(lines: Iterable[bytes], mind: Mind) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line; a line is a conversation of its own."""
    mind.warm_up()
    for line in questions(lines):
        conversation = Conversation(mind, today=date.today())
        turns = line.get("turns")
        if isinstance(turns, list):
            replies = [as_json(timed(conversation, str(turn))) for turn in turns]
            yield {**line, "replies": replies}
        else:
            yield as_json(timed(conversation, str(line.get("text", ""))))
