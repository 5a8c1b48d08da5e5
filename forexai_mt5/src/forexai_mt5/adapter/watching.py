"""What happens by itself, found by asking again and again: the package tells nothing of its own accord."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from forexai_core.errors import BrokerError, BrokerUnreachableError
from forexai_core.ports.broker import BrokerEvent, BrokerEventKind, Quote
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import OrderState
from forexai_core.values.timeframes import NS_PER_DAY
from forexai_mt5.adapter.reading import Reading
from forexai_mt5.adapter.venue import Venue

__all__ = ["Pace", "Watching"]

_LOG = logging.getLogger(__name__)
_BACK_NS = NS_PER_DAY


class Pace:
    """How long to wait before asking again: short while something happens, longer and longer while nothing does.

    Parameters
    ----------
    shortest_s, longest_s : float
        Bounds.
    """

    def __init__(self, shortest_s: float, longest_s: float) -> None:
        self.shortest_s, self.longest_s = shortest_s, longest_s
        self.interval_s = shortest_s

    def after(self, *, news: bool) -> float:
        """Give the seconds to wait, after there was something new or nothing."""
        self.interval_s = self.shortest_s if news else min(2.0 * self.interval_s, self.longest_s)
        return self.interval_s


class Watching:
    """Asks for what is new, as long as somebody follows.

    Parameters
    ----------
    venue : Venue
        Of which.
    reading : Reading
        How it is read.
    pace : Pace
        How often.
    """

    def __init__(self, venue: Venue, reading: Reading, pace: Pace) -> None:
        self._venue, self._reading, self._pace = venue, reading, pace
        self._followers: list[asyncio.Queue[BrokerEvent | None]] = []
        self._task: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self._stirred = asyncio.Event()
        self._deals: set[int] = set()
        self._orders: dict[int, OrderState] = {}
        self._account: AccountState | None = None
        self._quotes: dict[str, Quote] = {}
        self._down = False
        self._primed = False  # whether it is known what there was before

    # ---------------------------------------------------------------------------------------------------- followers
    def follow(self) -> AsyncIterator[BrokerEvent]:
        """Follow from now on, until :meth:`stop`."""
        queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._followers.append(queue)
        if self._task is None:
            self._begun.clear()
            self._primed = False
            self._task = asyncio.get_running_loop().create_task(self._watch())
        return self._told(queue)

    async def _told(self, queue: asyncio.Queue[BrokerEvent | None]) -> AsyncIterator[BrokerEvent]:
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            if queue in self._followers:
                self._followers.remove(queue)

    async def before_sending(self) -> None:
        """Wait until it is known what there was before, so that what follows is seen to be new."""
        if self._task is not None:
            await self._begun.wait()

    def stir(self) -> None:
        """Ask at once: something was sent."""
        self._pace.interval_s = self._pace.shortest_s
        self._stirred.set()

    def watch_quotes(self, symbol: str) -> None:
        """Tell of a symbol's quotes from now on, where anybody follows."""
        if self._followers:
            self._quotes.setdefault(symbol, Quote(symbol=symbol, time_ns=0, bid=0.0, ask=0.0))

    async def stop(self) -> None:
        """End what everybody follows."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._begun.set()
        for queue in self._followers:
            queue.put_nowait(None)
        self._followers.clear()
        self._quotes.clear()

    def _tell(self, kind: BrokerEventKind, **what: object) -> None:
        event = BrokerEvent(kind=kind, time_ns=self._venue.clock.now_ns(), **what)  # type: ignore[arg-type]
        for queue in self._followers:
            queue.put_nowait(event)

    # ------------------------------------------------------------------------------------------------------- asking
    async def _watch(self) -> None:
        news = True
        while True:
            try:
                news = await self._look(silent=not self._primed)
            except BrokerError as problem:
                self._lost(problem)
            else:
                self._found_again()
                self._primed = True
                self._begun.set()
            self._stirred.clear()
            await self._rest(self._pace.after(news=news))

    async def _rest(self, seconds: float) -> None:
        nap = asyncio.ensure_future(self._venue.time.sleep(seconds))
        stirred = asyncio.ensure_future(self._stirred.wait())
        try:
            await asyncio.wait({nap, stirred}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (nap, stirred):
                each.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await each

    def _lost(self, problem: BrokerError) -> None:
        self._begun.set()  # an order may be sent all the same, and says itself what becomes of it
        if not self._down:
            self._down = True
            _LOG.warning("The terminal cannot be seen: %s", problem)
            self._tell(BrokerEventKind.DISCONNECTED)

    def _found_again(self) -> None:
        if self._down:
            self._down = False
            self._tell(BrokerEventKind.CONNECTED)

    async def _look(self, *, silent: bool) -> bool:
        """Look once; say whether there was anything new. The account is looked at first and last."""
        account = await self._reading.account()
        if not account.connected:
            raise BrokerUnreachableError("The terminal has no connection to the server.")
        await self._venue.look_at_clock(patience_s=0.0)
        news = await self._look_at_orders(silent=silent)
        news |= await self._look_at_deals(silent=silent)
        after = (await self._reading.account()).state
        if self._account is not None and _money(after) != _money(self._account):
            news = True
            self._tell(BrokerEventKind.ACCOUNT, account=after)
        self._account = after
        return await self._look_at_quotes() or news

    async def _look_at_orders(self, *, silent: bool) -> bool:
        shown = {each.order: each for each in await self._reading.orders()}
        changed = [each for each in shown.values() if self._orders.get(each.order) != each]
        for ticket in self._orders.keys() - shown.keys():
            done = await self._venue.past(ticket)
            state = None if done is None else self._venue.views.order(done)
            if state is None:
                shown[ticket] = self._orders[ticket]  # the history is behind: look again
            else:
                changed.append(state)
        self._orders = shown
        if not silent:
            for each in changed:
                self._tell(BrokerEventKind.ORDER, order=each)
        return bool(changed)

    async def _look_at_deals(self, *, silent: bool) -> bool:
        now_ns = self._venue.clock.now_ns()
        deals = await self._reading.history(now_ns - _BACK_NS, now_ns + NS_PER_DAY)
        new = [each for each in deals if each.deal not in self._deals]
        self._deals = {each.deal for each in deals}
        if not silent:
            for each in new:
                self._tell(BrokerEventKind.DEAL, deal=each)
        return bool(new)

    async def _look_at_quotes(self) -> bool:
        news = False
        for symbol, before in list(self._quotes.items()):
            quote = await self._reading.quote(symbol)
            if quote != before:
                news, self._quotes[symbol] = True, quote
                self._tell(BrokerEventKind.QUOTE, quote=quote)
        return news


def _money(state: AccountState) -> tuple[float, float]:
    return state.balance, state.margin
