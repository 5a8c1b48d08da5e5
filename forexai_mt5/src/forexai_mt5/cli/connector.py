"""``forexai connector``: terminals, brokers, and the way to a platform."""

from __future__ import annotations

import typer

from forexai_core.cli.options import examples
from forexai_mt5.cli.looking import identify_command, profiles_command, terminals_command
from forexai_mt5.cli.serving import code_command, pair_command, run_command, window_command

__all__ = ["connector_app"]


def connector_app() -> typer.Typer:
    """Make the group of commands."""
    app = typer.Typer(
        rich_markup_mode=None, add_completion=False, no_args_is_help=True,
        help="Find terminals, and join their accounts to a platform.",
    )  # fmt: skip
    app.command("code", epilog=examples("forexai connector code main"))(code_command)
    app.command("pair", epilog=examples("forexai connector pair connector.toml"))(pair_command)
    app.command("run", epilog=examples("forexai connector run connector.toml"))(run_command)
    app.command(
        "window", epilog=examples("forexai connector window", "forexai connector window connector.toml --in-tray")
    )(window_command)
    app.command("terminals", epilog=examples("forexai connector terminals", "forexai connector terminals --json"))(
        terminals_command
    )
    app.command("profiles", epilog=examples("forexai connector profiles", "forexai connector profiles exness"))(
        profiles_command
    )
    app.command(
        "identify",
        epilog=examples(
            "forexai connector identify --server Exness-MT5Trial7 --symbol EURUSDm",
            "forexai connector identify --live --path 'C:\\Program Files\\MetaTrader 5\\terminal64.exe'",
        ),
    )(identify_command)
    return app
