"""Mistakes that the syntax tree shows more surely than a run."""

from skills.judge.notebook import Notebook


class Syntax:
    """Reads the learner's tree once; what it cannot be sure of counts only if a check failed."""

    def __init__(self, notebook: Notebook, reference: str) -> None:
        self._notebook, self._reference = notebook, reference

    def install(self) -> None:
        """Nothing to hook."""

    def look(self) -> None:
        """Note what the tree shows."""
