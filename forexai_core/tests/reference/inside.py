"""Inside a bar: the adverse phase, the favourable phase, and the stops that trail."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reference.book import Book
from reference.fills import fill_pending, hit_stop, hit_target, liquidate, stop_fill, worst_and_best
from reference.orders import LIMIT, STOP_LIMIT, Entered, Order, Position
from reference.quotes import Bar, Quote

__all__ = ["settle_inside", "trail_at_open", "trail_stops"]


@dataclass(frozen=True)
class _Candidate:
    distance: int
    rank: int  # positions' stops before orders
    ticket: int
    what: Position | Order
    target: bool = False


def settle_inside(book: Book, symbol: int, bar: Bar) -> None:
    """Run the adverse and the favourable phase of a bar; one that never moved may find an account that others moved."""
    if not (book.positions or book.orders):
        return
    book.inside, book.inside_symbol = bar, symbol
    _adverse(book, symbol, bar)
    _favourable(book, symbol, bar)
    book.inside = None


# ------------------------------------------------------------------------------------------------------ adverse phase
def _adverse(book: Book, symbol: int, bar: Bar) -> None:
    reached = 0
    while True:
        candidate = min(_candidates(book, symbol, bar), key=lambda c: (c.distance, c.rank, c.ticket), default=None)
        crossed = _find_stop_out(book, symbol, bar, reached, candidate)
        if crossed is not None:
            steps, direction = crossed
            book.quotes[symbol] = bar.at(direction * steps)
            liquidate(book)
            book.quotes[symbol] = bar.at_open
            reached = steps
        elif candidate is None:
            return
        else:
            _execute(book, bar, candidate)
            reached = max(reached, candidate.distance)


def _candidates(book: Book, symbol: int, bar: Bar) -> list[_Candidate]:
    found = []
    for position in book.positions_of(symbol):
        worst, _ = worst_and_best(bar, position)
        if position.stop is not None and position.stopped_by(worst) and not _left_behind(position, bar, adverse=True):
            distance = abs(position.stop - bar.exit(position.side).open)
            found.append(_Candidate(distance, 0, position.ticket, position))
    for order in book.orders_of(symbol):
        unfilled = order.asleep or not book.available(order.side, 1)
        if not unfilled and _in_reach(order, bar):
            found.append(_Candidate(abs(order.price - bar.entry(order.side).open), 1, order.ticket, order))
    if bar.straight:
        found += _targets_on_the_way(book, symbol, bar)
    return found


def _left_behind(position: Position, bar: Bar, *, adverse: bool) -> bool:
    """Whether a straight way went from a position's entry the other way than to its stop, or to its target."""
    if not bar.straight or not position.entered.inside:
        return False
    went_adverse = (position.entered == Entered.FALLING) == (position.side > 0)
    return went_adverse != adverse


def _targets_on_the_way(book: Book, symbol: int, bar: Bar) -> list[_Candidate]:
    found = []
    for position in book.positions_of(symbol):
        _, best = worst_and_best(bar, position)
        if (
            position.target is not None
            and position.targeted_by(best)
            and not _left_behind(position, bar, adverse=False)
        ):
            distance = abs(position.target - bar.exit(position.side).open)
            found.append(_Candidate(distance, 2, position.ticket, position, target=True))
    return found


def _order_the_other_way(book: Book, position: Position, bar: Bar) -> bool:
    """Whether an order that is reached away from a position's stop might have changed the position before."""
    for order in book.orders_of(position.symbol):
        if order.rises == (position.side > 0) and _in_reach(order, bar):
            return True
    return False


def _in_reach(order: Order, bar: Bar) -> bool:
    """Whether the bar reaches an order's price."""
    side = bar.entry(order.side)
    return order.reached_by(side.high if order.rises else side.low)


def _doubts_of_stop(book: Book, position: Position, bar: Bar) -> set[str]:
    """Name what might have come before a stop that is hit."""
    _, best = worst_and_best(bar, position)
    found = set()
    if position.targeted_by(best):
        found.add("stop_and_target")
    if position.entered.inside and not _stop_proven(position, bar):
        found.add("entry_and_stop")
    if book.account.netting and _order_the_other_way(book, position, bar):
        found.add("order_and_exit")
    return found


def _execute(book: Book, bar: Bar, candidate: _Candidate) -> None:
    what = candidate.what
    if isinstance(what, Position) and candidate.target:
        if not what.entered.inside:
            what.worst = what.worse(what.worst, Fraction(worst_and_best(bar, what)[0]))
        hit_target(book, what, what.target or 0)
        return
    if isinstance(what, Position):
        if not bar.straight:
            what.doubts |= _doubts_of_stop(book, what, bar)
        hit_stop(book, what, what.stop or 0)
        return
    quote = bar.at(candidate.distance if what.rises else -candidate.distance)
    entered = Entered.RISING if what.rises else Entered.FALLING
    if what.kind == STOP_LIMIT:
        what.kind, what.price, what.asleep = LIMIT, what.own_price, True
        if not what.reached_by(bar.entry(what.side).close):
            return
        entered = Entered.BY_CLOSE
    _fill(book, what, bar, quote, entered)


def _fill(book: Book, what: Order, bar: Bar, quote: Quote, entered: Entered) -> None:
    """Fill an order at its price, and stop what it opened where that was passed already."""
    rivals = [o for o in book.orders_of(what.symbol) if o is not what and _in_reach(o, bar)]
    rivals = [] if bar.straight else rivals
    held = fill_pending(book, what, stop_fill(book, what, what.price), entered, quote=quote, rivals=rivals)
    if bar.straight and held is not None:
        held.worst = held.worse(held.worst, Fraction(quote.exit(held.side)))
    elif bar.straight and book.account.netting:
        for left in book.positions_of(what.symbol):
            left.worst = left.worse(left.worst, Fraction(quote.exit(left.side)))
    if held is not None:
        _stop_at_fill(book, held, bar, what.price)


def _stop_at_fill(book: Book, position: Position, bar: Bar, filled_at: int) -> None:
    """Stop what an order opened, or let grow, where the exit's quote beside the order's level has passed the stop."""
    quote = bar.exit(position.side).moved(filled_at - bar.entry(position.side).open)
    if position.stop is None or not position.stopped_by(quote):
        return
    if not bar.straight:
        position.doubts |= _doubts_of_stop(book, position, bar)
    hit_stop(book, position, quote)


def _stop_proven(position: Position, bar: Bar) -> bool:
    """Whether a stop in the range was surely reached after an entry inside the bar."""
    went = Entered.FALLING if position.side > 0 else Entered.RISING
    return position.entered == went or position.stopped_by(bar.exit(position.side).close)


def _target_proven(position: Position, bar: Bar) -> bool:
    """Whether a target in the range was surely reached after an entry inside the bar."""
    went = Entered.RISING if position.side > 0 else Entered.FALLING
    return position.entered == went or position.targeted_by(bar.exit(position.side).close)


# ----------------------------------------------------------------------------------------------------------- stop-out
def _find_stop_out(
    book: Book, symbol: int, bar: Bar, reached: int, candidate: _Candidate | None
) -> tuple[int, int] | None:
    """Give the first distance, and its direction, at which the account's level is below the stop-out."""
    net = sum(p.side * p.steps for p in book.positions_of(symbol))
    if net == 0:
        return None
    direction = -1 if net > 0 else 1
    full = bar.bid.open - bar.bid.low if net > 0 else bar.ask.high - bar.ask.open
    if candidate is None:
        first, last = min(reached, full), full
    else:
        first, last = reached, min(candidate.distance - 1, full)
    found = _first_below(book, symbol, bar, direction=direction, first=first, last=last)
    return None if found is None else (found, direction)


def _first_below(book: Book, symbol: int, bar: Bar, *, direction: int, first: int, last: int) -> int | None:
    """Search every point between two distances; a bound on equity spares stretches that cannot cross.

    Each position's own open profit only rises or only falls along the way, so that the sum of the worse ends of all
    of them lies at or below equity everywhere between.
    """
    if first > last:
        return None
    near, far = bar.at(direction * first), bar.at(direction * last)
    if not book.stopped_out(_least_equity(book, symbol, near, far)):
        return None
    if first == last:
        return first
    middle = (first + last) // 2
    found = _first_below(book, symbol, bar, direction=direction, first=first, last=middle)
    if found is None:
        found = _first_below(book, symbol, bar, direction=direction, first=middle + 1, last=last)
    return found


def _least_equity(book: Book, symbol: int, near: Quote, far: Quote) -> int:
    equity = book.balance
    for position in book.positions.values():
        if position.symbol == symbol:
            equity += min(book.floating(position, near), book.floating(position, far)) + position.swap
        else:
            equity += book.floating(position) + position.swap
    return equity


# --------------------------------------------------------------------------------------------------- favourable phase
def _favourable(book: Book, symbol: int, bar: Bar) -> None:
    if bar.straight:
        return  # taken on the way
    reached = []
    for position in book.positions_of(symbol):
        worst, best = worst_and_best(bar, position)
        if position.target is None or not position.targeted_by(best):
            continue
        if position.entered.inside and not _target_proven(position, bar):
            position.doubts |= {"entry_and_target"}
            continue
        reached.append((abs(position.target - bar.exit(position.side).open), position.ticket, position, worst))
    for _, _, position, worst in sorted(reached, key=lambda entry: entry[:2]):
        position.worst = position.worse(position.worst, Fraction(worst))
        hit_target(book, position, position.target or 0)


# ----------------------------------------------------------------------------------------------------- trailing stops
def trail_at_open(book: Book, symbol: int, bar: Bar) -> None:
    """Move the stops that trail behind an open that is the best price so far."""
    for position in book.positions_of(symbol):
        opened = bar.exit(position.side).open
        if position.peak is not None and position.side * (opened - position.peak) >= 0:
            _move_stop(book, position, opened)


def _move_stop(book: Book, position: Position, peak: int) -> int | None:
    """Let trailing follow a peak; give the stop where that moves it."""
    position.peak = peak
    if not position.trail_distance or position.side * (peak - position.average) < position.trail_start:
        return None
    level = peak - position.side * position.trail_distance
    level = book.contracts[position.symbol].against(level, position.side)
    if position.stop is not None and position.side * (level - position.stop) <= 0:
        return None
    position.stop, position.trailed = level, True
    return level


def trail_stops(book: Book, symbol: int, bar: Bar) -> None:
    """Move the stops that trail; close where the bar's close is through the new level."""
    for position in book.positions_of(symbol):
        side = bar.exit(position.side)
        worst, best = worst_and_best(bar, position)
        extreme = side.close if position.entered.inside else best
        # A peak of None starts at this bar's close, whatever else was reached in it.
        peak = side.close if position.peak is None else int(position.better(Fraction(position.peak), Fraction(extreme)))
        level = _move_stop(book, position, peak)
        if level is None:
            continue
        if position.stopped_by(side.close):
            position.best = position.better(position.best, Fraction(extreme))
            position.worst = position.worse(position.worst, Fraction(worst))
            book.inside, book.inside_symbol = bar, symbol
            if position.side * (worst - level) < 0 and not bar.straight:
                position.doubts |= {"trailing"}
            hit_stop(book, position, level)
            book.inside = None
        elif position.stopped_by(worst) and not bar.straight:
            position.doubts |= {"trailing"}
