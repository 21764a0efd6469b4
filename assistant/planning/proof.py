"""What the learner's records say is done of a plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assistant.learner.progress import progress, told_done
from assistant.learner.records import Records
from assistant.planning.model import base
from skills.exercise import catalogue


def proved(records: Records, now: datetime) -> dict[str, str]:
    """Return what is done whole, with why: exercises passed here, concepts known in the quiz."""
    at = progress(records, catalogue(), now)
    passed = {f"exercise:{id_}": "you passed it here" for id_ in at.shown}
    return {**dict.fromkeys(at.learned, "you know it in the quiz"), **passed}


def steps_done_in(document: Mapping[str, Any], records: Records, now: datetime) -> set[str]:
    """Return the ids of the steps of a plan that are done, said or proved."""
    whole = proved(records, now)
    told = told_done(records.events)
    ids = [str(step["id"]) for step in document["steps"]]
    return {id_ for id_ in ids if id_ in told or base(id_) in whole}
