"""Questions to an account's connector, from any process of an installation; no number of askers disturbs another."""

from __future__ import annotations

import asyncio
import secrets as chance
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError
from forexai_core.ports.bus import Message
from forexai_core.ports.services import Services
from forexai_mt5.gateway.routes import Inward, Outward, inward_topic, lease_of, outward_topic, read_outward
from forexai_mt5.protocol.codec import FromConnector, ProtocolError, from_connector
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.envelope import Message as Said
from forexai_mt5.protocol.reports import Answer, Query

__all__ = ["ConnectorQuestions"]


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


class ConnectorQuestions:
    """Questions to the connector of one account. Nothing is commanded, so any number of them may be open at once.

    Parameters
    ----------
    services : Services
        Bus, leases and clock are used.
    account : str
        The account, as its device was paired with.
    """

    def __init__(self, services: Services, account: str) -> None:
        self._services, self.account = services, account
        self._tasks: list[asyncio.Task[None]] = []
        self._answers: dict[str, _Collected] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen to what the connector says, also where the bus has broken off since; twice is once."""
        async with self._opening:
            if not self._tasks or any(task.done() for task in self._tasks):
                await self._end_tasks()
                await self._begin_listening()

    async def close(self) -> None:
        """Listen no longer; twice is once."""
        await self._end_tasks()

    async def _begin_listening(self) -> None:
        ready = asyncio.Event()
        self._tasks.append(asyncio.ensure_future(self._listen(ready)))
        await ready.wait()

    async def _end_tasks(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def link(self) -> FenceToken | None:
        """Give the connection that stands now; None where the connector is not connected."""
        lease = await self._services.leases.current(lease_of(self.account))
        return None if lease is None else FenceToken(epoch=lease.fence.epoch, number=lease.fence.number)

    def _now_s(self) -> float:
        return self._services.clock.monotonic_ns() / 1e9

    # ---------------------------------------------------------------------------------------------------------- asking
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
        question = Query(id=f"q-{chance.token_hex(8)}", what=what, fence=self._asker(), **fields)
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

    def _asker(self) -> FenceToken | None:
        """Give the token of whoever commands; who only asks has none."""
        return None

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

    # ------------------------------------------------------------------------------------------------------- listening
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
                    self._hear_link(up=told.kind == "up")

    def _return(self, told: Outward) -> None:
        """Take back what was not passed on."""
        collected = self._answers.get(told.about)
        if collected is not None and not collected.whole.done():
            collected.whole.set_exception(
                BrokerUnreachableError(f"Not passed on to the connector of '{self.account}': {told.reason}")
            )

    def _hear(self, message: FromConnector) -> None:
        if isinstance(message, Answer):
            collected = self._answers.get(message.query_id)
            if collected is not None:
                collected.add(message)

    def _hear_link(self, *, up: bool) -> None:
        """Take note of a connection that stands, or is gone; who only asks has nothing to do then."""
