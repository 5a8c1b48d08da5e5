"""Fills: what an executed order does to the book, hedging and netting, and the closing of positions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from reference.book import Book
from reference.checks import Refused, check_hedge, check_liquidity, check_money, check_requote, check_turn
from reference.execution import Waiting
from reference.orders import STOP, Entered, Order, Position
from reference.quotes import Bar, Quote

__all__ = [
    "cancel_rivals",
    "close_at_market",
    "close_by",
    "fill_order",
    "fill_pending",
    "hit_stop",
    "hit_target",
    "liquidate",
    "stop_fill",
    "worst_and_best",
]


def fill_order(
    book: Book, order: Order, price: int, reason: str, entered: Entered, *, doubts: frozenset[str] = frozenset()
) -> Position | None:
    """Execute an order's volume at a price; give the position that it opened or added to.

    ``doubts`` are those about the order: whatever it touches has them, too.
    """
    held = book.positions_of(order.symbol)
    begun = book.positions.get(order.ticket)
    if not book.account.netting and begun is not None:  # a further part of one order
        book.add(begun, order, price, entered)
        begun.doubts |= doubts
        return begun
    if not book.account.netting or not held:
        position = book.open(order, price, reason, entered)
        position.doubts |= doubts
        return position
    position = held[0]
    if _contested(book, position, order, entered):
        doubts |= {"order_and_exit"}
    position.doubts |= doubts
    if position.side == order.side:
        book.add(position, order, price, entered)
        return position
    closed = min(order.steps, position.steps)
    order.steps -= closed
    if not order.steps:
        book.close(position, closed, price, "signal")
        return None
    paid, left = book.reversal_commission(order.symbol, closed, order.steps, price)
    book.close(position, closed, price, "signal", commission=paid, reverses=True)
    position = book.open(order, price, reason, entered, commission=left)
    position.doubts |= doubts
    return position


def _contested(book: Book, position: Position, order: Order, entered: Entered) -> bool:
    """Whether the bar leaves open which came first: a pending order, or an exit of the netting position it meets."""
    bar = book.inside
    if bar is None or bar.straight:
        return False
    worst, best = worst_and_best(bar, position)
    if position.side == order.side:
        way_to_stop = Entered.FALLING if position.side > 0 else Entered.RISING
        return position.targeted_by(best) or (position.stopped_by(worst) and entered != way_to_stop)
    return position.entered.inside or position.stopped_by(worst) or position.targeted_by(best)


def fill_pending(
    book: Book, order: Order, price: int, entered: Entered, *, quote: Quote, rivals: list[Order]
) -> Position | None:
    """Fill a pending order, if the account can pay for it at a quote, and cancel the others of its group.

    ``rivals`` are those orders of the symbol that were reached as well.
    """
    present = book.quotes[order.symbol]
    book.quotes[order.symbol] = quote
    filled = book.available(order.side, order.steps)
    part, bound, order.margin = replace(order, steps=filled), order.margin, 0
    try:
        check_hedge(book, order.symbol, order.side)
        check_money(book, part, price)
    except Refused as refusal:
        book.refused[str(refusal)] += 1
        del book.orders[order.ticket]
        return None
    finally:
        book.quotes[order.symbol] = present
    book.use_up(order.side, order.steps, filled)
    del book.orders[order.ticket]
    rivalled = any(rival in rivals for rival in cancel_rivals(book, order))
    if filled < order.steps:
        book.orders[order.ticket] = replace(
            order,
            steps=order.steps - filled,
            oco=0,
            margin=book.money(Fraction(bound, 10**book.account.digits) * (order.steps - filled) / order.steps),
        )
    return fill_order(book, part, price, order.origin, entered, doubts=frozenset({"rival_order"} if rivalled else ()))


def cancel_rivals(book: Book, order: Order) -> list[Order]:
    """Cancel the other orders of a one-cancels-the-other group."""
    if not order.oco:
        return []
    rivals = [o for o in book.orders.values() if o.oco == order.oco and o.strategy == order.strategy]
    for rival in rivals:
        del book.orders[rival.ticket]
    return rivals


def close_at_market(book: Book, waiting: Waiting, position: Position, steps: int) -> int:
    """Close a volume at the present quote with slippage, or what of it is filled there; give how much that was.

    The closing order has a ticket of its own.
    """
    price = book.quote(position.symbol).exit(position.side)
    contract, part = book.contracts[position.symbol], book.available(-position.side, steps)
    price = contract.slipped(price, -position.side, part)
    check_requote(book, waiting, price, None if waiting.asked is None else waiting.asked.exit(position.side))
    filled = check_liquidity(book, -position.side, steps)
    if 0 < filled < steps:
        check_turn(book, position, filled)  # by size, a whole may be another's turn than a part
    book.use_up(-position.side, steps, filled)
    if filled:
        book.take_ticket()
        book.close(position, filled, price, "signal")
    return filled


def close_by(book: Book, position: Position, other: Position) -> None:
    """Close two opposite positions as far as the smaller goes, both at the second one's opening price.

    That of a position of several parts is its average, to the nearest whole point, a half to the even one.
    """
    steps, price = min(position.steps, other.steps), round(other.average)
    book.take_ticket()
    for each in (position, other):
        book.close(each, steps, price, "close_by")


def hit_stop(book: Book, position: Position, level: int) -> None:
    """Close a position by its stop, at a level with slippage."""
    price = book.contracts[position.symbol].slipped(level, -position.side, position.steps)
    reason = "trailing_stop" if position.trailed else "stop_loss"
    book.close(position, position.steps, price, reason)


def hit_target(book: Book, position: Position, level: int) -> None:
    """Close a position by its target."""
    book.close(position, position.steps, level, "take_profit")


def stop_fill(book: Book, order: Order, level: int) -> int:
    """Give the price at which an order fills at a level: stop orders slip, limits do not."""
    if order.kind != STOP:
        return level
    return book.contracts[order.symbol].slipped(level, order.side, book.available(order.side, order.steps))


def liquidate(book: Book) -> bool:
    """Remove orders that bind margin, then close the most losing positions, until the account is not below."""
    if not book.stopped_out():
        return False
    book.call_margin()
    if book.account.stop_out_orders == "all":
        book.orders.clear()
    while book.stopped_out():
        binding = [order for order in book.orders.values() if order.margin]
        if binding:
            del book.orders[max(binding, key=lambda order: (order.margin, -order.ticket)).ticket]
            continue
        if not book.positions:
            break
        position = min(book.positions.values(), key=lambda p: (book.floating(p), p.age))
        position = _in_turn(book, position)
        price = book.quote(position.symbol).exit(position.side)
        book.close(position, position.steps, price, "stop_out")
    return True


def _in_turn(book: Book, position: Position) -> Position:
    """Give the position that has to close before one: the oldest of its symbol, or of its symbol and size."""
    rule = book.account.fifo
    if rule == "none":
        return position
    held = book.positions_of(position.symbol)
    return min((p for p in held if rule == "symbol" or p.steps == position.steps), key=lambda p: p.age)


def worst_and_best(bar: Bar, position: Position) -> tuple[int, int]:
    """Give the bar's adverse and favourable extreme for a position."""
    side = bar.exit(position.side)
    return (side.low, side.high) if position.side > 0 else (side.high, side.low)
