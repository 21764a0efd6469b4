"""The knowledge as tools of the Model Context Protocol, for the learner's own editor or assistant.

Needs the official SDK, mcp (the extra `mcp`). Each call stands alone, as `lodestar ask` does: what
is asked is not kept, and no learner's record is read. What is answered holds no control characters.
"""

import functools
import importlib.util
import threading
from collections.abc import Callable
from typing import Any

from assistant.errors import LodestarError
from assistant.planning import HOURS_PER_WEEK
from assistant.render.plain import clean, whole

MISSING = ('lodestar mcp needs the package mcp, not installed here.\n'
           'Run: pip install "lodestar-ml[mcp]"')  # fmt: skip
ABOUT = (
    "Lodestar answers questions on machine learning, deep learning and careers in them from a "
    "knowledge base on this machine, each answer with its sources. What it does not know it says."
)
ONE_AT_A_TIME = threading.Lock()


def check() -> None:
    """Raise LodestarError where the SDK is missing."""
    if importlib.util.find_spec("mcp") is None:
        raise LodestarError(MISSING)


def serve(load: Callable[[], Any]) -> None:
    """Serve the tools on stdin and stdout until the client leaves; `load` gives the mind."""
    from importlib.metadata import version

    from mcp.server.mcpserver import MCPServer

    server = MCPServer("lodestar", instructions=ABOUT, version=version("lodestar-ml"),
                       log_level="ERROR")  # fmt: skip
    tools = Tools(functools.cache(load))
    for tool in (tools.ask, tools.find, tools.path, tools.exercise_list):
        server.tool()(_safe(tool))
    server.run("stdio")


class Tools:
    """What is offered; the docstrings are what the client reads."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def ask(self, question: str) -> str:
        """Answer a question on machine learning, deep learning or careers in them, with sources."""
        from assistant.commands.common import new_conversation

        return whole(new_conversation(self._load()).respond(question))

    def find(self, name: str) -> dict[str, Any]:
        """Find the entry that a name means: its id, kind, name and score, and other candidates."""
        from assistant.lookup import find

        return find(self._load(), name)

    def path(
        self, role: str, background: str = "", know: str = "", hours: float = HOURS_PER_WEEK
    ) -> dict[str, Any]:
        """Plan the way into a role week by week, for so many hours a week.

        `background` says in words where the learner comes from, `know` names with commas what
        is known already.
        """
        from assistant.careers import role_id
        from assistant.learner.access import now
        from assistant.planning import wish

        if not 0.5 <= hours <= 80:
            raise LodestarError("hours is a number from 0.5 to 80.")
        mind = self._load()
        wanted = wish.Wish(role_id(mind, role), background, wish.known_ids(mind, know), hours)
        return wish.document(mind, wanted, now().date())

    def exercise_list(self, concept: str = "") -> dict[str, Any]:
        """List the exercises that train real models here, all or those that practise a concept."""
        from assistant.lookup import find

        listed = self._load().exercises
        ids = list(listed)
        if concept:
            match = find(self._load(), concept)["match"]
            ids = listed.about(match["id"]) if match else []
        return {"exercises": [listed[id_].listing() for id_ in ids]}


def _safe(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool that runs one at a time, tells our errors, and answers with clean text."""

    @functools.wraps(tool)
    def run(*given: Any, **named: Any) -> Any:
        from mcp.server.mcpserver.exceptions import ToolError

        try:
            with ONE_AT_A_TIME:
                return cleaned(tool(*given, **named))
        except LodestarError as error:
            raise ToolError(clean(str(error))) from error

    return run


def cleaned(value: Any) -> Any:
    """Return a document with every text in it clean."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(name)): cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return value
