"""An account of a session on its way through prices, whatever keeps it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.shared import prepared
from forexai_core.backtesting.sleeves import Place, Sleeve, places_of
from forexai_core.engine.deciding.rosters import call_up
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.book import Roster
from forexai_core.engine.state.market_records import PART_REST
from forexai_core.live.desk import OrderDesk
from forexai_core.live.growth.feeds import GrowingFeeds
from forexai_core.live.growth.rosters import carried_over
from forexai_core.live.session.account import AccountSession, Covering, VenueView
from forexai_core.live.session.confirming import Confirms
from forexai_core.live.session.decisions import DecisionBook
from forexai_core.live.session.failures import StrategyFailedError, told
from forexai_core.live.session.flattening import Flattening
from forexai_core.live.session.mirror import Mirror
from forexai_core.live.session.ownership import Ownership
from forexai_core.live.session.screening import Screening
from forexai_core.live.session.seats import Seat, decider_of, stop_all
from forexai_core.live.session.staleness import Staleness
from forexai_core.live.settings import DeskSettings
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.risk import RiskRule
from forexai_core.risk.settings import Risk
from forexai_core.risk.watch import Breach
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

__all__ = ["AccountPlan", "AccountRun", "Laid", "account_session"]


@attrs.frozen(kw_only=True, eq=False)
class AccountPlan:
    """What is traded on an account.

    Attributes
    ----------
    name : str
        Of the account.
    inputs : Inputs
        Prices, terms of the account, costs and rates.
    strategies : tuple of Sleeve
        With their names, symbols and timeframes.
    risk : Risk or sequence of RiskRule, optional
        Limits.
    settings : DeskSettings
        Of the order desk.
    decides_from_ns : int, optional
        Prices that end before are history: strategies are asked, so that they are warm, and what they want is dropped.
    tenant : str
        Whose account it is.
    confirming : Confirms, optional
        Who may veto openings or make them smaller.
    """

    name: str
    inputs: Inputs
    strategies: tuple[Sleeve, ...]
    risk: Risk | Sequence[RiskRule] | None = None
    settings: DeskSettings = attrs.field(factory=DeskSettings)
    decides_from_ns: int | None = None
    tenant: str = ""
    confirming: Confirms | None = None


class Laid(NamedTuple):
    """An account as it is laid out, before it is taken over."""

    places: Sequence[Place]
    feeds: GrowingFeeds
    ownership: Ownership
    mirror: Mirror
    roster: Roster

    @classmethod
    def of(cls, inputs: Inputs, strategies: Sequence[Sleeve]) -> Laid:
        """Lay an account out over its prices."""
        feeds = GrowingFeeds(inputs.prices, inputs.account.clock)
        places = places_of(strategies, inputs, feeds)
        ownership = Ownership(tuple(place.name for place in places), tuple([""] for _ in places))
        mirror = Mirror(prepared(inputs, len(places)), ownership)
        roster = call_up([decider_of(place, feeds, inputs.account) for place in places], mirror.setup)
        return cls(places, feeds, ownership, mirror, roster)


class AccountRun(ABC):
    """An account on its way through its prices.

    Parameters
    ----------
    plan : AccountPlan
        What is traded.
    session : AccountSession
        The loop's inner part.
    laid : Laid
        How it is laid out.
    ledger : Ledger
        Whose market the prices are.

    Attributes
    ----------
    taken : int
        How many prices have been taken.
    known_ns : int or None
        Until when all prices are known, nanoseconds UTC: bars that end later decide later. None: no more will come.
    staleness : Staleness
        When its prices were stale.
    earlier : int
        How many decisions its journal held before this start.
    silenced : str
        Why its strategies are asked no more; empty while they are.
    """

    def __init__(self, plan: AccountPlan, session: AccountSession, laid: Laid, ledger: Ledger) -> None:
        self.plan, self.session = plan, session
        self.taken = self.earlier = 0
        self.silenced = ""
        self.known_ns: int | None = None
        self.staleness = Staleness(plan.name)
        self._laid, self._ledger = laid, ledger
        self._turn = 0
        self._minute: int | None = None
        self._on_ticks = any(place.feed.timeframe is Timeframe.TICK for place in laid.places)
        self._flattening = Flattening(session)
        self._watches = session.screening.control.watches
        self._look_up()

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
        session = self.session
        self._laid.feeds.check(inputs.prices)
        self.known_ns = known_ns
        self.plan = attrs.evolve(self.plan, inputs=inputs)
        self._grow_venue(inputs)
        session.mirror.grow(prepared(inputs, len(self._laid.places)))
        if self._may_decide(known_ns):
            self._grow_deciders(inputs)
        self._look_up()

    def _may_decide(self, known_ns: int | None) -> bool:
        """Say whether a bar of a strategy may have ended since its bars were grown last: bars end on whole minutes."""
        minute = None if known_ns is None else known_ns // NS_PER_MINUTE
        if minute is not None and minute == self._minute and not self._on_ticks:
            return False
        self._minute = minute
        return True

    def _grow_deciders(self, inputs: Inputs) -> None:
        """Let strategies have more bars, and turns at the ends of those."""
        session, laid = self.session, self._laid
        laid.feeds.grow(inputs.prices)
        deciders = [decider_of(place, laid.feeds, inputs.account) for place in laid.places]
        session.roster = carried_over(session.roster, call_up(deciders, session.mirror.setup))
        session.bars = tuple(place.prices.data for place in laid.places)

    @abstractmethod
    def _grow_venue(self, inputs: Inputs) -> None:
        """Let the venue go on over more prices, where it follows them."""

    @property
    def left(self) -> int:
        """How many prices are still to come."""
        return self._ledger.events - self.taken

    @property
    def next_ns(self) -> int:
        """When the next price has ended, nanoseconds UTC."""
        row, part = self._ledger.event_at(self.taken)
        market = self._ledger.market
        return int(market.end_ns[row] if part & PART_REST else market.time_ns[row])

    def skip(self, before_ns: int) -> None:  # noqa: B027 - an account at a venue skips none
        """Take prices at once, up to a time, where none of them can be noticed."""

    @abstractmethod
    async def step(self) -> None:
        """Take the next price: orders meet it, risk sees the account, and whose bar it ends decides."""

    @abstractmethod
    async def attend(self) -> None:
        """Do what is due without a price; where only prices move the account, nothing is."""

    async def renew(self) -> bool:
        """Hold on to what only one session may hold; say whether it is still ours."""
        return await self.session.desk.renew()

    @abstractmethod
    async def close(self) -> None:
        """Leave the venue; what stands there stands."""

    def _convert_at(self, event: int) -> None:
        """Take over the rates of conversion at an event."""
        if len(self._rates):
            row, part = self._ledger.event_at(event)
            self.session.mirror.convert_at(self._rates[row, :, 1 if part & PART_REST else 0])

    async def take_turns(self) -> None:
        """Let those decide whose bar has ended by what is known.

        A higher bar whose last part is missing ends with the next price, or when no more will come.
        """
        while self._turn < len(self._turns) and self._turns[self._turn] < self.taken:
            if self.known_ns is not None and self._decided_ns[self._turn] > self.known_ns:
                return
            if not self.silenced:
                try:
                    await self._take_turn(self._turn, warm=self._warms(self._decided_ns[self._turn]))
                except StrategyFailedError as failed:
                    await self._silence(self._turn, failed)
            self._turn += 1

    async def _silence(self, number: int, failed: StrategyFailedError) -> None:
        """Halt the account because a strategy raised: none is asked any more, and what is open is looked after on."""
        name = self.session.names[int(self.session.roster.turns[number]["sleeve"])]
        self.silenced = f"Strategy {name} failed. {told(failed.__cause__ or failed)}"
        time_ns = self._decided_ns[number]
        reason = f"strategy {name} failed"
        self.close_for_openings(
            Halt(scope=HaltScope.ACCOUNT, name=self.plan.name, time_ns=time_ns, by="the session", reason=reason)
        )
        self.session.book.note("notice", time_ns, {"what": f"halted: {reason}", "by": "the session"})
        await self.session.desk.halt("failed", self.silenced)

    async def _take_turn(self, number: int, *, warm: bool) -> None:
        await self.session.turn(number, warm=warm)

    def _warms(self, time_ns: int) -> bool:
        """Say whether what ends then only warms strategies up."""
        start_ns = self.plan.decides_from_ns
        return start_ns is not None and time_ns < start_ns

    def heed(self, covering: Covering) -> None:
        """Heed the halts that something tells of."""
        self.session.halts = covering

    def close_for_openings(self, halt: Halt) -> None:
        """Let nothing be opened on the account any more."""
        before = self.session.halts
        self.session.halts = lambda strategy, time_ns: (halt, *before(strategy, time_ns))

    def _note_breaches(self, breaches: Sequence[Breach]) -> None:
        for breach in breaches:
            self.session.book.note("breach", breach.time_ns, attrs.asdict(breach) | {"time_ns": str(breach.time_ns)})

    def broken(self) -> tuple[str, ...]:
        """Say which loss limits are broken and wait for a person, or for their day to end."""
        floors = self.session.screening.control.watch.floors
        return tuple(f"{floor.rule} is broken" for floor in floors if floor.broken_ns)

    @property
    @abstractmethod
    def flat(self) -> bool:
        """Whether nothing is open at the venue and nothing works there."""

    @abstractmethod
    def positions(self) -> tuple[Position, ...]:
        """List what is open."""

    @abstractmethod
    def state(self) -> AccountState:
        """Tell how the account stands."""

    def _let_finish(self) -> None:
        """Let strategies finish that are still asked."""
        if not self.silenced:
            stop_all(self.session.seats)

    @abstractmethod
    def trades(self) -> NDArray[np.void]:
        """Give the trades so far."""

    @abstractmethod
    async def finish(self) -> NDArray[np.void]:
        """Let strategies finish, and write everything.

        Returns
        -------
        (trades,) TRADE
            All of the account.
        """


def account_session(
    plan: AccountPlan,
    laid: Laid,
    *,
    view: VenueView,
    desk: OrderDesk,
    book: DecisionBook,
    state: AccountState,
    instruments: dict[str, Instrument],
) -> AccountSession:
    """Put the inner part of an account's loop together."""
    account, (places, feeds, ownership, mirror, roster) = plan.inputs.account, laid
    names, tags = ownership.names, tuple(ownership.tags)
    return AccountSession(
        name=plan.name,
        broker=view,
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
        screening=Screening(mirror, account, instruments, plan.risk, state),
        book=book,
        names=names,
        instruments=instruments,
        tags=tags,
        bars=tuple(place.prices.data for place in places),
        confirming=plan.confirming,
    )
