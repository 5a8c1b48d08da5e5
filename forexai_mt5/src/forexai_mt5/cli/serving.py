"""Commands that join this machine to a platform: pairing, and running."""

from __future__ import annotations

import asyncio
import platform as system
from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson
from forexai_core.cli.printing import note, print_json, say
from forexai_core.services.assembly import default_home, embedded_services
from forexai_mt5.connector.assembly import connector_folder, credentials_of, open_broker, open_service, serve_patiently
from forexai_mt5.connector.one_process import alone_in
from forexai_mt5.connector.passwords import with_passwords
from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.settings_file import read_settings
from forexai_mt5.connector.telling import said_of
from forexai_mt5.desktop.opening import open_window
from forexai_mt5.gateway.admission import Admission, PairingCode
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.requests import Paired

__all__ = ["code_command", "pair_command", "read_settings", "run_command", "window_command"]

Settings = Annotated[Path, typer.Argument(metavar="FILE", help="Settings of the connector, TOML.")]
Code = Annotated[
    str,
    typer.Option(prompt="Pairing code", help="As the platform shows it; asked for where it is not given."),
]
Name = Annotated[str, typer.Option(help="By which you will know this machine there; default its name.")]
Home = Annotated[
    Path | None, typer.Option(help="Folder of keys, commands and the kill switch; default in your data folder.")
]


def pair_command(file: Settings, code: Code, name: Name = "", home: Home = None, as_json: AsJson = False) -> None:
    """Pair this machine with the platform of the settings, by a code that the platform shows you.

    A key is made here, and stays here. The code works once, for ten minutes.
    """
    paired = asyncio.run(_pair(read_settings(file), code, name or system.node(), connector_folder(home)))
    if as_json:
        print_json(paired.model_dump())
    else:
        say(f"This machine serves account '{paired.account}' as device {paired.device_id}.")


async def _pair(settings: ConnectorSettings, code: str, name: str, folder: Path) -> Paired:
    with embedded_services(folder) as services:
        return await credentials_of(settings, services).pair(code, name)


def code_command(
    account: Annotated[str, typer.Argument(help="The account that the machine will serve, as the platform calls it.")],
    home: Annotated[
        Path | None, typer.Option(help="Folder of the platform's state; default in your data folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a code by which a machine is paired with an account; on the platform, for who runs it.

    Whoever has it is let in, once, for ten minutes: show it to the machine's owner only.
    """
    code = asyncio.run(_code(account, home or default_home()))
    if as_json:
        print_json({"code": code.text, "expires_at_ns": str(code.expires_at_ns)})
    else:
        say(f"{code.text} pairs a machine with '{account}', once, for the next ten minutes.")


async def _code(account: str, folder: Path) -> PairingCode:
    with embedded_services(folder) as services:
        settings = GatewaySettings(hosts={"127.0.0.1"})  # the code is of no host; its lives are the defaults
        return await Admission(services.secrets, services.clock, settings).issue_code(account)


def run_command(file: Settings, home: Home = None) -> None:
    """Serve the platform of the settings until interrupted: carry out its commands, and tell it how the account stands.

    Connections that break are made anew. What was commanded is remembered in the folder, and never sent twice. The kill
    switch lies there, too: 'forexai kill --home FOLDER' sets it, with --rearm a person lifts it.
    """
    asyncio.run(_run(read_settings(file), connector_folder(home)))


def window_command(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Settings of the connector, TOML; default connector.toml in its folder."),
    ] = None,
    home: Home = None,
    in_tray: Annotated[bool, typer.Option("--in-tray", help="Begin with the icon in the tray only.")] = False,
) -> None:
    """Open the connector's window: pair, start and stop, and see how the account stands.

    It does what 'run' does, with the same folder; only one of both works in it at a time. Settings that are not there
    yet are filled in there. Needs the extra 'desktop'.
    """
    if code := open_window(file, connector_folder(home), in_tray=in_tray):
        raise typer.Exit(code)


async def _run(settings: ConnectorSettings, folder: Path) -> None:
    with alone_in(folder), embedded_services(folder) as services:

        async def serve() -> None:
            broker = open_broker(settings, with_passwords(settings, services, folder))
            await open_service(settings, services, on_state=_tell, on_problem=_warn, broker=broker).run()

        await serve_patiently(serve, services.clock, _say_that_it_waits)


def _say_that_it_waits(reason: str) -> None:
    note(f"waiting for the terminal: {reason}")


def _warn(problem: Exception) -> None:
    note(f"look at the account: {said_of(problem)}")


def _tell(state: ConnectorState, text: str) -> None:
    note(f"{state.value}: {text}" if text else state.value)
