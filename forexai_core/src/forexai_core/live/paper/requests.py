"""Orders as the ledger takes them, and its refusals as a venue words them."""

from __future__ import annotations

from math import isfinite
from typing import Any, NoReturn

import numpy as np

from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE, REQUEST
from forexai_core.errors import OrderRejectedError, RejectionKind
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest, TimeInForce, on_step, volume_steps

__all__ = ["REFUSALS", "changed", "in_points", "points", "refusal_of", "reject", "row_of", "to_steps", "written"]

_KINDS = {
    OrderKind.MARKET: records.REQUEST_MARKET,
    OrderKind.LIMIT: records.REQUEST_BUY_SELL_LIMIT,
    OrderKind.STOP: records.REQUEST_BUY_SELL_STOP,
    OrderKind.STOP_LIMIT: records.REQUEST_STOP_LIMIT,
}

REFUSALS: dict[str, tuple[int, RejectionKind, str]] = {
    "invalid_volume": (10014, RejectionKind.FINAL, "The volume is not one that is traded."),
    "invalid_price": (
        10015,
        RejectionKind.FINAL,
        "The price is none that is traded, or lies on the wrong side of the market.",
    ),
    "invalid_stops": (
        10016,
        RejectionKind.FINAL,
        "The stop or the target is no price that is traded, lies on the wrong side, or too near.",
    ),
    "no_money": (10019, RejectionKind.RESOURCES, "There is not enough free margin."),
    "no_position": (10036, RejectionKind.GONE, "Nothing of that ticket is open."),
    "frozen": (10029, RejectionKind.FROZEN, "The market is too near to a stop, a target or the order's price."),
    "limit_volume": (10034, RejectionKind.RESOURCES, "The symbol's volume limit is reached."),
    "invalid_close_by": (10013, RejectionKind.FINAL, "These positions do not close each other."),
    "fifo_close": (10045, RejectionKind.FINAL, "An older position has to close first."),
    "hedge_prohibited": (10046, RejectionKind.FINAL, "Opposite positions are not allowed here."),
    "market_closed": (10018, RejectionKind.SYMBOL, "The market is closed."),
    "requote": (10004, RejectionKind.PRICE, "The price has moved: requote."),
    "no_liquidity": (10006, RejectionKind.PRICE, "The price does not fill so much."),
}
"""MetaTrader's code, kind and words of each of the ledger's refusals."""

_BLANK: dict[str, Any] = dict.fromkeys(REQUEST.names or (), 0) | {
    "price": NO_PRICE,
    "limit_price": NO_PRICE,
    "stop_loss": NO_PRICE,
    "take_profit": NO_PRICE,
    "risk_fraction": 0.0,
}


def reject(refusal: str, detail: str = "") -> NoReturn:
    """Refuse, as a venue does.

    Raises
    ------
    OrderRejectedError
        Always.
    """
    code, kind, words = REFUSALS[refusal]
    raise OrderRejectedError(f"{words} {detail}".rstrip(), code=code, kind=kind)


def points(price: float, instrument: Instrument, refusal: str = "invalid_stops") -> int:
    """Turn a price into points of the ledger; 0 stands for none.

    Raises
    ------
    OrderRejectedError
        If it lies between the steps of the symbol's prices; nothing is rounded.
    """
    if not price:
        return NO_PRICE
    if not instrument.grid.holds(price):
        step = max(instrument.point, instrument.tick_size)
        reject(refusal, f"{price:.10g} lies between the steps of {instrument.symbol}'s prices, which are {step:g}.")
    return round(price * 10.0**instrument.digits)


def in_points(distance: float, instrument: Instrument) -> int:
    """Turn a distance in price into points of the ledger."""
    return round(distance * 10.0**instrument.digits)


def to_steps(volume_lots: float, instrument: Instrument) -> int:
    """Turn lots into steps.

    Raises
    ------
    OrderRejectedError
        If they are out of range or off the step; nothing is rounded.
    """
    low, high, step = instrument.volume_min, instrument.volume_max, instrument.volume_step
    if not isfinite(volume_lots) or not low <= volume_lots <= high or not on_step(volume_lots, step):
        reject("invalid_volume", f"{volume_lots} lots; {low:g} to {high:g} in steps of {step:g} are.")
    return volume_steps(volume_lots, step)


def row_of(request: OrderRequest, instrument: Instrument) -> dict[str, Any]:
    """Give the fields of REQUEST that an order sets."""
    exits = {
        "stop_loss": points(request.stop_loss, instrument),
        "take_profit": points(request.take_profit, instrument),
    }
    if request.position:
        steps = to_steps(request.volume_lots, instrument)
        return {"kind": records.REQUEST_CLOSE, "ticket": request.position, "volume_steps": steps}
    fields = {"kind": _KINDS[request.kind], "side": request.side, "oco": request.group, **exits}
    fields["stop_distance"] = in_points(request.stop_loss_distance, instrument)
    fields["target_distance"] = in_points(request.take_profit_distance, instrument)
    fields["trail_distance"] = in_points(request.trail_distance, instrument)
    fields["trail_start"] = in_points(request.trail_start, instrument)
    fields["volume_steps"] = to_steps(request.volume_lots, instrument)
    if request.kind is OrderKind.MARKET:
        fields["turns"] = int(request.turns)
    else:
        fields["price"] = points(request.price, instrument, "invalid_price")
        fields["limit_price"] = points(request.limit_price, instrument, "invalid_price")
        day = request.time_in_force is TimeInForce.DAY
        fields["expiry_ns"] = records.UNTIL_MIDNIGHT if day else request.expire_time_ns
    return fields


def changed(
    row: Any,
    instrument: Instrument,
    price: float | None,
    stop_loss: float | None,
    take_profit: float | None,
    *,
    pending: bool,
) -> dict[str, Any]:
    """Give the fields of REQUEST that a change sets, of an order that waits or of a position; None leaves, 0 removes.

    Raises
    ------
    OrderRejectedError
        If a price is none that is traded, or the price of a position is to change.
    """

    def points_of(name: str, value: float | None) -> int:
        if value is None:
            return int(row[name])
        return points(value, instrument, "invalid_price" if name == "price" else "invalid_stops")

    fields: dict[str, Any] = {
        "kind": records.REQUEST_MODIFY_ORDER if pending else records.REQUEST_MODIFY_POSITION,
        "ticket": int(row["ticket"]),
        "stop_loss": points_of("stop_loss", stop_loss),
        "take_profit": points_of("take_profit", take_profit),
    }
    if pending:
        fields |= {"price": points_of("price", price), "limit_price": int(row["limit_price"])}
        fields["expiry_ns"] = int(row["expiry_ns"])
    elif price is not None:
        reject("invalid_price", f"Position {int(row['ticket'])} is open: its price does not change.")
    return fields


def written(fields: dict[str, Any]) -> np.void:
    """Make a row of REQUEST."""
    row: np.void = np.array([tuple((_BLANK | fields).values())], REQUEST)[0]
    return row


def refusal_of(before: tuple[int, ...], after: Any) -> str:
    """Name the refusal that a price brought, by the counts before and after it; empty where there was none.

    Of several it is the most frequent one.
    """
    grown = {name: int(now) - was for name, was, now in zip(records.REFUSALS, before, after, strict=True)}
    name = max(grown, key=lambda each: grown[each])
    return name if grown[name] > 0 else ""
