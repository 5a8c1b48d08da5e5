"""The connector as the window runs it: the same service as ``forexai connector run``, watched, and begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import attrs

from forexai_core.errors import ForexAIError
from forexai_core.ports.broker import Broker
from forexai_core.ports.services import Services
from forexai_mt5.connector.assembly import open_broker, open_service, serve_patiently
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.one_process import alone_in
from forexai_mt5.connector.passwords import with_passwords
from forexai_mt5.connector.rows import account_update
from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.telling import said_of
from forexai_mt5.connector.transport import PlatformTransport, Transport
from forexai_mt5.desktop.events import (
    AccountHeard,
    Began,
    DealsCounted,
    Ended,
    Event,
    Happened,
    PlatformHeard,
    TerminalLost,
)
from forexai_mt5.desktop.failures import failure_of
from forexai_mt5.desktop.watching import WatchedTransport

__all__ = ["Runner", "Ways"]

_COUNT_S = 30.0
_NS = 1_000_000_000


def _platform_way(settings: ConnectorSettings) -> Transport:
    return PlatformTransport(settings.platform)


@attrs.frozen(kw_only=True)
class Ways:
    """How the outside is reached.

    Attributes
    ----------
    broker : callable
        ``broker(settings, services)`` opens the account.
    transport : callable
        ``transport(settings)`` is the way to the platform.
    """

    broker: Callable[[ConnectorSettings, Services], Broker] = open_broker
    transport: Callable[[ConnectorSettings], Transport] = _platform_way


class Runner:
    """Runs a connector until it is cancelled, or cannot go on without a person.

    A terminal that does not answer at the start is waited for: it may be started after the window.

    Parameters
    ----------
    settings : ConnectorSettings
        Of the connector.
    services : Services
        Of its folder.
    folder : Path
        Which no other process may work in meanwhile.
    tell : callable
        Takes events, in the thread of the loop.
    ways : Ways
        To the outside.
    """

    def __init__(
        self,
        settings: ConnectorSettings,
        services: Services,
        folder: Path,
        tell: Callable[[Event], None],
        ways: Ways | None = None,
    ) -> None:
        self._settings, self._services, self._folder = settings, services, folder
        self._hand_over, self._ways = tell, ways or Ways()
        self._clock = services.clock
        self._guard = Guard(settings.caps, services.halts, services.clock)
        self._reached = asyncio.Event()
        self._terminal_is_up: bool | None = None
        self._was_connected = False
        self._heard_s = float("-inf")
        self._traded = asyncio.Event()

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / _NS

    def _note(self, code: str, **values: str) -> None:
        self._hand_over(Happened(self._clock.now_ns(), "here", code, values))

    # --------------------------------------------------------------------------------------------------------- its life
    async def run(self) -> None:
        """Run; what ends it is told, and not raised."""
        self._hand_over(Began(self._now_s()))
        self._note("started")
        ended = Ended()
        try:
            with alone_in(self._folder):
                await serve_patiently(self._serve, self._clock, self._lose_terminal)
        except ForexAIError as problem:
            ended = Ended(*failure_of(problem))
        except Exception as problem:  # noqa: BLE001 - the window says it; nobody else hears of this task
            ended = Ended(*failure_of(problem))
        finally:
            if ended.reason:
                self._note("failed", reason=ended.reason, detail=ended.detail)
            self._note("stopped")
            self._hand_over(ended)

    async def _serve(self) -> None:
        self._reached.clear()
        services = with_passwords(self._settings, self._services, self._folder)
        broker = self._ways.broker(self._settings, services)
        transport = WatchedTransport(self._ways.transport(self._settings), self._clock, self._tell)
        service = open_service(
            self._settings,
            self._services,
            on_state=self._on_state,
            on_problem=self._on_problem,
            broker=broker,
            transport=transport,
        )
        watching = [asyncio.ensure_future(work) for work in (self._look(broker), self._count(broker))]
        try:
            await service.run()
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    # ----------------------------------------------------------------------------------------------------- what is told
    def _on_state(self, state: ConnectorState, text: str) -> None:
        if state is not ConnectorState.STOPPED:
            self._reached.set()  # the account is connected before the platform is
        if state is ConnectorState.CONNECTED:
            self._note("connected", host=text)
        elif self._was_connected and state is ConnectorState.WAITING:
            self._note("lost", detail=text)
        self._was_connected = state is ConnectorState.CONNECTED
        self._hand_over(PlatformHeard(state, text))

    def _on_problem(self, problem: Exception) -> None:
        reason, detail = failure_of(problem)
        self._note("failed", reason=reason, detail=detail)

    def _tell(self, event: Event) -> None:
        if isinstance(event, AccountHeard):
            self._find_terminal(event.update.login)
        if isinstance(event, Happened) and event.code == "done":
            self._traded.set()
        self._hand_over(event)

    def _find_terminal(self, login: str) -> None:
        self._heard_s = self._now_s()
        if self._terminal_is_up is not True:
            self._terminal_is_up = True
            self._note("terminal", login=login)

    def _lose_terminal(self, detail: str) -> None:
        if self._terminal_is_up is not False:
            self._terminal_is_up = False
            self._note("terminalLost", detail=detail)
        self._hand_over(TerminalLost(detail))

    # ---------------------------------------------------------------------------------------------------------- looking
    async def _look(self, broker: Broker) -> None:
        """Look at the account where the platform is not told of it: without a connection nothing passes by."""
        await self._reached.wait()
        every_s = self._settings.report_s
        while True:
            if self._now_s() - self._heard_s > 2 * every_s:
                await self._look_once(broker)
            await self._clock.sleep(every_s)

    async def _look_once(self, broker: Broker) -> None:
        try:
            async with asyncio.timeout(self._settings.call_s):
                killed = await self._guard.is_killed()
                update = await account_update(broker, killed=killed, time_ns=self._clock.now_ns())
        except TimeoutError:
            self._lose_terminal("It does not answer in time.")
            return
        except Exception as problem:  # noqa: BLE001 - whatever a plugin raises, it is looked again
            self._lose_terminal(str(problem) if isinstance(problem, ForexAIError) else said_of(problem))
            return
        self._tell(AccountHeard(update))

    async def _count(self, broker: Broker) -> None:
        """Count what was traded since midnight here, whenever something was, and now and then."""
        await self._reached.wait()
        while True:
            self._traded.clear()
            with suppress(Exception):  # whatever a plugin raises, the next count is right again
                async with asyncio.timeout(self._settings.call_s):
                    now_ns = self._clock.now_ns()
                    deals = await broker.history(_midnight_ns(now_ns), now_ns + 86_400 * _NS)
                self._hand_over(DealsCounted(sum(deal.entry.value in {"in", "inout"} for deal in deals)))
            with suppress(TimeoutError):  # it is time to look
                async with asyncio.timeout(_COUNT_S):
                    await self._traded.wait()


def _midnight_ns(now_ns: int) -> int:
    here = datetime.fromtimestamp(now_ns // _NS).astimezone()
    return int(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * _NS
