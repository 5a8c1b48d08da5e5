"""An account on a paper venue over prices that are known, or become known as it goes, taken price by price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.shared import prepared
from forexai_core.backtesting.sleeves import Place, Sleeve, places_of
from forexai_core.engine.book import Roster
from forexai_core.engine.market_records import PART_REST
from forexai_core.engine.rosters import call_up
from forexai_core.engine.setup import Setup
from forexai_core.engine.sleeves import NO_TURN
from forexai_core.engine.trades import trades_of
from forexai_core.live.alerts import Hear
from forexai_core.live.desk import OrderDesk
from forexai_core.live.growth.feeds import GrowingFeeds
from forexai_core.live.growth.rosters import carried_over
from forexai_core.live.paper.broker import PaperBroker
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.live.session.account import AccountSession
from forexai_core.live.session.decisions import DecisionBook
from forexai_core.live.session.flattening import Flattening
from forexai_core.live.session.mirror import Mirror
from forexai_core.live.session.ownership import Ownership
from forexai_core.live.session.screening import Screening
from forexai_core.live.session.seats import Seat, decider_of, start_all, stop_all
from forexai_core.live.session.staleness import Staleness
from forexai_core.live.settings import DeskSettings
from forexai_core.ports.broker import BrokerEvent
from forexai_core.ports.halts import Halt
from forexai_core.ports.risk import RiskRule
from forexai_core.ports.services import Services
from forexai_core.risk.settings import Risk
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import DealEntry
from forexai_core.values.positions import Position

__all__ = ["PaperPlan", "PaperRun"]


@attrs.frozen(kw_only=True, eq=False)
class PaperPlan:
    """What is traded on a paper account.

    Attributes
    ----------
    name : str
        Of the account.
    inputs : Inputs
        Prices, terms of the account, costs, rates and the venue's ways.
    strategies : tuple of Sleeve
        With their names, symbols and timeframes.
    risk : Risk or sequence of RiskRule, optional
        Limits.
    reject_probability : float
        How often the venue is too busy for an order.
    settings : DeskSettings
        Of the order desk.
    decides_from_ns : int, optional
        Prices that end before are history: strategies are asked, so that they are warm, and what they want is dropped.
    tenant : str
        Whose account it is.
    """

    name: str
    inputs: Inputs
    strategies: tuple[Sleeve, ...]
    risk: Risk | Sequence[RiskRule] | None = None
    reject_probability: float = 0.0
    settings: DeskSettings = attrs.field(factory=DeskSettings)
    decides_from_ns: int | None = None
    tenant: str = ""


class PaperRun:
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

    Attributes
    ----------
    taken : int
        How many prices have been taken.
    known_ns : int or None
        Until when all prices are known, nanoseconds UTC: bars that end later decide later. None: no more will come.
    staleness : Staleness
        When its prices were stale.
    """

    def __init__(self, plan: PaperPlan, venue: PaperVenue, session: AccountSession, laid: _Laid) -> None:
        self.plan, self.venue, self.session = plan, venue, session
        self.taken = 0
        self.known_ns: int | None = None
        self.staleness = Staleness(plan.name)
        self._laid = laid
        self._news: list[BrokerEvent] = []
        self._turn = 0
        self._look_up()
        self._flattening = Flattening(session)
        venue.listeners.append(self._news.append)
        self._watches = session.screening.control.watches
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
        feeds = GrowingFeeds(inputs.prices, inputs.account.clock)
        places = places_of(plan.strategies, inputs, feeds)
        venue = PaperVenue(_venue_setup(inputs, len(places)), inputs.account, login=f"paper-{plan.name}")
        broker = PaperBroker(venue, reject_probability=plan.reject_probability, seed=inputs.seed)
        ownership = Ownership(tuple(place.name for place in places), tuple([""] for _ in places))
        mirror = Mirror(prepared(inputs, len(places)), ownership)
        roster = call_up([decider_of(place, feeds, inputs.account) for place in places], mirror.setup)
        _compile(venue, mirror, roster)
        desk = await OrderDesk.open(plan.name, broker, services, owner=owner, hear=hear, settings=plan.settings)
        book = DecisionBook(services.journal, plan.name, desk.fence)
        laid = _Laid(places, feeds, ownership, mirror, roster)
        session = _session(plan, laid, broker=broker, desk=desk, book=book)
        await session.book.take()
        start_all(session.seats)
        session.mirror.account["requests"] = 0  # no price is known yet
        return cls(plan, venue, session, laid)

    def _look_up(self) -> None:
        """Keep as plain numbers what each price asks for."""
        turns = self.session.roster.turns
        self._turns: list[int] = turns["event"].tolist()
        self._decided_ns: list[int] = turns["time_ns"].tolist()
        self._rates = self.session.mirror.market.rates

    def grow(self, inputs: Inputs, known_ns: int | None) -> None:
        """Go on over more prices.

        Parameters
        ----------
        inputs : Inputs
            Those so far, with the prices and rates that have come since.
        known_ns : int or None
            Until when all prices are known; None: no more will come.

        Raises
        ------
        DataError
            If a price is late, or not of the symbol's kind.
        """
        session, laid = self.session, self._laid
        self.known_ns = known_ns
        laid.feeds.grow(inputs.prices)
        self.plan = attrs.evolve(self.plan, inputs=inputs)
        self.venue.grow(_venue_setup(inputs, len(laid.places)))
        session.mirror.grow(prepared(inputs, len(laid.places)))
        deciders = [decider_of(place, laid.feeds, inputs.account) for place in laid.places]
        session.roster = carried_over(session.roster, call_up(deciders, session.mirror.setup))
        session.bars = tuple(place.prices.data for place in laid.places)
        self._look_up()

    @property
    def left(self) -> int:
        """How many prices are still to come."""
        return self.venue.left

    @property
    def next_ns(self) -> int:
        """When the next price has ended, nanoseconds UTC."""
        row, part = self.venue.ledger.event_at(self.taken)
        market = self.venue.ledger.market
        return int(market.end_ns[row] if part & PART_REST else market.time_ns[row])

    async def step(self) -> None:
        """Take the next price: orders meet it, risk sees the account, and whose bar it ends decides."""
        event, session = self.taken, self.session
        self.venue.advance()
        self.taken += 1
        if len(self._rates):
            row, part = self.venue.ledger.event_at(event)
            session.mirror.convert_at(self._rates[row, :, 1 if part & PART_REST else 0])
        news = [self._named(each) for each in self._news]
        self._news.clear()
        await session.hear(news)
        if self._watches:
            await self._see()
        await self.take_turns()
        await self._heed()

    async def take_turns(self) -> None:
        """Let those decide whose bar has ended by what is known.

        A higher bar whose last part is missing ends with the next price, or when no more will come.
        """
        while self._turn < len(self._turns) and self._turns[self._turn] < self.taken:
            if self.known_ns is not None and self._decided_ns[self._turn] > self.known_ns:
                return
            await self.session.turn(self._turn, warm=self._warms(self._turn))
            self._turn += 1

    def _warms(self, number: int) -> bool:
        """Say whether a turn only warms its strategy up."""
        start_ns = self.plan.decides_from_ns
        return start_ns is not None and self._decided_ns[number] < start_ns

    async def _heed(self) -> None:
        """Cancel what could open a position under a halt of the whole account, and go flat where it says so."""
        halts = self.session.halts("", self.venue.time_ns)
        if any(halt.flatten for halt in halts):
            await self._flattening.go_on()
        elif halts and self.venue.working():
            await self._flattening.go_on(flatten=False)

    def close_for_openings(self, halt: Halt) -> None:
        """Let nothing be opened on the account any more."""
        before = self.session.halts
        self.session.halts = lambda strategy, time_ns: (halt, *before(strategy, time_ns))

    @property
    def flat(self) -> bool:
        """Whether nothing is open at the venue and nothing works there."""
        return not (self.venue.positions() or self.venue.working())

    def positions(self) -> tuple[Position, ...]:
        """List what is open."""
        return self.venue.positions()

    def broken(self) -> tuple[str, ...]:
        """Say which loss limits are broken and wait for a person, or for their day to end."""
        floors = self.session.screening.control.watch.floors
        return tuple(f"{floor.rule} is broken" for floor in floors if floor.broken_ns)

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
        for breach in control.see(venue.sighting):
            self.session.book.note("breach", breach.time_ns, attrs.asdict(breach) | {"time_ns": str(breach.time_ns)})
        if control.watch.must_be_flat:
            await self._flattening.go_on()

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
        stop_all(self.session.seats)
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


class _Laid(NamedTuple):
    """An account as it is laid out, before it is taken over."""

    places: Sequence[Place]
    feeds: GrowingFeeds
    ownership: Ownership
    mirror: Mirror
    roster: Roster


def _compile(venue: PaperVenue, mirror: Mirror, roster: Roster) -> None:
    """Compile all that prices and turns call: that takes a minute when it is new, longer than a lease lasts."""
    venue.ledger.advance(0)
    mirror.take_turn(roster, NO_TURN)


def _session(
    plan: PaperPlan, laid: _Laid, *, broker: PaperBroker, desk: OrderDesk, book: DecisionBook
) -> AccountSession:
    account, (places, feeds, ownership, mirror, roster) = plan.inputs.account, laid
    names, tags = ownership.names, tuple(ownership.tags)
    instruments = broker.venue.instruments
    return AccountSession(
        name=plan.name,
        broker=broker,
        desk=desk,
        mirror=mirror,
        roster=roster,
        seats=tuple(
            Seat.of(mirror, place, number, account=account, feeds=feeds, tags=tags[number])
            if isinstance(place.strategy, Strategy)
            else None
            for number, place in enumerate(places)
        ),
        ownership=ownership,
        screening=Screening(mirror, account, instruments, plan.risk, broker.venue.state()),
        book=book,
        names=names,
        instruments=instruments,
        tags=tags,
        bars=tuple(place.prices.data for place in places),
    )
