"""Openings: market and pending orders that a strategy asks for, checked and carried out at the open."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.deals import SIGNAL, Entry, fill
from forexai_core.engine.accounting.fifo import opposed
from forexai_core.engine.accounting.grid import closing_price
from forexai_core.engine.accounting.impact import slipped
from forexai_core.engine.accounting.margin import initial_margin, mark, rebind
from forexai_core.engine.execution.changes import change, entry_side, expiry_of, price_problem
from forexai_core.engine.execution.checks import (
    HEDGE_PROHIBITED,
    INVALID_PRICE,
    INVALID_STOPS,
    INVALID_VOLUME,
    LIMIT_VOLUME,
    NO_LIQUIDITY,
    NO_MONEY,
    REQUOTE,
    affordable,
    affordable_wait,
    are_prices,
    is_own,
    refuse,
    sized,
    stops_fit,
    trailing_fits,
    volume_fits,
)
from forexai_core.engine.execution.venue import available, is_due, requoted, take, waits_for_more
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import (
    ENTERED_OPEN,
    FILLING_FOK,
    FILLING_IOC,
    NO_PRICE,
    REQUEST_BUY_SELL_LIMIT,
    REQUEST_MARKET,
    REQUEST_STOP_LIMIT,
)

__all__ = ["execute_requests"]


@kernel
def _stop_of(book: Book, request: Any, own: int) -> int:
    """Give the stop that a request asks for, from its price or its distance."""
    if request["stop_loss"] != NO_PRICE or request["stop_distance"] == 0:
        return request["stop_loss"]
    side = request["side"]
    return closing_price(own - side * request["stop_distance"], side, book["symbols"][request["symbol"]]["tick"])


@kernel
def _target_of(book: Book, request: Any, own: int) -> int:
    """Give the target that a request asks for, from its price or its distance."""
    if request["take_profit"] != NO_PRICE or request["target_distance"] == 0:
        return request["take_profit"]
    side = request["side"]
    return closing_price(own + side * request["target_distance"], side, book["symbols"][request["symbol"]]["tick"])


@kernel
def _steps_of(book: Book, request: Any, own: int, stop: int) -> int:
    """Give the volume that a request asks for; -1 when it sizes by a stop that it lacks."""
    if request["risk_fraction"] <= 0.0:
        return request["volume_steps"]
    if stop == NO_PRICE or request["side"] * (own - stop) <= 0:
        return -1
    return sized(book, request, own, stop)


@kernel
def _asked(book: Book, request: Any, own: int, against: int) -> int:
    """Check the volume and the stops that a request asks for; give why it is refused, or 0."""
    if request["stop_distance"] < 0 or request["target_distance"] < 0:
        return INVALID_STOPS
    symbol = book["symbols"][request["symbol"]]
    if not trailing_fits(request) or not are_prices(request, NO_PRICE, NO_PRICE, symbol["tick"]):
        return INVALID_STOPS
    stop = _stop_of(book, request, own)
    steps = _steps_of(book, request, own, stop)
    if request["risk_fraction"] > 0.0 and steps < 0:
        return INVALID_STOPS
    why = volume_fits(book, request["symbol"], request["side"], steps)
    if why:
        return why
    return stops_fit(request["side"], stop, _target_of(book, request, own), against, symbol["stops_level"])


@kernel
def _left_open(book: Book, request: Any) -> int:
    """Give why a position of the strategy is left in the symbol, by the oldest ticket; 0 none is."""
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if is_own(position, request):
            return position["kept"] or HEDGE_PROHIBITED
    return 0


@kernel
def _open_at_market(book: Book, request: Any) -> bool:
    """Open at the present quote; say whether a rest of it waits for the next one."""
    index, side = request["symbol"], request["side"]
    symbol = book["symbols"][index]
    quote = entry_side(symbol, side)
    if request["worked"] > 0:
        return _fill_more(book, request, quote)
    if request["turns"] and _left_open(book, request) > 0:
        refuse(book, _left_open(book, request))
        return False
    why = _asked(book, request, quote, symbol["bid"] if side > 0 else symbol["ask"])
    if why == 0 and opposed(book, index, side):
        why = HEDGE_PROHIBITED
    if why:
        refuse(book, why)
        return False
    stop = _stop_of(book, request, quote)
    steps = _steps_of(book, request, quote, stop)
    filled = available(book, index, side, steps)
    price = slipped(symbol, quote, side, filled)
    if requoted(book, request, price, request["asked_ask"] if side > 0 else request["asked_bid"]):
        refuse(book, REQUOTE)
        return False
    if filled < steps and _kills(book, filled):
        refuse(book, NO_LIQUIDITY)
        return False
    if not affordable(book, index, side, filled, price):
        refuse(book, NO_MONEY)
        return False
    ticket = book["account"]["next_ticket"]
    book["account"]["next_ticket"] += 1
    target = _target_of(book, request, quote)
    request["stop_loss"], request["take_profit"], request["ticket"] = stop, target, ticket
    return _fill_at_market(book, request, price, steps, filled)


@kernel(inline="always")
def _kills(book: Book, filled: int) -> bool:
    """Say whether a market order that finds so little of its volume ends without any."""
    filling = book["account"]["filling"]
    return filling == FILLING_FOK or (filling == FILLING_IOC and filled == 0)


@kernel
def _fill_more(book: Book, request: Any, quote: int) -> bool:
    """Go on with the rest of an order, unless the market has passed its stop or target meanwhile."""
    steps, symbol = request["volume_steps"], book["symbols"][request["symbol"]]
    against = symbol["bid"] if request["side"] > 0 else symbol["ask"]
    stop, target = request["stop_loss"], request["take_profit"]
    why = stops_fit(request["side"], stop, target, against, symbol["stops_level"])
    if why:
        refuse(book, why)
        return False
    filled = available(book, request["symbol"], request["side"], steps)
    price = slipped(symbol, quote, request["side"], filled)
    if not affordable(book, request["symbol"], request["side"], filled, price):
        refuse(book, NO_MONEY)
        return False
    return _fill_at_market(book, request, price, steps, filled)


@kernel
def _fill_at_market(book: Book, request: Any, price: int, steps: int, filled: int) -> bool:
    """Let what a price fills into the book; say whether the rest waits for the next one."""
    index, side = request["symbol"], request["side"]
    take(book, index, side, steps, filled)
    if filled > 0:
        fill(
            book,
            Entry(
                request["ticket"],
                index,
                request["strategy"],
                side,
                filled,
                price,
                request["stop_loss"],
                request["take_profit"],
                request["trail_distance"],
                request["trail_start"],
                SIGNAL,
                ENTERED_OPEN,
                request["tag"],
            ),
        )
    request["volume_steps"] = steps - filled
    return filled < steps and waits_for_more(book, request)


@kernel
def _own_price(request: Any) -> int:
    return request["limit_price"] if request["kind"] == REQUEST_STOP_LIMIT else request["price"]


@kernel
def _placing_refused(book: Book, request: Any, expiry_ns: int) -> int:
    """Give why a pending order is refused, the margin that it would bind left aside; or 0."""
    own = _own_price(request)
    why = _asked(book, request, own, own)
    volume = why in (INVALID_VOLUME, LIMIT_VOLUME)
    if not volume and price_problem(book, request, request["price"], request["limit_price"], expiry_ns):
        return INVALID_PRICE
    if why == 0 and opposed(book, request["symbol"], request["side"]):
        return HEDGE_PROHIBITED
    return why


@kernel
def _margin_to_wait(book: Book, request: Any) -> float:
    """Compute what a pending order binds while it waits."""
    account, own = book["account"], _own_price(request)
    if account["orders_bind"] == 0:
        return 0.0
    mark(book)
    account["checked_equity"] = account["equity"]
    symbol, steps = book["symbols"][request["symbol"]], _steps_of(book, request, own, _stop_of(book, request, own))
    return initial_margin(account, symbol, request["kind"], request["side"], steps, own)


@kernel
def _place(book: Book, request: Any) -> None:
    expiry_ns = expiry_of(book, request)
    why = _placing_refused(book, request, expiry_ns)
    margin = 0.0 if why else _margin_to_wait(book, request)
    if why == 0 and not affordable_wait(book, request["symbol"], margin):
        why = NO_MONEY
    if why:
        refuse(book, why)
        return
    account, own = book["account"], _own_price(request)
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
    stop = _stop_of(book, request, own)
    order["volume_steps"] = _steps_of(book, request, own, stop)
    order["price"] = request["price"]
    order["limit_price"] = request["limit_price"]
    order["stop_loss"] = stop
    order["take_profit"] = _target_of(book, request, own)
    order["trail_distance"] = request["trail_distance"]
    order["trail_start"] = request["trail_start"]
    order["placed_ns"] = account["time_ns"]
    order["triggered_ns"] = 0
    order["expiry_ns"] = expiry_ns
    order["oco"] = request["oco"]
    order["tag"] = request["tag"]
    order["held_back"] = 0
    order["margin"] = margin
    rebind(book)


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
        if is_due(book, book["requests"][row], index):
            change(book, book["requests"][row])
    left = 0
    for row in range(count):
        request = book["requests"][row]
        if not is_due(book, request, index):
            if left != row:
                book["requests"][left] = book["requests"][row]
            left += 1
        elif request["kind"] == REQUEST_MARKET:
            if _open_at_market(book, request):
                if left != row:
                    book["requests"][left] = book["requests"][row]
                left += 1
        elif REQUEST_BUY_SELL_LIMIT <= request["kind"] <= REQUEST_STOP_LIMIT:
            _place(book, request)
    account["requests"] = left
