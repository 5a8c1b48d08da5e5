"""What the buttons do: each hands work to the connector's thread, and hears of it by events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from forexai_core.errors import ForexAIError
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.secrets import Secret
from forexai_core.ports.services import Services
from forexai_mt5.connector.assembly import credentials_of
from forexai_mt5.connector.passwords import open_passwords
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.desktop.events import Event, Halted, Happened, PairingEnded, PairingKnown, PasswordKept, UpdateHeard
from forexai_mt5.desktop.failures import failure_of
from forexai_mt5.desktop.loop_thread import LoopThread
from forexai_mt5.desktop.runner import Runner, Ways
from forexai_mt5.desktop.update_check import UpdateCheck

__all__ = ["Controller", "Controls"]

_PERSON = "a person at this machine"


class Controls(Protocol):
    """What a window asks for. Nothing here waits; what comes of it is told as events."""

    def start(self, settings: ConnectorSettings) -> None:
        """Start the connector; one that runs is stopped first."""
        ...

    def stop(self) -> None:
        """Stop it."""
        ...

    def pair(self, settings: ConnectorSettings, code: str, name: str) -> None:
        """Pair this machine by a code; `PairingEnded` says what came of it."""
        ...

    def halt(self, *, halted: bool) -> None:
        """Set or lift the kill switch of this machine; `Halted` says how it stands."""
        ...

    def keep_password(self, kind: str, name: str, password: Secret) -> None:
        """Keep a password on this machine, in a store of a kind; `PasswordKept` says what came of it."""
        ...

    def ask_for_updates(self, address: str) -> None:
        """Ask for a newer version at an address; `UpdateHeard` says that there is one, the log what else came of it."""
        ...

    def look(self, settings: ConnectorSettings | None) -> None:
        """Have said what no connection is needed for: `Halted`, and `PairingKnown` where there are settings."""
        ...

    def close(self) -> None:
        """Stop, and let go of everything. Waits for it."""
        ...


class Controller:
    """The real one.

    Parameters
    ----------
    services : Services
        Of the connector's folder; not closed here.
    folder : Path
        The folder.
    tell : callable
        Takes events, in the connector's thread.
    ways : Ways, optional
        To the outside.
    updates : UpdateCheck, optional
        Asks for newer versions.
    """

    def __init__(
        self,
        services: Services,
        folder: Path,
        tell: Callable[[Event], None],
        ways: Ways | None = None,
        updates: UpdateCheck | None = None,
    ) -> None:
        self._services, self._folder, self._tell = services, folder, tell
        self._ways = ways or Ways()
        self._updates = updates or UpdateCheck(folder, version("forexai-mt5"))
        self._thread = LoopThread("connector")
        self._running: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        self._latest = object()  # who asked last to start or to stop

    def start(self, settings: ConnectorSettings) -> None:
        """Start the connector; see `Controls`."""
        self._thread.submit(self._start(settings))

    def stop(self) -> None:
        """Stop it; see `Controls`."""
        self._thread.submit(self._stop())

    def pair(self, settings: ConnectorSettings, code: str, name: str) -> None:
        """Pair this machine; see `Controls`."""
        self._thread.submit(self._pair(settings, code, name))

    def halt(self, *, halted: bool) -> None:
        """Set or lift the kill switch; see `Controls`."""
        self._thread.submit(self._halt() if halted else self._rearm())

    def keep_password(self, kind: str, name: str, password: Secret) -> None:
        """Keep a password; see `Controls`."""
        self._thread.submit(self._keep_password(kind, name, password))

    def ask_for_updates(self, address: str) -> None:
        """Ask for a newer version; see `Controls`."""
        self._thread.submit(self._ask_for_updates(address))

    def look(self, settings: ConnectorSettings | None) -> None:
        """Have said how things stand; see `Controls`."""
        self._thread.submit(self._look(settings))

    def close(self) -> None:
        """Stop, and let go of everything; see `Controls`."""
        self._thread.close()

    # ---------------------------------------------------------------------------------------------- in the other thread
    async def _start(self, settings: ConnectorSettings) -> None:
        self._latest = mine = object()
        async with self._changing:
            await self._end()
            if self._latest is not mine:
                return  # while the former one ended it was stopped, or started otherwise
            self._run(settings)

    def _run(self, settings: ConnectorSettings) -> None:
        runner = Runner(settings, self._services, self._folder, self._tell, self._ways)
        self._running = asyncio.ensure_future(runner.run())

    async def _stop(self) -> None:
        self._latest = object()
        async with self._changing:
            await self._end()

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _pair(self, settings: ConnectorSettings, code: str, name: str) -> None:
        credentials = credentials_of(settings, self._services, self._ways.transport(settings))
        try:
            paired = await credentials.pair(code, name)
        except Exception as problem:  # noqa: BLE001 - the window says it; nobody else hears of this task
            self._tell(PairingEnded("", *failure_of(problem)))
            return
        self._note("paired", account=paired.account)
        self._tell(PairingEnded(paired.account))

    async def _halt(self) -> None:
        halt = Halt(
            scope=HaltScope.PLATFORM, time_ns=self._services.clock.now_ns(), by=_PERSON, reason="stopped in the window"
        )
        await self._attempt(lambda: self._services.halts.halt(halt), "halted")

    async def _rearm(self) -> None:
        await self._attempt(self._lift_all, "rearmed")

    async def _lift_all(self) -> None:
        halts, now_ns = self._services.halts, self._services.clock.now_ns()
        for halt in (await halts.read()).halts:
            await halts.rearm(halt.scope, halt.name, by=_PERSON, reason="allowed in the window", time_ns=now_ns)

    async def _attempt(self, work: Callable[[], Awaitable[object]], code: str) -> None:
        try:
            await work()
            self._note(code)
        except ForexAIError as problem:
            reason, detail = failure_of(problem)
            self._note("failed", reason=reason, detail=detail)
        await self._look()

    async def _keep_password(self, kind: str, name: str, password: Secret) -> None:
        try:
            await open_passwords(kind, self._folder, self._services.secrets).set(name, password)
        except Exception as problem:  # noqa: BLE001 - the window says it; nobody else hears of this task
            self._tell(PasswordKept(*failure_of(problem)))
            return
        self._tell(PasswordKept())

    async def _ask_for_updates(self, address: str) -> None:
        try:
            newer = await asyncio.to_thread(self._updates.ask, address)
        except Exception as problem:  # noqa: BLE001 - as above
            reason, detail = failure_of(problem)
            self._note("noUpdate", reason=reason, detail=detail)
            return
        if newer is None:
            self._note("newest")
            return
        self._note("update", version=newer.version, notes=newer.notes)
        self._tell(UpdateHeard(newer.version, newer.notes))

    async def _look(self, settings: ConnectorSettings | None = None) -> None:
        try:
            halted = bool((await self._services.halts.read()).halts)
        except ForexAIError:
            halted = True  # what cannot be read stops openings, too
        self._tell(Halted(halted))
        if settings is None:
            return
        try:
            self._tell(PairingKnown(await credentials_of(settings, self._services).account()))
        except Exception as problem:  # noqa: BLE001 - as above
            reason, detail = failure_of(problem)
            self._note("failed", reason=reason, detail=detail)

    def _note(self, code: str, **values: str) -> None:
        self._tell(Happened(self._services.clock.now_ns(), "here", code, values))
