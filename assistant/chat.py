"""The interactive loop. Only this file waits for keys."""

import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.compiled import EXERCISES, current
from assistant.errors import LodestarError
from assistant.places import FILE, HISTORY, cache_dir, data_dir, is_private

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.learner.session import Session
    from assistant.mind import Mind
    from assistant.reply import Action, Reply

WELCOME = "Lodestar. Ask about machine learning, deep learning and careers in them."
FIRST = (
    "What is the difference between machine learning and deep learning?",
    "How do I become a data scientist with 6 hours a week?",
    "Show me how a CNN works",
)


def converse(lines: Iterator[str], answer: Callable[[str], "Reply"], write: Callable[[str], None],
             play: Callable[["Action"], None]) -> None:  # fmt: skip
    """Answer line after line in plain text, one conversation; for pipes."""
    from assistant.render.plain import whole

    for line in lines:
        if not line.strip():
            continue
        reply = answer(line.rstrip("\n"))
        write(whole(reply) + "\n")
        for action in reply.actions:
            if action.start and action.type == "exercise":
                play(action)
        if reply.intent == "goodbye":
            return


class Chat:
    """A conversation at a terminal; what it needs is loaded while the learner types."""

    def __init__(self, load: Callable[[], "Mind"]) -> None:
        self._load = load
        self._loaded: Mind | None = None
        self._conversation: Conversation | None = None
        self._warm = threading.Thread(target=self._warm_up, daemon=True)
        self._failed: Exception | None = None

    @cached_property
    def _session(self) -> "Session":
        from assistant.learner.session import Session

        return Session()

    @property
    def _mind(self) -> "Mind":
        """The mind, waited for."""
        self._begin()
        self._warm.join()
        if self._failed is not None:
            raise self._failed
        assert self._loaded is not None
        return self._loaded

    def _begin(self) -> None:
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

    def run(self) -> None:
        """Talk until Ctrl-D, "quit" or a goodbye."""
        from assistant.render.terminal import console, draw

        prompt = self._prompt()
        screen = console()
        asks = self._welcome(screen)
        while True:
            text = self._read(prompt)
            if text is None or text.strip().casefold() in ("quit", "exit", "/quit", "/exit"):
                break
            if not text.strip():
                continue
            if self._conversation is None and text.strip() in "123"[: len(asks)]:
                text = asks[int(text) - 1]
                screen.print(text)
            reply = self._respond(text)
            screen.print()
            draw(reply, screen)
            screen.print()
            self._act(reply.actions, screen)
            if reply.intent == "goodbye":
                break
        self._session.close()

    def _welcome(self, screen: Any) -> Sequence[str]:
        """Greet, and return what can be asked by number: what is next, or first questions."""
        greeting, asks = "", list(FIRST)
        compiled = current(cache_dir())
        if compiled and (data_dir() / FILE).exists():
            from skills.exercise import Catalogue

            greeting, next_ = self._session.greeting(Catalogue.open(compiled / EXERCISES))
            asks = list(next_) or asks
        screen.print(greeting or WELCOME)
        for number, ask in enumerate(asks, 1):
            screen.print(f"  {number}. {ask}")
        if is_private():
            screen.print("Private: nothing of this is kept.")
        screen.print("Enter sends, Alt-Enter breaks the line, Ctrl-D leaves. Type help for more.")
        return asks

    def _respond(self, text: str) -> "Reply":
        if self._conversation is None:
            from assistant.commands.common import new_conversation

            self._conversation = new_conversation(self._mind)
        return self._session.respond(self._conversation, text)

    def _prompt(self) -> Any:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        @keys.add("escape", "enter")
        def _(event: Any) -> None:
            event.current_buffer.insert_text("\n")

        history: Any = InMemoryHistory()
        try:
            if not is_private():
                data_dir().mkdir(parents=True, exist_ok=True)
                history = FileHistory(str(data_dir() / HISTORY))
        except OSError as error:
            print(f"Your input history is not saved: {error}", file=sys.stderr)  # noqa: T201
        return PromptSession(history=history, key_bindings=keys, multiline=False)

    def _read(self, prompt: Any) -> str | None:
        while True:
            try:
                text: str = prompt.prompt("› ", pre_run=self._begin)
                return text
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None

    def _act(self, actions: "Sequence[Action]", screen: Any) -> None:
        from assistant.commands.common import all_cores
        from assistant.player import LiveScreen, run

        for action in actions:
            if not action.start or action.type != "exercise":
                continue
            try:
                with all_cores():
                    run(
                        self._mind.exercises[action.id], LiveScreen(screen), choose=choose_option,
                        keep=self._session.keep_run,
                    )  # fmt: skip
                self._go_on(screen)
            except (LodestarError, RuntimeError, OSError) as error:
                screen.print(str(error))

    def _go_on(self, screen: Any) -> None:
        """Say what is next once an exercise is over."""
        from assistant.learner import progress

        learner = self._session.learner()
        headline = progress.headline(
            progress.progress(learner.records, self._mind.exercises, learner.now)
        )
        if headline:
            screen.print(headline)
            screen.print()


def choose_option(question: str, choices: Sequence[str]) -> int | None:
    """Ask for one of the choices at the terminal; None where the learner skips it."""
    from prompt_toolkit import prompt

    from assistant.render.terminal import WIDEST

    width = min(shutil.get_terminal_size().columns, WIDEST)
    print(textwrap.fill(question, width))  # noqa: T201
    for number, choice in enumerate(choices, 1):
        print(f"  {number}. {choice}")  # noqa: T201
    while True:
        try:
            text = prompt(f"Your prediction (1-{len(choices)}, Enter to skip): ").strip()
        except (KeyboardInterrupt, EOFError):
            return None
        if not text:
            return None
        if text.isdigit() and 1 <= int(text) <= len(choices):
            return int(text) - 1
