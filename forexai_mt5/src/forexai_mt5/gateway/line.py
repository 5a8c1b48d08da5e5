"""The way from any process of an installation to an account's connector, wherever its connection is held."""

from __future__ import annotations

import asyncio
import secrets as chance
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from forexai_core.errors import (
    BrokerUnreachableError,
    ConflictError,
    FencedError,
    ForexAIError,
    OrderRejectedError,
    OrderStateUnknownError,
    StorageError,
)
from forexai_core.ports.bus import Message
from forexai_core.ports.leases import Lease
from forexai_core.ports.services import Services
from forexai_mt5.gateway.routes import Inward, Outward, inward_topic, lease_of, outward_topic, read_outward
from forexai_mt5.protocol.codec import FromConnector, ProtocolError, from_connector
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.envelope import Message as Said
from forexai_mt5.protocol.reports import AccountUpdate, Answer, Prices, Query
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = ["ConnectorLine"]

_GRACE_S = 1.0
_ASK_AGAIN_S = 2.0
_LEASE_S = 15.0


class _Collected:
    """Parts of an answer, as they come."""

    def __init__(self) -> None:
        self.parts: dict[int, Answer] = {}
        self.whole: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()

    def add(self, answer: Answer) -> None:
        self.parts[answer.part] = answer
        last = next((each.part for each in self.parts.values() if each.last), None)
        if last is not None and len(self.parts) == last + 1 and not self.whole.done():
            self.whole.set_result([self.parts[place] for place in range(last + 1)])


class ConnectorLine:
    """Commands and questions to the connector of one account; one process at a time has the line.

    Its lease is the fence of all commands: whoever opens a line after this one, makes the connector refuse this one's.

    Parameters
    ----------
    services : Services
        Bus, leases and clock are used.
    account : str
        The account, as its device was paired with.
    patience_s : float
        How long it is asked what came of a command whose result did not come.
    """

    def __init__(self, services: Services, account: str, *, patience_s: float = 20.0) -> None:
        self._services, self.account, self._patience_s = services, account, patience_s
        self._owner = f"line-{chance.token_hex(8)}"
        self._lease: Lease | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._results: dict[str, asyncio.Future[TradeResult]] = {}
        self._under_way: dict[str, tuple[TradeCommand, asyncio.Task[TradeResult]]] = {}
        self._answers: dict[str, _Collected] = {}
        self.latest: AccountUpdate | None = None
        self.listeners: list[Callable[[AccountUpdate | Prices], None]] = []
        self.link_listeners: list[Callable[[bool], None]] = []

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

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
        ready = asyncio.Event()
        self._tasks = [asyncio.ensure_future(self._listen(ready)), asyncio.ensure_future(self._renew())]
        await ready.wait()

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

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

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

    async def link(self) -> FenceToken | None:
        """Give the connection that stands now; None where the connector is not connected."""
        lease = await self._services.leases.current(lease_of(self.account))
        return None if lease is None else FenceToken(epoch=lease.fence.epoch, number=lease.fence.number)

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
        if known[0].model_copy(update={"issued_at": command.issued_at}) != command:
            raise ConflictError(f"Another command '{command.id}' is under way. Give each its own id.")
        # Who is cancelled leaves it under way: it may have been sent.
        return await asyncio.shield(known[1])

    async def _carried(self, command: TradeCommand) -> TradeResult:
        future: asyncio.Future[TradeResult] = asyncio.get_running_loop().create_future()
        self._results[command.id] = future
        try:
            device = await self._say(command)
            with suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(future), command.ttl_ms / 1e3 + _GRACE_S)
            return await self._ask_until_told(command.id, device, future)
        finally:
            self._results.pop(command.id, None)
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

    async def fate(self, command_id: str) -> TradeResult:
        """Ask what came of a command. One that was never seen is never carried out from then on: ``ABSENT``.

        That is said for the machine that is connected now. Of what was passed on to another one it proves nothing.
        """
        return (await self._fate(command_id))[0]

    async def _fate(self, command_id: str) -> tuple[TradeResult, str]:
        (answer, *_), device = await self._ask("COMMAND", command_id=command_id, fence=self.fence)
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

    async def kill(self, reason: str) -> None:
        """Have the connector open nothing more, until a person there lifts it.

        Raises
        ------
        BrokerUnreachableError
            If it is not connected.
        """
        await self._say(Kill(id=f"k-{chance.token_hex(8)}", reason=reason))

    # -------------------------------------------------------------------------------------------------------- questions
    async def query(self, what: Any, *, timeout_s: float = 10.0, **fields: Any) -> list[Answer]:
        """Ask something; see :class:`~forexai_mt5.protocol.reports.Query`.

        Raises
        ------
        BrokerUnreachableError
            If no answer comes, or it is an error.
        OrderRejectedError
            If the broker there says no, such as to an unknown symbol.
        """
        return (await self._ask(what, timeout_s=timeout_s, **fields))[0]

    async def _ask(self, what: Any, *, timeout_s: float = 10.0, **fields: Any) -> tuple[list[Answer], str]:
        """Ask, and say which device has answered."""
        question = Query(id=f"q-{chance.token_hex(8)}", what=what, **fields)
        collected = self._answers[question.id] = _Collected()
        try:
            device = await self._say(question)
            answers = await asyncio.wait_for(collected.whole, timeout_s)
        except TimeoutError:
            raise BrokerUnreachableError(
                f"The connector of '{self.account}' has not answered for {timeout_s:g} s. Ask again."
            ) from None
        finally:
            del self._answers[question.id]
            collected.whole.cancel()
        if answers[-1].error:
            said = f"The connector of '{self.account}' says: {answers[-1].error}"
            raise OrderRejectedError(said) if answers[-1].refused else BrokerUnreachableError(said)
        return answers, device

    async def say(self, message: Said) -> None:
        """Send something that has no answer, such as a SUBSCRIBE.

        Raises
        ------
        BrokerUnreachableError
            If the connector is not connected.
        """
        await self._say(message)

    async def _say(self, message: Said) -> str:
        """Hand a message to the connection that stands now, and name the device that it is of."""
        lease = await self._services.leases.current(lease_of(self.account))
        if lease is None:
            raise BrokerUnreachableError(
                f"The connector of '{self.account}' is not connected. Start it, and ask again."
            )
        link = FenceToken(epoch=lease.fence.epoch, number=lease.fence.number)
        inward = Inward(kind="message", link=link, text=message.model_dump_json(exclude_none=True))
        await self._services.bus.publish(inward_topic(self.account), inward.model_dump_json().encode())
        return lease.owner.partition(":")[0]

    def _now_s(self) -> float:
        return self._services.clock.monotonic_ns() / 1e9

    # -------------------------------------------------------------------------------------------------------- listening
    async def _listen(self, ready: asyncio.Event) -> None:
        async with self._services.bus.subscribe(outward_topic(self.account), capacity=4_096) as outward:
            ready.set()
            await self._hear_all(outward)

    async def _hear_all(self, outward: AsyncIterator[Message]) -> None:
        async for message in outward:
            with suppress(ProtocolError):  # of another version: it concerns nobody here
                told = read_outward(message.payload)
                if told.kind == "undelivered":
                    self._return(told)
                elif told.kind == "message":
                    self._hear(from_connector(told.text))
                else:
                    for listener in self.link_listeners:
                        listener(told.kind == "up")

    def _return(self, told: Outward) -> None:
        problem = BrokerUnreachableError(f"Not passed on to the connector of '{self.account}': {told.reason}")
        future = self._results.get(told.about)
        collected = self._answers.get(told.about)
        if future is not None and not future.done():
            future.set_exception(problem)
        if collected is not None and not collected.whole.done():
            collected.whole.set_exception(problem)

    def _hear(self, message: FromConnector) -> None:
        if isinstance(message, TradeResult):
            future = self._results.get(message.command_id)
            if future is not None and not future.done():
                future.set_result(message)
        elif isinstance(message, Answer):
            collected = self._answers.get(message.query_id)
            if collected is not None:
                collected.add(message)
        elif isinstance(message, AccountUpdate | Prices):
            self.latest = message if isinstance(message, AccountUpdate) else self.latest
            for listener in self.listeners:
                listener(message)

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
