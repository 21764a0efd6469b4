"""Where the learner's file is opened.

In private mode (`lodestar --private`, or LODESTAR_PRIVATE=1) everything works on a copy in
memory: what is there can be used, and nothing is kept.
"""

from datetime import UTC, datetime

import click

from assistant.learner.store import Store
from assistant.places import FILE, data_dir, is_private


def now() -> datetime:
    """Return the time, with the zone of this machine."""
    return datetime.now(UTC).astimezone()


def tell(text: str) -> None:
    """Print a line for the learner on stderr."""
    click.echo(text, err=True)


def open_file() -> Store:
    """Return the learner's store on the disk, in private mode too."""
    return Store(data_dir() / FILE, tell)


def open_store() -> Store:
    """Return the learner's store; in private mode one in memory that begins as a copy."""
    if not is_private():
        return open_file()
    private = Store(None, tell)
    if (data_dir() / FILE).exists():
        with open_file() as kept:
            private.copy(kept)
    return private
