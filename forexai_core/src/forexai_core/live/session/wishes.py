"""From what a strategy asks for, as rows of the ledger, to what an order desk is told to do."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import attrs

from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.live.session.mirror import Mirror
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest, TimeInForce

__all__ = ["OPENING", "Said", "Sizing", "Wish", "WishKind", "wishes_of"]

OPENING = {
    records.REQUEST_MARKET: OrderKind.MARKET,
    records.REQUEST_BUY_SELL_LIMIT: OrderKind.LIMIT,
    records.REQUEST_BUY_SELL_STOP: OrderKind.STOP,
    records.REQUEST_STOP_LIMIT: OrderKind.STOP_LIMIT,
}
"""Requests that may open a position."""

_NEW = "new"  # the desk gives the order a name of its own


class WishKind(StrEnum):
    """What is to be done at the venue."""

    OPEN = "open"
    CLOSE = "close"
    MODIFY = "modify"
    CANCEL = "cancel"
    TRAIL = "trail"
    UNMET = "unmet"


@attrs.frozen(kw_only=True)
class Sizing:
    """How the volume of an opening was found.

    Attributes
    ----------
    lots : float
        The volume.
    fraction, equity, budget, per_lot : float
        Of one that is sized by risk: its share of the equity, what that is in money, less fixed costs, and what a lot
        loses at the stop with costs; 0 otherwise.
    """

    lots: float
    fraction: float = 0.0
    equity: float = 0.0
    budget: float = 0.0
    per_lot: float = 0.0

    def shortfall(self, lots: float, instrument: Instrument) -> str:
        """Say why so many lots, of those that were found, are too few to be ordered."""
        if self.fraction and not self.per_lot:
            return (
                "It is sized by risk, and has no stop on its losing side, or no rate is known that converts what it "
                "loses there."
            )
        return f"{lots:g} lots are below the smallest volume of {instrument.volume_min:g}."


@attrs.frozen(kw_only=True)
class Said:
    """What was said of an opening by its confirmation.

    Attributes
    ----------
    state : str
        ``answered``, ``late``, ``failed``, ``invalid``, or ``unknown`` where a journal holds no answer.
    fraction : float
        Of the volume that may be opened, 0 to 1.
    asked_lots : float
        What was asked for.
    reason, author : str
        Why, and who says so.
    """

    state: str
    fraction: float
    asked_lots: float
    reason: str = ""
    author: str = ""


@attrs.frozen(kw_only=True)
class Wish:
    """One thing that a strategy asks for, as the venue takes it.

    Attributes
    ----------
    kind : WishKind
        Which fields are set.
    row : int
        Of the request behind it.
    symbol : str
        Of what.
    order : OrderRequest or None
        Of ``open`` and ``close``.
    ticket : int
        Of the order or position that is changed or cancelled.
    price, stop_loss, take_profit : float or None
        Of ``modify``: 0 removes, None leaves.
    distance, start : float
        Of ``trail``, in price.
    reason : str
        Of ``unmet``: why the venue cannot do it.
    sizing : Sizing or None
        How the volume of an opening was found.
    confirmation : Said or None
        What its confirmation said; None where none is asked.
    """

    kind: WishKind
    row: int
    symbol: str
    order: OrderRequest | None = None
    ticket: int = 0
    price: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    distance: float = 0.0
    start: float = 0.0
    reason: str = ""
    sizing: Sizing | None = None
    confirmation: Said | None = None


def wishes_of(mirror: Mirror, row: int, instrument: Instrument, lots: float) -> Iterator[Wish]:
    """Say what a request asks the venue for.

    Parameters
    ----------
    mirror : Mirror
        Where the request stands, and what it may mean.
    row : int
        Of the request.
    instrument : Instrument
        Contract of its symbol.
    lots : float
        Volume of an opening; one that is sized by risk has been sized.
    """
    request, symbol = mirror.requests[row], instrument.symbol
    scale, kind = 10.0**instrument.digits, int(request["kind"])
    why = _impossible(request)
    if why:
        yield Wish(kind=WishKind.UNMET, row=row, symbol=symbol, ticket=int(request["ticket"]), reason=why)
    elif kind in OPENING:
        yield Wish(kind=WishKind.OPEN, row=row, symbol=symbol, order=_opening(request, instrument, lots))
    elif kind in {records.REQUEST_CLOSE, records.REQUEST_CLOSE_ALL}:
        for held in _named(mirror.positions[: mirror.account["positions"]], request, records.REQUEST_CLOSE):
            if request["side"] in {0, held["side"]}:
                yield Wish(kind=WishKind.CLOSE, row=row, symbol=symbol, order=_closing(request, held, instrument))
    elif kind in {records.REQUEST_CANCEL, records.REQUEST_CANCEL_ALL}:
        for order in _named(mirror.orders[: mirror.account["orders"]], request, records.REQUEST_CANCEL):
            yield Wish(kind=WishKind.CANCEL, row=row, symbol=symbol, ticket=int(order["ticket"]))
    elif kind in {records.REQUEST_MODIFY_POSITION, records.REQUEST_MODIFY_ORDER}:
        yield _changing(mirror, request, row, symbol, scale)
    elif kind == records.REQUEST_TRAIL:
        yield Wish(
            kind=WishKind.TRAIL,
            row=row,
            symbol=symbol,
            ticket=int(request["ticket"]),
            distance=int(request["trail_distance"]) / scale,
            start=int(request["trail_start"]) / scale,
        )


def _impossible(request: Any) -> str:
    """Say why a request cannot be met; empty where it can be tried."""
    if request["kind"] == records.REQUEST_CLOSE and request["volume_steps"] < 0:
        return "The part to close is less than half a step of the volume: give a whole number of steps, or 0 for all."
    if request["kind"] == records.REQUEST_TRAIL and request["trail_start"] < 0:
        return "Trailing that begins somewhere needs a distance: give one, or no start, which ends trailing."
    if request["kind"] == records.REQUEST_CLOSE_BY:
        return "Closing a position by an opposite one is not done through a session: close both."
    return ""


def _named(rows: Any, request: Any, by_ticket: int) -> Iterator[Any]:
    """Give what a request is about: the one that it names, or all of its strategy and symbol."""
    for held in rows:
        if held["symbol"] != request["symbol"] or held["strategy"] != request["strategy"]:
            continue
        if request["kind"] != by_ticket or held["ticket"] == request["ticket"]:
            yield held


def _price(points: int, scale: float) -> float:
    return 0.0 if points == NO_PRICE else points / scale


def _opening(request: Any, instrument: Instrument, lots: float) -> OrderRequest:
    scale, kind = 10.0**instrument.digits, OPENING[int(request["kind"])]
    expiry_ns = int(request["expiry_ns"])
    day = expiry_ns == records.UNTIL_MIDNIGHT
    life = TimeInForce.DAY if day else TimeInForce.UNTIL if expiry_ns > 0 else TimeInForce.GTC
    stop, target = _price(int(request["stop_loss"]), scale), _price(int(request["take_profit"]), scale)
    return OrderRequest(
        client_id=_NEW,
        symbol=instrument.symbol,
        side=int(request["side"]),
        kind=kind,
        volume_lots=lots,
        price=0.0 if kind is OrderKind.MARKET else _price(int(request["price"]), scale),
        limit_price=_price(int(request["limit_price"]), scale) if kind is OrderKind.STOP_LIMIT else 0.0,
        stop_loss=stop,
        take_profit=target,
        time_in_force=life,
        expire_time_ns=max(expiry_ns, 0) if life is TimeInForce.UNTIL else 0,
        stop_loss_distance=0.0 if stop else int(request["stop_distance"]) / scale,
        take_profit_distance=0.0 if target else int(request["target_distance"]) / scale,
        trail_distance=int(request["trail_distance"]) / scale,
        trail_start=int(request["trail_start"]) / scale,
        group=int(request["oco"]),
    )


def _closing(request: Any, held: Any, instrument: Instrument) -> OrderRequest:
    whole, part = int(held["volume_steps"]), int(request["volume_steps"])
    return OrderRequest(
        client_id=_NEW,
        symbol=instrument.symbol,
        side=-int(held["side"]),
        volume_lots=round((part or whole) * instrument.volume_step, 8),
        position=int(held["ticket"]),
    )


def _changing(mirror: Mirror, request: Any, row: int, symbol: str, scale: float) -> Wish:
    """Write a change of stops, and of the price of a pending order."""
    ticket, price = int(request["ticket"]), None
    if request["kind"] == records.REQUEST_MODIFY_ORDER:
        held = next(each for each in mirror.orders[: mirror.account["orders"]] if each["ticket"] == ticket)
        limited = request["limit_price"] not in {held["limit_price"], NO_PRICE}
        if limited or request["expiry_ns"] != held["expiry_ns"]:
            why = "The limit price and the expiry of an order do not change: cancel it, and place another one."
            return Wish(kind=WishKind.UNMET, row=row, symbol=symbol, ticket=ticket, reason=why)
        if request["price"] not in {held["price"], NO_PRICE}:
            price = int(request["price"]) / scale
    return Wish(
        kind=WishKind.MODIFY,
        row=row,
        symbol=symbol,
        ticket=ticket,
        price=price,
        stop_loss=_price(int(request["stop_loss"]), scale),
        take_profit=_price(int(request["take_profit"]), scale),
    )
