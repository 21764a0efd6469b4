"""`lodestar completion`: the script that lets a shell complete commands, options and ids."""

import click
from click.shell_completion import get_completion_class

PROGRAM = "lodestar"
VARIABLE = "_LODESTAR_COMPLETE"  # click looks for it when the shell asks
LINES = {
    "bash": ("~/.bashrc", 'eval "$(lodestar completion bash)"'),
    "zsh": ("~/.zshrc, after compinit", 'eval "$(lodestar completion zsh)"'),
    "fish": ("~/.config/fish/config.fish", "lodestar completion fish | source"),
}


@click.command()
@click.argument("shell", type=click.Choice(list(LINES)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what completes commands, options and ids in your shell.

    \b
    Examples:
      lodestar completion bash
      lodestar completion zsh
      lodestar completion fish
    """
    script = get_completion_class(shell)
    assert script is not None
    made = script(context.find_root().command, {}, PROGRAM, VARIABLE)
    click.echo((made.source_template % made.source_vars()).strip())
    where, line = LINES[shell]
    click.echo(f"\n# To have it in every shell, add this line to {where}:\n# {line}")
