"""The slash commands: one table for what they do, their completion and /help.

A command returns the message that says the same to the conversation, or "" where it has done its
work itself.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import LodestarError
from assistant.learner.profile import LEVELS
from assistant.places import FILE, HISTORY, data_dir, is_private

if TYPE_CHECKING:
    from assistant.terminal.desk import Desk

Handler = Callable[["Desk", str], str]
NOTHING_SAID = "There is no answer yet. Ask something first."


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; `completes` has kinds of names, or words, that its argument can be."""

    name: str
    argument: str
    help: str
    run: Handler
    completes: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """How it is typed: "/path [ROLE]"."""
        return f"/{self.name} {self.argument}".strip()


def is_command(text: str) -> bool:
    """Return whether a line is a slash command, known or not; "/usr/bin/python …" is none."""
    return bool(re.match(r"/[\w?-]*(?:\s|$)", text))


def dispatch(text: str, desk: "Desk") -> str:
    """Run a line that begins with a slash; return the message to the conversation, or ""."""
    name, _, argument = " ".join(text[1:].split()).partition(" ")
    command = find(name or "help")
    if command is None:
        near = difflib.get_close_matches(name.casefold(), _BY_NAME, n=1)
        meant = f"Did you mean /{near[0]}? " if near else ""
        desk.say(f"There is no command /{name[:40]}. {meant}/help lists them all.")
        return ""
    return command.run(desk, argument)


def find(name: str) -> Command | None:
    """Return the command of a name, None where there is none."""
    return _BY_NAME.get(_ALSO.get(name.casefold(), name.casefold()))


def _sends(alone: str, of: str = "") -> Handler:
    """Return what says `alone` to the conversation, or `of` with the argument in it."""
    return lambda desk, argument: of.format(argument) if of and argument else alone


def _help(desk: "Desk", argument: str) -> str:
    from assistant.terminal.editor import KEYS

    desk.rows([(command.usage, command.help) for command in COMMANDS])
    desk.say("")
    desk.rows(KEYS)
    desk.say("\nAnything else is a question to Lodestar: type help for what it understands.")
    return ""


def _level(desk: "Desk", argument: str) -> str:
    if argument.casefold() in LEVELS:
        return f"set my level to {argument.casefold()}"
    wrong = f"There is no level {argument!r}. " if argument else ""
    desk.say(f"{wrong}Your level is {desk.place.level}. It can be {', '.join(LEVELS)}.")
    return ""


def _sources(desk: "Desk", argument: str) -> str:
    if not desk.replies:
        desk.say(NOTHING_SAID)
    elif not desk.replies[-1].sources:
        desk.say("The last answer rests on no source: it is about you, or about this program.")
    for number, source in enumerate(desk.replies[-1].sources if desk.replies else (), 1):
        desk.say(f"{number}. {source.title}\n   {source.url}")
    return ""


def _save(desk: "Desk", argument: str) -> str:
    from assistant.render.markdown import page
    from assistant.terminal.handing import file_name, save

    first, _, rest = argument.partition(" ")
    whole = first == "all"
    if not desk.replies:
        desk.say(NOTHING_SAID)
        return ""
    replies = desk.replies if whole else desk.replies[-1:]
    name = file_name("conversation" if whole else replies[-1].question)
    try:
        path = save(page(replies), rest if whole else argument, name)
    except (OSError, RuntimeError, ValueError) as error:  # also ~nobody, or no name at all
        desk.say(f"Nothing was saved: {getattr(error, 'strerror', None) or error}. "
                 "Name another file or folder: /save FOLDER/NAME.md")  # fmt: skip
        return ""
    desk.say(f"Saved {'the conversation' if whole else 'the last answer'} in {path}")
    return ""


def _copy(desk: "Desk", argument: str) -> str:
    from assistant.render.plain import whole
    from assistant.terminal.handing import clipboard

    if not desk.replies:
        desk.say(NOTHING_SAID)
    elif desk.send(clipboard(whole(desk.replies[-1]))):
        desk.say("The last answer was sent to your terminal's clipboard (OSC 52). Where your "
                 "terminal takes no text from programs, use /save.")  # fmt: skip
    else:
        desk.say("This terminal has no clipboard that a program can reach. Use /save.")
    return ""


def _path(desk: "Desk", argument: str) -> str:
    if argument:
        return f"how do I become a {argument}?"
    return "show my plan"


def _quiz(desk: "Desk", argument: str) -> str:
    """Ask for a quiz on what a name means, however it is spelt."""
    from assistant import lookup

    if not argument:
        return "quiz me"
    found = lookup.find(desk.mind, argument)
    if found["match"]:
        return f"quiz me on {found['match']['name']}"
    near = ", ".join(row["name"] for row in found["candidates"][:3])
    desk.say(f"I have no questions on {argument!r}. {f'Near to it: {near}. ' if near else ''}"
             "/quiz alone asks about what is next for you.")  # fmt: skip
    return ""


def _set(name: str, allowed: Mapping[str, str]) -> Handler:
    """Return what changes a setting here and for the next time."""

    def run(desk: "Desk", argument: str) -> str:
        from assistant import settings

        words = [word for word in allowed if word]
        if argument.casefold() not in allowed:
            now = str(getattr(settings.current(), name)).casefold()
            shown = next((word for word in words if allowed[word] == now), now)
            desk.say(f"/{name} is {shown}. It can be {', '.join(words)}.")
            return ""
        word = argument.casefold()
        value = allowed[word] or str(not getattr(settings.current(), name)).casefold()
        os.environ[settings.variable(name)] = value
        shown = next(word for word in words if allowed[word] == value)
        desk.say(f"/{name} is {shown} now{_kept(name, value)}.")
        return ""

    return run


def _kept(name: str, value: str) -> str:
    """Keep a setting; return how that went, to end a sentence with."""
    from assistant import settings

    if is_private():
        return ", until you leave"
    try:
        return f", kept in {settings.change(name, value)}"
    except LodestarError as error:
        return f", until you leave. {str(error).rstrip('.')}"


def _private(desk: "Desk", argument: str) -> str:
    if is_private():
        desk.say("Nothing of this is kept.")
        return ""
    records = desk.records()
    desk.keep_nothing()
    desk.say("Private: from here on nothing is kept. What was kept until now:")
    counts = {
        "runs of exercises": len(records.runs), "quiz answers": len(records.answers),
        "messages": len(records.messages), "events": len(records.events),
    }  # fmt: skip
    held = [name for name in ("profile", "plan") if getattr(records, name)]
    held += [f"{name}: {count}" for name, count in counts.items() if count]
    desk.rows([(str(data_dir() / FILE), ", ".join(held) or "nothing"),
               (str(data_dir() / HISTORY), "the lines you typed")])  # fmt: skip
    desk.say("`lodestar profile forget` erases it, and asks first.")
    return ""


def _quit(desk: "Desk", argument: str) -> str:
    desk.leaving = True
    return ""


SWITCH = {"on": "true", "off": "false", "": ""}
THEMES = {"light": "light", "dark": "dark", "auto": "auto"}
COMMANDS = (
    Command("help", "", "Show the commands and the keys", _help),
    Command("level", "[LEVEL]", "Say how deep answers go, from newcomer to mathematical",
            _level, LEVELS),
    Command("why", "", "Show how the last answer came to be", _sends("/why")),
    Command("sources", "", "Show where the last answer can be checked", _sources),
    Command("save", "[all] [FILE]", "Write the last answer, or all, to a Markdown file",
            _save, ("all",)),
    Command("copy", "", "Put the last answer on the clipboard", _copy),
    Command("path", "[ROLE]", "Show your plan, or the path to a role", _path, ("role",)),
    Command("exercises", "[ID]", "List the exercises, or start one",
            _sends("list exercises", "start {}"), ("exercise",)),
    Command("progress", "", "Show what you have shown and learned", _sends("show my progress")),
    Command("quiz", "[TOPIC]", "Answer questions on a topic", _quiz, ("concept",)),
    Command("theme", "[light|dark|auto]", "Choose the colours of code for your background",
            _set("theme", THEMES), tuple(THEMES)),
    Command("plain", "[on|off]", "Plain text: no colours, nothing drawn, nothing moves",
            _set("plain", SWITCH), ("on", "off")),
    Command("private", "", "Keep nothing from here on, and say what was kept", _private),
    Command("forget", "[FACT]", "Take back a fact, or say how to erase everything",
            _sends("forget me", "forget {}")),
    Command("quit", "", "Leave", _quit),
)  # fmt: skip
_BY_NAME = {command.name: command for command in COMMANDS}
_ALSO = {"exit": "quit", "q": "quit", "?": "help", "exercise": "exercises", "source": "sources"}
