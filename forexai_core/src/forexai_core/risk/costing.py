"""What orders and positions lose at their stops, in the money that a broker would book.

Profits convert at the closing price where the symbol converts itself, else at the rate at which a loss is bought; money
is rounded to the currency's digits deal by deal, as the ledger does.
"""

from __future__ import annotations

import math

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.risk import Holding, HoldingKind
from forexai_core.risk.sizing import money_per_price, rate_at
from forexai_core.values.accounts import currency_digits
from forexai_core.values.charges import Charged, Commission
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest
from forexai_core.values.positions import Position

__all__ = ["Terms", "entry_price", "entry_risk", "order_holding", "position_holding"]

# A decimal half is often stored a little low, the more so the larger the amount; it still rounds away from zero.
_HALF = 0.5 + 1e-5
_GROWTH = 1.0 + 2.0**-48


@attrs.frozen(kw_only=True)
class Terms:
    """What a symbol is worth and costs on one account, now.

    Attributes
    ----------
    instrument : Instrument
        Its contract.
    currency : str
        Of the account.
    bid, ask : float
        The present quote.
    rate : float or None
        Account currency per unit of profit currency, as a loss is bought; None where the instrument's own currencies
        give it.
    base_rate : float or None
        Account currency per unit of base currency, for exposures; None where the quote and `rate` give it.
    commission : Commission
        What a deal is charged.
    fee_rate : float
        Account currency per unit of the commission's currency.
    slippage_points : float
        Against the trader, on market orders, stop orders and stops.
    night_long, night_short : float
        What the coming rollover books for one lot, account currency; negative is paid.
    """

    instrument: Instrument
    currency: str
    bid: float
    ask: float
    rate: float | None = None
    base_rate: float | None = None
    commission: Commission = attrs.field(factory=Commission)
    fee_rate: float = 1.0
    slippage_points: float = 0.0
    night_long: float = 0.0
    night_short: float = 0.0

    def money(self, amount: float) -> float:
        """Round to the account currency's digits, halves away from zero."""
        scale = 10.0 ** currency_digits(self.currency)
        rounded = math.floor(abs(amount) * scale * _GROWTH + _HALF) / scale
        return rounded if amount >= 0 else -rounded

    def price_loss(self, side: int, lots: float, entry: float, stop: float) -> float:
        """Compute what the way from one price to a worse one loses; 0 where it is not worse."""
        distance = round(side * (entry - stop), 10)  # prices lie on the grid; their difference carries binary noise
        if distance <= 0:
            return 0.0
        worth = money_per_price(self.instrument) * rate_at(self.instrument, self.currency, stop, self.rate)
        return self.money(distance * lots * worth)

    def commission_of(self, lots: float, price: float, *, opens: bool) -> float:
        """Compute what a deal is charged, 0 or above."""
        terms = self.commission
        if not opens and terms.charged is Charged.OPENING:
            return 0.0
        amount = (terms.per_lot * lots + terms.per_deal) * self.fee_rate
        if terms.percent:
            turnover = lots * money_per_price(self.instrument) * price
            amount += terms.percent / 100.0 * turnover * rate_at(self.instrument, self.currency, price, self.rate)
        least = terms.minimum * self.fee_rate
        most = math.inf if terms.maximum is None else terms.maximum * self.fee_rate
        return self.money(min(max(amount, least), most))

    def night_cost(self, side: int, lots: float) -> float:
        """Compute what the coming rollover charges, 0 or above."""
        booked = lots * (self.night_long if side > 0 else self.night_short)
        return max(0.0, self.money(-booked))

    def value(self, lots: float) -> float:
        """Compute what a volume is worth, account currency."""
        price = (self.bid + self.ask) / 2.0
        instrument = self.instrument
        if instrument.base_currency == self.currency and instrument.profit_currency != self.currency:
            return lots * instrument.contract_size
        if self.base_rate is not None:
            return lots * instrument.contract_size * self.base_rate
        return lots * money_per_price(instrument) * price * rate_at(instrument, self.currency, price, self.rate)


def entry_price(request: OrderRequest, terms: Terms) -> float:
    """Give the price at which an order would open, without slippage: the quote, or its own."""
    if request.kind is OrderKind.MARKET:
        return terms.ask if request.side > 0 else terms.bid
    return request.limit_price if request.kind is OrderKind.STOP_LIMIT else request.price


def entry_risk(request: OrderRequest, terms: Terms, *, lots: float | None = None) -> float | None:
    """Compute what an order that opens loses if its stop is hit: the way to it, slippage and both commissions.

    Parameters
    ----------
    request : OrderRequest
        The order.
    terms : Terms
        Of its symbol.
    lots : float, optional
        The part of it that may still be filled; default all.

    Returns
    -------
    float or None
        Account currency; None without a stop.
    """
    if not request.stop_loss:
        return None
    lots = request.volume_lots if lots is None else lots
    side, slip = request.side, terms.slippage_points * terms.instrument.point
    slips = request.kind in {OrderKind.MARKET, OrderKind.STOP}
    opened = entry_price(request, terms) + (side * slip if slips else 0.0)
    closed = request.stop_loss - side * slip
    _check(request.symbol, terms)
    return (
        terms.price_loss(side, lots, opened, closed)
        + terms.commission_of(lots, opened, opens=True)
        + terms.commission_of(lots, closed, opens=False)
    )


def _check(symbol: str, terms: Terms) -> None:
    if terms.instrument.symbol != symbol:
        raise ConfigError(f"The terms are of {terms.instrument.symbol}, the order or position is of {symbol}.")


def position_holding(position: Position, terms: Terms, *, closing: bool = False) -> Holding:
    """Describe an open position as a risk: what it loses from the present price to its stop, and its closing.

    One whose full close is on its way (``closing``) no longer waits for its stop: only its closing costs count.
    """
    _check(position.symbol, terms)
    side, lots, loss = position.side, position.volume_lots, None
    now = terms.bid if side > 0 else terms.ask
    if closing:
        loss = terms.commission_of(lots, now, opens=False)
    elif position.stop_loss:
        closed = position.stop_loss - side * terms.slippage_points * terms.instrument.point
        loss = terms.price_loss(side, lots, now, closed) + terms.commission_of(lots, closed, opens=False)
    return _holding(HoldingKind.POSITION, terms, side, lots, loss)


def order_holding(
    request: OrderRequest, terms: Terms, *, lots: float | None = None, kind: HoldingKind = HoldingKind.ORDER
) -> Holding:
    """Describe an order that works, or an intent of unknown outcome, as a risk; parameters as :func:`entry_risk`."""
    lots = request.volume_lots if lots is None else lots
    return _holding(kind, terms, request.side, lots, entry_risk(request, terms, lots=lots))


def _holding(kind: HoldingKind, terms: Terms, side: int, lots: float, loss: float | None) -> Holding:
    instrument = terms.instrument
    return Holding(
        kind=kind,
        symbol=instrument.symbol,
        base_currency=instrument.base_currency,
        quote_currency=instrument.profit_currency,
        side=side,
        volume_lots=lots,
        value=terms.value(lots),
        loss_at_stop=loss,
        night_cost=terms.night_cost(side, lots),
    )
