"""A venue that goes wrong by a script: lost answers, late orders, lagging lists, refusals, breaks of the line or feed.

It stands between whoever trades and a :class:`~forexai_core.testing.venues.SimulatedVenue`, which keeps the truth. What
goes wrong is drawn from a seed, so that a schedule that once broke something can be run again.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import TypeVar

import attrs

from forexai_core.errors import (
    BrokerUnreachableError,
    OrderRejectedError,
    OrderStateUnknownError,
    RejectionKind,
)
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent, BrokerEventKind, Quote
from forexai_core.ports.clock import Clock
from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SIMULATED_CAPABILITIES, SimulatedVenue
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import Deal, OrderRequest, OrderState, OrderStatus, floor_volume
from forexai_core.values.positions import Position

__all__ = ["Fault", "FaultyBroker", "FaultyVenue"]

_NS_PER_S = 1_000_000_000

MarkedT = TypeVar("MarkedT", OrderRequest, Position, Deal)
ShownT = TypeVar("ShownT")


class Fault(StrEnum):
    """What may go wrong with one order."""

    NONE = "none"
    LOST = "lost"
    """Executed; the answer is lost."""
    NEVER = "never"
    """Not executed, and nobody says so."""
    LATE = "late"
    """The answer is lost, and the order appears some seconds later."""
    HANG = "hang"
    """Executed; no answer ever comes."""
    ODD = "odd"
    """Executed; the adapter breaks."""
    PARTIAL = "partial"
    """Half of it is executed, the rest is dropped."""
    PART_LOST = "part-lost"
    """The same, and the answer is lost."""
    PRICE = "price"
    BUSY = "busy"
    REFUSED = "refused"
    RESOURCES = "resources"
    """Refused, by these kinds."""
    UNREACHABLE = "unreachable"
    """Not sent."""


_REFUSALS = {
    Fault.PRICE: RejectionKind.PRICE,
    Fault.BUSY: RejectionKind.BUSY,
    Fault.REFUSED: RejectionKind.FINAL,
    Fault.RESOURCES: RejectionKind.RESOURCES,
}


@attrs.frozen
class _View:
    """What lists show, as of one moment."""

    time_ns: int
    orders: tuple[OrderState, ...]
    positions: tuple[Position, ...]
    deals: tuple[Deal, ...]


class FaultyVenue:
    """A venue whose line is bad.

    Parameters
    ----------
    venue : SimulatedVenue
        The truth.
    clock : Clock
        By which orders are late and lists lag.
    seed : int
        Of what goes wrong.
    faults : sequence of Fault
        From which the fault of each order is drawn.
    lag_s : float
        By how much lists may lag at most.
    keeps_ids : bool
        Whether client ids are kept; if not, magic numbers are, and tags now and then.

    Attributes
    ----------
    accepted : Counter of str
        How often each client id reached the venue as an order: more than once is a doubled order.
    calm : bool
        Set it, and nothing goes wrong any more.
    down_until_ns : int
        No question and no order gets through until then, by the monotonic clock.
    stalled_until_ns : int
        No quote is told until then, and whoever asks for one gets no answer.
    """

    def __init__(
        self,
        venue: SimulatedVenue,
        clock: Clock,
        *,
        seed: int,
        faults: Sequence[Fault] = tuple(Fault),
        lag_s: float = 5.0,
        keeps_ids: bool = False,
    ) -> None:
        self.venue, self.clock = venue, clock
        self.chance = Random(seed)  # noqa: S311 - a script, no secret
        self.faults, self.keeps_ids = tuple(faults), keeps_ids
        self.accepted: Counter[str] = Counter()
        self.calm = False
        self.down_until_ns = self.stalled_until_ns = 0
        self._lag_ns = round(lag_s * _NS_PER_S)
        self._late: list[tuple[int, OrderRequest]] = []
        self._views: deque[_View] = deque(maxlen=200)
        self.note()

    def draw(self) -> Fault:
        """Draw what goes wrong with the next order."""
        return Fault.NONE if self.calm else self.chance.choice(self.faults)

    def reach(self) -> None:
        """Have a question get through, and execute what is late.

        Raises
        ------
        BrokerUnreachableError
            While the line is down.
        """
        self.pass_time()
        if not self.calm and self.clock.monotonic_ns() < self.down_until_ns:
            raise BrokerUnreachableError("The line is down.")

    @property
    def stalled(self) -> bool:
        """Whether no quote is told."""
        return not self.calm and self.clock.monotonic_ns() < self.stalled_until_ns

    def pass_time(self) -> None:
        """Execute what is late and due by now."""
        now_ns = self.clock.monotonic_ns()
        due = sorted((each for each in self._late if each[0] <= now_ns), key=lambda each: each[0])
        self._late = [each for each in self._late if each[0] > now_ns]
        for due_ns, request in due:
            try:
                self.execute(request, due_ns)
            except OrderRejectedError:
                continue  # its position is gone meanwhile: the venue drops it

    def execute(self, request: OrderRequest, at_ns: int | None = None) -> OrderState:
        """Hand an order to the venue, now or at a time since the last look."""
        state = self.venue.submit(request)
        self.accepted[request.client_id] += 1
        self.note(at_ns)
        return state

    def postpone(self, request: OrderRequest) -> None:
        """Have an order executed some seconds later."""
        self._late.append((self.clock.monotonic_ns() + self.chance.randrange(1, 50) * _NS_PER_S, request))

    def note(self, at_ns: int | None = None) -> None:
        """Note what lists will show of the present moment, or of one since the last look."""
        venue = self.venue
        working = tuple(each for each in venue.orders.values() if each.status.working)
        positions = tuple(venue.position(ticket) for ticket in venue.positions)
        time_ns = self.clock.monotonic_ns() if at_ns is None else at_ns
        self._views.append(_View(time_ns, working, positions, tuple(venue.deals)))

    def view(self) -> _View:
        """Give what a list shows now: the truth, or an older one."""
        self.note()
        if self.calm:
            return self._views[-1]
        until_ns = self.clock.monotonic_ns() - self.chance.randrange(self._lag_ns + 1)
        return next((each for each in reversed(self._views) if each.time_ns <= until_ns), self._views[0])


class FaultyBroker(SimulatedBroker):
    """A session over a bad line.

    Parameters
    ----------
    line : FaultyVenue
        The line, which several sessions share, one after the other.
    """

    def __init__(self, line: FaultyVenue) -> None:
        super().__init__(line.venue)
        self.line = line

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account can do."""
        return attrs.evolve(SIMULATED_CAPABILITIES, finds_client_id=self.line.keeps_ids)

    async def connect(self) -> AccountState:
        """Log in, if the line holds."""
        self.line.reach()
        return await super().connect()

    async def account(self) -> AccountState:
        """Tell how the account stands."""
        self.line.reach()
        return await super().account()

    async def orders(self) -> Sequence[OrderState]:
        """List what works, as of some seconds ago, and some of it twice."""
        self.line.reach()
        shown = [attrs.evolve(each, request=self._marked(each.request)) for each in self.line.view().orders]
        return self._shuffled(shown)

    async def positions(self) -> Sequence[Position]:
        """List what is open, likewise."""
        self.line.reach()
        return self._shuffled([self._marked(each) for each in self.line.view().positions])

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List deals, likewise."""
        self.line.reach()
        deals = [each for each in self.line.view().deals if start_ns <= each.time_ns < stop_ns]
        return self._shuffled([self._marked(each) for each in deals])

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote, if the line holds; nothing ever comes while the feed stalls."""
        self.line.reach()
        if self.line.stalled:
            await asyncio.Event().wait()
        return await super().quote(symbol)

    def _marked(self, thing: MarkedT) -> MarkedT:
        if self.line.keeps_ids:
            return thing
        tag = thing.tag if self.line.calm or self.line.chance.random() < 0.5 else ""
        # An order has to have a name: an adapter makes one up.
        name = "nameless" if isinstance(thing, OrderRequest) else ""
        return attrs.evolve(thing, client_id=name, tag=tag)

    def _shuffled(self, shown: list[ShownT]) -> list[ShownT]:
        if not self.line.calm:
            shown += [each for each in shown if self.line.chance.random() < 0.2]
            self.line.chance.shuffle(shown)
        return shown

    async def submit(self, request: OrderRequest) -> OrderState:
        """Place an order, if nothing goes wrong."""
        self._reached()
        self.line.reach()
        fault = self.line.draw()
        if fault is Fault.UNREACHABLE:
            raise BrokerUnreachableError("The line broke before anything was sent.")
        if fault in _REFUSALS:
            raise OrderRejectedError(f"Refused by the script: {fault}.", kind=_REFUSALS[fault])
        if fault is Fault.LATE:
            self.line.postpone(request)
        elif fault in {Fault.PARTIAL, Fault.PART_LOST}:
            state = self._part(request)
            if fault is Fault.PARTIAL:
                return state
        elif fault is not Fault.NEVER:
            state = self.line.execute(request)
            if fault is Fault.NONE:
                return state
        if fault is Fault.ODD:
            raise RuntimeError("an adapter's own mistake")
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        raise OrderStateUnknownError("The answer got lost.")

    def _part(self, request: OrderRequest) -> OrderState:
        """Execute a half, and drop the rest, as an order that takes what there is does."""
        half = floor_volume(request.volume_lots / 2, self.venue.instruments[request.symbol].volume_step)
        if not half or request.price:
            return self.line.execute(request)
        state = self.line.execute(attrs.evolve(request, volume_lots=half))
        return attrs.evolve(state, request=request, status=OrderStatus.CANCELLED, reason="no more at this price")

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change an order or a position's stops, if the line holds."""
        self.line.reach()
        await super().modify(ticket, price=price, stop_loss=stop_loss, take_profit=take_profit)
        self.line.note()

    async def cancel(self, order: int) -> OrderState:
        """Take an order back, if the line holds."""
        self.line.reach()
        state = await super().cancel(order)
        self.line.note()
        return state

    def _hear(self, event: BrokerEvent) -> None:
        if event.kind is BrokerEventKind.QUOTE and self.line.stalled:
            return
        for _ in range(1 if self.line.calm else self.line.chance.choice((0, 1, 1, 2))):
            super()._hear(event)
