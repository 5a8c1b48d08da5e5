"""An account on a paper venue over prices that are known, or become known as it goes, taken price by price."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.shared import prepared
from forexai_core.engine.accounting.money import profit_of
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.market_records import PART_REST
from forexai_core.engine.trades import trades_of
from forexai_core.live.alerts import Hear
from forexai_core.live.desk import OrderDesk
from forexai_core.live.paper.broker import PaperBroker
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.live.session.account import AccountSession, Covering
from forexai_core.live.session.account_run import AccountPlan, AccountRun, Laid, account_session
from forexai_core.live.session.decisions import DecisionBook
from forexai_core.live.session.halt_log import HaltLog
from forexai_core.live.session.screening import prepare
from forexai_core.live.session.seats import start_all
from forexai_core.ports.broker import BrokerEvent
from forexai_core.ports.services import Services
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import DealEntry
from forexai_core.values.positions import Position

__all__ = ["PaperPlan", "PaperRun"]

_MOST_SKIPPED = 4_096  # prices at once: whoever stops or looks on need not wait for more


@attrs.frozen(kw_only=True, eq=False)
class PaperPlan(AccountPlan):
    """What is traded on a paper account.

    Attributes
    ----------
    reject_probability : float
        How often the venue is too busy for an order.
    """

    reject_probability: float = 0.0


class PaperRun(AccountRun):
    """A paper account on its way through its prices.

    Made by :meth:`open`.

    Parameters
    ----------
    plan : PaperPlan
        What is traded.
    venue : PaperVenue
        Where.
    session : AccountSession
        The loop's inner part.
    laid : Laid
        How it is laid out.
    """

    def __init__(self, plan: PaperPlan, venue: PaperVenue, session: AccountSession, laid: Laid) -> None:
        super().__init__(plan, session, laid, venue.ledger)
        self.venue = venue
        self._news: list[BrokerEvent] = []
        self._halts: HaltLog | None = None
        control = session.screening.control
        # A rule of a plugin may remember whatever it likes of each price.
        shipped = all(type(rule).__module__.startswith("forexai_core.risk.") for rule in control.rules)
        self._skips = shipped and not control.wants_quotes
        venue.listeners.append(self._news.append)
        if self._watches:
            venue.watch(highest=session.screening.control.watch.rises)

    @classmethod
    async def open(cls, plan: PaperPlan, services: Services, *, owner: str, hear: Hear) -> PaperRun:
        """Lay the account out, take it over, and let its strategies prepare.

        Parameters
        ----------
        plan : PaperPlan
            What is traded.
        services : Services
            Clock, intents, journal and leases.
        owner : str
            Who takes the account.
        hear : callable
            Takes notices.

        Raises
        ------
        ConfigError, DataError
            If something does not fit together.
        ConflictError
            If another session holds the account.
        """
        inputs = plan.inputs
        laid = Laid.of(inputs, plan.strategies)
        venue = PaperVenue(_venue_setup(inputs, len(laid.places)), inputs.account, login=f"paper-{plan.name}")
        broker = PaperBroker(venue, reject_probability=plan.reject_probability, seed=inputs.seed)
        _compile(venue)
        prepare(laid.mirror, laid.roster)
        desk = await OrderDesk.open(plan.name, broker, services, owner=owner, hear=hear, settings=plan.settings)
        book = DecisionBook(services.journal, plan.name, desk.fence)
        session = account_session(
            plan, laid, view=broker, desk=desk, book=book, state=venue.state(), instruments=venue.instruments
        )
        await session.book.take()
        start_all(session.seats)
        session.mirror.account["requests"] = 0  # no price is known yet
        return cls(plan, venue, session, laid)

    def _grow_venue(self, inputs: Inputs) -> None:
        self.venue.grow(_venue_setup(inputs, len(self._laid.places)))

    async def step(self) -> None:
        """Take the next price: orders meet it, risk sees the account, and whose bar it ends decides."""
        event, session = self.taken, self.session
        self._hold_halts()
        self.venue.advance()
        self.taken += 1
        self._convert_at(event)
        news = [self._named(each) for each in self._news]
        self._news.clear()
        await session.hear(news)
        if self._watches:
            await self._see()
        await self.take_turns()
        await self._heed()

    def skip(self, before_ns: int) -> None:
        """Take the prices at once that nobody can notice: nothing is open, works or is on its way, and nobody decides.

        What is left for :meth:`step` is the price that ends the next bar of a strategy, the first of a day of any limit
        of loss, the first that ends at ``before_ns`` or later, or the last. Where each price may have to be looked at
        or leads to a record, none is skipped: with halts, and with limits that follow quotes.
        """
        control, first = self.session.screening.control, self.taken
        if self._halts is not None or not self._skips or not self.venue.calm or not self.session.landed:
            return
        if control.watch.must_be_flat:
            return
        turn = self._turns[self._turn] if self._turn < len(self._turns) else self._ledger.events - 1
        stop = min(turn, first + _MOST_SKIPPED)
        if stop <= first:
            return
        limit_ns = min(before_ns, control.quiet_until_ns) if self._watches else before_ns
        noticed = self._ends(first, stop) >= limit_ns
        stop = first + (int(noticed.argmax()) if noticed.any() else len(noticed))
        if stop == first:
            return
        self.venue.pass_by(stop)
        self.taken = stop
        for symbol in self.venue.instruments:
            quote = self.venue.quote(symbol)
            self.session.mirror.quote(symbol, quote.bid, quote.ask)

    def _ends(self, first: int, stop: int) -> NDArray[np.int64]:
        """Give when each of some events ends, nanoseconds UTC."""
        market = self._ledger.market
        if not len(market.agenda):
            return market.end_ns[first:stop]
        rows, parts = (market.agenda[name][first:stop] for name in ("row", "part"))
        ends: NDArray[np.int64] = np.where(parts & PART_REST, market.end_ns[rows], market.time_ns[rows])
        return ends

    def heed(self, covering: Covering) -> None:
        """Heed the halts that something tells of, and write down which they were at each price."""
        self._halts = covering if isinstance(covering, HaltLog) else HaltLog(self.session.names, covering)
        super().heed(self._halts)

    def _hold_halts(self) -> None:
        if self._halts is not None:
            time_ns = self.next_ns
            changed = self._halts.hold(self.taken, time_ns)
            if changed is not None:
                self.session.book.note("halts", time_ns, changed)

    async def attend(self) -> None:
        """Do nothing: prices alone move the account."""

    async def close(self) -> None:
        """Do nothing: the venue ends with the process."""

    async def _heed(self) -> None:
        """Cancel what could open a position under a halt, and close what it says."""
        session, time_ns = self.session, self.venue.time_ns
        if any(session.halts(name, time_ns) for name in ("", *session.names)):
            await self._flattening.heed(time_ns)

    @property
    def flat(self) -> bool:
        """Whether nothing is open at the venue and nothing works there."""
        return not (self.venue.positions() or self.venue.working())

    def positions(self) -> tuple[Position, ...]:
        """List what is open."""
        return self.venue.positions()

    def _named(self, event: BrokerEvent) -> BrokerEvent:
        """Say of a deal that closed what a limit wanted closed that it did."""
        deal = event.deal
        if deal is None or deal.reason != "signal" or deal.position not in self._flattening.closing:
            return event
        return attrs.evolve(event, deal=self.venue.give_reason(deal.deal, "kill"))

    async def _see(self) -> None:
        control, venue = self.session.screening.control, self.venue
        if control.wants_quotes:
            quote = venue.quote(venue.symbol)
            control.see_quote(quote.symbol, quote.time_ns, bid=quote.bid, ask=quote.ask)
        if venue.sighting is None:
            return
        self._note_breaches(control.see(venue.sighting))
        if control.watch.must_be_flat:
            await self._flattening.heed(venue.time_ns, must_be_flat=True)

    async def finish(self) -> NDArray[np.void]:
        """Let strategies finish, close what is left at the last prices where they have ended, and write everything.

        Returns
        -------
        (trades,) TRADE
            All of the account.
        """
        over = not self.left and self.known_ns is None
        if over:
            await self.take_turns()
        try:
            self._let_finish()
        finally:
            if over:
                self.venue.ledger.finish()
            await self.session.book.write(durable=True)
        return self.trades()

    def trades(self) -> NDArray[np.void]:
        """Give the trades so far."""
        ledger, session = self.venue.ledger, self.session
        deals, owners = ledger.deals.copy(), self._owners()
        deals["strategy"] = [owners.get(position, 0) for position in deals["position"].tolist()]
        return trades_of(deals, ledger.setup.symbols, ledger.symbols, self.plan.inputs.account.digits, session.names)

    def _owners(self) -> dict[int, int]:
        """Give the place of the strategy behind each position."""
        owners: dict[int, int] = {}
        for deal in self.venue.deals:
            place = self.session.ownership.place_of(deal.client_id)
            if place is not None and deal.entry is not DealEntry.OUT:
                owners.setdefault(deal.position, place)
        return owners

    def state(self) -> AccountState:
        """Tell how the account stands."""
        return self.venue.state()


def _venue_setup(inputs: Inputs, strategies: int) -> Setup:
    """Lay out the venue so that its events are those by which turns are placed.

    Of several symbols the opens and the ends of bars are events of their own, in an order that depends on whether
    strategies decide at times of their own. The ledger itself knows of no strategies: the venue has orders alone.
    """
    if len(inputs.prices) == 1:
        return prepared(inputs)
    setup = prepared(inputs, strategies)
    setup.account_record["sleeves"] = 0
    return setup


def _compile(venue: PaperVenue) -> None:
    """Compile all that prices call: that takes a minute when it is new, longer than a lease lasts."""
    venue.ledger.advance(0)
    profit_of(venue.ledger.symbols[0], 1, 1, 1.0, 1, 1.0)  # of a position that is shown
