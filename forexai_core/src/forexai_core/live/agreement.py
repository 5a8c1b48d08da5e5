"""Bringing what we know of an account into agreement with what its venue shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import attrs

from forexai_core.errors import BrokerError, OrderRefusedError, RejectionKind, StorageError
from forexai_core.live.alerts import Alerts
from forexai_core.live.foreign import ForeignPolicy, Sorted, Sorter
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.placing import Placing
from forexai_core.live.plans import Plan
from forexai_core.live.protection import StopGuards
from forexai_core.live.reconciling import Reconciler
from forexai_core.live.settings import DeskSettings
from forexai_core.live.snapshots import Snapshot, look
from forexai_core.live.stop_memory import StopMemory
from forexai_core.live.strangers import Strangers
from forexai_core.live.tracked import Tracked
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import IntentState
from forexai_core.ports.notifier import NoticeLevel
from forexai_core.values.accounts import AccountMode
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["UNSEEN", "Agreement", "Change", "closing_of"]

UNSEEN = "unreconciled"
_UNREACHED, _REACHED = "unreached", "reached"
"""Name of the block that holds until the venue has been seen."""

Change = Callable[[int, float], Awaitable[None]]


def closing_of(position: Position) -> OrderRequest:
    """Give the order that closes a position by its name."""
    return OrderRequest(
        client_id="close",
        symbol=position.symbol,
        side=-position.side,
        volume_lots=position.volume_lots,
        position=position.position,
    )


@attrs.define(kw_only=True, eq=False)
class Agreement:
    """Looks at the venue, settles what it shows, guards stops, and treats what is not ours.

    Attributes
    ----------
    broker, clock, book, alerts, settings
        Of the desk.
    placing : Placing
        Set by the desk: for closing what has to be closed, and for halting.
    stops : StopMemory
        What was set after entries.
    set_stop, cancel : callable
        ``await set_stop(position, stop_loss)``, ``await cancel(order)``.
    """

    broker: Broker
    clock: Clock
    book: IntentBook
    alerts: Alerts
    settings: DeskSettings
    stops: StopMemory
    set_stop: Change
    cancel: Callable[[int], Awaitable[object]]
    placing: Placing = attrs.field(init=False)
    snapshot: Snapshot | None = attrs.field(default=None, init=False)
    _sorted: Sorted | None = attrs.field(default=None, init=False)
    _treating: bool = attrs.field(default=False, init=False)
    _contradicted: set[str] = attrs.field(factory=set, init=False)
    _looking: asyncio.Lock = attrs.field(factory=asyncio.Lock, init=False)
    _reconciler: Reconciler = attrs.field(init=False)
    _sorter: Sorter = attrs.field(init=False)
    _guards: StopGuards = attrs.field(init=False)
    _strangers: Strangers = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._reconciler = Reconciler(self.book, self.settings, self._ask_person)
        self._sorter = Sorter(self.book, self.broker)
        self._guards = StopGuards(
            clock=self.clock,
            deadline_s=self.settings.stop_deadline_s,
            stops=self.stops,
            change=self.set_stop,
            leave=self._leave,
        )
        self._strangers = Strangers(
            settings=self.settings,
            alerts=self.alerts,
            protect=self.set_stop,
            close=self._close_stranger,
            cancel=self.cancel,
        )

    async def reconcile(self) -> bool:
        """Look at the venue, settle what it shows, and treat it; say whether it could be seen."""
        try:
            async with self._looking:
                found = await self._look()
            # What is treated places orders of its own, and one of these may ask for another look.
            if not self._treating:
                await self._treat(*found)
        except (BrokerError, TimeoutError) as problem:
            why = str(problem) or "it did not answer in time."
            self.out_of_reach(f"The venue could not be seen: {why}")
            return False
        except StorageError as problem:
            self.placing.store_failed(problem)
            return False
        finally:
            await self.placing.keep()
        return True

    def out_of_reach(self, reason: str) -> None:
        """Open nothing until the venue has been seen again, and tell people, once."""
        self.placing.blocks.set(UNSEEN, reason)
        self.alerts.forget(_REACHED)
        self.alerts.tell(
            _UNREACHED,
            "The venue is not reached",
            f"{reason} Nothing is opened until it has been seen again; positions keep the stops that stand there.",
            level=NoticeLevel.WARNING,
        )

    async def hear(self, order: OrderState) -> None:
        """Take note of what the venue says of an order by itself."""
        try:
            await self._reconciler.hear(order)
        except StorageError as problem:
            self.placing.store_failed(problem)

    async def _look(self) -> tuple[Snapshot, Sorted]:
        snapshot = await look(
            self.broker,
            self.clock,
            history_from_ns=self._reconciler.history_from_ns(self.clock.now_ns()),
            timeout_s=self.settings.query_timeout_s,
        )
        login = self.placing.login
        self.placing.venue_ns = snapshot.account.time_ns
        if snapshot.login != login:
            self.placing.halt("login", f"The venue shows account '{snapshot.login}' instead of '{login}'.")
        await self.book.settle_adrift()
        self.book.closes.see(snapshot.positions)
        nets = AccountMode.HEDGING not in self.broker.capabilities.modes
        for tracked in self.book.open_questions():
            await self._reconciler.judge(tracked, snapshot, nets=nets)
        async with asyncio.timeout(self.settings.query_timeout_s):
            found = await self._sorter.sort(snapshot)
        self.snapshot, self._sorted = snapshot, found
        self.book.see(snapshot, found.plans, nets=nets)
        for contradiction in found.contradictions:
            if contradiction not in self._contradicted:  # it stays in sight after a person has released the account
                self._contradicted.add(contradiction)
                self.placing.halt(f"contradiction:{contradiction}", contradiction)
        self.placing.blocks.clear(UNSEEN)
        if self.alerts.forget(_UNREACHED):
            self.alerts.tell(_REACHED, "The venue is reached again", "It has been seen.", level=NoticeLevel.INFO)
        return snapshot, found

    async def _treat(self, snapshot: Snapshot, found: Sorted) -> None:
        self._treating = True
        try:
            await self._guards.tend(snapshot, found.plans, self.placing.instruments)
            for position, plan in found.turned:
                await self._leave_turned(position, plan)
            for position in found.positions:
                await self._strangers.treat_position(position, self.placing.instruments.get(position.symbol))
            for order in found.orders:
                await self._strangers.treat_order(order)
        finally:
            self._treating = False

    @property
    def unsettled(self) -> bool:
        """Whether something needs to be looked at soon."""
        return bool(self.book.unclear or self.book.unshown or self._guards.pending)

    @property
    def owned(self) -> dict[int, str]:
        """Whose each position of the last look is: a strategy's name; empty for the session itself, or adopted."""
        if self._sorted is None:
            return {}
        adopts = self.settings.foreign is ForeignPolicy.ADOPT
        adopted = {each.position: "" for each in self._sorted.positions} if adopts else {}
        adopted |= {each.position: "" for each, _ in self._sorted.turned}
        return adopted | {ticket: plan.owner for ticket, plan in self._sorted.plans.items()}

    @property
    def owned_orders(self) -> dict[int, str]:
        """Whose each working order of the last look is, likewise."""
        if self._sorted is None:
            return {}
        adopts = self.settings.foreign is ForeignPolicy.ADOPT
        adopted = {each.order: "" for each in self._sorted.orders} if adopts else {}
        return adopted | {ticket: plan.owner for ticket, plan in self._sorted.working.items()}

    @property
    def plans(self) -> Mapping[int, Plan]:
        """What opened each position of the last look that is ours, by its ticket."""
        return {} if self._sorted is None else self._sorted.plans

    def plan_of(self, ticket: int) -> Plan | None:
        """Give what a position or a working order of ours was asked for with."""
        found = self._sorted
        return None if found is None else found.plans.get(ticket) or found.working.get(ticket)

    async def _ask_person(self, tracked: Tracked, why: str) -> None:
        if not tracked.told:
            tracked.told = True
            self.placing.halt(f"person:{tracked.id}", f"Intent {tracked.id}: {why}")
            await self.placing.keep()

    async def _leave(self, position: Position, plan: Plan, stop_loss: float) -> None:
        """Close an entry without its stop; where the venue takes neither, a person has to look."""
        key = f"unprotected:{position.position}"
        shown = f"the stop {position.stop_loss:g}" if position.stop_loss else "no stop"
        what = (
            f"Position {position.position} in {position.symbol} has {shown} at the venue; {stop_loss:g} was asked for."
        )
        self.alerts.tell(key, "An entry without its stop is closed", what)
        try:
            outcome = await self.placing.place(
                Plan(request=closing_of(position), owner=plan.owner, reason="unprotected")
            )
        except OrderRefusedError:
            return  # it is being closed already
        answer = outcome.answer
        if answer.state is IntentState.REJECTED and answer.refusal != RejectionKind.GONE:
            self.placing.halt(f"{key}:open", f"{what} The venue does not close it either: {answer.reason}")

    async def _leave_turned(self, position: Position, plan: Plan) -> None:
        """Close what an order has opened that was to close: its position had been closed before it arrived."""
        self.alerts.tell(
            f"turned:{position.position}:{position.open_time_ns}",
            "A close has opened the other side",
            f"Position {plan.request.position} in {position.symbol} was gone, or smaller, when an order to close it "
            f"arrived, and the venue opened {position.side * position.volume_lots:+g} lots by it (position "
            f"{position.position}). They are closed.",
        )
        try:
            await self.placing.place(Plan(request=closing_of(position), owner=plan.owner, reason="turned"))
        except OrderRefusedError:
            return  # it is being closed already

    async def _close_stranger(self, position: Position) -> None:
        await self.placing.place(Plan(request=closing_of(position), reason="foreign"))
