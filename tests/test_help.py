"""Help that teaches: each command shows examples, and each example is a command that parses."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assistant.cli import main
from assistant.commands.naming import entry_ids
from skills.exercise import catalogue


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the way to every command there is."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = [(), *commands(main)]


def context_of(words: list[str], parent: click.Context | None = None) -> click.Context:
    """Return the context in which the command that a line names would run, all of it parsed."""
    command = main if parent is None else parent.command
    if parent is None:
        parent = main.make_context("lodestar", words)
    if isinstance(command, click.Group) and (rest := [*parent._protected_args, *parent.args]):
        name, found, rest = command.resolve_command(parent, rest)
        assert found is not None and name is not None
        return context_of(rest, found.make_context(name, rest, parent=parent))
    return parent


def command_at(path: tuple[str, ...]) -> click.Command:
    """Return the command that a path leads to."""
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


def examples(path: tuple[str, ...]) -> list[str]:
    """Return the lines under "Examples:" of a command's help."""
    command = command_at(path)
    text = command.get_help(click.Context(command, info_name=" ".join(("lodestar", *path))))
    block = re.search(r"Examples:\n((?:    .*\n?)+)", text)
    return [line.strip() for line in block[1].splitlines()] if block else []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_a_command_has_examples_and_they_parse(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clinc150").mkdir()  # files and folders that an option reads are to be there
    lines = examples(path)
    assert lines, f"lodestar {' '.join(path)} --help shows no examples"
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert words[: len(path) + 1] == ["lodestar", *path], line
        for word in words:
            if Path(word).suffix in (".txt", ".csv", ".json", ".jsonl"):
                Path(word).write_text("")
        context = context_of(words[1:])
        for value in context.params.values():
            if hasattr(value, "close"):
                value.close()
        named = context.params.get("id_")
        kind = words[1] if len(words) > 1 else ""
        known = catalogue() if kind == "exercise" else entry_ids()(context, None, "")  # type: ignore[arg-type]
        assert named is None or named in known, line


def test_an_example_with_a_wrong_option_is_found() -> None:
    with pytest.raises(click.UsageError):
        context_of(["exercise", "run", "cnn_digits", "--sead", "1"])
    with pytest.raises(click.UsageError):
        context_of(["exercise", "walk"])


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    silent = [option.name for option in command_at(path).params
              if isinstance(option, click.Option) and not option.help]  # fmt: skip
    assert not silent
