"""Everything that is kept of the learner, as one JSON document."""

import dataclasses
from datetime import datetime
from typing import Any

from assistant.learner.records import Records

FORMAT = "lodestar-learner-1"


def document(records: Records, now: datetime) -> dict[str, Any]:
    """Return all records with lists for tuples and ISO 8601 for times."""
    head = {"format": FORMAT, "exported": now.isoformat(timespec="seconds")}
    return head | {
        field.name: plain(getattr(records, field.name)) for field in dataclasses.fields(records)
    }


def plain(value: Any) -> Any:
    """Return a value made of what JSON has."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
