"""From settings to a terminal: which package runs where, and who is meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from forexai_core.ports.clock import Clock as Time
from forexai_core.ports.services import Services
from forexai_core.values.clocks import Clock
from forexai_mt5.adapter.identity import Wanted
from forexai_mt5.adapter.package import Package
from forexai_mt5.adapter.remembered import RememberedAccount
from forexai_mt5.adapter.server_clock import ServerClock
from forexai_mt5.adapter.session import LogIn, TerminalSession
from forexai_mt5.adapter.simulated import SimulatedHost
from forexai_mt5.adapter.symbols import Symbols
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.worker.settings import Launch, Limits
from forexai_mt5.worker.socket_pipe import RemoteAddress
from forexai_mt5.worker.worker import Worker

__all__ = ["Opened", "Opener", "opener_of", "venue_of"]

Opener = Callable[[Mt5Settings], Awaitable["Opened"]]


@attrs.frozen(kw_only=True, eq=False)
class Opened:
    """A venue, and what lives as long as it.

    Attributes
    ----------
    venue : Venue
        Not connected yet.
    host : SimulatedHost or None
        The process of a simulated terminal.
    """

    venue: Venue
    host: SimulatedHost | None = None


def venue_of(
    settings: Mt5Settings,
    package: Package,
    services: Services,
    *,
    time: Time | None = None,
    password: str | None = None,
) -> Venue:
    """Put a venue together over a package.

    Parameters
    ----------
    settings : Mt5Settings
        Which account and symbols.
    package : Package
        In its process.
    services : Services
        Of which the clock, the blobs and the secrets are used.
    time : Clock, optional
        In place of the services' one.
    password : str, optional
        Of the account.
    """
    wanted = Wanted(login=settings.login, server=settings.server, kind=settings.account_kind)
    log_in = LogIn(path=settings.path, portable=settings.portable, wanted=wanted, password=password)
    time = time or services.clock
    # A simulated terminal is made up anew at each start.
    lasting = settings.terminal != "simulator"
    remembered = RememberedAccount.of(settings, services.secrets) if lasting else None
    session = TerminalSession(package, log_in, remembered)
    stated = Clock.of(settings.clock) if settings.clock else None
    return Venue(
        session=session,
        time=time,
        clock=ServerClock(time, services.blobs, stated=stated, measure=settings.measure_clock),
        symbols=Symbols(session, time, given=settings.symbols, suffix=settings.suffix),
    )


def limits_of(settings: Mt5Settings) -> Limits:
    """Give how long a worker's parent waits."""
    return Limits(call_s=settings.call_timeout_s)


def opener_of(services: Services) -> Opener:
    """Give what opens a terminal: nothing is started or asked for before it is called."""

    async def open_terminal(settings: Mt5Settings) -> Opened:
        host = SimulatedHost(settings.simulated) if settings.terminal == "simulator" else None
        launch = await _launch(settings, services, host)
        password = await _secret(services, settings.password)
        worker = Worker(launch, limits_of(settings))
        return Opened(venue=venue_of(settings, worker, services, password=password), host=host)

    return open_terminal


async def _launch(settings: Mt5Settings, services: Services, host: SimulatedHost | None) -> Launch:
    if host is not None:
        return Launch(package="hosted", host=await host.address())
    if settings.terminal == "remote":
        key = await _secret(services, settings.key) or ""
        remote = RemoteAddress.of(settings.address, key=key, certificate=settings.certificate)
        return Launch(package="remote", remote=remote)
    return Launch()


async def _secret(services: Services, reference: str | None) -> str | None:
    if reference is None:
        return None
    return (await services.secrets.get(reference.removeprefix("secret:"))).reveal()
