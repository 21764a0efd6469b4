"""Conversations of several turns, told as YAML: each turn says what must hold of its reply."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.conversation import Conversation
from assistant.render.plain import text_of
from assistant.reply import Reply

FOLDER = Path(__file__).parent / "stories"
STORIES = [
    pytest.param(story, id=f"{path.stem}-{story['name'].replace(' ', '_')}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for story in yaml.safe_load(path.read_text("utf-8"))
]


def differences(turn: dict[str, Any], reply: Reply) -> list[str]:  # noqa: C901 - one case each
    """Return what of a turn's expectations does not hold of the reply."""
    text = text_of(reply.blocks)
    entities = [entity.id for entity in reply.entities]
    sources = [source.id for source in reply.sources]
    actions = [action.id for action in reply.actions]
    found = []
    for name, wanted in turn.items():
        match name:
            case "say":
                held = True
            case "status":
                held = reply.status == wanted
            case "intent":
                held = reply.intent in ([wanted] if isinstance(wanted, str) else wanted)
            case "entities":
                held = set(wanted) <= set(entities)
            case "source":
                held = bool(sources) and sources[0] in (
                    [wanted] if isinstance(wanted, str) else wanted
                )
            case "text":
                held = all(part.casefold() in text.casefold() for part in wanted)
            case "not_text":
                held = all(part.casefold() not in text.casefold() for part in wanted)
            case "block":
                held = wanted in [block.type for block in reply.blocks]
            case "words":
                held = wanted[0] <= len(text.split()) <= wanted[1]
            case "action":
                held = wanted in actions
            case "starts":
                held = any(action.start and action.id == wanted for action in reply.actions)
            case "suggestions":
                held = len(reply.suggestions) >= wanted
            case _:
                raise ValueError(f"a story expects {name!r}, which means nothing")
        if not held:
            found.append(f"{name}: wanted {wanted}")
    if found:
        found.append(
            f"got {reply.status} {reply.intent} {entities} {sources[:1]} {actions}: {text[:200]}"
        )
    return found


@pytest.mark.parametrize("story", STORIES)
def test_story(story: dict[str, Any], chat: Callable[[], Conversation]) -> None:
    conversation = chat()
    for number, turn in enumerate(story["turns"], 1):
        found = differences(turn, conversation.respond(turn["say"]))
        assert not found, f"turn {number} “{turn['say']}”\n" + "\n".join(found)
