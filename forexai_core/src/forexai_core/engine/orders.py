"""Openings: market and pending orders that a strategy asks for, checked and carried out at the open."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.book import Book
from forexai_core.engine.changes import change, entry_side, price_problem
from forexai_core.engine.checks import (
    HEDGE_PROHIBITED,
    INVALID_PRICE,
    INVALID_STOPS,
    INVALID_VOLUME,
    LIMIT_VOLUME,
    NO_MONEY,
    affordable,
    refuse,
    sized,
    stops_fit,
    volume_fits,
)
from forexai_core.engine.deals import SIGNAL, Entry, fill
from forexai_core.engine.fifo import opposed
from forexai_core.engine.records import (
    ENTERED_OPEN,
    NO_PRICE,
    REQUEST_BUY_SELL_LIMIT,
    REQUEST_MARKET,
    REQUEST_STOP_LIMIT,
)

__all__ = ["execute_requests"]


@kernel
def _stop_of(request: Any, own: int) -> int:
    """Give the stop that a request asks for, from its price or its distance."""
    if request["stop_loss"] != NO_PRICE or request["stop_distance"] == 0:
        return request["stop_loss"]
    return own - request["side"] * request["stop_distance"]


@kernel
def _target_of(request: Any, own: int) -> int:
    """Give the target that a request asks for, from its price or its distance."""
    if request["take_profit"] != NO_PRICE or request["target_distance"] == 0:
        return request["take_profit"]
    return own + request["side"] * request["target_distance"]


@kernel
def _steps_of(book: Book, request: Any, own: int, stop: int) -> int:
    """Give the volume that a request asks for; -1 when it sizes by a stop that it lacks."""
    if request["risk_fraction"] <= 0.0:
        return request["volume_steps"]
    if stop == NO_PRICE or request["side"] * (own - stop) <= 0:
        return -1
    return sized(book, request["symbol"], request["risk_fraction"], own, stop)


@kernel
def _asked(book: Book, request: Any, own: int, against: int) -> int:
    """Check the volume and the stops that a request asks for; give why it is refused, or 0."""
    if request["stop_distance"] < 0 or request["target_distance"] < 0:
        return INVALID_STOPS
    stop = _stop_of(request, own)
    steps = _steps_of(book, request, own, stop)
    if request["risk_fraction"] > 0.0 and steps < 0:
        return INVALID_STOPS
    why = volume_fits(book, request["symbol"], request["side"], steps)
    if why:
        return why
    level = book["symbols"][request["symbol"]]["stops_level"]
    return stops_fit(request["side"], stop, _target_of(request, own), against, level)


@kernel
def _open_at_market(book: Book, request: Any) -> None:
    index, side = request["symbol"], request["side"]
    symbol = book["symbols"][index]
    quote = entry_side(symbol, side)
    why = _asked(book, request, quote, symbol["bid"] if side > 0 else symbol["ask"])
    if why == 0 and opposed(book, index, side):
        why = HEDGE_PROHIBITED
    if why:
        refuse(book, why)
        return
    stop = _stop_of(request, quote)
    steps = _steps_of(book, request, quote, stop)
    price = quote + side * symbol["slippage"]
    if not affordable(book, index, side, steps, price):
        refuse(book, NO_MONEY)
        return
    ticket = book["account"]["next_ticket"]
    book["account"]["next_ticket"] += 1
    fill(
        book,
        Entry(
            ticket,
            index,
            request["strategy"],
            side,
            steps,
            price,
            stop,
            _target_of(request, quote),
            request["trail_distance"],
            request["trail_start"],
            SIGNAL,
            ENTERED_OPEN,
            request["tag"],
        ),
    )


@kernel
def _place(book: Book, request: Any) -> None:
    own = request["limit_price"] if request["kind"] == REQUEST_STOP_LIMIT else request["price"]
    limit, expiry_ns = request["limit_price"], request["expiry_ns"]
    why = _asked(book, request, own, own)
    volume = why in (INVALID_VOLUME, LIMIT_VOLUME)
    if not volume and price_problem(book, request, request["price"], limit, expiry_ns):
        why = INVALID_PRICE
    if why == 0 and opposed(book, request["symbol"], request["side"]):
        why = HEDGE_PROHIBITED
    if why:
        refuse(book, why)
        return
    account = book["account"]
    order = book["orders"][account["orders"]]
    account["orders"] += 1
    account["activity"] += 1
    order["ticket"] = account["next_ticket"]
    account["next_ticket"] += 1
    order["symbol"] = request["symbol"]
    order["strategy"] = request["strategy"]
    order["kind"] = request["kind"]
    order["origin"] = request["kind"]
    order["side"] = request["side"]
    stop = _stop_of(request, own)
    order["volume_steps"] = _steps_of(book, request, own, stop)
    order["price"] = request["price"]
    order["limit_price"] = limit
    order["stop_loss"] = stop
    order["take_profit"] = _target_of(request, own)
    order["trail_distance"] = request["trail_distance"]
    order["trail_start"] = request["trail_start"]
    order["placed_ns"] = account["time_ns"]
    order["triggered_ns"] = 0
    order["expiry_ns"] = expiry_ns
    order["oco"] = request["oco"]
    order["tag"] = request["tag"]


@kernel
def _due(book: Book, request: Any, index: int) -> bool:
    """Say whether the present event is the price that a request waits for."""
    return request["symbol"] == index and request["decided_ns"] <= book["account"]["time_ns"]


@kernel
def execute_requests(book: Book, index: int) -> None:
    """Carry out what waits for a symbol, at its present quotes.

    Parameters
    ----------
    book : Book
        The account; requests of other symbols stay.
    index : int
        Symbol.
    """
    account = book["account"]
    count = account["requests"]
    for row in range(count):
        if _due(book, book["requests"][row], index):
            change(book, book["requests"][row])
    left = 0
    for row in range(count):
        request = book["requests"][row]
        if not _due(book, request, index):
            if left != row:
                book["requests"][left] = book["requests"][row]
            left += 1
        elif request["kind"] == REQUEST_MARKET:
            _open_at_market(book, request)
        elif REQUEST_BUY_SELL_LIMIT <= request["kind"] <= REQUEST_STOP_LIMIT:
            _place(book, request)
    account["requests"] = left
