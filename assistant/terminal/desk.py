"""What stands around a conversation at a terminal: the answers so far, the screen, what is kept."""

import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.compiled import EXERCISES, current
from assistant.places import FILE, cache_dir, data_dir, is_private
from assistant.settings import variable
from assistant.terminal.bar import Place

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.conversation import Conversation
    from assistant.learner.records import Records
    from assistant.learner.session import Session
    from assistant.mind import Mind
    from assistant.reply import Action, Reply

WHY = "/why"
NEWCOMER = "newcomer"  # the level of somebody of whom nothing is known


class Desk:
    """One chat at a terminal; what it needs is loaded while the learner types.

    `forget` stops the line editor from keeping what is typed.
    """

    def __init__(self, load: Callable[[], "Mind"], forget: Callable[[], None]) -> None:
        self._load, self._forget = load, forget
        self._loaded: Mind | None = None
        self._failed: Exception | None = None
        self._warm = threading.Thread(target=self._warm_up, daemon=True)
        self._conversation: Conversation | None = None
        self.replies: list[Reply] = []
        self.place = Place(level=NEWCOMER, private=is_private())
        self.leaving = False

    @cached_property
    def session(self) -> "Session":
        """The door to the learner's file."""
        from assistant.learner.session import Session

        return Session()

    @property
    def screen(self) -> "Console":
        """The console, as the settings have it now."""
        from assistant.render.terminal import console

        return console()

    @property
    def mind(self) -> "Mind":
        """The mind, waited for."""
        self.begin()
        self._warm.join()
        if self._failed is not None:
            raise self._failed
        assert self._loaded is not None
        return self._loaded

    def begin(self) -> None:
        """Begin to load, in a thread, unless that has begun."""
        if not self._warm.ident:
            self._warm.start()

    def _warm_up(self) -> None:
        try:
            mind = self._load()
            import assistant.conversation  # noqa: F401 - so that the first answer need not

            mind.warm_up()
            self._loaded = mind
        except Exception as error:  # shown by the thread that talks
            self._failed = error

    def greeting(self) -> tuple[str, Sequence[str]]:
        """Return what somebody who comes back is greeted with, and what can be asked by number.

        Nothing is opened for somebody who is here for the first time.
        """
        compiled = current(cache_dir())
        if not compiled or not (data_dir() / FILE).exists():
            return "", ()
        from skills.exercise import Catalogue

        greeting = self.session.greeting(Catalogue.open(compiled / EXERCISES))
        self._settle()
        return greeting

    def answer(self, text: str) -> "Reply":
        """Return the answer to a message, once it is kept and shown."""
        if self._conversation is None:
            from assistant.commands.common import new_conversation

            self._conversation = new_conversation(self.mind)
        reply = self.session.respond(self._conversation, text)
        if text != WHY:  # /save and /sources are of the answer that it explains
            self.replies.append(reply)
        self._settle()
        screen = self.screen
        from assistant.render.terminal import show

        screen.print()
        show(reply, screen)
        screen.print()
        return reply

    def say(self, text: str) -> None:
        """Print running text."""
        from assistant.render.terminal import WIDEST

        self.screen.print(text, width=min(self.screen.width, WIDEST))

    def rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print pairs of a few words and what they mean."""
        from assistant.render.terminal import pairs

        self.screen.print(pairs(rows, self.screen.width))

    def send(self, sequence: str) -> bool:
        """Send the terminal a control sequence; return False where it may know none."""
        screen = self.screen
        if screen.is_dumb_terminal or not screen.is_terminal:
            return False
        screen.file.write(sequence)
        screen.file.flush()
        return True

    def records(self) -> "Records":
        """Return what is kept of the learner."""
        return self.session.learner().records

    def keep_nothing(self) -> None:
        """Write nothing more of the learner's from here on."""
        self.session.stop_keeping()
        os.environ[variable("private")] = "1"
        self._forget()
        self._settle()

    def offer(self, exercise: "Action") -> None:
        """Let "go on" start an exercise again that was stopped."""
        if self._conversation is not None:
            self._conversation.memory.offer = exercise

    def trained_on(self, device: str) -> None:
        """Take note of the device that a training ran on."""
        self._settle(device)

    def close(self) -> None:
        """Close what is open."""
        if "session" in vars(self):
            self.session.close()

    def _settle(self, device: str = "") -> None:
        """Find out where the learner is now."""
        from assistant.learner.review import due

        learner = self.session.learner()
        level, topic = str(learner.records.profile.get("level", NEWCOMER)), ""
        if self._conversation is not None and self._loaded is not None:
            memory, library = self._conversation.memory, self._loaded.library
            level = memory.level
            card = library.cards.get(memory.topic)
            topic = card.name if card and card.kind != "faq" else ""  # no whole question
        self.place = Place(
            topic=topic, level=level, device=device or self.place.device,
            due=len(due(learner.records.cards, learner.now)), private=is_private(),
        )  # fmt: skip
