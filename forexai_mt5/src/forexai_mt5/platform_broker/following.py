"""What happens at an account behind a connector: heard from what the connector tells, and then looked for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any, Protocol

from forexai_core.errors import BrokerError, BrokerUnreachableError
from forexai_core.ports.broker import BrokerEvent, BrokerEventKind
from forexai_core.ports.clock import Clock
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import Deal, OrderState
from forexai_core.values.timeframes import NS_PER_DAY
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.platform_broker.reading import account_told, quote_of
from forexai_mt5.protocol.reports import AccountUpdate, Prices, Subscribe

__all__ = ["Following", "Looks"]

_LOG = logging.getLogger(__name__)
_MOST = 10_000  # events that a follower has not taken
_MOST_SYMBOLS = 100


class Looks(Protocol):
    """What is looked for when something has happened."""

    async def account(self) -> AccountState:
        """Tell how the account stands, and what time it is there."""
        ...

    async def orders(self) -> Sequence[OrderState]:
        """List the orders that work."""
        ...

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List deals."""
        ...


class Following:
    """Tells of orders, deals, money, quotes and cuts, as long as somebody follows.

    The connector tells of the account every second, and at once after a command. Where money, margin or the number of
    positions has changed, orders and deals are asked for; otherwise now and then.

    Parameters
    ----------
    line : ConnectorLine
        Open.
    looks : Looks
        Orders and deals.
    clock : Clock
        Of the platform.
    look_s : float
        Between two looks while nothing is told.
    """

    def __init__(self, line: ConnectorLine, looks: Looks, clock: Clock, *, look_s: float) -> None:
        self._line, self._looks, self._clock, self._look_s = line, looks, clock, look_s
        self._followers: list[asyncio.Queue[BrokerEvent | None]] = []
        self._works: list[asyncio.Task[None]] = []
        self._stirred, self._begun = asyncio.Event(), asyncio.Event()
        self._told: tuple[Any, ...] = ()
        self._orders: dict[int, OrderState] = {}
        self._deals: set[int] = set()
        self._primed = self._down = False
        self._symbols: list[str] = []

    # ---------------------------------------------------------------------------------------------------- followers
    def follow(self) -> AsyncIterator[BrokerEvent]:
        """Follow from now on, until :meth:`stop`."""
        queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue(_MOST)
        self._followers.append(queue)
        if not self._works:
            self._begun.clear()
            self._line.listeners.append(self._hear)
            self._line.link_listeners.append(self._hear_link)
            self._works = [asyncio.ensure_future(self._watch())]
        return self._given(queue)

    async def _given(self, queue: asyncio.Queue[BrokerEvent | None]) -> AsyncIterator[BrokerEvent]:
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            if queue in self._followers:
                self._followers.remove(queue)

    async def before_sending(self) -> None:
        """Wait until it is known what there was before, so that what follows is seen to be new."""
        if self._works:
            await self._begun.wait()

    async def stop(self) -> None:
        """End what everybody follows."""
        works, self._works = self._works, []
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        if works:
            self._line.listeners.remove(self._hear)
            self._line.link_listeners.remove(self._hear_link)
        self._begun.set()
        self._primed = False
        for queue in self._followers:
            _end(queue)
        self._followers.clear()

    def stir(self) -> None:
        """Look soon: something was commanded."""
        self._stirred.set()

    async def watch_quotes(self, symbol: str) -> None:
        """Have the quotes of a symbol told, where somebody follows."""
        if self._followers and symbol not in self._symbols and len(self._symbols) < _MOST_SYMBOLS:
            self._symbols.append(symbol)
            await self._subscribe()

    async def _subscribe(self) -> None:
        if self._symbols:
            with contextlib.suppress(BrokerUnreachableError):  # it is said again when the connector is back
                await self._line.say(Subscribe(symbols=tuple(self._symbols)))

    # ------------------------------------------------------------------------------------------------------ hearing
    def _hear(self, message: AccountUpdate | Prices) -> None:
        if isinstance(message, Prices):
            for row in message.prices:
                if 0 < row.bid <= row.ask:
                    self._tell(BrokerEventKind.QUOTE, quote=quote_of(row))
            return
        told = (message.balance, message.margin, message.total_positions, message.login)
        if told != self._told:
            self._told = told
            self._tell(BrokerEventKind.ACCOUNT, account=account_told(message))
            self._stirred.set()

    def _hear_link(self, up: bool) -> None:  # noqa: FBT001 - as it is told
        if not up:
            self._lost()
        self._stirred.set()

    def _lost(self) -> None:
        if not self._down:
            self._down = True
            self._tell(BrokerEventKind.DISCONNECTED)

    def _tell(self, kind: BrokerEventKind, **what: Any) -> None:
        event = BrokerEvent(kind=kind, time_ns=self._clock.now_ns(), **what)
        for queue in list(self._followers):
            if queue.full():
                # Who does not take what is told begins anew, and looks for what it has missed.
                self._followers.remove(queue)
                _end(queue)
            else:
                queue.put_nowait(event)

    # ------------------------------------------------------------------------------------------------------ looking
    async def _watch(self) -> None:
        while True:
            self._stirred.clear()
            await self._look_once()
            await _first(self._stirred.wait(), self._clock.sleep(1.0 if self._down else self._look_s))

    async def _look_once(self) -> None:
        try:
            await self._look()
        except BrokerError as problem:
            if not self._down:
                _LOG.warning("The connector of '%s' cannot be asked: %s", self._line.account, problem)
            self._lost()
        else:
            self._primed = True
            if self._down:
                self._down = False
                self._tell(BrokerEventKind.CONNECTED)
                await self._subscribe()
        self._begun.set()

    async def _look(self) -> None:
        # Orders first: what is filled between the two questions is among the deals.
        shown = {each.order: each for each in await self._looks.orders()}
        now_ns = (await self._looks.account()).time_ns  # the broker's time, by which its deals are stamped
        deals = await self._looks.history(now_ns - NS_PER_DAY, now_ns + NS_PER_DAY)
        changed = [each for each in shown.values() if self._orders.get(each.order) != each]
        new = [each for each in deals if each.deal not in self._deals]
        self._orders, self._deals = shown, {each.deal for each in deals}
        if not self._primed:
            return
        for order in changed:
            self._tell(BrokerEventKind.ORDER, order=order)
        for deal in new:
            self._tell(BrokerEventKind.DEAL, deal=deal)


def _end(queue: asyncio.Queue[BrokerEvent | None]) -> None:
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(None)


async def _first(*works: Awaitable[Any]) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
