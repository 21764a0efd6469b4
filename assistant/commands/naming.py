"""What the shell offers on Tab: ids are names of files, so nothing is opened to list them."""

from collections.abc import Callable

import click

from assistant.places import package_dir

Offer = Callable[[click.Context, click.Parameter, str], list[str]]


def exercise_ids(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Return the exercises whose id begins so."""
    from skills.folders import files, package

    return sorted(file.parent.name for file in files(package())
                  if file.parent.name.startswith(begun))  # fmt: skip


def entry_ids(*kinds: str) -> Offer:
    """Return what lists the entries of these folders of `knowledge`, of all where none is named."""

    def offer(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
        folders = [package_dir("knowledge") / kind for kind in kinds or ("",)]
        names = (file.stem for folder in folders for file in folder.rglob("*.yaml"))
        return sorted(name for name in names if name.startswith(begun))

    return offer


role_ids = entry_ids("roles")
