"""A connector put together from its settings and the services of its folder; the command and the window share it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forexai_core.errors import BrokerUnreachableError, ConfigError
from forexai_core.plugins import discover
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.services import Services
from forexai_core.services.assembly import default_home
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService, ConnectorState
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import PlatformTransport, Transport

__all__ = ["connector_folder", "credentials_of", "open_broker", "open_service", "serve_patiently"]

_AGAIN_S = 5.0


def connector_folder(home: Path | None = None) -> Path:
    """Give the folder of keys, commands and the kill switch."""
    return home or default_home() / "connector"


def credentials_of(settings: ConnectorSettings, services: Services, transport: Transport | None = None) -> Credentials:
    """Give this device at the platform of the settings."""
    return Credentials(services.secrets, transport or PlatformTransport(settings.platform), settings.host)


def open_broker(settings: ConnectorSettings, services: Services) -> Broker:
    """Open the broker of the settings; it is not connected yet.

    Raises
    ------
    ConfigError
        If there is none of that name, or one of its settings is wrong.
    """
    brokers: Any = discover(kinds={"broker"}).brokers
    offer = brokers[settings.broker]
    try:
        chosen = offer.settings.model_validate(settings.broker_settings)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(f"broker_settings.{place}: {first['msg']}. See broker '{settings.broker}'.") from None
    broker: Broker = offer.open(chosen, services)
    return broker


async def serve_patiently(serve: Callable[[], Awaitable[None]], clock: Clock, tell: Callable[[str], None]) -> None:
    """Serve, and again a while after each time that the terminal was not reached: it may be started later.

    Parameters
    ----------
    serve : callable
        ``await serve()`` serves until something ends it.
    clock : Clock
        For waiting.
    tell : callable
        Told why the terminal was not reached.
    """
    while True:
        try:
            await serve()
        except BrokerUnreachableError as problem:
            tell(str(problem))
        await clock.sleep(_AGAIN_S)


def open_service(
    settings: ConnectorSettings,
    services: Services,
    *,
    on_state: Callable[[ConnectorState, str], None],
    on_problem: Callable[[Exception], None],
    broker: Broker | None = None,
    transport: Transport | None = None,
) -> ConnectorService:
    """Make the service of one account.

    Parameters
    ----------
    settings : ConnectorSettings
        Of the connector.
    services : Services
        Of its folder: commands, the kill switch, keys and time.
    on_state : callable
        Told each state, with a text for people.
    on_problem : callable
        Told each error after which a person should look.
    broker : Broker, optional
        Default the one of the settings.
    transport : Transport, optional
        Default the way to the platform of the settings.
    """
    way = transport or PlatformTransport(settings.platform)
    return ConnectorService(
        broker=broker or open_broker(settings, services),
        transport=way,
        credentials=credentials_of(settings, services, way),
        intents=services.intents,
        halts=services.halts,
        clock=services.clock,
        settings=settings,
        on_state=on_state,
        on_problem=on_problem,
    )
