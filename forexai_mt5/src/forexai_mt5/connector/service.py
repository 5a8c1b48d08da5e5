"""The connector as a service: connected for as long as it runs, through cuts and restarts of the platform."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets as chance
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from forexai_core.errors import ForexAIError
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halts
from forexai_core.ports.intents import Intents
from forexai_mt5.connector.command_desk import CommandDesk
from forexai_mt5.connector.credentials import Credentials, NotPairedError
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.reporting import Reporting
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import Transport, Wire, WireClosedError
from forexai_mt5.protocol.codec import FromPlatform, ProtocolError, from_platform
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.link import Link, LinkFullError
from forexai_mt5.protocol.peer_time import PeerTime
from forexai_mt5.protocol.reports import Query, Subscribe
from forexai_mt5.protocol.session import Goodbye, Heartbeat, Hello, Welcome
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = ["ConnectorService", "ConnectorState", "DismissedError"]

_LOG = logging.getLogger(__name__)
_SHORTEST_S, _LONGEST_S = 0.25, 30.0
_WELCOME_S, _SEND_S, _LAST_WORDS_S = 10.0, 10.0, 1.0


class ConnectorState(StrEnum):
    """How the service stands with its platform."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    """Before the next attempt."""


class DismissedError(ForexAIError):
    """The platform has ended the connection for good: a person has to look."""


class _PairedAnewError(ForexAIError):
    """Since the service began this device was paired for something else."""


class ConnectorService:
    """One account of this machine, at the service of a platform.

    Parameters
    ----------
    broker : Broker
        The account; connected by the service.
    transport : Transport
        The way to the platform.
    credentials : Credentials
        This device there.
    intents : Intents
        Commands of this machine, through restarts.
    halts : Halts
        Its kill switch.
    clock : Clock
        Time.
    settings : ConnectorSettings
        The rest.
    on_state : callable, optional
        Told each state, with a text for people.
    on_problem : callable, optional
        Told each error after which a person should look; the service goes on.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        transport: Transport,
        credentials: Credentials,
        intents: Intents,
        halts: Halts,
        clock: Clock,
        settings: ConnectorSettings,
        on_state: Callable[[ConnectorState, str], None] = lambda _state, _text: None,
        on_problem: Callable[[Exception], None] = lambda _problem: None,
    ) -> None:
        self._broker, self._transport, self._credentials = broker, transport, credentials
        self._clock, self._settings = clock, settings
        self._on_state, self._on_problem = on_state, on_problem
        self._intents = intents
        self._guard = Guard(settings.caps, halts, clock)
        self._begin("unpaired")
        self._wire: Wire | None = None
        self._peer_time = PeerTime()
        self._answering: set[asyncio.Task[None]] = set()
        self._heard_s = 0.0
        self.state = ConnectorState.STOPPED

    def _begin(self, place: str) -> None:
        """Begin to serve what this device is paired for: streams, commands and reports are of that alone."""
        settings, clock, self._place = self._settings, self._clock, place
        self._instance = f"i-{chance.token_hex(8)}"
        self._link: Link[FromPlatform] = Link(self._instance)
        self._desk = CommandDesk(
            self._broker,
            self._intents,
            self._guard,
            clock,
            place=place,
            tell=self._told,
            call_s=settings.call_s,
            alert=self._on_problem,
        )
        self._reporting = Reporting(
            broker=self._broker, desk=self._desk, guard=self._guard, clock=clock, settings=settings, tell=self._say
        )

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9

    def _become(self, state: ConnectorState, text: str) -> None:
        self.state = state
        self._on_state(state, text)

    # --------------------------------------------------------------------------------------------------------- its life
    async def run(self) -> None:
        """Serve until cancelled.

        Raises
        ------
        NotPairedError
            If the platform does not let this device in.
        DismissedError
            If another connector has taken the account over, or the device was unpaired.
        BrokerUnreachableError
            If the account cannot be reached at the start.
        """
        await self._broker.connect()
        try:
            while True:
                try:
                    await self._serve_pairing()
                except _PairedAnewError as problem:
                    _LOG.info("%s", problem)
        finally:
            await self._broker.disconnect()
            self._become(ConnectorState.STOPPED, "")

    async def _serve_pairing(self) -> None:
        """Serve what this device is paired for now."""
        self._begin(await self._credentials.place())
        for result in await self._desk.recover():
            await self._told(result)
        working = asyncio.ensure_future(self._desk.work())
        try:
            await self._serve()
        finally:
            working.cancel()
            for task in self._answering:
                task.cancel()
            await asyncio.gather(working, *self._answering, return_exceptions=True)

    async def _serve(self) -> None:
        wait_s = _SHORTEST_S
        while True:
            self._become(ConnectorState.CONNECTING, self._settings.host)
            began_s = self._now_s()
            try:
                await self._connection()
                said = "The connection was closed."
            except (NotPairedError, DismissedError, _PairedAnewError):
                raise
            except (ForexAIError, WireClosedError, TimeoutError) as problem:
                said = str(problem) or type(problem).__name__
            except Exception as problem:  # noqa: BLE001 - the account is served on, over the next connection
                _LOG.error("A connection ended with an error that nobody expected", exc_info=problem)
                self._on_problem(problem)
                said = f"An unexpected error: {type(problem).__name__}."
            wait_s = _SHORTEST_S if self._now_s() - began_s > _LONGEST_S else min(wait_s * 2, _LONGEST_S)
            self._become(ConnectorState.WAITING, said)
            # Spread, so that many connectors do not come back in one moment.
            await self._clock.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    async def _connection(self) -> None:
        device_id, ticket, proof = await self._credentials.ticket(self._instance)
        if await self._credentials.place() != self._place:  # asked after the ticket: both are of the new pairing then
            raise _PairedAnewError("This device was paired with another platform or account: it serves that one now.")
        async with self._transport.open() as wire:
            hello = Hello(
                device_id=device_id,
                instance=self._instance,
                ticket=ticket,
                proof=proof,
                first=self._link.outbox.first,
                peer=self._link.inbox.stream,
                received=self._link.inbox.received,
                take_over=self._settings.take_over,
                software=f"forexai-mt5 {version('forexai-mt5')}",
            )
            await wire.send(hello.model_dump_json(exclude_none=True))
            async with asyncio.timeout(_WELCOME_S):
                welcome = from_platform(await wire.receive())
            if isinstance(welcome, Goodbye):
                self._dismissed(welcome)
                raise WireClosedError(welcome.reason)
            if not isinstance(welcome, Welcome):
                raise ProtocolError(f"The platform began with {welcome.type}, not with WELCOME.")
            await self._welcomed(wire, welcome)

    async def _welcomed(self, wire: Wire, welcome: Welcome) -> None:
        now_s = self._now_s()
        self._heard_s = now_s
        self._guard.hear_platform()
        self._peer_time = PeerTime()
        self._peer_time.hear(welcome.timestamp, self._clock.monotonic_ns())
        self._link.opened(now_s)
        self._link.inbox.follow(welcome.stream, welcome.first)
        self._link.outbox.acknowledge(welcome.received)
        for text in self._link.outbox.after():
            await _sent(wire, text)
        self._wire = wire
        self._become(ConnectorState.CONNECTED, self._settings.host)
        works = (self._listen(wire), self._keep(wire, welcome))
        try:
            await _until_one_ends(*works, self._reporting.tell_account(), self._reporting.tell_prices())
        except DismissedError:
            raise
        except Exception:
            await self._hear_last_words(wire)
            raise
        finally:
            self._wire = None

    async def _hear_last_words(self, wire: Wire) -> None:
        """Read what came before the end: who sent something may have noticed the end before its reason was read.

        Commands among it wait for the next connection: they are not acknowledged.
        """
        with suppress(WireClosedError, ProtocolError, TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                while True:
                    message = from_platform(await wire.receive())
                    if isinstance(message, Goodbye):
                        self._dismissed(message)

    # ------------------------------------------------------------------------------------------------------- listening
    async def _listen(self, wire: Wire) -> None:
        while True:
            message = from_platform(await wire.receive())
            self._heard_s = self._now_s()
            self._guard.hear_platform()
            if isinstance(message, Goodbye):
                self._dismissed(message)
                raise WireClosedError(message.reason)
            if isinstance(message, Welcome) or (message.numbered and message.seq == 0):
                raise ProtocolError(f"A {message.type} out of place.")
            if isinstance(message, Heartbeat):
                self._peer_time.hear(message.timestamp, self._clock.monotonic_ns())
            for text in self._link.hear(message, self._now_s()):
                await _sent(wire, text)
            while (ready := self._link.inbox.next()) is not None:
                # Counted as dealt with, and acknowledged, only once it is written down.
                await self._deal_with(ready)
                self._link.inbox.done()
            for text in self._link.due(self._now_s()):
                await _sent(wire, text)

    async def _deal_with(self, message: FromPlatform) -> None:
        if isinstance(message, TradeCommand):
            await self._desk.accept(message, self._expiry(message))
        elif isinstance(message, Kill):
            await self._guard.kill(message)
            self._reporting.stir()
        elif isinstance(message, Subscribe):
            self._reporting.symbols = message.symbols
        elif isinstance(message, Query):
            task = asyncio.ensure_future(self._reporting.answer(message))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    def _expiry(self, command: TradeCommand) -> Callable[[], bool]:
        peer_time = self._peer_time
        age_ns = peer_time.age_ns(command.issued_at, self._clock.monotonic_ns())
        ends_ns = self._clock.monotonic_ns() - age_ns + command.ttl_ms * 1_000_000
        return lambda: self._clock.monotonic_ns() >= ends_ns

    def _dismissed(self, goodbye: Goodbye) -> None:
        if goodbye.code in {"fenced", "revoked"}:
            raise DismissedError(f"The platform has ended this connector ({goodbye.code}): {goodbye.reason}")

    async def _keep(self, wire: Wire, welcome: Welcome) -> None:
        last_s = float("-inf")
        while True:
            now_s = self._now_s()
            if now_s - self._heard_s >= welcome.silence_s:
                raise WireClosedError(f"Nothing was heard for {welcome.silence_s:g} s.")
            for text in self._link.due(now_s):
                await _sent(wire, text)
            if now_s - last_s >= welcome.heartbeat_s:
                last_s = now_s
                await _sent(wire, self._link.send(Heartbeat(timestamp=self._clock.now_ns())))
            await self._clock.sleep(min(0.5, welcome.heartbeat_s))

    # ----------------------------------------------------------------------------------------------------------- saying
    async def _told(self, result: TradeResult) -> None:
        """Send a result; without a connection it is sent with the next one."""
        await self._say(result)
        self._reporting.stir()

    async def _say(self, message: Message) -> None:
        wire = self._wire
        if wire is None and not message.numbered:
            return  # of then: the next connection tells afresh
        try:
            text = self._link.send(message)
        except LinkFullError as problem:
            _LOG.warning("%s", problem)  # it is remembered, and told when it is asked for
            return
        if wire is not None:
            try:
                await _sent(wire, text)
            except (WireClosedError, TimeoutError) as problem:
                _LOG.debug("%s goes with the next connection: %s", message, problem)


async def _sent(wire: Wire, text: str) -> None:
    async with asyncio.timeout(_SEND_S):
        await wire.send(text)


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run what never ends by itself until one of it fails; raise why, and a dismissal before all others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        # Not a group of tasks: one that fails while the whole is cancelled makes it forget the cancellation.
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    problems = [problem for task in tasks if not task.cancelled() and (problem := task.exception()) is not None]
    dismissed = [each for each in problems if isinstance(each, DismissedError)]
    raise (dismissed or problems or [WireClosedError("The connection has ended.")])[0]
