"""One account of a session: strategies decide on what the venue shows, and what they want goes to the order desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.state.book import Roster
from forexai_core.errors import OrderRefusedError
from forexai_core.live.desk import OrderDesk
from forexai_core.live.session.carrying import Carried, Carrier, held_up
from forexai_core.live.session.confirming import Confirms, shrunk, veto
from forexai_core.live.session.decisions import DecisionBook, wish_fields
from forexai_core.live.session.failures import StrategyFailedError
from forexai_core.live.session.flights import Flights
from forexai_core.live.session.mirror import Mirror
from forexai_core.live.session.ownership import Ownership
from forexai_core.live.session.screening import Screening, sizing_of
from forexai_core.live.session.seats import Seat
from forexai_core.live.session.wishes import OPENING, Said, Sizing, Wish, WishKind, wishes_of
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent
from forexai_core.ports.confirmation import Signal
from forexai_core.ports.halts import Halt
from forexai_core.risk.judging import Judgement
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["AccountSession", "Covering", "VenueView"]

Covering = Callable[[str, int], tuple[Halt, ...]]
"""Gives the halts that cover a strategy of the account at a time."""


def _nothing_halted(_strategy: str, _time_ns: int) -> tuple[Halt, ...]:
    return ()


def _about(wishes: Iterable[Wish], sizing: Sizing, said: Said | None) -> Iterator[Wish]:
    """Say of the wishes of an opening how its volume was found, and of the opening itself what was said of it."""
    for wish in wishes:
        opens = wish.kind in {WishKind.OPEN, WishKind.UNMET}
        yield attrs.evolve(wish, sizing=sizing, confirmation=said if opens else None)


class VenueView(Protocol):
    """What a venue shows of an account: a session with it, or the last look at it."""

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What the account can do."""
        ...

    async def account(self) -> AccountState:
        """Tell how it stands."""
        ...

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        ...

    async def orders(self) -> Sequence[OrderState]:
        """List what works."""
        ...


@attrs.define(kw_only=True, eq=False)
class AccountSession:
    """One account on its way: what happened there is heard, strategies take their turns, wishes are carried out.

    Attributes
    ----------
    name : str
        Of the account.
    broker : VenueView
        What its venue shows.
    desk : OrderDesk
        The only one that sends.
    mirror : Mirror
        What strategies see.
    roster : Roster
        What turns there are, and what programs decide by.
    seats : tuple of Seat or None
        Class strategies, by place; None where a program decides.
    ownership : Ownership
        Whose positions are.
    screening : Screening
        Risk.
    book : DecisionBook
        Where decisions are written.
    names : tuple of str
        The strategies.
    instruments : mapping of str to Instrument
        In the order of the mirror's symbols.
    tags : tuple of list of str
        Of each strategy, what it calls its orders.
    bars : tuple of arrays
        Of each strategy, the rows of BAR or TICK that it decides on.
    halts : callable
        Which halts cover a strategy.
    confirming : Confirms or None
        Who may veto openings or make them smaller; None: nobody.
    carried : int
        How many wishes have been carried out.
    """

    name: str
    broker: VenueView
    desk: OrderDesk
    mirror: Mirror
    roster: Roster
    seats: tuple[Seat | None, ...]
    ownership: Ownership
    screening: Screening
    book: DecisionBook
    names: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    tags: tuple[list[str], ...]
    bars: tuple[NDArray[np.void], ...]
    halts: Covering = _nothing_halted
    confirming: Confirms | None = None
    carried: int = attrs.field(default=0, init=False)
    _carrier: Carrier = attrs.field(init=False)
    _flights: Flights = attrs.field(init=False)
    _shown: bool = attrs.field(default=False, init=False)
    _stale: bool = attrs.field(default=False, init=False)
    _turn: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._flights = Flights(self.mirror)
        self._carrier = Carrier(
            desk=self.desk,
            capabilities=self.broker.capabilities,
            ownership=self.ownership,
            names=self.names,
            grids={symbol: instrument.grid for symbol, instrument in self.instruments.items()},
        )

    # ---------------------------------------------------------------------------------------------- what happens
    async def hear(self, events: Iterable[BrokerEvent]) -> None:
        """Take note of what happened at the venue, in its order; then look at it where anything but prices did."""
        stirred = False
        for event in events:
            if event.quote is not None:
                self.mirror.quote(event.quote.symbol, event.quote.bid, event.quote.ask)
                self._flights.note_price(event.quote.symbol)
                continue
            stirred = True
            if event.order is not None:
                await self.desk.hear(event.order)
                self.book.note_order(event.order, event.time_ns)
                if not event.order.status.working:
                    self._flights.note_done([event.order.client_id])
            if event.deal is not None:
                self.ownership.hear(event.deal)
                self.book.note_deal(event.deal, self.ownership.owner(event.deal))
                self.mirror.tell(event.deal)
        if stirred:
            await self.look()
        elif self._shown:
            self._stale = True  # stops trail, and changes arrive, without a word of the venue
        self._flights.land()

    async def look(self) -> None:
        """Look at the venue, and show strategies what is open and what waits there."""
        await self.desk.reconcile()
        snapshot = self.desk.snapshot
        if snapshot is None:
            return
        self.ownership.learn(self.desk.plans, snapshot.positions)
        self._show(snapshot.positions, snapshot.orders)

    async def refresh(self) -> None:
        """Show strategies what is open and what waits, without settling anything."""
        positions, orders = await self.broker.positions(), await self.broker.orders()
        self.desk.see_orders(orders)
        self._show(positions, orders)

    def _show(self, positions: Sequence[Position], orders: Sequence[OrderState]) -> None:
        self.mirror.show(positions, orders)
        self._shown, self._stale = bool(positions or orders), False

    @property
    def landed(self) -> bool:
        """Whether no request of a strategy is on its way."""
        return not self._flights

    def land_settled(self) -> None:
        """Take from those on their way what the desk has settled by itself: a venue need not tell of it."""
        settled = {intent for intent in self._flights.intents if self.desk.settled(intent)}
        if settled:
            self._flights.note_done(settled)
            self._flights.land()

    # ------------------------------------------------------------------------------------------------ decisions
    async def turn(self, number: int, *, warm: bool = False) -> None:
        """Let one strategy decide at the end of one of its bars, and carry out what it wants.

        Parameters
        ----------
        number : int
            Of the roster's turn.
        warm : bool
            Only let it see its bars: what it wants is dropped, and nothing is written.
        """
        turn, mirror = self.roster.turns[number], self.mirror
        strategy, row, time_ns = int(turn["sleeve"]), int(turn["row"]), int(turn["time_ns"])
        if self._stale:
            await self.refresh()
        state = await self.broker.account()
        mirror.stand(state, state.time_ns)
        first = int(mirror.account["requests"])
        seat = self.seats[strategy]
        if seat is None:
            mirror.take_turn(self.roster, number)
        else:
            mirror.count_bar(self.roster, number)
            try:
                seat.decide(row)
            except StrategyFailedError:
                mirror.account["requests"] = first  # what it asked for before it failed is not meant
                raise
        if warm:
            mirror.account["requests"] = first
            return
        self._turn = number
        wanted, kept = await self._screen(strategy, first, time_ns)
        mirror.account["requests"] = kept
        fields = self._seen(strategy, row)
        if wanted:
            fields["wishes"] = [wish_fields(wish, judgement) for wish, judgement in wanted]
        self.book.note("decision", time_ns, fields)
        if wanted:
            await self._carry(strategy, [wish for wish, said in wanted if said is None or said.allowed], time_ns)
        elif self.book.full:
            await self.book.write()

    def _seen(self, strategy: int, row: int) -> dict[str, Any]:
        """Write what the strategy decided on: its bar is known by its number, the account by its figures."""
        account, index = self.mirror.account, int(self.roster.symbols[strategy])
        symbol = self.mirror.symbols[index]
        scale, step = float(symbol["scale"]), float(symbol["volume_step"])
        fields: dict[str, Any] = {
            "strategy": self.names[strategy],
            "row": row,
            "bid": int(symbol["bid"]) / scale,
            "ask": int(symbol["ask"]) / scale,
            "balance": float(account["balance"]),
            "equity": float(account["equity"]),
        }
        bar = self.bars[strategy][row]
        if "open" in (bar.dtype.names or ()):
            fields["bar"] = [float(bar[name]) for name in ("open", "high", "low", "close")]
        held = [each for each in self.mirror.positions[: account["positions"]] if each["strategy"] == strategy]
        if held:
            fields["positions"] = [
                [str(each["ticket"]), int(each["side"]), round(int(each["volume_steps"]) * step, 8)] for each in held
            ]
        return fields

    async def _screen(self, strategy: int, first: int, time_ns: int) -> tuple[list[tuple[Wish, Judgement | None]], int]:
        """Size, confirm and judge what has just been asked for; what is refused leaves the mirror's requests."""
        mirror, kept = self.mirror, first
        wanted: list[tuple[Wish, Judgement | None]] = []
        for row in range(first, int(mirror.account["requests"])):
            confirmed = sum(wish.confirmation is not None for wish, _ in wanted)
            found, judgement, stays = await self._sift(strategy, row, kept, time_ns, confirmed)
            if stays:
                if kept != row:
                    mirror.requests[kept] = mirror.requests[row]
                found = [attrs.evolve(wish, row=kept) for wish in found]
                kept += 1
            wanted += [(wish, judgement) for wish in found]
        return wanted, kept

    async def _sift(
        self, strategy: int, row: int, kept: int, time_ns: int, confirmed: int
    ) -> tuple[list[Wish], Judgement | None, bool]:
        """Size, confirm and judge one request; give its wishes, what was judged, and whether it goes on."""
        mirror, request = self.mirror, self.mirror.requests[row]
        instrument = tuple(self.instruments.values())[int(request["symbol"])]
        sizing, said = None, None
        if int(request["kind"]) in OPENING:
            sizing = sizing_of(mirror, row, instrument)
            if sizing.lots >= instrument.volume_min:
                self.screening.name_reduction(row, kept, self.halts(self.names[strategy], time_ns))
        if sizing is None or int(request["kind"]) not in OPENING:
            judgement = self._judge(strategy, row, kept, time_ns)
            return list(wishes_of(mirror, row, instrument, 0.0)), judgement, judgement is None or judgement.allowed
        lots = sizing.lots
        if lots >= instrument.volume_min and self.confirming is not None:
            said = await self._confirmed(strategy, list(wishes_of(mirror, row, instrument, lots)), time_ns, confirmed)
            if said is not None and not said.fraction:
                return list(_about(wishes_of(mirror, row, instrument, lots), sizing, said)), veto(said), False
            lots = lots if said is None else shrunk(request, said, instrument)
        if lots < instrument.volume_min:
            why = sizing.shortfall(lots, instrument)
            unmet = Wish(kind=WishKind.UNMET, row=row, symbol=instrument.symbol, reason=why)
            return list(_about([unmet], sizing, said)), None, False
        judgement = self._judge(strategy, row, kept, time_ns)
        wanted = list(_about(wishes_of(mirror, row, instrument, lots), sizing, said))
        return wanted, judgement, judgement is None or judgement.allowed

    def _judge(
        self, strategy: int, row: int, kept: int, time_ns: int, counted: frozenset[str] = frozenset()
    ) -> Judgement | None:
        halts = self.halts(self.names[strategy], time_ns)
        return self.screening.judge(row, kept, time_ns, halts, reserved=self._reserved(counted))

    async def _confirmed(self, strategy: int, wishes: Sequence[Wish], time_ns: int, confirmed: int) -> Said | None:
        """Ask the confirmation about an opening, the so-manyth of its decision."""
        order = next((wish.order for wish in wishes if wish.kind is WishKind.OPEN), None)
        if order is None or self.confirming is None:
            return None
        row = int(self.roster.turns[self._turn]["row"])
        return await self.confirming.ask(self._signal(strategy, row, time_ns, order), confirmed)

    def _signal(self, strategy: int, row: int, time_ns: int, order: OrderRequest) -> Signal:
        seen = self._seen(strategy, row)
        return Signal(
            account=self.name,
            strategy=self.names[strategy],
            time_ns=time_ns,
            order=order,
            bid=seen["bid"],
            ask=seen["ask"],
            bar=tuple(seen.get("bar", ())),
            balance=seen["balance"],
            equity=seen["equity"],
            positions=tuple((side, lots) for _, side, lots in seen.get("positions", ())),
        )

    async def _carry(self, strategy: int, wishes: Sequence[Wish], time_ns: int) -> None:
        """Carry out what is wanted, after it was written down, and write down what came of it."""
        number = self.book.decisions
        await self.book.write()
        carried: list[Carried] = []
        for wish in wishes:
            turns = wish.kind is WishKind.OPEN and self.mirror.requests[wish.row]["turns"]
            stays = held_up(wish, zip(wishes, carried, strict=False)) if turns else None
            placed = frozenset(each.intent_id for each in carried)
            carried.append(stays or await self._carry_one(strategy, wish, time_ns, placed))
        self.carried += len(carried)
        self._flights.take_off(zip(wishes, carried, strict=True))
        if carried:
            self._shown = True  # there may be something to look at from now on
            self.book.note_outcomes(number, time_ns, [each.fields for each in carried])

    def _reserved(self, counted: frozenset[str]) -> tuple[OrderRequest, ...]:
        """Give the openings that count though the mirror shows neither them nor, but for those counted, a request."""
        flying = counted | self._flights.intents
        return tuple(each for each in self.desk.reserved if each.client_id not in flying)

    async def _carry_one(self, strategy: int, wish: Wish, time_ns: int, before: frozenset[str]) -> Carried:
        request = self.mirror.requests[wish.row]
        symbol = self.mirror.symbols[int(request["symbol"])]
        side = 1 if wish.order is None else wish.order.side
        price = int(symbol["ask"] if side > 0 else symbol["bid"]) / float(symbol["scale"])
        label = self.tags[strategy][int(request["tag"])] if int(request["tag"]) else ""

        def ask_again(order: OrderRequest) -> None:
            said = self._judge(strategy, wish.row, wish.row, time_ns, before)
            if said is not None and not said.allowed:
                raise OrderRefusedError(f"{order.symbol}: {said.refusals[0].reason}", rule=said.refusals[0].rule)

        turns = wish.kind is WishKind.OPEN and bool(request["turns"]) and self._alone(strategy, int(request["symbol"]))
        return await self._carrier.carry(wish, strategy, label, price, ask_again, turns=turns)

    def _alone(self, strategy: int, symbol: int) -> bool:
        """Say whether a symbol is a strategy's own: all that is open in it is its, and no other one trades it."""
        held = self.mirror.positions[: self.mirror.account["positions"]]
        others = np.count_nonzero((held["symbol"] == symbol) & (held["strategy"] != strategy))
        return not others and np.count_nonzero(np.asarray(self.roster.symbols) == symbol) == 1

    async def carry_own(self, wish: Wish) -> Carried:
        """Carry out something that the session itself wants: closing and cancelling, which risk never refuses."""
        return await self._carrier.carry(wish, -1, "", 0.0, lambda _order: None)
