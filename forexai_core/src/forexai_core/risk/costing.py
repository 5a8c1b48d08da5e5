"""What orders and positions lose at their stops, in the money that a broker would book.

Profits convert at the closing price where the symbol converts itself, else at the rate at which a loss is bought; money
is rounded to the currency's digits deal by deal, as the ledger does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.risk import Holding, HoldingKind
from forexai_core.risk.sizing import money_per_price, rate_at
from forexai_core.values.accounts import currency_digits
from forexai_core.values.charges import Charged, Commission
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest
from forexai_core.values.positions import Position

__all__ = ["Stake", "Terms", "entry_price", "entry_risk", "loss_together", "order_holding", "position_holding"]

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

    @property
    def slippage(self) -> float:
        """What a fill slips against the trader, in price."""
        return self.slippage_points * self.instrument.point

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


@attrs.frozen(kw_only=True)
class Stake:
    """A volume that is open, works or is on its way: what of it a stop would lose.

    Attributes
    ----------
    kind : HoldingKind
        Which of them.
    side : int
        +1 long, -1 short.
    lots : float
        What is open, or may be.
    price : float
        From which it loses, slippage aside: the present one of what is open, else its own.
    stop : float
        Its own; 0 none.
    slips : bool
        Whether its opening is still to come, and slips.
    inherits : bool
        Whether it adds to what is open and brings no stop, so that it gets the one that is there.
    terms : Terms
        Of its symbol.
    """

    kind: HoldingKind = attrs.field(converter=HoldingKind)
    side: int
    lots: float
    price: float
    stop: float
    slips: bool = False
    inherits: bool = False
    terms: Terms

    @classmethod
    def of_position(cls, position: Position, terms: Terms) -> Stake:
        """Describe what is open."""
        _check(position.symbol, terms)
        now = terms.bid if position.side > 0 else terms.ask
        return cls(
            kind=HoldingKind.POSITION,
            side=position.side,
            lots=position.volume_lots,
            price=now,
            stop=position.stop_loss,
            terms=terms,
        )

    @classmethod
    def of_order(
        cls,
        request: OrderRequest,
        terms: Terms,
        *,
        lots: float | None = None,
        kind: HoldingKind = HoldingKind.ORDER,
    ) -> Stake:
        """Describe an order that opens; ``lots`` of it may still be filled, by default all."""
        _check(request.symbol, terms)
        return cls(
            kind=kind,
            side=request.side,
            lots=request.volume_lots if lots is None else lots,
            price=entry_price(request, terms),
            stop=request.stop_loss,
            slips=request.kind in {OrderKind.MARKET, OrderKind.STOP},
            terms=terms,
        )

    @property
    def opened(self) -> float:
        """The price from which it loses, slippage included."""
        return self.price + (self.side * self.terms.slippage if self.slips else 0.0)

    @property
    def opening_cost(self) -> float:
        """Commission that its opening is still to be charged."""
        if self.kind is HoldingKind.POSITION:
            return 0.0
        return self.terms.commission_of(self.lots, self.opened, opens=True)

    @property
    def closing_cost(self) -> float:
        """Commission of closing it at once."""
        return self.terms.commission_of(self.lots, self.price, opens=False)

    def holding(self, loss: float | None) -> Holding:
        """Give the holding that it is, losing so much at its stop."""
        terms, instrument = self.terms, self.terms.instrument
        return Holding(
            kind=self.kind,
            symbol=instrument.symbol,
            base_currency=instrument.base_currency,
            quote_currency=instrument.profit_currency,
            side=self.side,
            volume_lots=self.lots,
            value=terms.value(self.lots),
            loss_at_stop=loss,
            night_cost=terms.night_cost(self.side, self.lots),
        )


def loss_together(stakes: Sequence[Stake], stop: float) -> float | None:
    """Compute what stakes of one symbol and side lose, as one position, if a stop is hit.

    Parameters
    ----------
    stakes : sequence of Stake
        At least one.
    stop : float
        Price; 0 none.

    Returns
    -------
    float or None
        Account currency, slippage and the commissions still to come included; None without a stop.
    """
    if not stop:
        return None
    terms, side = stakes[0].terms, stakes[0].side
    lots = sum(each.lots for each in stakes)
    opened = sum(each.lots * each.opened for each in stakes) / lots
    closed = stop - side * terms.slippage
    return (
        terms.price_loss(side, lots, opened, closed)
        + sum(each.opening_cost for each in stakes)
        + terms.commission_of(lots, closed, opens=False)
    )


def _check(symbol: str, terms: Terms) -> None:
    if terms.instrument.symbol != symbol:
        raise ConfigError(f"The terms are of {terms.instrument.symbol}, the order or position is of {symbol}.")


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
    return loss_together((Stake.of_order(request, terms, lots=lots),), request.stop_loss)


def position_holding(position: Position, terms: Terms, *, closing: bool = False) -> Holding:
    """Describe an open position as a risk: what it loses from the present price to its stop, and its closing.

    One whose full close is on its way (``closing``) no longer waits for its stop: only its closing costs count.
    """
    stake = Stake.of_position(position, terms)
    return stake.holding(stake.closing_cost if closing else loss_together((stake,), stake.stop))


def order_holding(
    request: OrderRequest, terms: Terms, *, lots: float | None = None, kind: HoldingKind = HoldingKind.ORDER
) -> Holding:
    """Describe an order that works, or an intent of unknown outcome, as a risk; parameters as :func:`entry_risk`."""
    stake = Stake.of_order(request, terms, lots=lots, kind=kind)
    return stake.holding(loss_together((stake,), stake.stop))
