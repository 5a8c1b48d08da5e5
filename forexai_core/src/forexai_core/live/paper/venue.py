"""A venue whose server is the ledger of the backtests, driven one event a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from forexai_core.arrays import CLOSE_REASONS
from forexai_core.backtesting.sightings import Sightings
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state import records
from forexai_core.engine.state.market_records import PART_OPEN, PART_REST
from forexai_core.engine.trades import whole_deals
from forexai_core.live.growth.ledgers import GrowingLedger
from forexai_core.live.paper.past_deals import PastDeals
from forexai_core.live.paper.requests import REFUSALS, changed, in_points, refusal_of, reject, row_of, written
from forexai_core.live.paper.transit import Asked, Transit
from forexai_core.live.paper.views import Contract, deal_of, order_of, position_of
from forexai_core.ports.broker import BrokerEvent, BrokerEventKind, Quote
from forexai_core.risk.marks import Sighting
from forexai_core.values.accounts import Account, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position

__all__ = ["PaperVenue"]


class PaperVenue:
    """An account at a venue that follows known prices: recorded, replayed or synthetic ones.

    What is asked for arrives with the next price, as in a backtest: so the same orders at the same events give the same
    deals, to the last cent. Nothing is simulated here; the ledger does it all.

    Parameters
    ----------
    setup : Setup
        Prices, contracts, costs and the account, as a backtest lays them out.
    account : Account
        As it begins.
    login : str
        Which account it is.

    Attributes
    ----------
    listeners : list of callable
        Each gets every :class:`BrokerEvent`.
    sighting : Sighting or None
        The account over the last price, where :meth:`watch` asked for it.
    """

    def __init__(self, setup: Setup, account: Account, *, login: str = "paper") -> None:
        self.ledger = GrowingLedger(setup)
        self.specification, self.login = account, login
        self.instruments: dict[str, Instrument] = {each.symbol: each.instrument for each in setup.series}
        self.listeners: list[Callable[[BrokerEvent], None]] = []
        self.orders: dict[int, OrderState] = {}
        self.deals = PastDeals()
        self._index = {symbol: number for number, symbol in enumerate(setup.symbols)}
        self._transit = Transit(bounded=bool(self.ledger.account["bounded"]))
        self._taken = self._told = 0
        self._seen: set[int] = set()
        self._sightings: Sightings | None = None
        self.sighting: Sighting | None = None

    def grow(self, setup: Setup) -> None:
        """Follow more prices: those so far, and what has come since.

        Raises
        ------
        DataError
            If one is late: the venue went on past its time.
        """
        self.ledger.grow(setup)

    def watch(self, *, highest: bool) -> None:
        """See the account over each price from now on: :attr:`sighting`; its highest equity inside bars if asked."""
        self._sightings = Sightings(self.ledger, highest=highest)

    # ------------------------------------------------------------------------------------------------ prices
    @property
    def left(self) -> int:
        """How many prices are still to come."""
        return self.ledger.events - self._taken

    @property
    def time_ns(self) -> int:
        """When the last price ended, nanoseconds UTC; when the first begins, before it."""
        account = self.ledger.account
        return int(account["end_ns"]) if self._taken else int(self.ledger.market.time_ns[0])

    @property
    def symbol(self) -> str:
        """Of the last price."""
        return self.ledger.setup.symbols[int(self.ledger.account["symbol"])]

    def advance(self) -> None:
        """Take the next price, and everything that it brings about."""
        busy = self._transit.busy
        before = tuple(self.ledger.account["refused"].tolist()) if busy else ()
        first_ticket = int(self.ledger.account["next_ticket"]) if busy else 0
        self._taken += 1
        if self._sightings is None:
            self.ledger.advance(self._taken)
        else:
            self.sighting = self._sightings.take(self._taken - 1)
        if not self.ledger.event_at(self._taken - 1)[1] & (PART_OPEN | PART_REST):
            return  # the instant at which a strategy would decide; no price
        symbol = self.symbol
        self._seen.add(self._index[symbol])
        self._tell(BrokerEventKind.QUOTE, quote=self.quote(symbol))
        rows = self.ledger.deals[self._told :]
        if busy:
            self._settle(rows, first_ticket, before)
        if len(rows):
            self._told += len(rows)
            for row in whole_deals(rows):
                self.deals.append(self._deal(row))
                self._tell(BrokerEventKind.DEAL, deal=self.deals[-1])

    @property
    def calm(self) -> bool:
        """Whether nothing is open, works or is on its way, and every symbol has a price: prices change nothing then."""
        account = self.ledger.account
        return (
            not (account["positions"] or account["orders"] or account["requests"])
            and not self._transit.busy
            and self.priced
        )

    def pass_by(self, stop: int) -> None:
        """Take the prices before ``stop`` at once and tell nobody, while it is :attr:`calm`."""
        self.ledger.advance(stop)
        self._taken = stop

    @property
    def priced(self) -> bool:
        """Whether every symbol has had a price."""
        return len(self._seen) == len(self.instruments)

    def known(self, client_id: str) -> Asked | None:
        """Find an order by our name of it."""
        return self._transit.named(client_id)

    def quote(self, symbol: str) -> Quote:
        """Give the last quote.

        Raises
        ------
        OrderRejectedError
            If the symbol is not traded here, or had no price yet.
        """
        record = self._symbol(symbol)
        if self._index[symbol] not in self._seen:
            reject("market_closed", f"{symbol} has had no price yet.")
        scale = float(record["scale"])
        return Quote(
            symbol=symbol, time_ns=self.time_ns, bid=int(record["bid"]) / scale, ask=int(record["ask"]) / scale
        )

    def _symbol(self, symbol: str) -> Any:
        if symbol not in self._index:
            reject("market_closed", f"'{symbol}' is not traded here; {', '.join(self._index)} are.")
        return self.ledger.symbols[self._index[symbol]]

    # ------------------------------------------------------------------------------------------------ asking
    def submit(self, request: OrderRequest) -> OrderState:
        """Take an order on its way; it arrives with the next price. The same one twice is one.

        Raises
        ------
        OrderRejectedError
            If it is wrong in itself; what the market decides is decided by the next price.
        """
        known = self._transit.named(request.client_id)
        if known is not None:
            if known.request != request:
                reject("invalid_price", f"'{request.client_id}' is the name of another order.")
            return self.orders[known.number]
        self.quote(request.symbol)
        if request.position:
            self._check_closing(request)
        fields = row_of(request, self.instruments[request.symbol])
        asked = self._transit.add(request)
        order = OrderState(order=asked.number, request=request, status=OrderStatus.PLACED, placed_time_ns=self.time_ns)
        self.orders[asked.number] = order
        self._ask(asked, fields)
        return order

    def _check_closing(self, request: OrderRequest) -> None:
        position = self.position(request.position)
        if (position.symbol, position.side) != (request.symbol, -request.side):
            reject("invalid_close_by", f"Position {position.position} is {position.side:+d} {position.symbol}.")
        if request.volume_lots > position.volume_lots:
            reject("invalid_volume", f"Position {position.position} has {position.volume_lots:g} lots.")

    def change_of(
        self, ticket: int, price: float | None, stop_loss: float | None, take_profit: float | None
    ) -> tuple[str, dict[str, Any]]:
        """Give the symbol of a change, and the fields of REQUEST that it sets; None leaves, 0 removes."""
        row, instrument, pending = self._working(ticket)
        return instrument.symbol, changed(row, instrument, price, stop_loss, take_profit, pending=pending)

    def modify(self, ticket: int, price: float | None, stop_loss: float | None, take_profit: float | None) -> Asked:
        """Ask for a change of a working order, or of a position's stop and target; None leaves, 0 removes."""
        symbol, fields = self.change_of(ticket, price, stop_loss, take_profit)
        asked = self._transit.add(None, symbol)
        self._ask(asked, fields)
        return asked

    def trail(self, position: int, distance: float, start: float) -> Asked:
        """Ask for a position's stop to follow its best price; a distance of 0 ends that."""
        row, instrument, pending = self._working(position)
        if pending:
            reject("no_position", f"{position} is an order: say how its stop trails when it is placed.")
        asked = self._transit.add(None, instrument.symbol)
        fields = {"trail_distance": in_points(distance, instrument), "trail_start": in_points(start, instrument)}
        self._ask(asked, {"kind": records.REQUEST_TRAIL, "ticket": int(row["ticket"]), **fields})
        return asked

    def cancel(self, order: int) -> Asked:
        """Ask for a working order to be taken back."""
        row, instrument, pending = self._working(order)
        if not pending:
            reject("no_position", f"{order} is a position.")
        target = self._transit.numbered(order)
        if target is not None:
            target.cancelling = True
        asked = self._transit.add(None, instrument.symbol)
        self._ask(asked, {"kind": records.REQUEST_CANCEL, "ticket": int(row["ticket"])})
        return asked

    def _working(self, ticket: int) -> tuple[Any, Instrument, bool]:
        """Give a position's row, or a working order's by its number; the instrument; and whether it is an order."""
        account, asked = self.ledger.account, self._transit.numbered(ticket)
        wanted: int | None
        if asked is None:
            rows, wanted = self.ledger.positions[: account["positions"]], ticket
        else:
            rows, wanted = self.ledger.orders[: account["orders"]], asked.ticket
        for row in rows:
            if int(row["ticket"]) == wanted:
                return row, self._instrument(row), asked is not None
        return reject("no_position", f"Ticket {ticket}.")

    def _instrument(self, row: Any) -> Instrument:
        return self.instruments[self.ledger.setup.symbols[int(row["symbol"])]]

    def _ask(self, asked: Asked, fields: dict[str, Any]) -> None:
        ledger, waiting = self.ledger, int(self.ledger.account["requests"])
        if waiting >= len(ledger.requests):
            asked.done = True
            self._transit.forget()
            reject("limit_volume", f"{waiting} requests are on their way already.")
        index = self._index[asked.symbol]
        asked.closes = int(fields["ticket"]) if fields["kind"] == records.REQUEST_CLOSE else 0
        asked.steps = int(fields.get("volume_steps", 0))
        # As in a run of a strategy a symbol, so that the same orders give the same rows.
        mine = {"symbol": index, "strategy": index, "tag": asked.number, "decided_ns": self.time_ns}
        ledger.requests[waiting] = written(fields | mine)
        ledger.account["requests"] = waiting + 1
        ledger.asked += 1

    # ---------------------------------------------------------------------------------------------- settling
    def _settle(self, rows: Any, first_ticket: int, before: tuple[int, ...]) -> None:
        """Say what became of all that had been on its way, and of the orders that worked."""
        account = self.ledger.account
        waiting = {int(each) for each in self.ledger.requests["tag"][: account["requests"]]}
        placed = {int(row["tag"]): int(row["ticket"]) for row in self.ledger.orders[: account["orders"]]}
        met = self._transit.arrived(waiting)
        if met:
            self._transit.match(met, [row for row in rows if int(row["order"]) >= first_ticket], placed)
            why = refusal_of(before, account["refused"])
            for asked in met:
                if asked.request is None:
                    asked.refused = why if len(met) == 1 else ""
                elif asked.ticket is None:
                    asked.refused = why or "invalid_price"
        for asked in self._transit.open:
            if not asked.travels:
                self._follow(asked, rows, works=asked.number in placed)
        self._transit.forget()

    def _follow(self, asked: Asked, rows: Any, *, works: bool) -> None:
        """Bring one order up to date."""
        own = [row for row in rows if asked.ticket is not None and int(row["order"]) == asked.ticket]
        if asked.refused:
            code, _, words = REFUSALS[asked.refused]
            self._change(asked, status=OrderStatus.REJECTED, reason=f"{words} ({code})")
        elif own:
            self._fill(asked, own, works=works)
        elif not works:
            request = self.orders[asked.number].request
            ended = 0 < request.expire_time_ns <= self.time_ns or request.time_in_force is TimeInForce.DAY
            expired = ended and not asked.cancelling
            self._change(asked, status=OrderStatus.EXPIRED if expired else OrderStatus.CANCELLED)

    def _fill(self, asked: Asked, own: list[Any], *, works: bool) -> None:
        order, steps = self.orders[asked.number], sum(int(row["volume_steps"]) for row in own)
        record, instrument = self.ledger.symbols[int(own[0]["symbol"])], self.instruments[order.symbol]
        lots = round(steps * instrument.volume_step, 8)
        scale = float(record["scale"])
        price = sum(int(row["price"]) * int(row["volume_steps"]) for row in own) / steps / scale
        total = round(order.filled_lots + lots, 8)
        whole = total >= order.request.volume_lots - 1e-8
        status = OrderStatus.FILLED if whole else OrderStatus.PARTIAL if works else OrderStatus.CANCELLED
        self._change(
            asked,
            status=status,
            filled_lots=total,
            average_price=(order.average_price * order.filled_lots + price * lots) / total,
            position=int(own[-1]["position"]),
        )

    def _change(self, asked: Asked, **fields: Any) -> None:
        order = attrs.evolve(self.orders[asked.number], **fields)
        if not order.status.working:
            order = attrs.evolve(order, done_time_ns=self.time_ns)
            asked.done = True
        self.orders[asked.number] = order
        self._tell(BrokerEventKind.ORDER, order=order)

    # ----------------------------------------------------------------------------------------------- showing
    def working(self) -> tuple[OrderState, ...]:
        """List the orders that work or are on their way, as they stand after changes."""
        rows = {int(row["tag"]): row for row in self.ledger.orders[: self.ledger.account["orders"]]}
        return tuple(self._standing(self.orders[each.number], rows.get(each.number)) for each in self._transit.open)

    def _standing(self, order: OrderState, row: Any) -> OrderState:
        return order if row is None else order_of(order, row, float(self.ledger.symbols[int(row["symbol"])]["scale"]))

    def position(self, ticket: int) -> Position:
        """Give an open position.

        Raises
        ------
        OrderRejectedError
            If there is none of that ticket.
        """
        for row in self.ledger.positions[: self.ledger.account["positions"]]:
            if int(row["ticket"]) == ticket:
                return self._position(row)
        return reject("no_position", f"Ticket {ticket}.")

    def positions(self) -> tuple[Position, ...]:
        """List what is open."""
        return tuple(self._position(row) for row in self.ledger.positions[: self.ledger.account["positions"]])

    def _position(self, row: Any) -> Position:
        opener = self._transit.request(int(row["tag"]))
        return position_of(row, self._contract(row), float(self.ledger.account["money_scale"]), opener)

    def _contract(self, row: Any) -> Contract:
        index = int(row["symbol"])
        return Contract(self.ledger.symbols[index], self._instrument(row))

    def state(self) -> AccountState:
        """Tell how the account stands."""
        account = self.ledger.account
        return AccountState(
            time_ns=self.time_ns,
            currency=self.specification.currency,
            balance=float(account["balance"]),
            equity=float(account["equity"]),
            margin=float(account["margin"]),
            login=self.login,
        )

    def _deal(self, row: Any) -> Deal:
        number = self._transit.by_ticket(int(row["order"])) or 0
        return deal_of(row, self._contract(row), number, self._transit.request(number))

    def give_reason(self, deal: int, reason: str) -> Deal:
        """Say why one of the last price's deals was made, where whoever asked for it knows better."""
        row = next(each for each in self.ledger.book["deals"][: self.ledger.account["deals"]] if each["ticket"] == deal)
        row["reason"] = CLOSE_REASONS.index(reason)
        number = next(number for number in range(len(self.deals) - 1, -1, -1) if self.deals[number].deal == deal)
        self.deals[number] = attrs.evolve(self.deals[number], reason=reason)
        return self.deals[number]

    def _tell(self, kind: BrokerEventKind, **thing: Any) -> None:
        event = BrokerEvent(kind=kind, time_ns=self.time_ns, **thing)
        for listener in tuple(self.listeners):
            listener(event)
