"""``forexai home``: what a home holds, copies of it, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.errors import ConfigError
from forexai_core.services import default_home
from reference_app.home_copies import (
    Copied,
    back_up_home,
    damaged_databases,
    erase_home,
    kept_files,
    restore_home,
)
from reference_app.home_lock import address_of_server
from reference_app.store import KEY_FILE

__all__ = ["home_app"]

home_app = typer.Typer(help="Show, copy, restore or erase the folder that holds all state.")

_Home = Annotated[Path | None, typer.Option("--home", help="The folder; otherwise the user's data folder.")]


@home_app.callback()
def _group() -> None:
    """Show, copy, restore or erase the folder that holds all state."""


@home_app.command("show", epilog="Example: forexai home show")
def show(home: _Home = None) -> None:
    """Show where the home is, what it holds, and whether a server runs on it."""
    folder = home or default_home()
    typer.echo(f"home     {folder}")
    if not folder.is_dir():
        typer.echo("         not there yet")
        return
    typer.echo(f"server   {address_of_server(folder) or 'none'}")
    typer.echo(f"keys     {'there' if (folder / KEY_FILE).exists() else 'none yet'}")
    sizes: dict[str, int] = {}
    for file in kept_files(folder, with_keys=True):
        first = file.relative_to(folder).parts[0]
        sizes[first] = sizes.get(first, 0) + file.stat().st_size
    for name, size in sizes.items():
        typer.echo(f"{size:>14,}  {name}")
    damaged = damaged_databases(folder)
    if damaged:
        typer.echo(f"damaged  {', '.join(damaged)}: restore a backup", err=True)
        raise typer.Exit(1)


@home_app.command("backup", epilog="Example: forexai home backup backups/monday")
def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    home: _Home = None,
    *,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put the keys along: who has the copy then opens everything in it.")
    ] = False,
) -> None:
    """Copy the home, while no server runs on it; every file is written down with its checksum.

    The keys stay out: keep them apart. Without them nothing that was sealed opens.
    """
    _tell("copied", back_up_home(home or default_home(), target, with_keys=with_keys))


@home_app.command("restore", epilog="Example: forexai home restore backups/monday --home restored")
def restore(
    source: Annotated[Path, typer.Argument(help="A folder that `forexai home backup` made.")], home: _Home = None
) -> None:
    """Make a home of a copy, after checking every file; openings stay halted until a person lets them go on."""
    copied = restore_home(source, home or default_home())
    _tell("restored", copied)
    if not copied.with_keys:
        typer.echo("The keys are not in the copy: put `keys` and `secrets.key` back before the server starts.")
    typer.echo("All openings are halted. Compare accounts with their brokers, then lift the halt with `forexai kill`.")


@home_app.command("erase", epilog="Example: forexai home erase --home old-home")
def erase(
    home: _Home = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Delete the home with everything in it, its keys first."""
    folder = home or default_home()
    if not yes and typer.prompt(f"Everything in {folder} is lost. Write its folder's name to go on") != folder.name:
        raise ConfigError("The name was another one, so nothing was deleted.")
    erase_home(folder)
    typer.echo(f"{folder} is erased.")


def _tell(what: str, copied: Copied) -> None:
    keys = "with the keys" if copied.with_keys else "without the keys"
    typer.echo(f"{copied.files} files {what}, {copied.size:,} bytes, {keys}.")
