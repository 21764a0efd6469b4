"""The interactive loop. Only this file waits for keys."""

import contextlib
import os
import shutil
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.errors import LodestarError
from assistant.places import is_private

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from assistant.mind import Mind
    from assistant.reply import Action, Reply

WELCOME = "Lodestar. Ask about machine learning and careers in it."
FIRST = (
    "machine learning vs deep learning",
    "How do I become a data scientist?",
    "Show me how a CNN works",
)
STOPS = ("stop", "quit", "exit", "q")  # words that end an exercise where it waits
MORE = "Ask, or type a number; /help for more."


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
    """A conversation at a terminal."""

    def __init__(self, load: Callable[[], "Mind"]) -> None:
        from assistant.terminal.desk import Desk

        self._desk = Desk(load, self._forget)
        self._asks: Sequence[str] = ()

    @cached_property
    def prompt(self) -> "PromptSession[str]":
        """The line editor; a terminal that can move nothing has none."""
        from assistant.terminal.editor import build

        return build()

    def _forget(self) -> None:
        from assistant.terminal.editor import forget

        if not is_dumb():
            forget(self.prompt)

    def run(self) -> None:
        """Talk until Ctrl-D, /quit or a goodbye."""
        self.welcome()
        while not self._desk.leaving:
            text = self._read()
            if text is None:
                break
            try:
                self._take(text.strip())
            except KeyboardInterrupt:
                self._desk.say("Stopped.")
        self._desk.close()

    def welcome(self) -> None:
        """Greet, and offer by number what is next, or first questions."""
        greeting, next_ = self._desk.greeting()
        self._asks = next_ or FIRST
        self._desk.say(greeting or WELCOME)
        for number, ask in enumerate(self._asks, 1):
            self._desk.say(f"  {number}. {ask}")
        if is_private():
            self._desk.say("Private: nothing of this is kept.")
        self._desk.say(MORE)

    def _read(self) -> str | None:
        """Wait for a line; None at the end of the input."""
        from assistant.render.terminal import wants_plain
        from assistant.terminal.editor import adapt

        while True:
            try:
                if is_dumb():
                    return input("> ")
                adapt(self.prompt, self._bar, plain=wants_plain())
                return self.prompt.prompt(pre_run=self._desk.begin)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None

    def _bar(self) -> str:
        from assistant.terminal.bar import line

        return line(self._desk.place, self.prompt.output.get_size().columns)

    def _take(self, text: str) -> None:
        """Do what a line asks for."""
        from assistant.terminal.commands import dispatch, is_command

        if text.casefold() in ("quit", "exit"):
            text = "/quit"
        offered = {str(number): ask for number, ask in enumerate(self._asks, 1)}
        if not self._desk.replies and text in offered:
            text = offered[text]
            self._desk.say(text)
        if is_command(text):
            text = dispatch(text, self._desk)
        if not text:
            return
        reply = self._desk.answer(text)
        self._act(reply.actions)
        self._desk.leaving = reply.intent == "goodbye"

    def _act(self, actions: "Sequence[Action]") -> None:
        from assistant.commands.common import all_cores
        from assistant.player import LiveScreen, PipeScreen, Screen, run
        from assistant.render.terminal import wants_plain
        from skills.data import MissingPackage

        for action in actions:
            if not action.start or action.type != "exercise":
                continue
            screen: Screen = (
                PipeScreen(self._desk.say)
                if wants_plain()
                else LiveScreen(self._desk.screen, wait_for_enter)
            )
            try:
                with all_cores():
                    result = run(
                        self._desk.mind.exercises[action.id], screen, choose=choose_option,
                        keep=self._desk.session.keep_run,
                    )  # fmt: skip
                self._desk.trained_on(result.device)
                self._go_on(action, stopped=result.stopped)
            except (LodestarError, MissingPackage) as error:
                self._desk.say(str(error))
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                self._desk.say(
                    f"{action.id} broke off: {error}\nWhat was kept before is as it was. "
                    f"To see where: lodestar exercise run {action.id}"
                )

    def _go_on(self, action: "Action", *, stopped: bool) -> None:
        """Say what can be done next once an exercise is over; one that was stopped can go on."""
        from assistant.learner import progress

        if stopped:
            self._desk.offer(action)
            return
        self._desk.say(self._desk.mind.phrases["exercise_own"].format(id=action.id))
        learner = self._desk.session.learner()
        headline = progress.headline(
            progress.progress(learner.records, self._desk.mind.exercises, learner.now)
        )
        if headline:
            self._desk.say(f"{headline}\n")


def is_dumb() -> bool:
    """Return whether the terminal can only print."""
    return os.environ.get("TERM") == "dumb"


def choose_option(question: str, choices: Sequence[str]) -> int | None:
    """Ask for one of the choices at the terminal; None where the learner skips it.

    Raises KeyboardInterrupt where the learner wants to stop.
    """
    from prompt_toolkit import prompt

    from assistant.render.terminal import WIDEST

    ask = input if is_dumb() else prompt
    width = min(shutil.get_terminal_size().columns, WIDEST)
    print(textwrap.fill(question, width))  # noqa: T201
    for number, choice in enumerate(choices, 1):
        print(f"  {number}. {choice}")  # noqa: T201
    while True:
        try:
            text = ask(f"Your prediction (1-{len(choices)}, Enter skips, Ctrl-C stops): ").strip()
        except EOFError:
            return None
        if not text:
            return None
        if text.casefold() in STOPS:
            raise KeyboardInterrupt
        if text.isdigit() and 1 <= int(text) <= len(choices):
            return int(text) - 1
        print(f"{text[:20]!r} is none of them.")  # noqa: T201


def wait_for_enter() -> None:
    """Wait until the learner has read the screen.

    Raises KeyboardInterrupt where the learner wants to stop.
    """
    from prompt_toolkit import PromptSession

    with contextlib.suppress(EOFError):
        said = PromptSession[str](erase_when_done=True).prompt("Enter goes on, Ctrl-C stops ")
        if said.strip().casefold() in STOPS:
            raise KeyboardInterrupt
