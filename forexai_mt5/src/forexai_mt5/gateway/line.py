"""The way from any process of an installation to an account's connector, wherever its connection is held."""

from __future__ import annotations

import asyncio
import secrets as chance
from collections.abc import Callable
from contextlib import suppress

from forexai_core.errors import (
    BrokerUnreachableError,
    ConflictError,
    FencedError,
    ForexAIError,
    OrderStateUnknownError,
    StorageError,
)
from forexai_core.ports.leases import Lease
from forexai_core.ports.services import Services
from forexai_mt5.gateway.kills import StandingKills
from forexai_mt5.gateway.questions import ConnectorQuestions
from forexai_mt5.gateway.routes import Inward, Outward, inward_topic
from forexai_mt5.protocol.codec import FromConnector
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.envelope import Message as Said
from forexai_mt5.protocol.reports import AccountUpdate, Prices
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = ["ConnectorLine"]

_GRACE_S = 1.0
_ASK_AGAIN_S = 2.0
_LEASE_S = 15.0


class ConnectorLine(ConnectorQuestions):
    """Commands and questions to the connector of one account; one process at a time has the line.

    Its lease is the fence of all commands: whoever opens a line after this one, makes the connector refuse this one's.

    Parameters
    ----------
    services : Services
        Bus, leases, secrets and clock are used.
    account : str
        The account, as its device was paired with.
    patience_s : float
        How long it is asked what came of a command whose result did not come.
    """

    def __init__(self, services: Services, account: str, *, patience_s: float = 20.0) -> None:
        super().__init__(services, account)
        self._patience_s = patience_s
        self._owner = f"line-{chance.token_hex(8)}"
        self._lease: Lease | None = None
        # By id and fence: of an id that another line has sent, too, each takes the answers to its own copies only.
        self._results: dict[tuple[str, FenceToken | None], asyncio.Future[TradeResult]] = {}
        self._under_way: dict[str, tuple[TradeCommand, asyncio.Task[TradeResult]]] = {}
        self.latest: AccountUpdate | None = None
        self.listeners: list[Callable[[AccountUpdate | Prices], None]] = []
        self.link_listeners: list[Callable[[bool], None]] = []

    async def open(self) -> None:
        """Take the line; twice is once.

        Raises
        ------
        FencedError
            If another process has it.
        """
        if self._lease is not None:
            return
        lease = await self._services.leases.acquire(self._resource, owner=self._owner, ttl_s=_LEASE_S)
        if lease is None:
            raise FencedError(f"Another process speaks to the connector of '{self.account}'. Close its line first.")
        self._lease = lease
        await self._end_tasks()  # of a line that was lost
        self._tasks.append(asyncio.ensure_future(self._renew()))
        await self._begin_listening()

    async def close(self) -> None:
        """Give the line back. What was sent goes on; twice is once."""
        lease, self._lease = self._lease, None
        for future in self._results.values():
            if not future.done():
                future.set_exception(
                    OrderStateUnknownError(f"The line to '{self.account}' was closed before the result came.")
                )
        await asyncio.gather(*(task for _, task in self._under_way.values()), return_exceptions=True)
        await self._end_tasks()
        if lease is not None:
            with suppress(StorageError):
                await self._services.leases.release(lease)

    @property
    def _resource(self) -> str:
        return f"connector-line:{self.account}"

    @property
    def fence(self) -> FenceToken:
        """The token that every command carries.

        Raises
        ------
        FencedError
            If the line is not open, or was lost.
        """
        if self._lease is None:
            raise FencedError(f"The line to the connector of '{self.account}' is not open. Open it again.")
        return FenceToken(epoch=self._lease.fence.epoch, number=self._lease.fence.number)

    # -------------------------------------------------------------------------------------------------------- commands
    async def command(self, command: TradeCommand) -> TradeResult:
        """Have a command carried out, at most once, and tell what came of it.

        Raises
        ------
        BrokerUnreachableError
            If it certainly was not passed on.
        OrderStateUnknownError
            If nobody knows: reconcile, never send again.
        ConflictError
            If another command of that id is under way.
        """
        known = self._under_way.get(command.id)
        if known is None:
            task = asyncio.ensure_future(self._carried(command))
            self._under_way[command.id] = known = (command, task)
            task.add_done_callback(lambda _: self._under_way.pop(command.id, None))
        of_now = {"issued_at": command.issued_at, "ttl_ms": command.ttl_ms, "fence": command.fence}
        if known[0].model_copy(update=of_now) != command:
            raise ConflictError(f"Another command '{command.id}' is under way. Give each its own id.")
        # Who is cancelled leaves it under way: it may have been sent.
        return await asyncio.shield(known[1])

    async def _carried(self, command: TradeCommand) -> TradeResult:
        future: asyncio.Future[TradeResult] = asyncio.get_running_loop().create_future()
        asked = command.id, command.fence
        self._results[asked] = future
        try:
            device = await self._say(command)
            with suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(future), command.ttl_ms / 1e3 + _GRACE_S)
            return await self._ask_until_told(command.id, device, future)
        finally:
            self._results.pop(asked, None)
            future.cancel()

    async def _ask_until_told(self, command_id: str, device: str, future: asyncio.Future[TradeResult]) -> TradeResult:
        until_s = self._now_s() + self._patience_s
        while self._now_s() < until_s:
            asking = asyncio.ensure_future(self._fate_at(command_id, device))
            done, _ = await asyncio.wait({asking, future}, return_when=asyncio.FIRST_COMPLETED, timeout=_ASK_AGAIN_S)
            if future in done:
                asking.cancel()
                return future.result()
            if asking in done and asking.exception() is None:
                return asking.result()
            if asking not in done:
                asking.cancel()
                continue
            with suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(future), _ASK_AGAIN_S)
        raise OrderStateUnknownError(
            f"What came of command '{command_id}' is not known: the connector of '{self.account}' does not say. Look "
            "at its orders, positions and deals once it is back; do not send it again."
        )

    def _asker(self) -> FenceToken | None:
        try:
            return self.fence
        except FencedError as problem:
            raise BrokerUnreachableError(str(problem)) from problem

    async def fate(self, command_id: str) -> TradeResult:
        """Ask what came of a command. One that was never seen is never carried out from then on: ``ABSENT``.

        That is said for the machine that is connected now. Of what was passed on to another one it proves nothing.
        """
        return (await self._fate(command_id))[0]

    async def _fate(self, command_id: str) -> tuple[TradeResult, str]:
        (answer, *_), device = await self._ask("COMMAND", command_id=command_id)
        if answer.result is None:
            raise BrokerUnreachableError(f"The connector does not tell about '{command_id}': {answer.error}")
        return answer.result, device

    async def _fate_at(self, command_id: str, device: str) -> TradeResult:
        """Ask what came of a command that was passed on to a device.

        Raises
        ------
        OrderStateUnknownError
            If another machine serves the account by now, and does not know the command: each has its own record.
        """
        told, asked = await self._fate(command_id)
        if told.outcome == "ABSENT" and asked != device:
            raise OrderStateUnknownError(
                f"Command '{command_id}' was passed on to another machine than the one that serves '{self.account}' "
                "now. Look at orders, positions and deals; do not send it again."
            )
        return told

    async def kill(self, reason: str) -> bool:
        """Have the connector open nothing more, until a person there lifts it.

        The kill is kept until the connector has confirmed it: one that is away, or whose connection is broken without
        anybody having noticed, hears it with its next connection.

        Returns
        -------
        bool
            Whether a connector seems to be connected now.

        Raises
        ------
        StorageError
            If it could not be kept, or not passed on at once: ask again.
        """
        kill = Kill(id=f"k-{chance.token_hex(8)}", reason=reason)
        await StandingKills(self._services.secrets).add(self.account, kill)
        await self._services.bus.publish(inward_topic(self.account), Inward(kind="kills").model_dump_json().encode())
        return await self.link() is not None

    async def say(self, message: Said) -> None:
        """Send something that has no answer, such as a SUBSCRIBE.

        Raises
        ------
        BrokerUnreachableError
            If the connector is not connected.
        """
        await self._say(message)

    # -------------------------------------------------------------------------------------------------------- listening
    def _return(self, told: Outward) -> None:
        super()._return(told)
        future = self._results.get((told.about, told.fence))
        if future is not None and not future.done():
            future.set_exception(
                BrokerUnreachableError(f"Not passed on to the connector of '{self.account}': {told.reason}")
            )

    def _hear(self, message: FromConnector) -> None:
        super()._hear(message)
        if isinstance(message, TradeResult):
            future = self._results.get((message.command_id, message.fence))
            if future is not None and not future.done():
                future.set_result(message)
        elif isinstance(message, AccountUpdate | Prices):
            self.latest = message if isinstance(message, AccountUpdate) else self.latest
            for listener in self.listeners:
                listener(message)

    def _hear_link(self, *, up: bool) -> None:
        for listener in self.link_listeners:
            listener(up)

    async def _renew(self) -> None:
        while self._lease is not None:
            await self._services.clock.sleep(_LEASE_S / 3)
            try:
                if self._lease is not None:
                    self._lease = await self._services.leases.renew(self._lease)
            except FencedError:
                await self._take_again()
            except ForexAIError:
                continue  # its fence stays good until somebody else's is newer

    async def _take_again(self) -> None:
        """Take a line again that ran out because this process was kept waiting; one that somebody has taken is lost."""
        with suppress(StorageError):  # then it is tried with the next renewal
            self._lease = await self._services.leases.acquire(self._resource, owner=self._owner, ttl_s=_LEASE_S)
