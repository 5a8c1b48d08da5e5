"""An account at a venue that the process does not keep: prices come from feeds, and the venue says what it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.inputs import Inputs
from forexai_core.engine.state.market_records import PART_OPEN, PART_REST
from forexai_core.errors import BrokerError
from forexai_core.live.alerts import Alerts, Hear
from forexai_core.live.desk import OrderDesk
from forexai_core.live.session.account import AccountSession
from forexai_core.live.session.account_run import AccountRun, Laid, account_session
from forexai_core.live.session.arming import VenuePlan, at_venue, check_armed, check_nights, with_contracts
from forexai_core.live.session.decisions import DecisionBook
from forexai_core.live.session.hearing import Hearing
from forexai_core.live.session.logins import HeldLogin
from forexai_core.live.session.mirror import trades_heard
from forexai_core.live.session.risk_memory import RiskMemory
from forexai_core.live.session.screening import prepare
from forexai_core.live.session.seats import start_all
from forexai_core.live.session.transfers import Transfers, follow
from forexai_core.live.session.venue_events import VenueEvents
from forexai_core.live.session.venue_view import LastLook, in_time
from forexai_core.ports.broker import BrokerEvent, BrokerEventKind, Transfer
from forexai_core.ports.clock import Clock
from forexai_core.ports.journal import Journal
from forexai_core.ports.services import Services
from forexai_core.risk.marks import Sighting
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal
from forexai_core.values.positions import Position

__all__ = ["VenueRun"]

AnswerT = TypeVar("AnswerT")
_NS_PER_S = 1_000_000_000
_FRESH_NS = _NS_PER_S
_FLATTENS_EVERY_NS = _NS_PER_S


class VenueRun(AccountRun):
    """An account at a venue on its way through prices. Made by :meth:`open`.

    Parameters
    ----------
    plan : VenuePlan
        What is traded, with the venue's own terms.
    session : AccountSession
        The loop's inner part.
    laid : Laid
        How it is laid out.
    view : LastLook
        What strategies see.
    events : VenueEvents
        What the venue says.
    journal : Journal
        Where the state of risk outlives the process.
    contracts : mapping of str to Instrument
        The venue's.
    clocks : tuple of Clock
        The session's, and the system's.
    """

    def __init__(
        self,
        plan: VenuePlan,
        session: AccountSession,
        laid: Laid,
        *,
        view: LastLook,
        events: VenueEvents,
        journal: Journal,
        contracts: Mapping[str, Instrument],
        clocks: tuple[Clock, Clock],
    ) -> None:
        super().__init__(plan, session, laid, session.mirror)
        self._broker, self._view, self._events = plan.broker, view, events
        self._contracts = contracts
        self._transfers = Transfers(plan.broker, self._asked, round(plan.settings.history_margin_s * _NS_PER_S))
        self._memory = RiskMemory(journal, session.book, session.screening.control, self._transfers)
        self._clock, self._real = clocks
        self._limit_s = plan.settings.query_timeout_s
        self._looked_ns = self._asked_ns = self._flattened_ns = self._real.monotonic_ns()
        self._hearing = Hearing(self, plan.words, self._real)
        self._heard_until_ns = view.state.time_ns
        self._told: set[int] = set()
        self._new_limits: frozenset[str] = frozenset()
        self.login: HeldLogin | None = None

    @classmethod
    async def open(cls, plan: VenuePlan, services: Services, *, owner: str, hear: Hear, real: Clock) -> VenueRun:
        """Connect, see that it is the account that was meant, take it over, and let its strategies prepare.

        Parameters
        ----------
        plan : VenuePlan
            What is traded.
        services : Services
            Clock, intents, journal and leases; of a folder that outlives the process.
        owner : str
            Who takes the account.
        hear : callable
            Takes notices.
        real : Clock
            The system's.

        Raises
        ------
        ConfigError, DataError
            If something does not fit together, or real money is not armed; nothing has been sent.
        BrokerUnreachableError
            If the venue is not reached.
        ConflictError
            If another session holds the account, by this name or another one.
        IntegrityError, StorageError
            If what is known of the account from before cannot be read.
        """
        broker, limit_s = plan.broker, plan.settings.query_timeout_s
        login = HeldLogin(plan, plan.logins or services.leases, owner)
        try:
            state = await in_time(broker.connect(), limit_s)
            check_armed(plan, broker.capabilities, state)
            await login.take(state.login)
            check_nights(plan, broker.capabilities, Alerts(plan.name, services.clock, hear))
            contracts = await in_time(broker.instruments(), limit_s)
            run = await cls._open(
                at_venue(plan, broker.capabilities, state, contracts),
                services,
                state=attrs.evolve(state, time_ns=services.clock.now_ns()),
                contracts={each.symbol: each for each in contracts},
                owner=owner,
                hear=hear,
                real=real,
            )
        except BaseException:
            await login.release()
            with suppress(BrokerError):
                await in_time(broker.disconnect(), limit_s)
            raise
        run.login = login
        return run

    @classmethod
    async def _open(
        cls,
        plan: VenuePlan,
        services: Services,
        *,
        state: AccountState,
        contracts: Mapping[str, Instrument],
        owner: str,
        hear: Hear,
        real: Clock,
    ) -> VenueRun:
        laid = Laid.of(plan.inputs, plan.strategies)
        prepare(laid.mirror, laid.roster)
        desk = await OrderDesk.open(plan.name, plan.broker, services, owner=owner, hear=hear, settings=plan.settings)
        events = VenueEvents(plan.broker, real, desk.disconnected)
        try:
            book = DecisionBook(services.journal, plan.name, desk.fence)
            view = LastLook(desk, plan.broker.capabilities, state)
            own = {symbol: contracts[symbol] for symbol in plan.inputs.prices}
            session = account_session(plan, laid, view=view, desk=desk, book=book, state=state, instruments=own)
            await book.take()
            clocks = services.clock, real
            journal = services.journal
            run = cls(
                plan, session, laid, view=view, events=events, journal=journal, contracts=contracts, clocks=clocks
            )
            await run._begin()
        except BaseException:
            await events.close()
            await desk.close_down()
            raise
        return run

    async def _begin(self) -> None:
        """Recall what is known from before, look at the venue, and let strategies prepare."""
        recalled = await self._memory.recall()
        self._new_limits = recalled.new_limits
        self.session.screening.control.recall_orders(self.session.desk.sent_before)
        self.earlier = self.session.book.decisions = recalled.decisions
        for symbol in self.plan.inputs.prices:
            await self._quote(symbol)
        if recalled.until_ns:  # what happened since the last start is news
            self._told |= recalled.deals
            self._heard_until_ns = min(recalled.until_ns, self._heard_until_ns)
            self._events.missed = True
        else:
            self._told |= {each.deal for each in await in_time(self._history(), self._limit_s)}
        if not self._transfers.begun:
            await self._transfers.begin(self._clock.now_ns())
        await self._look()
        start_all(self.session.seats)
        self.session.mirror.account["requests"] = 0  # nothing is decided before a price has come

    def _grow_venue(self, inputs: Inputs) -> None:
        """Do nothing: the venue has prices of its own."""

    def grow(self, inputs: Inputs, known_ns: int | None) -> None:
        """Go on over more prices; see `AccountRun.grow`."""
        prices = with_contracts(inputs.prices, self._contracts)
        super().grow(attrs.evolve(inputs, prices=prices), known_ns)

    # ---------------------------------------------------------------------------------------------- going on
    async def step(self) -> None:
        """Take the next price: the venue is heard and seen, and whose bar it ends decides."""
        event, time_ns = self.taken, self.next_ns
        self.taken += 1
        self._convert_at(event)
        if not self._warms(time_ns):
            await self._tend(asks=bool(self._ledger.event_at(event)[1] & (PART_OPEN | PART_REST)))
        await self.take_turns()

    async def attend(self) -> None:
        """Hear the venue, look at it where it is time, and see that limits and halts are heeded."""
        await self._tend(asks=False)

    async def _tend(self, *, asks: bool) -> None:
        news = await self._news()
        now_ns, settings = self._real.monotonic_ns(), self.plan.settings
        pause_s = settings.unsettled_s if self.session.desk.unsettled else settings.reconcile_s
        if news or now_ns - self._looked_ns >= pause_s * _NS_PER_S:
            await self._look()  # first, so that whose a deal is is known when it is heard
        if news:
            await self.session.hear(news)
            await self.session.book.write()
            self._looked_ns = self._real.monotonic_ns()
        self.session.land_settled()
        if asks or now_ns - self._asked_ns >= _FRESH_NS:
            await self._ask()
        await self._hearing.heed()
        await self._heed()

    async def _look(self) -> None:
        await self.session.look()
        self._looked_ns = self._real.monotonic_ns()

    async def _news(self) -> list[BrokerEvent]:
        """Give what has happened and was not heard yet, each deal once."""
        news = self._events.take()
        if self._events.missed:
            self._events.missed = False
            news += await self._deals_missed()
        return [event for event in news if self._is_new(event)]

    def _is_new(self, event: BrokerEvent) -> bool:
        deal = event.deal
        if deal is None:
            return event.order is not None
        if deal.deal in self._told:
            return False
        self._told.add(deal.deal)
        self._heard_until_ns = max(self._heard_until_ns, deal.time_ns)
        return True

    async def _deals_missed(self) -> list[BrokerEvent]:
        """Read the deals that a broken stream did not tell; where they cannot be read, that is tried again."""
        deals = await self._asked(self._history())
        if deals is None:
            self._events.missed = True
            return []
        return [BrokerEvent(kind=BrokerEventKind.DEAL, time_ns=deal.time_ns, deal=deal) for deal in deals]

    def _history(self) -> Awaitable[Sequence[Deal]]:
        """Ask for the deals since the last one that was heard; the venue's clock may be behind or ahead."""
        margin_ns = round(self.plan.settings.history_margin_s * _NS_PER_S)
        now_ns = max(self._clock.now_ns(), self._heard_until_ns)
        return self._broker.history(self._heard_until_ns - margin_ns, now_ns + margin_ns)

    async def _ask(self) -> None:
        """See how the account stands, by what the venue said since or by a question, and let risk see it."""
        said, self._events.account = self._events.account, None
        state = said or await self._asked(self._broker.account())
        self._asked_ns = self._real.monotonic_ns()
        if state is None:
            return
        time_ns = max(self._clock.now_ns(), self._view.state.time_ns)
        moved: list[Transfer] = []
        if self._watches:
            state, moved = await self._transfers.with_state(state, self._clock.now_ns())
        self._view.state = attrs.evolve(state, time_ns=time_ns)
        if not self._watches:
            return
        follow(moved, self.session.screening.control, self.session.book, self._new_limits)
        self._new_limits = frozenset()
        control = self.session.screening.control
        for quote in self._events.quotes.values():
            control.see_quote(quote.symbol, time_ns, bid=quote.bid, ask=quote.ask)
        self._note_breaches(control.see(Sighting.at(time_ns, balance=state.balance, equity=state.equity)))
        await self._memory.keep(time_ns, now=bool(moved))

    async def _heed(self) -> None:
        """Cancel what could open a position under a halt, and close what a halt or a broken limit says."""
        now_ns = self._real.monotonic_ns()
        if now_ns - self._flattened_ns < _FLATTENS_EVERY_NS:
            return
        must_be_flat = self.session.screening.control.watch.must_be_flat
        if await self._flattening.heed(self._clock.now_ns(), must_be_flat=must_be_flat):
            self._flattened_ns = now_ns

    # --------------------------------------------------------------------------------------------- decisions
    async def _take_turn(self, number: int, *, warm: bool) -> None:
        session = self.session
        place = int(session.roster.turns[number]["sleeve"])
        index = int(session.roster.symbols[place])
        symbol = session.mirror.setup.symbols[index]
        if warm:
            self._quote_of_bar(symbol, place, int(session.roster.turns[number]["row"]))
        else:
            await self._quote(symbol)
            self._memory.note(self._view.state.time_ns)
        carried = session.carried
        await session.turn(number, warm=warm)
        if session.carried > carried:
            await self._look()

    def _quote_of_bar(self, symbol: str, place: int, row: int) -> None:
        """Show a strategy of the past the price of its bar, not that of now."""
        bar = self.session.bars[place][row]
        ended = "close" in (bar.dtype.names or ())
        bid, ask = (bar["close"], bar["close"]) if ended else (bar["bid"], bar["ask"])
        self.session.mirror.quote(symbol, float(bid), float(ask))

    async def _quote(self, symbol: str) -> None:
        """Show the venue's quote, asking for one where none came within the last second."""
        heard_ns = self._events.heard_ns.get(symbol)
        if heard_ns is None or self._real.monotonic_ns() - heard_ns > _FRESH_NS:
            quote = await self._asked(self._broker.quote(symbol))
            if quote is not None:
                self._events.note_quote(quote)
        known = self._events.quotes.get(symbol)
        if known is not None:
            self.session.mirror.quote(symbol, known.bid, known.ask)

    async def _asked(self, question: Awaitable[AnswerT]) -> AnswerT | None:
        """Ask the venue; where it does not answer, nothing is opened until it has been seen again."""
        try:
            return await in_time(question, self._limit_s)
        except BrokerError:
            self.session.desk.disconnected()
            self._looked_ns = 0
            return None

    # ---------------------------------------------------------------------------------------------- telling
    @property
    def flat(self) -> bool:
        """Whether the last look showed nothing open and nothing that works, of what is not somebody else's."""
        desk = self.session.desk
        return desk.snapshot is not None and not (desk.owned or desk.owned_orders or desk.unknown)

    def positions(self) -> tuple[Position, ...]:
        """List what the last look showed open."""
        snapshot = self.session.desk.snapshot
        return () if snapshot is None else snapshot.positions

    def state(self) -> AccountState:
        """Tell how the account stood when it was last asked."""
        return self._view.state

    async def finish(self) -> NDArray[np.void]:
        """Let strategies finish, hear what came last, write everything, close nothing; see `AccountRun.finish`."""
        await self._tend(asks=True)
        try:
            self._let_finish()
        finally:
            await self.keep_risk()
            await self.session.book.write(durable=True)
        return self.trades()

    def trades(self) -> NDArray[np.void]:
        """Give those of positions that were opened and closed while it ran."""
        return trades_heard(self.session.mirror, self.plan.inputs.account.digits, self.session.names)

    async def keep_risk(self) -> None:
        """Write the state of risk down, durably."""
        await self._memory.keep(self._view.state.time_ns, now=True)

    async def renew(self) -> bool:
        """Hold on to the account, and to its login; see `AccountRun.renew`."""
        held = self.login is None or await self.login.renew(self.session.desk)
        return held and await super().renew()

    async def close(self) -> None:
        """Leave the venue; what stands there stands."""
        await self._events.close()
        if self.login is not None:
            await self.login.release()
        with suppress(BrokerError):
            await in_time(self._broker.disconnect(), self._limit_s)
