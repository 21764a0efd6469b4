"""What can go wrong, for people: every message says what happened, what was kept, what to do.

LodestarError
├── ModelError        the sentence model is missing or altered
├── UsageError        the command was used wrongly (exit code 2)
├── CacheError        the compiled knowledge cannot be written
├── PackError         a knowledge pack cannot be kept
└── StoreError        the learner's file cannot be used
    └── NewerFile     it was written by a newer version of Lodestar
"""

from pathlib import Path


class LodestarError(Exception):
    """An error with a message for the learner; no traceback is shown."""


class ModelError(LodestarError):
    """The sentence model is missing, altered or cannot be prepared."""


class CacheError(LodestarError):
    """What can be made again, the compiled knowledge and the model, cannot be written."""

    def __init__(self, what: str, cache: Path, error: OSError) -> None:
        super().__init__(
            f"{what} cannot be written to {cache}: {error.strerror or error}.\n"
            "Nothing of yours was changed. Free some space, or set LODESTAR_HOME to a folder "
            "you can write to."
        )


class PackError(LodestarError):
    """A knowledge pack cannot be kept; the one that was there is as it was."""


class UsageError(LodestarError):
    """The command line names something that does not exist or cannot be."""


class StoreError(LodestarError):
    """The learner's file cannot be used; it was left as it is."""


class NewerFile(StoreError):
    """The file was written by a newer version of Lodestar."""
