"""``forexai serve``: its options, and what it does with them."""

from __future__ import annotations

import logging
import os
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from forexai_core.errors import ConfigError
from forexai_core.services import default_home
from reference_app.features.login_links.links import make_login_link
from reference_app.home_lock import HomeInUseError
from reference_app.settings import AppSettings, load_settings

__all__ = ["serve"]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; otherwise 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one; otherwise 8765.")] = None,
    home: Annotated[
        Path | None, typer.Option(help="Folder that holds all state; otherwise the user's data folder.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    *,
    behind_tls: Annotated[bool, typer.Option("--behind-tls", help="A proxy that speaks TLS stands before it.")] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Print a link that signs you in once, on a home of its own; one that runs already is used again.",
        ),
    ] = False,
) -> None:
    """Serve the platform: its web page and its API.

    Only this computer can reach it, unless a proxy that speaks TLS stands before it.
    """
    given = {"host": host, "port": port, "home": home, "behind_tls": behind_tls or None, "demo": demo or None}
    try:
        _serve(load_settings(file=config, environment=os.environ, given=given))
    except ConfigError as problem:
        raise typer.BadParameter(str(problem)) from problem


def _serve(settings: AppSettings) -> None:
    # Slow to load: the web framework and the server, which only who serves needs.
    from reference_app.serving import serve as serve_until_stopped

    if settings.home is None:
        home = default_home()
        settings = settings.model_copy(update={"home": home / "demo" if settings.demo else home})
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # tells each start that there is nothing to upgrade
    if not settings.demo:
        serve_until_stopped(settings, ready=lambda address: typer.echo(f"ForexAI runs at {address} (Ctrl+C stops it)"))
        return
    show = partial(_show_link, settings.home or default_home())
    try:
        serve_until_stopped(settings, ready=show, any_port="port" not in settings.model_fields_set)
    except HomeInUseError as running:
        if not running.address:
            raise
        show(running.address)


def _show_link(home: Path, address: str) -> None:
    token = make_login_link(home, now_ns=time.time_ns())
    # Its last part goes to no server, and into no log.
    typer.echo(f"ForexAI runs. This link signs you in, once, within ten minutes: {address}#/login?token={token}")
