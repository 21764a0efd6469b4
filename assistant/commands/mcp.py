"""`lodestar mcp`: the knowledge as tools for the learner's own editor or assistant."""

import sys

import click

from assistant.commands.common import load_mind


@click.command()
def mcp() -> None:
    """Offer ask, find, path and exercise_list as MCP tools on stdin and stdout.

    An editor or assistant that speaks the Model Context Protocol starts it itself: name the
    command `lodestar` with the argument `mcp` in its settings. Nothing that is asked is kept,
    and nothing leaves this machine through Lodestar unless you set LODESTAR_INDEX.

    \b
    Examples:
      lodestar mcp
    """
    from assistant.mcp_server import check, serve

    check()
    if sys.stdin.isatty():
        click.echo("Waiting for an MCP client on stdin. Ctrl-C ends.", err=True)

    def mind() -> object:
        loaded = load_mind()
        loaded.warm_up()
        return loaded

    serve(mind)
