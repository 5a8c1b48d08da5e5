"""Requests: what a strategy asks the venue for, checked and carried out at the open."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.book import Book
from forexai_core.engine.checks import (
    FROZEN,
    INVALID_PRICE,
    INVALID_STOPS,
    INVALID_VOLUME,
    LIMIT_VOLUME,
    NO_MONEY,
    NO_POSITION,
    affordable,
    frozen,
    refuse,
    sized,
    stops_fit,
    volume_fits,
    wrong_side,
)
from forexai_core.engine.deals import SIGNAL, Entry, close_position, fill, find_position
from forexai_core.engine.records import (
    ENTERED_OPEN,
    ENTRY_OUT,
    NO_PRICE,
    ORDER_STOP_LIMIT,
    REQUEST_BUY_SELL_LIMIT,
    REQUEST_CANCEL,
    REQUEST_CANCEL_ALL,
    REQUEST_CLOSE,
    REQUEST_CLOSE_ALL,
    REQUEST_MARKET,
    REQUEST_MODIFY_ORDER,
    REQUEST_MODIFY_POSITION,
    REQUEST_STOP_LIMIT,
    REQUEST_TRAIL,
)
from forexai_core.engine.swaps import exit_quote

__all__ = ["cancel_order", "execute_requests", "remove_group"]


@kernel
def cancel_order(book: Book, row: int) -> None:
    """Take a pending order out of the book."""
    account = book["account"]
    account["orders"] -= 1
    account["activity"] += 1
    for number in range(row, account["orders"]):
        book["orders"][number] = book["orders"][number + 1]


@kernel
def remove_group(book: Book, group: int, strategy: int) -> None:
    """Cancel what is left of a group of which one order has filled."""
    row = 0
    while group > 0 and row < book["account"]["orders"]:
        order = book["orders"][row]
        if order["oco"] == group and order["strategy"] == strategy:
            cancel_order(book, row)
        else:
            row += 1


@kernel
def _order_of(book: Book, request: Any) -> int:
    """Find the order that a request names; -1 when its symbol has none such."""
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        if order["ticket"] == request["ticket"] and order["symbol"] == request["symbol"]:
            return row
    return -1


@kernel
def _position_of(book: Book, request: Any) -> int:
    """Find the position that a request names; -1 when its symbol has none such."""
    row = find_position(book, request["ticket"])
    if row >= 0 and book["positions"][row]["symbol"] != request["symbol"]:
        return -1
    return row


@kernel
def _close_at_market(book: Book, row: int, steps: int) -> None:
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    side = position["side"]
    price = symbol["bid"] if side > 0 else symbol["ask"]
    price -= side * symbol["slippage"]
    ticket = book["account"]["next_ticket"]
    book["account"]["next_ticket"] += 1
    close_position(book, row, steps, price, SIGNAL, 0, ticket, ENTRY_OUT)


@kernel
def _close(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    held = book["positions"][row]["volume_steps"]
    steps = request["volume_steps"] if request["volume_steps"] != 0 else held
    least = book["symbols"][book["positions"][row]["symbol"]]["min_steps"]
    if steps < 0 or steps > held or (steps < held and (held - steps < least or steps < least)):
        refuse(book, INVALID_VOLUME)
        return
    _close_at_market(book, row, steps)


@kernel
def _close_all(book: Book, request: Any) -> None:
    row = 0
    while row < book["account"]["positions"]:
        position = book["positions"][row]
        mine = position["symbol"] == request["symbol"]
        mine = mine and position["strategy"] == request["strategy"]
        if mine and request["side"] in (0, position["side"]):
            _close_at_market(book, row, position["volume_steps"])
        else:
            row += 1


@kernel
def _modify_position(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    market = symbol["bid"] if position["side"] > 0 else symbol["ask"]
    if frozen(symbol, market, position["stop_loss"]) or frozen(symbol, market, position["take_profit"]):
        refuse(book, FROZEN)
        return
    stop, target = request["stop_loss"], request["take_profit"]
    why = stops_fit(position["side"], stop, target, market, symbol["stops_level"])
    if why:
        refuse(book, why)
        return
    position["stop_loss"] = stop
    position["take_profit"] = target
    position["trailed"] = 0
    position["peak"] = market
    book["account"]["activity"] += 1


@kernel
def _trail(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    book["positions"][row]["trail_distance"] = request["trail_distance"]
    book["positions"][row]["trail_start"] = request["trail_start"]
    book["positions"][row]["peak"] = exit_quote(book, book["positions"][row])
    book["account"]["activity"] += 1


@kernel
def _entry_side(symbol: Any, side: int) -> int:
    return symbol["ask"] if side > 0 else symbol["bid"]


@kernel
def _price_problem(book: Book, order: Any, price: int, limit: int, expiry_ns: int) -> bool:
    """Say whether the prices or the time of a pending order do not hold."""
    side = order["side"]
    if 0 < expiry_ns <= book["account"]["time_ns"] or price <= 0:
        return True
    # a stop-limit's limit lies on the better side of its stop price
    if order["kind"] == ORDER_STOP_LIMIT and (limit <= 0 or side * (price - limit) <= 0):
        return True
    return wrong_side(book["symbols"][order["symbol"]], order["kind"], side, price)


@kernel
def _modify_order(book: Book, request: Any) -> None:
    row = _order_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    if frozen(symbol, _entry_side(symbol, order["side"]), order["price"]):
        refuse(book, FROZEN)
        return
    price = order["price"] if request["price"] == NO_PRICE else request["price"]
    limit = order["limit_price"] if request["limit_price"] == NO_PRICE else request["limit_price"]
    if _price_problem(book, order, price, limit, request["expiry_ns"]):
        refuse(book, INVALID_PRICE)
        return
    own = limit if order["kind"] == ORDER_STOP_LIMIT else price
    stop, target = request["stop_loss"], request["take_profit"]
    why = stops_fit(order["side"], stop, target, own, symbol["stops_level"])
    if why:
        refuse(book, why)
        return
    order["price"] = price
    order["limit_price"] = limit
    order["stop_loss"] = stop
    order["take_profit"] = target
    order["expiry_ns"] = request["expiry_ns"]
    book["account"]["activity"] += 1


@kernel
def _cancel(book: Book, request: Any) -> None:
    row = _order_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    if frozen(symbol, _entry_side(symbol, order["side"]), order["price"]):
        refuse(book, FROZEN)
        return
    cancel_order(book, row)


@kernel
def _cancel_all(book: Book, request: Any) -> None:
    row = 0
    while row < book["account"]["orders"]:
        order = book["orders"][row]
        mine = order["symbol"] == request["symbol"] and order["strategy"] == request["strategy"]
        symbol = book["symbols"][order["symbol"]]
        if mine and frozen(symbol, _entry_side(symbol, order["side"]), order["price"]):
            refuse(book, FROZEN)
            row += 1
        elif mine:
            cancel_order(book, row)
        else:
            row += 1


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
    distance = request["side"] * (own - stop)
    if stop == NO_PRICE or distance <= 0:
        return -1
    return sized(book, request["symbol"], request["risk_fraction"], distance, stop)


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
    quote = _entry_side(symbol, side)
    why = _asked(book, request, quote, symbol["bid"] if side > 0 else symbol["ask"])
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
    if not volume and _price_problem(book, request, request["price"], limit, expiry_ns):
        why = INVALID_PRICE
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
def _change(book: Book, request: Any) -> None:
    """Carry out a request of the first pass: close, modify, cancel."""
    kind = request["kind"]
    if kind == REQUEST_CLOSE:
        _close(book, request)
    elif kind == REQUEST_CLOSE_ALL:
        _close_all(book, request)
    elif kind == REQUEST_MODIFY_POSITION:
        _modify_position(book, request)
    elif kind == REQUEST_MODIFY_ORDER:
        _modify_order(book, request)
    elif kind == REQUEST_CANCEL:
        _cancel(book, request)
    elif kind == REQUEST_CANCEL_ALL:
        _cancel_all(book, request)
    elif kind == REQUEST_TRAIL:
        _trail(book, request)


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
            _change(book, book["requests"][row])
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
