"""``Buy``, ``Sell`` and ``Close`` of the official package, as they are there: no stops, magic or filling, ten tries.

They are here so that code which uses them runs. New code should send requests of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from forexai_mt5.simulator.face import functions
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import OrderSendResult, TradePosition

__all__ = ["Buy", "Close", "Sell"]

_TRIES = 10
_AGAIN = {c.TRADE_RETCODE_REQUOTE, c.TRADE_RETCODE_PRICE_OFF}


def _raw(
    kind: int, symbol: str, volume: float, price: float, *, comment: str | None, ticket: int | None
) -> OrderSendResult | None:
    order: dict[str, object] = {
        "action": c.TRADE_ACTION_DEAL,
        "symbol": symbol,
        "volume": volume,
        "type": kind,
        "price": price,
        "deviation": 10,
    }
    if comment is not None:
        order["comment"] = comment
    if ticket is not None:
        order["position"] = ticket
    return functions.order_send(order)


def _tried(symbol: str, send: Callable[[float, float], OrderSendResult | None]) -> OrderSendResult | None:
    """Send at the present bid and ask until the answer is no requote, ten times at most."""
    result = None
    for _ in range(_TRIES):
        tick = functions.symbol_info_tick(symbol)
        if tick is None:
            return None
        result = send(tick.bid, tick.ask)
        if result is None or result.retcode not in _AGAIN:
            break
    return result


def Buy(  # noqa: N802 - its name
    symbol: str, volume: float, price: float | None = None, *, comment: str | None = None, ticket: int | None = None
) -> OrderSendResult | None:
    """Buy at a price, or at the market."""
    if price is not None:
        return _raw(c.ORDER_TYPE_BUY, symbol, volume, price, comment=comment, ticket=ticket)
    return _tried(symbol, lambda _, ask: _raw(c.ORDER_TYPE_BUY, symbol, volume, ask, comment=comment, ticket=ticket))


def Sell(  # noqa: N802 - its name
    symbol: str, volume: float, price: float | None = None, *, comment: str | None = None, ticket: int | None = None
) -> OrderSendResult | None:
    """Sell at a price, or at the market."""
    if price is not None:
        return _raw(c.ORDER_TYPE_SELL, symbol, volume, price, comment=comment, ticket=ticket)
    return _tried(symbol, lambda bid, _: _raw(c.ORDER_TYPE_SELL, symbol, volume, bid, comment=comment, ticket=ticket))


def Close(symbol: str, *, comment: str | None = None, ticket: int | None = None) -> bool | str | None:  # noqa: N802
    """Close the positions of a symbol, or one by its ticket."""
    found = functions.positions_get(symbol=symbol) if ticket is None else functions.positions_get(ticket=ticket)
    done = 0
    for position in found or ():
        result = _closed(position, comment)
        if result is None:
            return None
        done += result.retcode == c.TRADE_RETCODE_DONE
    if not done:
        return False
    return True if done == len(found or ()) else "Partially"


def _closed(position: TradePosition, comment: str | None) -> OrderSendResult | None:
    bought = position.type == c.POSITION_TYPE_BUY
    kind = c.ORDER_TYPE_SELL if bought else c.ORDER_TYPE_BUY

    def send(bid: float, ask: float) -> OrderSendResult | None:
        return _raw(
            kind, position.symbol, position.volume, bid if bought else ask, comment=comment, ticket=position.ticket
        )

    return _tried(position.symbol, send)
