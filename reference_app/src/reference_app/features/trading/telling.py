"""A paper account as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from forexai_core.errors import TradingError
from forexai_core.risk.control import RiskControl
from forexai_core.risk.costing import entry_risk
from forexai_core.risk.sizing import money_per_price, percent_risk, pip_value
from forexai_core.values.accounts import currency_digits
from forexai_core.values.orders import Deal, OrderKind, OrderState
from forexai_core.values.positions import Position
from reference_app.features.trading import schemas
from reference_app.features.trading.asked import Wanted
from reference_app.features.trading.fold import PaperAccount

__all__ = ["deal_shown", "order_shown", "position_shown", "previewed", "sized", "state_of"]

_NAME = "preview"
_SIDES: Mapping[int, Literal["buy", "sell"]] = {1: "buy", -1: "sell"}
_KINDS: Mapping[OrderKind, schemas.KindName] = {
    OrderKind.MARKET: "market",
    OrderKind.LIMIT: "limit",
    OrderKind.STOP: "stop",
    OrderKind.STOP_LIMIT: "stop_limit",
}


def _price(value: float) -> float | None:
    return value or None


class _Purse:
    """Writes money of an account."""

    def __init__(self, account: PaperAccount) -> None:
        self._digits = currency_digits(account.terms.currency)

    def __call__(self, amount: float) -> str:
        return f"{amount:.{self._digits}f}"


def state_of(account: PaperAccount) -> schemas.AccountState:
    """Tell how an account stands."""
    venue, money = account.venue, _Purse(account)
    state = venue.state()
    quotes = (venue.quote(symbol) for symbol in account.symbols)
    return schemas.AccountState(
        market_ns=str(state.time_ns),
        currency=state.currency,
        balance=money(state.balance),
        equity=money(state.equity),
        margin=money(state.margin),
        free_margin=money(state.free_margin),
        market_open=account.market_open,
        quotes=tuple(schemas.QuoteShown(symbol=each.symbol, bid=each.bid, ask=each.ask) for each in quotes),
        limits=_limits(account.control, money),
        halt=_halt(account),
    )


def _halt(account: PaperAccount) -> schemas.HaltShown | None:
    halt = account.halt
    if halt is None:
        return None
    return schemas.HaltShown(since_ns=str(halt.time_ns), by=halt.by, reason=halt.reason, flatten=halt.flatten)


def _limits(control: RiskControl, money: _Purse) -> tuple[schemas.LimitShown, ...]:
    return tuple(
        schemas.LimitShown(
            rule=each.rule, floor=money(each.floor), distance=money(each.distance), broken=each.broken_ns > 0
        )
        for each in control.report().limits
    )


def position_shown(account: PaperAccount, held: Position) -> schemas.PositionShown:
    """Show something that is open."""
    money = _Purse(account)
    return schemas.PositionShown(
        ticket=str(held.position),
        symbol=held.symbol,
        side=_SIDES[held.side],
        volume_lots=held.volume_lots,
        open_ns=str(held.open_time_ns),
        open_price=held.open_price,
        price=held.price,
        stop_loss=_price(held.stop_loss),
        take_profit=_price(held.take_profit),
        profit=money(held.profit),
        swap=money(held.swap),
        commission=money(held.commission),
    )


def order_shown(order: OrderState) -> schemas.OrderShown:
    """Show an order that works."""
    request = order.request
    return schemas.OrderShown(
        ticket=str(order.order),
        intent=request.client_id,
        symbol=request.symbol,
        side=_SIDES[request.side],
        kind=_KINDS[request.kind],
        volume_lots=request.volume_lots,
        price=_price(request.price),
        limit_price=_price(request.limit_price),
        stop_loss=_price(request.stop_loss),
        take_profit=_price(request.take_profit),
        placed_ns=str(order.placed_time_ns),
        status=str(order.status),
        reason=order.reason,
        filled_lots=order.filled_lots,
        position=str(order.position) if order.position else None,
    )


def deal_shown(account: PaperAccount, deal: Deal) -> schemas.DealShown:
    """Show something that was executed."""
    money = _Purse(account)
    return schemas.DealShown(
        ticket=str(deal.deal),
        position=str(deal.position),
        symbol=deal.symbol,
        side=_SIDES[deal.side],
        entry=str(deal.entry),
        volume_lots=deal.volume_lots,
        price=deal.price,
        time_ns=str(deal.time_ns),
        profit=money(deal.profit),
        commission=money(deal.commission),
        swap=money(deal.swap),
        reason=deal.reason,
    )


def sized(account: PaperAccount, wanted: Wanted) -> float:
    """Give the volume of an opening; by risk, rounded down, so that its stop loses no more than was asked for.

    Raises
    ------
    TradingError
        If there is no stop to size by, or the smallest volume would lose more.
    ConfigError
        If the stop lies on the wrong side.
    """
    if not wanted.risk_fraction:
        return wanted.volume_lots
    if not wanted.stop_loss:
        raise TradingError("An order that is sized by risk needs a stop_loss: that is what it may lose.")
    index = account.symbols.index(wanted.symbol)
    terms = account.values.terms(index)
    now = terms.ask if wanted.side > 0 else terms.bid
    entry = now if wanted.order == OrderKind.MARKET else wanted.limit_price or wanted.price or now
    lots = percent_risk(
        terms.instrument,
        equity=account.venue.state().equity,
        risk_fraction=wanted.risk_fraction,
        side=wanted.side,
        entry=entry,
        stop=wanted.stop_loss,
        currency=account.terms.currency,
        rate=terms.rate,
    )
    if not lots:
        least = terms.instrument.volume_min
        raise TradingError(f"The smallest volume, {least:g} lots, would lose more at its stop. Bring the stop nearer.")
    return lots


def _check_exits(account: PaperAccount, wanted: Wanted) -> None:
    """Refuse a stop or a target on the wrong side already now; the venue would, at the next price."""
    quote = account.venue.quote(wanted.symbol)
    leave = wanted.limit_price or wanted.price or (quote.bid if wanted.side > 0 else quote.ask)
    for name, price, beyond in (("stop_loss", wanted.stop_loss, -1), ("take_profit", wanted.take_profit, 1)):
        if price and beyond * wanted.side * (price - leave) <= 0:
            where = "below" if beyond * wanted.side < 0 else "above"
            raise TradingError(
                f"The {name} of a {_SIDES[wanted.side]} lies {where} {leave:.10g}, and {price:.10g} does not."
            )


def previewed(account: PaperAccount, wanted: Wanted) -> schemas.Preview:
    """Size and judge what somebody considers; nothing is done.

    Raises
    ------
    TradingError, ConfigError
        If it is wrong in itself.
    """
    account.order_of(_NAME, wanted, wanted.volume_lots or 1.0)  # what contradicts itself is not sized
    _check_exits(account, wanted)
    lots = sized(account, wanted)
    order = account.order_of(_NAME, wanted, lots)
    judgement = account.judge(order)
    terms, money = account.values.terms(account.symbols.index(wanted.symbol)), _Purse(account)
    pip = lots * pip_value(terms.instrument, currency=account.terms.currency, price=terms.bid, rate=terms.rate)
    rate = account.values.profit_rate(account.symbols.index(wanted.symbol))
    spread = lots * (terms.ask - terms.bid) * money_per_price(terms.instrument) * rate
    opens = judgement is not None  # what only reduces binds, risks and pays for no night more
    margin = account.values.margin(order, lots) if opens else 0.0
    loss = entry_risk(order, terms) if opens else None
    return schemas.Preview(
        allowed=judgement is None or judgement.allowed,
        volume_lots=lots,
        bid=terms.bid,
        ask=terms.ask,
        pip_value=money(pip),
        margin=money(margin),
        free_margin_after=money(account.venue.state().free_margin - margin),
        spread_cost=money(spread),
        night_cost=money(terms.night_cost(order.side, lots) if opens else 0.0),
        loss_at_stop=None if loss is None else money(loss),
        verdicts=tuple(
            schemas.VerdictShown(
                rule=each.rule, allowed=each.allowed, reason=each.reason, limit=each.limit, value=each.value
            )
            for each in (() if judgement is None else judgement.verdicts)
        ),
        limits=_limits(account.control, money),
    )
