"""`lodestar profile`: what Lodestar knows of the learner, shown, changed, exported, erased."""

import sys
from typing import Any

import click

from assistant.commands.common import Json, load_mind, print_json
from assistant.errors import LodestarError, UsageError


@click.group(invoke_without_command=True)
@Json
@click.pass_context
def profile(context: click.Context, as_json: bool) -> None:
    """Show, change, export or erase what Lodestar knows of you.

    \b
    Examples:
      lodestar profile set role="data scientist" hours_per_week=6 known=python,sql
      lodestar profile export > my-data.json
      lodestar profile forget conversations
    """
    context.obj = as_json
    if context.invoked_subcommand is None:
        _show(as_json)


@profile.command("show")
@Json
@click.pass_obj
def profile_show(above: bool, as_json: bool) -> None:
    """Show your profile and where it is kept.

    \b
    Examples:
      lodestar profile show
      lodestar profile show --json
    """
    _show(as_json or above)


def _show(as_json: bool) -> None:
    from assistant.learner.access import open_store
    from assistant.learner.profile import as_dict, from_dict
    from assistant.places import FILE, data_dir, is_private

    with open_store() as store:
        fields = as_dict(from_dict(store.profile()))
    if as_json:
        print_json(fields)
        return
    for name, value in fields.items():
        click.echo(f"{name}: {_spoken(value)}")
    note = " (private mode: nothing is kept)" if is_private() else ""
    click.echo(f"\nKept in {data_dir() / FILE}{note}")
    click.echo("Change it with: lodestar profile set role=… hours_per_week=…")


def _spoken(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value or "-")


@profile.command("set")
@click.argument("settings", nargs=-1, required=True, metavar="FIELD=VALUE…")
@Json
@click.pass_obj
def profile_set(above: bool, settings: tuple[str, ...], as_json: bool) -> None:
    """Set fields.

    Fields: name, background, role, hours_per_week, deadline, known, level, style, country,
    keep_conversations. An empty value takes a field back.

    \b
    Examples:
      lodestar profile set name=Ada level=practitioner
      lodestar profile set known+=regression hours_per_week=6
      lodestar profile set country=
    """
    from assistant.learner.access import now, open_store
    from assistant.learner.profile import KnowledgeNames, as_dict, assign, from_dict

    with open_store() as store:
        before = from_dict(store.profile())
        after = assign(before, settings, KnowledgeNames(load_mind), now().date())
        fields = as_dict(after)
        store.set_profile(fields, now())
    if as_json or above:
        print_json(fields)
        return
    old = as_dict(before)
    for name, value in fields.items():
        if value != old[name]:
            click.echo(f"{name}: {_spoken(value)}")


@profile.command("export")
@Json
def profile_export(as_json: bool) -> None:
    """Print everything that is kept, as one JSON document.

    \b
    Examples:
      lodestar profile export > my-data.json
    """
    from assistant.learner.access import now, open_store
    from assistant.learner.export import document

    with open_store() as store:
        print_json(document(store.load(), now()))


@profile.command("forget")
@click.argument("parts", nargs=-1, metavar="[PART]…")
@click.option("--yes", is_flag=True, help="Do not ask.")
@Json
@click.pass_obj
def profile_forget(above: bool, parts: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Erase everything, or parts: profile, plan, practice, quiz, conversations.

    What is erased is overwritten on the disk and cannot be brought back.

    \b
    Examples:
      lodestar profile forget conversations
      lodestar profile forget quiz plan --yes
      lodestar profile forget
    """
    from assistant.learner.access import open_file
    from assistant.places import workspace_dir

    as_json = as_json or above
    chosen = _parts(parts)
    with open_file() as store:
        others = store.files_to_forget(chosen)
        what = ", ".join(chosen) or "everything that Lodestar keeps about you"
        named = "".join(f"\n  and {path}" for path in others)
        if not yes and not _confirmed(f"Erase for good: {what}{named}\nErase it?"):
            raise LodestarError("Nothing was erased.")
        gone = store.forget(chosen)
    if as_json:
        print_json({"forgotten": gone, "files": [str(path) for path in others]})
        return
    for name, count in gone.items():
        click.echo(f"Erased {name}: {count} record{'' if count == 1 else 's'}")
    for path in others:
        click.echo(f"Erased {path}")
    if not chosen and workspace_dir().exists():
        click.echo(f"Your own code in {workspace_dir()} was left; delete the folder yourself.")


def _parts(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts that are named, none of them for everything; raises UsageError."""
    from assistant.learner.store import PARTS

    for name in names:
        if name not in (*PARTS, "all"):
            raise UsageError(f"There is no part {name!r}. Parts: {', '.join(PARTS)}, all")
    return () if "all" in names else tuple(dict.fromkeys(names))


def _confirmed(question: str) -> bool:
    click.echo(f"{question} [y/N] ", nl=False, err=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
