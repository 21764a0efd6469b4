"""`lodestar config`: the settings file, shown and changed."""

import click

from assistant import settings
from assistant.commands.common import Json, print_json
from assistant.errors import LodestarError, UsageError
from assistant.places import config_file


def _names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    return [name for name in settings.DEFAULTS if name.startswith(begun)]


def _values(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    offered = settings.CHOICES.get(context.params.get("name") or "", ("true", "false"))
    return [word for word in offered if word.startswith(begun)]


@click.command()
@click.argument("name", required=False, shell_complete=_names)
@click.argument("value", required=False, shell_complete=_values)
@Json
def config(name: str | None, value: str | None, as_json: bool) -> None:
    """Show the settings, or set one.

    The first time, a file is written with every setting commented out at its default. Each is
    an environment variable too, which goes before the file: LODESTAR_THEME=light.

    \b
    Examples:
      lodestar config
      lodestar config device
      lodestar config device cpu
      lodestar config private true
    """
    if name is not None and name not in settings.DEFAULTS:
        import difflib

        near = difflib.get_close_matches(name, settings.DEFAULTS, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(
            f"There is no setting {name!r}.{meant} Settings: {', '.join(settings.DEFAULTS)}"
        )
    if name is not None and value is not None:
        path = settings.change(name, value)
        click.echo(f"Set in {path}", err=as_json)
    found = settings.find()
    values = found.settings._asdict()
    if as_json:
        origins = {one: found.origins.get(one, "default") for one in values}
        print_json({"path": str(config_file()), "settings": values, "origins": origins,
                    "problems": found.problems})  # fmt: skip
        return
    for problem in found.problems:
        click.echo(problem, err=True)
    if name is not None:
        click.echo(_line(name, values[name], found.origins))
    else:
        _show(values, found)


def _line(name: str, value: object, origins: dict[str, str]) -> str:
    return f"{name}: {str(value).lower()} ({origins.get(name, 'default')})"


def _show(values: dict[str, object], found: settings.Found) -> None:
    """Print the path, the file, which is written if it is missing, and what holds now."""
    path = config_file()
    if not path.exists():
        try:
            settings.write(path, settings.template())
        except LodestarError as error:
            click.echo(str(error), err=True)
    click.echo(f"{path}\n")
    for name, value in values.items():
        click.echo(f"{_line(name, value, found.origins)}\n  {settings.MEANING[name]}")
    click.echo("\nChange the file in your editor, or one setting with: lodestar config NAME VALUE")
