"""The ledger's requests, orders and positions as the values that risk rules know."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, NamedTuple

import attrs

from forexai_core._jit import kernel
from forexai_core.backtesting.openings import entry_and_stop, lost_per_step
from forexai_core.engine.accounting.commissions import fixed_commission
from forexai_core.engine.accounting.margin import initial_margin, maintenance_margin
from forexai_core.engine.accounting.money import convert
from forexai_core.engine.ledger import Ledger, rate_unknown
from forexai_core.engine.preparation.contracts import CostSheet
from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.errors import RateError
from forexai_core.risk.costing import Terms
from forexai_core.risk.marks import day_of
from forexai_core.risk.nights import coming_rollover, night_per_lot
from forexai_core.values.accounts import Account
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position

__all__ = ["OPENING_KINDS", "LedgerValues", "converted"]

OPENING_KINDS = {
    records.REQUEST_MARKET: OrderKind.MARKET,
    records.REQUEST_BUY_SELL_LIMIT: OrderKind.LIMIT,
    records.REQUEST_BUY_SELL_STOP: OrderKind.STOP,
    records.REQUEST_STOP_LIMIT: OrderKind.STOP_LIMIT,
}
"""Requests that may open a position."""

_REQUESTS = {kind: request for request, kind in OPENING_KINDS.items()}

_BY_COLUMN = 2  # how a symbol's profit reaches the account: by the rates of the run


class _Rollover(NamedTuple):
    """The next rollover of a symbol that counts, as it was at a time: days that it counts, rates long and short."""

    since_ns: int
    midnight_ns: int
    days: float
    rates: tuple[float, float]


@kernel
def converted(symbol: Any, amount: float, price: int) -> float:
    """Turn profit currency into account currency: `convert`, kept on disk.

    That one is written into each kernel that uses it; called by itself it is compiled anew in every process, which
    takes seconds at the first order.
    """
    return convert(symbol, amount, price)


def _price(points: int, symbol: Any) -> float:
    return 0.0 if points == NO_PRICE else float(points / symbol["scale"])


def _life(expiry_ns: int) -> TimeInForce:
    if expiry_ns == records.UNTIL_MIDNIGHT:
        return TimeInForce.DAY
    return TimeInForce.UNTIL if expiry_ns else TimeInForce.GTC


def _swap_rates(sheet: CostSheet, day: int) -> tuple[float, float]:
    """Give the long and the short rate of a day, counted from 1970."""
    rates = sheet.swap_long, sheet.swap_short
    for dated in sheet.swap_rates:
        if dated.day_number <= day:
            rates = dated.long, dated.short
    return rates


class LedgerValues:
    """Reads the rows of a ledger as values.

    Parameters
    ----------
    ledger : Ledger
        The account.
    account : Account
        As the run began.
    instruments : mapping of str to Instrument
        In the order of the ledger's symbols.
    """

    def __init__(self, ledger: Ledger, account: Account, instruments: Mapping[str, Instrument]) -> None:
        self._ledger = ledger
        self._account = account
        self._instruments = tuple(instruments.values())
        self._places = {symbol: place for place, symbol in enumerate(instruments)}
        self._sheets = tuple(ledger.setup.costs[symbol] for symbol in instruments)
        self._rollovers: dict[int, _Rollover] = {}

    def instrument(self, index: int) -> Instrument:
        """Give the contract of a symbol."""
        return self._instruments[index]

    def quote(self, index: int) -> tuple[float, float]:
        """Give the present bid and ask of a symbol."""
        symbol = self._ledger.symbols[index]
        return _price(symbol["bid"], symbol), _price(symbol["ask"], symbol)

    def profit_rate(self, index: int) -> float:
        """Give account currency per unit of a symbol's profit currency, as a loss is bought."""
        symbol = self._ledger.symbols[index]
        return -float(converted(symbol, -1.0, int(symbol["bid"])))

    def terms(self, index: int) -> Terms:
        """Give what a symbol is worth and costs now."""
        symbol, sheet, instrument = self._ledger.symbols[index], self._sheets[index], self._instruments[index]
        bid, ask = self.quote(index)
        rate = float(symbol["loss_rate"]) if symbol["profit_conversion"] == _BY_COLUMN else None
        if rate is not None and isnan(rate):
            raise self._rate_unknown(index)
        long, short = self._nights(index, bid, ask, rate)
        return Terms(
            instrument=instrument,
            currency=self._account.currency,
            bid=bid,
            ask=ask,
            rate=rate,
            commission=sheet.commission,
            fee_rate=float(symbol["fee_rate"]),
            slippage_points=float(symbol["slippage"]),
            night_long=long,
            night_short=short,
        )

    def _nights(self, index: int, bid: float, ask: float, profit_rate: float | None) -> tuple[float, float]:
        """Give what the coming rollover books for a lot bought and a lot sold."""
        sheet, coming = self._sheets[index], self._coming(index)
        symbol = self._ledger.symbols[index]
        margin_rate = float(symbol["margin_currency_rate"]) if symbol["margin_conversion"] == _BY_COLUMN else None
        long, short = (
            night_per_lot(
                self._instruments[index],
                mode=sheet.swap_mode,
                rate=rate,
                days=coming.days,
                currency=self._account.currency,
                price=price,
                profit_rate=profit_rate,
                margin_rate=margin_rate,
            )
            for rate, price in zip(coming.rates, (bid, ask), strict=True)
        )
        return long, short

    def _coming(self, index: int) -> _Rollover:
        """Give the coming rollover of a symbol; it is the same from when it was looked up until it comes."""
        now_ns, known = int(self._ledger.account["end_ns"]), self._rollovers.get(index)
        if known is None or not known.since_ns <= now_ns < known.midnight_ns:
            sheet, clock = self._sheets[index], self._account.clock
            midnight_ns, days = coming_rollover(clock, now_ns, sheet.swap_days)
            known = _Rollover(now_ns, midnight_ns, days, _swap_rates(sheet, day_of(clock, midnight_ns - 1)))
            self._rollovers[index] = known
        return known

    def place(self, symbol: str) -> int | None:
        """Give the place of a symbol; None where it is not traded here."""
        return self._places.get(symbol)

    def margin(self, order: OrderRequest, lots: float) -> float:
        """Compute what so many lots of an order that opens would bind, account currency."""
        index = self._places[order.symbol]
        symbol = self._ledger.symbols[index]
        steps = round(lots / self._instruments[index].volume_step)
        price = int(symbol["ask"] if order.side > 0 else symbol["bid"])
        kind = _REQUESTS[order.kind]
        return float(initial_margin(self._ledger.account, symbol, kind, order.side, steps, price))

    def bound(self, ticket: int) -> float:
        """Compute what a position binds, account currency."""
        rows = self._ledger.positions[: self._ledger.account["positions"]]
        row = next(each for each in rows if each["ticket"] == ticket)
        symbol, steps = self._ledger.symbols[row["symbol"]], int(row["volume_steps"])
        price = round(float(row["cost"]) / steps)
        return float(maintenance_margin(self._ledger.account, symbol, int(row["side"]), steps, price))

    def price(self, index: int, points: int) -> float:
        """Give a price of a symbol; 0 where there is none."""
        return max(0.0, _price(int(points), self._ledger.symbols[index]))

    def request(self, request: Any) -> OrderRequest:
        """Write a request that may open a position as an order."""
        index = int(request["symbol"])
        symbol, instrument = self._ledger.symbols[index], self._instruments[index]
        kind, side = OPENING_KINDS[int(request["kind"])], int(request["side"])
        own, stop = entry_and_stop(request, symbol, instrument)
        target = int(request["take_profit"])
        if target == NO_PRICE and request["target_distance"] > 0:
            target = instrument.grid.closing_points(own + side * int(request["target_distance"]), side)
        expiry_ns = int(request["expiry_ns"])
        return OrderRequest(
            client_id=f"{instrument.symbol}-{self._ledger.account['next_ticket']}",
            symbol=instrument.symbol,
            side=side,
            kind=kind,
            volume_lots=self._lots(request, symbol, instrument),
            price=0.0 if kind is OrderKind.MARKET else _price(request["price"], symbol),
            limit_price=_price(request["limit_price"], symbol),
            stop_loss=_price(stop, symbol),
            take_profit=_price(target, symbol),
            time_in_force=_life(expiry_ns),
            expire_time_ns=max(expiry_ns, 0),
        )

    def _lots(self, request: Any, symbol: Any, instrument: Instrument) -> float:
        """Give the volume that a request asks for; by risk, as it would be sized now."""
        steps, lost = int(request["volume_steps"]), 0.0
        if request["risk_fraction"] > 0.0:
            lost = lost_per_step(request, symbol, instrument)
        if lost != 0.0:
            budget = float(request["risk_fraction"] * self._ledger.account["equity"] - fixed_commission(symbol))
            sized = budget / lost + 1e-9
            if isnan(sized):
                raise self._rate_unknown(int(request["symbol"]))
            steps = int(min(sized, float(symbol["max_steps"])))
        return round(max(steps, 1) * instrument.volume_step, 8)

    def priced(self, request: OrderRequest) -> OrderRequest:
        """Give an order whose stop is a distance the price at which that would put it now."""
        if request.stop_loss or not request.stop_loss_distance:
            return request
        index = self._places[request.symbol]
        own = request.limit_price or request.price or self.quote(index)[request.side > 0]
        stop = own - request.side * request.stop_loss_distance
        price = self._instruments[index].grid.closing(stop, request.side)
        return attrs.evolve(request, stop_loss=price, stop_loss_distance=0.0)

    def _rate_unknown(self, index: int) -> RateError:
        return rate_unknown(self._instruments[index].symbol, int(self._ledger.account["time_ns"]))

    def positions(self) -> tuple[Position, ...]:
        """Give all that is open."""
        return tuple(map(self.position, self._ledger.positions[: self._ledger.account["positions"]]))

    def orders(self) -> tuple[OrderState, ...]:
        """Give all that waits at the venue."""
        return tuple(map(self.pending, self._ledger.orders[: self._ledger.account["orders"]]))

    def position(self, row: Any) -> Position:
        """Write a row of what is open as a position."""
        symbol = self._ledger.symbols[row["symbol"]]
        instrument = self._instruments[int(row["symbol"])]
        steps = int(row["volume_steps"])
        return Position(
            position=int(row["ticket"]),
            symbol=instrument.symbol,
            side=int(row["side"]),
            volume_lots=round(steps * instrument.volume_step, 8),
            open_time_ns=int(row["open_ns"]),
            open_price=float(row["cost"] / steps / symbol["scale"]),
            stop_loss=_price(row["stop_loss"], symbol),
            take_profit=_price(row["take_profit"], symbol),
            price=_price(symbol["bid"] if row["side"] > 0 else symbol["ask"], symbol),
            swap=float(row["swap"]),
            commission=float(row["commission"]),
        )

    def pending(self, row: Any) -> OrderState:
        """Write a row of what waits as an order that works."""
        symbol = self._ledger.symbols[row["symbol"]]
        instrument = self._instruments[int(row["symbol"])]
        kind = OPENING_KINDS[int(row["kind"])]
        expiry_ns = int(row["expiry_ns"])
        limited = kind is OrderKind.STOP_LIMIT
        request = OrderRequest(
            client_id=f"{instrument.symbol}-{row['ticket']}",
            symbol=instrument.symbol,
            side=int(row["side"]),
            kind=kind,
            volume_lots=round(int(row["volume_steps"]) * instrument.volume_step, 8),
            price=_price(row["price"], symbol),
            limit_price=_price(row["limit_price"], symbol) if limited else 0.0,
            stop_loss=_price(row["stop_loss"], symbol),
            take_profit=_price(row["take_profit"], symbol),
            time_in_force=TimeInForce.UNTIL if expiry_ns else TimeInForce.GTC,
            expire_time_ns=expiry_ns,
        )
        return OrderState(
            order=int(row["ticket"]),
            request=request,
            status=OrderStatus.PLACED,
            placed_time_ns=int(row["placed_ns"]),
        )
