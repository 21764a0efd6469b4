"""A reply as the contract's JSON."""

from dataclasses import asdict
from typing import Any

from assistant.render.plain import text_of
from assistant.reply import Reply, block_as_dict


def as_json(reply: Reply) -> dict[str, Any]:
    """Return the JSON document of a reply, with the fields of the contract."""
    return {
        "question": reply.question,
        "status": reply.status,
        "intent": reply.intent,
        "confidence": round(reply.confidence, 4),
        "entities": [asdict(entity) for entity in reply.entities],
        "text": text_of(reply.blocks),
        "blocks": [block_as_dict(block) for block in reply.blocks],
        "sources": [asdict(source) for source in reply.sources],
        "suggestions": list(reply.suggestions),
        "actions": [
            {"type": action.type, "id": action.id, "start": action.start}
            for action in reply.actions
        ],
        "ms": round(reply.ms, 1),
    }
