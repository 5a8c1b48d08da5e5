"""What a venue refuses, and by which name."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from reference.book import Book
from reference.contract import Contract
from reference.execution import Waiting, draw
from reference.orders import LIMIT, MARKET, STOP, STOP_LIMIT, Order, Position, Request
from reference.quotes import Quote

__all__ = [
    "Refused",
    "bind_margin",
    "check_frozen",
    "check_hedge",
    "check_limit",
    "check_liquidity",
    "check_money",
    "check_order_price",
    "check_order_stops",
    "check_prices",
    "check_requote",
    "check_steps",
    "check_stops",
    "check_turn",
    "check_turned",
    "is_frozen_order",
    "is_frozen_position",
    "stops_from",
]


_WAITING = (LIMIT, STOP, STOP_LIMIT)


class Refused(Exception):  # noqa: N818 - the venue's word
    """The venue refuses; the argument is the name under which it is counted."""


def stops_from(contract: Contract, request: Request, entry: int) -> tuple[int | None, int | None]:
    """Give stop and target as prices: as given, else by their distance from the quoted entry."""
    if min(request.stop_distance, request.target_distance, request.trail_distance, request.trail_start) < 0:
        raise Refused("invalid_stops")
    check_prices(contract, request, None, None)
    stop, target = request.stop, request.target
    if stop is None and request.stop_distance:
        stop = contract.against(entry - request.side * request.stop_distance, request.side)
    if target is None and request.target_distance:
        target = contract.against(entry + request.side * request.target_distance, request.side)
    return stop, target


def check_prices(contract: Contract, request: Request, stop: int | None, target: int | None) -> None:
    """Demand that the stop and the target that are named are prices on the grid, unless they are those held already."""
    for named, held in ((request.stop, stop), (request.target, target)):
        if named is not None and not contract.holds(named) and named != held:
            raise Refused("invalid_stops")


def check_stops(contract: Contract, side: int, origin: int, stop: int | None, target: int | None) -> None:
    """Demand that a stop lies on the losing side of a price, a target on the winning one, beyond the level."""
    level = contract.stops_level
    if stop is not None and not side * (origin - stop) > level:
        raise Refused("invalid_stops")
    if target is not None and not side * (target - origin) > level:
        raise Refused("invalid_stops")


def check_steps(book: Book, request: Request, symbol: int, entry: int, stop: int | None) -> int:
    """Give the volume of an order, and demand that it lies within the contract's bounds."""
    contract = book.contracts[symbol]
    steps = request.steps
    if request.risk_fraction:
        if stop is None or request.side * (entry - stop) <= 0:
            raise Refused("invalid_stops")
        steps = min(_steps_at_risk(book, request, symbol, entry, stop), contract.max_steps)
    if not contract.min_steps <= steps <= contract.max_steps:
        raise Refused("invalid_volume")
    return steps


def _steps_at_risk(book: Book, request: Request, symbol: int, entry: int, stop: int) -> int:
    """Give how many steps lose the share of the equity at the stop, as the slippage that never varies fills both."""
    contract, slip = book.contracts[symbol], book.contracts[symbol].fixed_slippage
    opened = max(1, entry + request.side * slip) if request.kind in {MARKET, STOP} else entry
    closed = max(1, stop - request.side * slip)
    loss = -abs(opened - closed) * contract.value_per_point_step
    loss = -contract.in_account(loss, closed, book.account, book.rates[symbol])
    loss += contract.commission_of_step(opened, closed, book.account, book.rates[symbol])
    equity = Fraction(book.equity(), 10**book.account.digits)
    budget = request.risk_fraction * equity - contract.commission_fixed(book.rates[symbol])
    return max(0, floor(budget / loss + Fraction(1, 10**9)))


def check_limit(book: Book, symbol: int, side: int, steps: int) -> None:
    """Demand that one direction's positions and pending orders stay within the contract's limit."""
    limit = book.contracts[symbol].limit_steps
    held = [p.steps for p in book.positions_of(symbol) if p.side == side]
    waiting = [o.steps for o in book.orders_of(symbol) if o.side == side]
    if limit and sum(held) + sum(waiting) + steps > limit:
        raise Refused("limit_volume")


def check_order_price(contract: Contract, order: Order, quote: Quote, now_ns: int) -> None:
    """Demand that a pending order lies on its side of the market, and in the future."""
    limit_price = order.limit_price if order.kind == STOP_LIMIT else None
    if not contract.holds(order.price) or (order.kind == STOP_LIMIT and not contract.holds(limit_price or 0)):
        raise Refused("invalid_price")
    away = order.price - quote.entry(order.side)
    away = away if order.rises else -away
    if away <= 0 or away < contract.stops_level:
        raise Refused("invalid_price")
    if limit_price is not None and order.side * (order.price - limit_price) <= 0:
        raise Refused("invalid_price")
    if 0 < order.expiry_ns <= now_ns:
        raise Refused("invalid_price")


def check_hedge(book: Book, symbol: int, side: int) -> None:
    """Demand, where positions close first in first out, that no opposite one is open."""
    if book.account.fifo != "none" and any(p.side != side for p in book.positions_of(symbol)):
        raise Refused("hedge_prohibited")


def check_turn(book: Book, position: Position, steps: int) -> None:
    """Demand that no older position has to close first."""
    older = [p for p in book.positions_of(position.symbol) if p.age < position.age]
    if book.account.fifo == "size" and steps == position.steps:
        older = [p for p in older if p.steps == steps]
    if book.account.fifo != "none" and older:
        raise Refused("fifo_close")


def check_money(book: Book, order: Order, price: int) -> None:
    """Demand that free margin covers what an order adds at its fill price."""
    symbol = order.symbol
    book.checked_equity = book.equity()
    present = book.positions_of(symbol)
    before = [(p.side, p.steps, p.margin) for p in present]
    if not book.account.netting or not present or present[0].side == order.side:
        after = [*before, (order.side, order.steps, book.margin_to_open(symbol, order.side, order.steps, price))]
    elif order.steps <= present[0].steps:
        return
    else:
        rest = order.steps - present[0].steps
        after = [(order.side, rest, book.margin_to_open(symbol, order.side, rest, price))]
    if not book.affords(book.margin_of(symbol, after) - book.margin_of(symbol, before)):
        raise Refused("no_money")


def check_turned(book: Book, symbol: int, request: Request) -> None:
    """Demand, of an opening after the close of all, that nothing of the strategy is left."""
    for position in book.positions_of(symbol) if request.turns else ():
        if position.strategy == request.strategy:
            raise Refused(position.kept or "hedge_prohibited")


def check_requote(book: Book, waiting: Waiting, price: int, asked: int | None) -> None:
    """Demand, in instant execution, that the price has not moved too far, and that the venue does not want another."""
    execution = book.execution
    if not execution.instant or waiting.worked:
        return
    if asked is not None and execution.deviation is not None and abs(price - asked) > execution.deviation:
        raise Refused("requote")
    if execution.requote_share > 0:
        book.draws += 1
        if draw(execution.seed, book.time_ns, book.draws) < execution.requote_share:
            raise Refused("requote")


def check_liquidity(book: Book, side: int, steps: int) -> int:
    """Give how much of a market order the present price fills, and demand that its filling allows that."""
    filled = book.available(side, steps)
    filling = book.execution.filling
    if filled < steps and (filling == "fok" or (filling == "ioc" and not filled)):
        raise Refused("no_liquidity")
    return filled


def bind_margin(book: Book, order: Order, bound: int = 0) -> int:
    """Demand that free margin covers what an order binds while it waits, beyond what it has bound; give it."""
    if any(contract.initial_rate(kind, side) for contract in book.contracts for kind in _WAITING for side in (1, -1)):
        book.checked_equity = book.equity()
    margin = book.margin_to_open(order.symbol, order.side, order.steps, order.own_price, order.origin)
    if not book.affords(margin - bound):
        raise Refused("no_money")
    return int(margin)


def is_frozen_order(contract: Contract, order: Order, quote: Quote) -> bool:
    """Whether the market is so near to an order that the venue lets no one touch it."""
    return 0 < contract.freeze_level >= abs(quote.entry(order.side) - order.price)


def is_frozen_position(contract: Contract, position: Position, quote: Quote) -> bool:
    """Whether the market is so near to a position's stop or target that the venue lets no one move them."""
    price = quote.exit(position.side)
    levels = [level for level in (position.stop, position.target) if level is not None]
    return contract.freeze_level > 0 and any(abs(price - level) <= contract.freeze_level for level in levels)


def check_frozen(book: Book, position: Position) -> None:
    """Demand that the market is not so near to a position's stop or target that the venue lets no one touch it."""
    if is_frozen_position(book.contracts[position.symbol], position, book.quote(position.symbol)):
        raise Refused("frozen")


def check_order_stops(contract: Contract, order: Order) -> None:
    """Check a pending order's stop and target from its own price."""
    check_stops(contract, order.side, order.own_price, order.stop, order.target)
