"""Placing one order: written down, sent once, and tried again only where it was certainly not executed."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping

import attrs

from forexai_core.errors import BrokerError, ConfigError, FencedError, OrderRefusedError, RejectionKind, StorageError
from forexai_core.live.alerts import Alerts
from forexai_core.live.answers import Answer, Outcome
from forexai_core.live.blocks import Blocks
from forexai_core.live.halt_journal import HaltJournal
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.plans import Plan
from forexai_core.live.retries import Action
from forexai_core.live.sending import send
from forexai_core.live.settings import DeskSettings
from forexai_core.live.tracked import Tracked
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import IntentState
from forexai_core.ports.metrics import Metrics
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest

__all__ = ["AskAgain", "Placing"]

_LOTS = 1e-8

LookAgain = Callable[[], Awaitable[bool]]
AskAgain = Callable[[OrderRequest], None]


@attrs.define(kw_only=True, eq=False)
class Placing:
    """Places the orders of one account.

    Attributes
    ----------
    book, broker, clock, blocks, halts, alerts, settings
        Of the desk.
    look_again : callable
        ``await look_again()`` reconciles, and says whether the venue could be seen.
    metrics : Metrics
        Where answers are counted and timed.
    account : str
        Its name with us.
    login : str
        Of the account.
    venue_ns : int
        The venue's own time when it was last seen, nanoseconds UTC; 0 before that.
    instruments : mapping of str to Instrument
        What the venue trades.
    """

    book: IntentBook
    broker: Broker
    clock: Clock
    blocks: Blocks
    halts: HaltJournal
    alerts: Alerts
    settings: DeskSettings
    look_again: LookAgain
    metrics: Metrics
    account: str
    login: str = ""
    venue_ns: int = 0
    instruments: Mapping[str, Instrument] = attrs.field(factory=dict)

    async def place(self, plan: Plan, decided_price: float = 0.0, ask_again: AskAgain | None = None) -> Outcome:
        """Place an order, by as many intents as the retry policy allows.

        Parameters
        ----------
        plan : Plan
            The order; its marks are replaced.
        decided_price : float
            The price at which it was decided; 0 takes the venue's at this moment. An opening at the market is not
            tried again once the price is worse than this by more than its slippage.
        ask_again : callable, optional
            Asked before an opening is tried again; raises OrderRefusedError where it may not be any more.

        Raises
        ------
        ConfigError
            If the price is none.
        OrderRefusedError
            If it may not be sent; nothing was.
        StorageError
            If it could not be written down, or its answer could not; the account is halted then.
        """
        _check_price(decided_price)
        self._check(plan.request)
        if not decided_price and _at_the_market(plan.request):
            decided_price = await self._price_now(plan.request)
            self._check(plan.request)  # what was true before the question may not be now
        while True:
            tracked, answer = await self._once(plan)
            action, delay_s = self.settings.retry.after(answer, plan.attempt)
            if action not in {Action.AGAIN, Action.LOOK_THEN_AGAIN}:
                break
            if not await self._may_repeat(plan.request, action, delay_s, decided_price):
                break
            if plan.request.opens and not _allows(ask_again, plan.request):
                break
            plan = attrs.evolve(plan, attempt=plan.attempt + 1, follows=tracked.id)
        self._follow(action, plan.request, answer)
        if answer.refusal == RejectionKind.GONE:
            await self.look_again()
        return Outcome(intent_id=tracked.id, answer=answer, attempts=plan.attempt)

    def _check(self, request: OrderRequest) -> None:
        if request.kind not in self.broker.capabilities.order_kinds:
            raise OrderRefusedError(f"The venue takes no {request.kind} orders.", rule="order-desk")
        if request.leaves_exits_to_venue and not self.broker.capabilities.managed_exits:
            raise OrderRefusedError(
                "The venue takes stops as prices only, and lets none trail: give the stop as a price.",
                rule="order-desk",
            )
        if request.opens:
            self.blocks.check(request.symbol)
            self._check_opening(request)
            return
        before = self.book.closing(request.position)
        if before is not None:
            raise OrderRefusedError(
                f"Position {request.position} is being closed by intent {before}: wait until it is settled.",
                rule="order-desk",
            )
        left = self.book.closes.left(request.position)
        if left is not None and request.volume_lots > left + _LOTS:
            raise OrderRefusedError(
                f"Position {request.position} has {left:g} lots left to close, not {request.volume_lots:g}: the rest "
                "was closed just now, and the venue's list does not show that yet.",
                rule="order-desk",
            )

    def _check_opening(self, request: OrderRequest) -> None:
        unclear = self.book.unclear
        if unclear:
            names = ", ".join(each.id for each in unclear)
            raise OrderRefusedError(
                f"No openings while nobody knows what became of {names}: it may have been executed.", rule="order-desk"
            )
        if (request.stop_loss or request.stop_loss_distance) and not self.broker.capabilities.stops_at_venue:
            raise OrderRefusedError(
                "The venue keeps no stops, so that this entry would be unprotected when we are gone.", rule="order-desk"
            )

    async def _once(self, plan: Plan) -> tuple[Tracked, Answer]:
        began_s = time.perf_counter()
        try:
            tracked = await self.book.begin(plan, self.login, self.venue_ns)
            try:
                answer = await self._send(tracked.plan.request, began_s)
                # Before the answer is written: what ends in between is unknown and halted, never settled and free.
                self._heed(tracked, answer)
                await self.keep()
            finally:
                self.book.landed(tracked)
            await self.book.settle(tracked, answer)
        except StorageError as problem:
            self.store_failed(problem)
            raise
        if answer.state is IntentState.UNKNOWN:
            self.alerts.tell(
                f"unknown:{tracked.id}",
                "An order's outcome is unknown",
                f"{tracked.plan.request.symbol}, intent {tracked.id}: {answer.reason} It is not sent again; the "
                "account opens nothing until the venue shows what became of it.",
            )
        return tracked, answer

    async def _send(self, request: OrderRequest, began_s: float) -> Answer:
        """Send an order, and measure how long it took to get here, and to be answered, by the machine's own time."""
        sent_s = time.perf_counter()
        answer = await send(self.broker, request, self.settings.send_timeout_s)
        labels = {"account": self.account}
        self.metrics.observe("order_handover_seconds", sent_s - began_s, labels)
        self.metrics.observe("order_answer_seconds", time.perf_counter() - sent_s, labels)
        self.metrics.add("orders_answered_total", 1.0, {**labels, "state": str(answer.state)})
        return answer

    def _heed(self, tracked: Tracked, answer: Answer) -> None:
        """Halt where an answer asks for a person."""
        asked_lots = tracked.plan.request.volume_lots
        if answer.filled_lots > asked_lots + _LOTS:
            self.halt(
                f"excess:{tracked.id}",
                f"Intent {tracked.id} asked for {asked_lots:g} lots, and the venue says that it executed "
                f"{answer.filled_lots:g}.",
            )
        action, _ = self.settings.retry.after(answer, tracked.plan.attempt)
        if action in {Action.STOP_OPENINGS, Action.HALT}:
            self.halt(f"venue:{answer.refusal}", f"The venue refuses orders: {answer.reason}")

    async def _may_repeat(self, request: OrderRequest, action: Action, delay_s: float, decided_price: float) -> bool:
        await self.clock.sleep(delay_s)
        if action is Action.LOOK_THEN_AGAIN and not await self.look_again():
            return False
        try:
            self._check(request)
            return not request.opens or await self._is_near(request, decided_price)
        except (OrderRefusedError, BrokerError, TimeoutError):
            return False

    async def _is_near(self, request: OrderRequest, decided_price: float) -> bool:
        """Say whether the price is still about what it was when an opening was decided."""
        if not _at_the_market(request):
            return True  # its own price bounds it
        instrument = self.instruments.get(request.symbol)
        if instrument is None:
            return False  # nobody knows what a point of it is
        now = await self._quoted(request)
        # Prices lie on the grid; their difference carries binary noise.
        worse = round(request.side * (now - decided_price) / instrument.point, 6)
        allowed = request.slippage_points
        return worse <= (self.settings.retry.max_slippage_points if allowed is None else allowed)

    async def _price_now(self, request: OrderRequest) -> float:
        """Give the price that an opening is decided at, where its caller names none."""
        try:
            return await self._quoted(request)
        except (BrokerError, TimeoutError) as problem:
            why = str(problem) or "it did not answer in time"
            raise OrderRefusedError(
                f"Nothing is opened in {request.symbol} without a price to hold the venue's against, and it gives no "
                f"quote ({why}). Pass decided_price, the price at which the order was decided, or try again later.",
                rule="order-desk",
            ) from problem

    async def _quoted(self, request: OrderRequest) -> float:
        async with asyncio.timeout(self.settings.query_timeout_s):
            quote = await self.broker.quote(request.symbol)
        return quote.ask if request.side > 0 else quote.bid

    def _follow(self, action: Action, request: OrderRequest, answer: Answer) -> None:
        if action is Action.PAUSE_SYMBOL:
            self.blocks.set(
                f"symbol:{request.symbol}",
                f"The venue said: {answer.reason}",
                symbol=request.symbol,
                for_s=self.settings.symbol_pause_s,
            )

    def halt(self, key: str, reason: str, *, kept: bool = True) -> None:
        """Open nothing until a person has looked, and tell one; :meth:`keep` writes it down."""
        if self.blocks.set(key, reason, person=True, kept=kept):
            self.alerts.forget(key)  # what was told before a person released the account is no news of this halt
        self.alerts.tell(key, "Openings are halted", f"{reason} A person has to look, and release the account.")

    def store_failed(self, problem: StorageError) -> None:
        """Halt, since what is not written down must not be sent."""
        self.halt("store", f"Orders cannot be written down: {problem}")

    async def keep(self) -> None:
        """Write halts down, so that they outlive the process; what fails is tried again at the next look."""
        try:
            await self.halts.write(self.blocks.kept)
        except FencedError as lost:
            self.taken_over(lost)
        except StorageError as problem:
            self.alerts.tell(
                "halt-store",
                "A halt could not be written down",
                f"{problem} It holds while this process runs, and writing it is tried again: do not end the process "
                "before it is written, or look at the account before the next start.",
            )
        else:
            self.alerts.forget("halt-store")

    def taken_over(self, lost: FencedError) -> None:
        """Open nothing any more, since another writer has the account; it is not halted for that one."""
        self.halt("lease", f"The account was taken over: {lost}", kept=False)


def _at_the_market(request: OrderRequest) -> bool:
    return request.opens and request.kind is OrderKind.MARKET


def _check_price(decided_price: float) -> None:
    number = isinstance(decided_price, int | float) and not isinstance(decided_price, bool)
    if not number or not 0 <= decided_price < math.inf:
        raise ConfigError(
            f"OrderDesk.place: decided_price is the price at which the order was decided, or 0 for the venue's now, "
            f"not {decided_price!r}."
        )


def _allows(ask_again: AskAgain | None, request: OrderRequest) -> bool:
    if ask_again is None:
        return True
    try:
        ask_again(request)
    except OrderRefusedError:
        return False
    return True
