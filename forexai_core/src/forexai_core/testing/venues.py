"""A venue in memory: it keeps the truth of orders, positions and deals on quotes that a test gives it.

It is a stand-in for a broker's server, not a simulator of markets: every order is filled whole at the
quote, and money follows the plainest contract. Backtests and paper trading use the ledger of
``forexai_core.engine``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

import attrs

from forexai_core.errors import OrderRejectedError, RateError, RejectionKind
from forexai_core.ports.broker import (
    BrokerCapabilities,
    BrokerEvent,
    BrokerEventKind,
    Quote,
    Transfer,
    TransferKind,
)
from forexai_core.values.accounts import Account, AccountMode, AccountState
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import (
    Deal,
    DealEntry,
    OrderKind,
    OrderRequest,
    OrderState,
    OrderStatus,
    TimeInForce,
    floor_volume,
    on_step,
)
from forexai_core.values.positions import Position

__all__ = ["SIMULATED_CAPABILITIES", "START_NS", "SimulatedVenue"]

START_NS = 1_700_000_000_000_000_000
"""When a simulated venue begins: 14 November 2023, 22:13:20 UTC."""

SIMULATED_CAPABILITIES = BrokerCapabilities(
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.UNTIL}),
    modes=frozenset({AccountMode.HEDGING}),
    live_money=False,
)
"""What a simulated venue can do."""

_INVALID, _VOLUME, _PRICE, _STOPS, _UNKNOWN = 10013, 10014, 10015, 10016, 10036


def _reject(code: int, message: str) -> NoReturn:
    kind = RejectionKind.GONE if code == _UNKNOWN else RejectionKind.FINAL
    raise OrderRejectedError(message, code=code, kind=kind)


class SimulatedVenue:
    """A hedging account at a venue in memory.

    Parameters
    ----------
    symbols : iterable of str
        From the catalogue.
    account : Account
        Money at the start.

    Attributes
    ----------
    listeners : list of callable
        Each gets every :class:`BrokerEvent`.
    login : str
        Which account it is.
    transfers : list of Transfer
        What was deposited, withdrawn and lent: see :meth:`transfer`.
    """

    def __init__(self, symbols: Iterable[str] = ("EURUSD",), account: Account | None = None) -> None:
        self.specification = account or Account()
        self.instruments: dict[str, Instrument] = {symbol: find_instrument(symbol) for symbol in symbols}
        self.time_ns = START_NS
        self.quotes: dict[str, Quote] = {}
        self.orders: dict[int, OrderState] = {}
        self.positions: dict[int, Position] = {}
        self.deals: list[Deal] = []
        self.transfers: list[Transfer] = []
        self.balance = self.specification.balance
        self.credit = 0.0
        self.listeners: list[Callable[[BrokerEvent], None]] = []
        self.login = "1@memory"
        self._tickets = 0
        self._asked: dict[str, tuple[object, int]] = {}

    # ------------------------------------------------------------------------------------------------ prices
    def set_quote(self, symbol: str, bid: float, ask: float, *, after_ns: int = 1_000_000_000) -> None:
        """Change a quote some time after the last one, and execute what it touches."""
        self.time_ns += after_ns
        self.quotes[symbol] = Quote(symbol=symbol, time_ns=self.time_ns, bid=bid, ask=ask)
        self._tell(BrokerEventKind.QUOTE, quote=self.quotes[symbol])
        for order in [each for each in self.orders.values() if each.status.working]:
            if order.request.time_in_force is TimeInForce.UNTIL and self.time_ns >= order.request.expire_time_ns:
                self._finish(order, OrderStatus.EXPIRED, "expired")
            elif order.symbol == symbol:
                self._trigger(order)
        for position in [each for each in self.positions.values() if each.symbol == symbol]:
            self._guard(position)

    def quote_of(self, symbol: str) -> Quote:
        """Give the last quote."""
        if symbol not in self.quotes:
            _reject(_INVALID, f"There are no prices of '{symbol}' here. Known: {', '.join(self.quotes) or 'none'}.")
        return self.quotes[symbol]

    def _price(self, symbol: str, side: int) -> float:
        quote = self.quote_of(symbol)
        return quote.ask if side > 0 else quote.bid

    # ------------------------------------------------------------------------------------------------ orders
    def submit(self, request: OrderRequest) -> OrderState:
        """Take an order; the same one twice is one."""
        if request.client_id in self._asked:
            return self._again(request.client_id, request)
        self._check(request)
        order = self._record(request, request)
        return self._fill(order) if request.kind is OrderKind.MARKET else order

    def close(self, ticket: int, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Close a position, or a part of it, at the market."""
        body = (ticket, volume_lots)
        if client_id in self._asked:
            return self._again(client_id, body)
        position = self.position(ticket)
        volume = position.volume_lots if volume_lots is None else volume_lots
        request = OrderRequest(
            client_id=client_id, symbol=position.symbol, side=-position.side, volume_lots=volume, position=ticket
        )
        self._check(request)
        return self._fill(self._record(request, body))

    def cancel(self, ticket: int) -> OrderState:
        """Take a working order back."""
        return self._finish(self._working(ticket), OrderStatus.CANCELLED, "cancelled by the client")

    def modify(self, ticket: int, price: float | None, stop_loss: float | None, take_profit: float | None) -> None:
        """Change a position's stop and target, or a working order."""
        if ticket in self.positions:
            position = self.positions[ticket]
            position = attrs.evolve(
                position,
                stop_loss=position.stop_loss if stop_loss is None else stop_loss,
                take_profit=position.take_profit if take_profit is None else take_profit,
            )
            if price is not None:
                _reject(_PRICE, f"Position {ticket} is open: its price does not change.")
            self._check_stops(position.symbol, position.side, position, self._price(position.symbol, -position.side))
            self.positions[ticket] = position
            return
        order = self._working(ticket)
        request = attrs.evolve(
            order.request,
            price=order.request.price if price is None else price,
            stop_loss=order.request.stop_loss if stop_loss is None else stop_loss,
            take_profit=order.request.take_profit if take_profit is None else take_profit,
        )
        self._check(request)
        self.orders[ticket] = attrs.evolve(order, request=request)
        self._tell(BrokerEventKind.ORDER, order=self.orders[ticket])

    def position(self, ticket: int) -> Position:
        """Give an open position."""
        if ticket not in self.positions:
            _reject(_UNKNOWN, f"There is no open position {ticket}. Open: {list(self.positions) or 'none'}.")
        return self._marked(self.positions[ticket])

    def transfer(self, amount: float, kind: TransferKind = TransferKind.BALANCE) -> Transfer:
        """Move money to the account, or from it where the amount is below 0."""
        self._tickets += 1
        self.transfers.append(Transfer(transfer=self._tickets, time_ns=self.time_ns, amount=amount, kind=kind))
        purse = "credit" if kind is TransferKind.CREDIT else "balance"
        setattr(self, purse, round(getattr(self, purse) + amount, self.specification.digits))
        return self.transfers[-1]

    def state(self) -> AccountState:
        """Tell how the account stands."""
        marked = [self._marked(each) for each in self.positions.values()]
        margin = sum(
            each.volume_lots * self.instruments[each.symbol].contract_size * self._base_rate(each.symbol)
            for each in marked
        )
        return AccountState(
            time_ns=self.time_ns,
            currency=self.specification.currency,
            balance=self.balance,
            equity=round(self.balance + self.credit + sum(each.profit for each in marked), self.specification.digits),
            margin=round(margin / self.specification.leverage, self.specification.digits),
            login=self.login,
        )

    # ----------------------------------------------------------------------------------------------- checks
    def _again(self, client_id: str, body: object) -> OrderState:
        asked, ticket = self._asked[client_id]
        if asked != body:
            _reject(_INVALID, f"'{client_id}' is the name of another order ({ticket}). Give each order its own.")
        return self.orders[ticket]

    def _check(self, request: OrderRequest) -> None:
        instrument = self.instruments.get(request.symbol)
        if instrument is None:
            _reject(_INVALID, f"'{request.symbol}' is not traded here. Known: {', '.join(self.instruments)}.")
        low, high, step = instrument.volume_min, instrument.volume_max, instrument.volume_step
        if not low <= request.volume_lots <= high or not on_step(request.volume_lots, step):
            _reject(_VOLUME, f"{request.volume_lots} lots: {low:g} to {high:g} in steps of {step:g} are traded.")
        if request.time_in_force is TimeInForce.DAY:
            _reject(_INVALID, "Orders for the day are not kept here.")
        if request.position:
            self._check_closing(request)
        if request.opens or request.kind is not OrderKind.MARKET:
            entry = self._check_price(request)
            self._check_stops(request.symbol, request.side, request, entry)

    def _check_closing(self, request: OrderRequest) -> None:
        position = self.position(request.position)
        if (position.symbol, position.side) != (request.symbol, -request.side):
            _reject(
                _INVALID, f"Position {position.position} is {position.side:+d} {position.symbol}: close it by -side."
            )
        if request.volume_lots > position.volume_lots:
            _reject(_VOLUME, f"Position {position.position} has {position.volume_lots:g} lots.")

    def _check_price(self, request: OrderRequest) -> float:
        """Check the price of a pending order; give the price from which its stops are measured."""
        market = self._price(request.symbol, request.side)
        if request.kind is OrderKind.MARKET:
            return self._price(request.symbol, -request.side)
        beyond = request.side * (request.price - market) > 0
        if beyond == (request.kind is OrderKind.LIMIT):
            _reject(_PRICE, f"A {request.kind} order at {request.price} lies on the wrong side of {market}.")
        return request.limit_price or request.price

    def _check_stops(self, symbol: str, side: int, wanted: OrderRequest | Position, entry: float) -> None:
        least = self.instruments[symbol].stops_level_points * self.instruments[symbol].point
        stop, target = wanted.stop_loss, wanted.take_profit
        if (stop and side * (entry - stop) <= least) or (target and side * (target - entry) <= least):
            _reject(_STOPS, f"Stop {stop:g} and target {target:g} do not surround {entry:g} on the right sides.")

    def _working(self, ticket: int) -> OrderState:
        order = self.orders.get(ticket)
        if order is None or not order.status.working:
            _reject(_UNKNOWN, f"There is no working order {ticket}.")
        return order

    # -------------------------------------------------------------------------------------------- executions
    def _record(self, request: OrderRequest, body: object) -> OrderState:
        self._tickets += 1
        order = OrderState(order=self._tickets, request=request, status=OrderStatus.PLACED, placed_time_ns=self.time_ns)
        self.orders[order.order] = order
        self._asked[request.client_id] = (body, order.order)
        self._tell(BrokerEventKind.ORDER, order=order)
        return order

    def _trigger(self, order: OrderState) -> None:
        request = order.request
        ahead = request.side * (self._price(request.symbol, request.side) - request.price)
        if request.kind is OrderKind.LIMIT and ahead <= 0:
            self._fill(order, request.price)
        elif request.kind is OrderKind.STOP and ahead >= 0:
            self._fill(order)
        elif request.kind is OrderKind.STOP_LIMIT and ahead >= 0:
            limit = attrs.evolve(request, kind=OrderKind.LIMIT, price=request.limit_price, limit_price=0.0)
            self.orders[order.order] = attrs.evolve(order, request=limit)

    def _guard(self, position: Position) -> None:
        price = self._price(position.symbol, -position.side)
        if position.stop_loss and position.side * (price - position.stop_loss) <= 0:
            self._leave(position, position.volume_lots, price, reason="stop_loss")
        elif position.take_profit and position.side * (price - position.take_profit) >= 0:
            self._leave(position, position.volume_lots, position.take_profit, reason="take_profit")

    def _fill(self, order: OrderState, price: float | None = None) -> OrderState:
        request = order.request
        at = self._price(request.symbol, request.side) if price is None else price
        if request.position:
            ticket = request.position
            self._leave(self.position(ticket), request.volume_lots, at, reason="signal", order=order)
        else:
            ticket = self._enter(order, at)
        done = attrs.evolve(
            self.orders[order.order],
            status=OrderStatus.FILLED,
            filled_lots=request.volume_lots,
            average_price=at,
            position=ticket,
            done_time_ns=self.time_ns,
        )
        self.orders[order.order] = done
        self._tell(BrokerEventKind.ORDER, order=done)
        return done

    def _finish(self, order: OrderState, status: OrderStatus, reason: str) -> OrderState:
        done = attrs.evolve(order, status=status, reason=reason, done_time_ns=self.time_ns)
        self.orders[order.order] = done
        self._tell(BrokerEventKind.ORDER, order=done)
        return done

    def _enter(self, order: OrderState, price: float) -> int:
        request, ticket = order.request, order.order
        self.positions[ticket] = Position(
            position=ticket,
            client_id=request.client_id,
            symbol=request.symbol,
            side=request.side,
            volume_lots=request.volume_lots,
            open_time_ns=self.time_ns,
            open_price=price,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
            tag=request.tag,
            magic=request.magic,
        )
        self._book(order, self.positions[ticket], entry=DealEntry.IN, volume=request.volume_lots, price=price)
        return ticket

    def _leave(
        self, position: Position, volume: float, price: float, *, reason: str, order: OrderState | None = None
    ) -> None:
        left = floor_volume(position.volume_lots - volume, self.instruments[position.symbol].volume_step)
        if left > 0:
            self.positions[position.position] = attrs.evolve(position, volume_lots=left)
        else:
            del self.positions[position.position]
        profit = self._profit(position, volume, price)
        self._book(order, position, entry=DealEntry.OUT, volume=volume, price=price, profit=profit, reason=reason)

    def _book(
        self,
        order: OrderState | None,
        position: Position,
        *,
        entry: DealEntry,
        volume: float,
        price: float,
        profit: float = 0.0,
        reason: str = "signal",
    ) -> None:
        symbol = position.symbol
        self._tickets += 1
        commission = -round(self.instruments[symbol].commission_per_lot * volume, self.specification.digits)
        deal = Deal(
            deal=self._tickets,
            order=order.order if order else 0,
            position=position.position,
            client_id=order.client_id if order else "",
            symbol=symbol,
            time_ns=self.time_ns,
            side=position.side if entry is DealEntry.IN else -position.side,
            entry=entry,
            volume_lots=volume,
            price=price,
            profit=profit,
            commission=commission,
            reason=reason,
            tag=order.request.tag if order else "",
            magic=order.request.magic if order else position.magic,
        )
        self.deals.append(deal)
        self.balance = round(self.balance + profit + commission, self.specification.digits)
        self._tell(BrokerEventKind.DEAL, deal=deal)

    # ------------------------------------------------------------------------------------------------- money
    def _profit(self, position: Position, volume: float, price: float) -> float:
        instrument = self.instruments[position.symbol]
        amount = position.side * (price - position.open_price) * volume * instrument.contract_size
        currency = self.specification.currency
        if instrument.profit_currency != currency:
            if instrument.base_currency != currency:
                raise RateError(f"{instrument.symbol}: this venue has no rate from {instrument.profit_currency}.")
            amount /= price
        return round(amount, self.specification.digits)

    def _base_rate(self, symbol: str) -> float:
        own = self.instruments[symbol].base_currency == self.specification.currency
        return 1.0 if own else self.quote_of(symbol).bid

    def _marked(self, position: Position) -> Position:
        price = self._price(position.symbol, -position.side)
        return attrs.evolve(position, price=price, profit=self._profit(position, position.volume_lots, price))

    def _tell(
        self,
        kind: BrokerEventKind,
        *,
        quote: Quote | None = None,
        order: OrderState | None = None,
        deal: Deal | None = None,
    ) -> None:
        event = BrokerEvent(kind=kind, time_ns=self.time_ns, quote=quote, order=order, deal=deal)
        for listener in tuple(self.listeners):
            listener(event)
