"""A learner who talks with Lodestar, for the tests of what is kept."""

from datetime import UTC, datetime

from assistant.conversation import Conversation
from assistant.learner.session import Session
from assistant.mind import Mind
from assistant.render.plain import text_of

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class Evening:
    """A learner who talks, leaves and comes back; the clock stands still unless it is set."""

    def __init__(self, mind: Mind) -> None:
        self.told: list[str] = []
        self.now = NOW
        self._mind = mind
        self.begin()

    def begin(self) -> None:
        """Begin a conversation."""
        self.session = Session(self.told.append, lambda: self.now)
        self._talk = Conversation(self._mind)

    def say(self, text: str) -> str:
        """Return what is answered."""
        self.reply = self.session.respond(self._talk, text)
        return text_of(self.reply.blocks)


def planned(evening: Evening) -> None:
    """Make a plan the learner's own."""
    evening.say("how do I become a data analyst with 6 hours a week?")
    assert "This is your plan now" in evening.say("yes")
