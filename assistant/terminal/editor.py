"""The line editor: history across days, completion, keys, and the bar below.

What is typed is waited for in `assistant.chat` alone.
"""

import sys
from collections.abc import Callable, Iterable
from functools import cache

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.styles import Style

from assistant.places import HISTORY, data_dir, is_private
from assistant.terminal.names import Names

# No colours of a background: what is chosen is shown in reverse, on light and on dark.
STYLE = Style.from_dict({
    "bottom-toolbar": "noreverse fg:#808080",
    "completion-menu": "bg:default fg:default",
    "completion-menu.completion": "bg:default fg:default",
    "completion-menu.completion.current": "bg:default fg:default reverse",
    "completion-menu.meta.completion": "bg:default fg:#808080",
    "completion-menu.meta.completion.current": "bg:default fg:#808080 reverse",
    "scrollbar.background": "bg:default",
    "scrollbar.button": "reverse",
    "auto-suggestion": "fg:#808080",
    "search": "underline",
})  # fmt: skip
MENU = 6  # lines kept free for names while a command is typed
KEYS = (
    ("Enter", "sends; a paste never does"),
    ("Alt-Enter", "breaks the line"),
    ("Tab", "completes commands and names"),
    ("Right", "takes the grey suggestion from your history"),
    ("Up, Ctrl-R", "go back to, search what you typed before"),
    ("Ctrl-X Ctrl-E", "opens the line in your editor ($EDITOR)"),
    ("Ctrl-C", "clears the line; stops a training and keeps its best"),
    ("Ctrl-D", "leaves"),
    ("1, 2, …", "picks what is offered by number"),
)


def build() -> "PromptSession[str]":
    """Return a prompt with its history, keys and completion."""
    return PromptSession(
        history=_history(), key_bindings=_keys(), completer=ThreadedCompleter(Names()),
        reserve_space_for_menu=MENU, enable_open_in_editor=True, tempfile_suffix=".md",
        style=STYLE, prompt_continuation="  ", enable_suspend=True,
    )  # fmt: skip


def adapt(prompt: "PromptSession[str]", bar: Callable[[], str], *, plain: bool) -> None:
    """Set what the prompt shows beside the line; in plain text nothing, Tab aside."""
    prompt.message = "> " if plain else "› "
    prompt.bottom_toolbar = None if plain else bar
    prompt.auto_suggest = None if plain else AutoSuggestFromHistory()
    prompt.complete_while_typing = False if plain else Condition(lambda: _begins_command(prompt))


def forget(prompt: "PromptSession[str]") -> None:
    """Write nothing more of what is typed; what was typed can still be gone back to."""
    kept = prompt.history
    prompt.history = prompt.default_buffer.history = InMemoryHistory(kept.get_strings())


def _begins_command(prompt: "PromptSession[str]") -> bool:
    return prompt.default_buffer.text.startswith("/")


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


class _Kept(FileHistory):
    """The history of a learner; where its file cannot be used, that is said once."""

    def load_history_strings(self) -> Iterable[str]:
        """Return the lines of earlier days, the latest first."""
        try:
            return list(super().load_history_strings())
        except OSError as error:
            _say_unsaved(str(error))
            return ()

    def store_string(self, string: str) -> None:
        """Keep a line."""
        try:
            super().store_string(string)
        except OSError as error:
            _say_unsaved(str(error))


@cache
def _say_unsaved(why: str) -> None:
    print(f"Your input history is not saved: {why}", file=sys.stderr)  # noqa: T201


def _history() -> History:
    try:
        if not is_private():
            data_dir().mkdir(parents=True, exist_ok=True)
            return _Kept(str(data_dir() / HISTORY))
    except OSError as error:
        _say_unsaved(str(error))
    return InMemoryHistory()
