"""The reference ledger: one event after the other, phase by phase as in docs/engine.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reference.book import Book
from reference.contract import Account, Contract, Rates
from reference.decisions import carry_out
from reference.execution import Execution, Waiting
from reference.fills import fill_pending, hit_stop, hit_target, liquidate, stop_fill, worst_and_best
from reference.inside import settle_inside, trail_at_open, trail_stops
from reference.orders import LIMIT, STOP_LIMIT, Entered, Order, Position, Request
from reference.quotes import Bar

__all__ = ["EquityRow", "ReferenceLedger"]


@dataclass(frozen=True)
class EquityRow:
    """The account when a bar has closed; money in minor units."""

    time_ns: int
    balance: int
    equity: int
    margin: int
    shares: tuple[int, ...] = ()  # what each strategy has made, where several share the account


def _no_rates(symbol: int, time_ns: int) -> Rates:
    return Rates()


class ReferenceLedger:
    """One account over one stream of events.

    Parameters
    ----------
    account, contracts
        Settings of the account, and the symbols by their index.
    rates
        Gives the rates of a symbol known at a time; only called for what neither shares the account's currency nor
        converts by its own price.
    strategies
        How many share the account; 0 where one has it alone.
    """

    def __init__(
        self,
        account: Account,
        contracts: Sequence[Contract],
        rates: Callable[[int, int], Rates] = _no_rates,
        execution: Execution | None = None,
        strategies: int = 0,
    ) -> None:
        self._strategies = strategies
        self.book = Book(account, list(contracts), execution)
        self.equity_rows: list[EquityRow] = []
        self.dropped = 0
        self._rates = rates
        self._waiting: list[Waiting] = []
        self._last_end = [0] * len(contracts)
        self._bars: list[Bar | None] = [None] * len(contracts)  # those that have opened and not ended
        self._depths: list[dict[int, int | None]] = [{} for _ in contracts]
        self._decided_ns = 0  # end of the last event's bar

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    def rates_at(self, symbol: int, time_ns: int) -> Rates:
        """Give a symbol's rates known at a time."""
        return self._rates(symbol, time_ns)

    # ----------------------------------------------------------------------------------------------------- driving
    def submit(self, symbol: int, request: Request, decided_ns: int | None = None) -> None:
        """Take a decision; it waits for the symbol's first event that opens when the deciding bar has ended."""
        since_ns = self._decided_ns if decided_ns is None else decided_ns
        self._waiting.append(Waiting(symbol, since_ns, request, self.book.quotes[symbol]))

    def open(self, symbol: int, bar: Bar) -> None:
        """Let a bar or tick of one symbol open: rollovers, expiry, and all that the open does."""
        book = self.book
        self._roll_over(bar.time_ns)
        if bar.slippage is not None:
            book.contracts[symbol] = replace(book.contracts[symbol], slippage=bar.slippage)
        book.time_ns = bar.time_ns
        book.quotes[symbol] = bar.at_open
        depth = book.execution.depth(bar, book.contracts[symbol].volume_step)
        book.depth = self._depths[symbol] = {1: depth, -1: depth}
        self._take_rates(bar.time_ns)
        self._expire(symbol)
        if bar.closed:
            self._refuse_all(symbol, bar)
        else:
            self._open(symbol, bar)
        self._bars[symbol] = bar

    def end(self, symbol: int, bar: Bar, *, decides: bool = True) -> None:
        """Let the bar that has opened come to its end: what lies inside it, and its close."""
        book = self.book
        book.time_ns, book.depth = bar.time_ns, self._depths[symbol]
        book.quotes[symbol] = bar.at_open
        self._take_rates(bar.time_ns)
        if bar.closed:
            self._let_pass(symbol, bar)
        else:
            settle_inside(book, symbol, bar)
            trail_stops(book, symbol, bar)
        self._take_rates(bar.end_ns)
        self._close(symbol, bar)
        self._bars[symbol] = None
        self._last_end[symbol] = self._decided_ns = bar.end_ns
        if decides:
            self._write_row(bar.end_ns)

    def finish(self) -> None:
        """Close what is open after the last event, and drop the decisions that still wait."""
        book = self.book
        self.dropped = len({waiting.symbol for waiting in self._waiting})
        positions = sorted(book.positions.values(), key=lambda p: p.ticket)
        since_ns, book.charged_ns = book.charged_ns, list(self._last_end)
        for position in positions:
            book.charge_dues(position, since_ns[position.symbol], self._last_end[position.symbol])
        book.orders.clear()
        for position in positions:
            book.time_ns = self._last_end[position.symbol]
            price = book.quote(position.symbol).exit(position.side)
            book.close(position, position.steps, price, "end_of_data")
        if self.equity_rows:
            self._write_row(self.equity_rows.pop().time_ns)

    # ------------------------------------------------------------------------------------------------------- phases
    def _take_rates(self, time_ns: int) -> None:
        self.book.rates = [self._rates(symbol, time_ns) for symbol in range(len(self.book.contracts))]

    def _roll_over(self, time_ns: int) -> None:
        """Charge what has fallen due; of a symbol whose bar is open, when that has come to its end."""
        book, since_ns = self.book, self.book.charged_ns
        book.charged_ns = [time_ns if bar is None else since_ns[symbol] for symbol, bar in enumerate(self._bars)]
        for position in sorted(book.positions.values(), key=lambda p: p.ticket):
            if self._bars[position.symbol] is None:
                book.charge_dues(position, since_ns[position.symbol], time_ns)

    def _expire(self, symbol: int) -> None:
        for order in self.book.orders_of(symbol):
            if 0 < order.expiry_ns <= self.book.time_ns:
                del self.book.orders[order.ticket]

    def _open(self, symbol: int, bar: Bar) -> None:
        book = self.book
        liquidate(book)
        closed, waiting = len(book.trades), sum(order.margin for order in book.orders.values())
        for position in book.positions_of(symbol):
            self._exit_at_open(position, bar)
        opened = False
        for order in book.orders_of(symbol):
            if order.ticket in book.orders:
                opened |= self._fill_at_open(order, bar)
        ready = self._ready(symbol, bar)
        opened |= carry_out(book, symbol, ready)
        self._drop(ready)
        bound = sum(order.margin for order in book.orders.values()) != waiting
        trail_at_open(book, symbol, bar)
        if opened or bound or len(book.trades) > closed:  # closing one side of a hedge can raise the margin
            liquidate(book)

    def _ready(self, symbol: int, bar: Bar) -> list[Waiting]:
        """List the requests that this bar's open is the price for."""
        return [waiting for waiting in self._waiting if waiting.is_due(symbol, bar, self.book.execution)]

    def _drop(self, done: list[Waiting]) -> None:
        """Forget requests, but for those of which a rest goes on."""
        over = [id(waiting) for waiting in done if not waiting.goes_on]
        self._waiting = [waiting for waiting in self._waiting if id(waiting) not in over]

    def _refuse_all(self, symbol: int, bar: Bar) -> None:
        """Refuse whatever an open outside the sessions would be the price for."""
        ready = self._ready(symbol, bar)
        for waiting in ready:
            waiting.goes_on = False
            self.book.refused["market_closed"] += 1
        self._drop(ready)

    def _let_pass(self, symbol: int, bar: Bar) -> None:
        """Let prices outside the sessions pass, at which nothing is done."""
        book = self.book
        for position in book.positions_of(symbol):
            worst, best = worst_and_best(bar, position)
            if position.peak is not None:
                position.peak = int(position.better(Fraction(position.peak), Fraction(best)))
            reached = position.stopped_by(worst) or position.targeted_by(best)
            book.held_back += reached and not position.held_back
            position.held_back |= reached
        for order in book.orders_of(symbol):
            side = bar.entry(order.side)
            reached = order.reached_by(side.high if order.rises else side.low)
            book.held_back += reached and not order.held_back
            order.held_back |= reached

    def _exit_at_open(self, position: Position, bar: Bar) -> None:
        price = bar.exit(position.side).open
        if position.stopped_by(price):
            hit_stop(self.book, position, price)
        elif position.targeted_by(price):
            level = price if self.book.account.limit_fill_open or position.target is None else position.target
            hit_target(self.book, position, level)

    def _fill_at_open(self, order: Order, bar: Bar) -> bool:
        price = bar.entry(order.side).open
        if not order.reached_by(price) or not self.book.available(order.side, 1):
            return False
        if order.kind == STOP_LIMIT:
            order.kind, order.price = LIMIT, order.own_price
            if not order.reached_by(price):
                return False
        level = order.price if order.kind == LIMIT and not self.book.account.limit_fill_open else price
        rivals = [
            o for o in self.book.orders_of(order.symbol) if o is not order and o.reached_by(bar.entry(o.side).open)
        ]
        price = stop_fill(self.book, order, level)
        position = fill_pending(self.book, order, price, Entered.OPEN, quote=bar.at_open, rivals=rivals)
        if position is not None:
            self._exit_at_open(position, bar)
        return position is not None

    def _close(self, symbol: int, bar: Bar) -> None:
        book = self.book
        book.quotes[symbol] = bar.at_close
        for position in book.positions_of(symbol):
            worst, best = worst_and_best(bar, position)
            if position.entered.inside:
                best = bar.exit(position.side).close
                worst = best if bar.straight else worst
            position.worst = position.worse(position.worst, Fraction(worst))
            position.best = position.better(position.best, Fraction(best))
            position.entered = Entered.BEFORE
        for order in book.orders_of(symbol):
            order.asleep = False
        self._watch_margin(symbol, bar)

    def _watch_margin(self, symbol: int, bar: Bar) -> None:
        """Count a margin call where the level falls below it, at the adverse extreme of the bar or at its close."""
        book, level = self.book, self.book.account.margin_call
        at_close = book.below(level)
        net = sum(p.side * p.steps for p in book.positions_of(symbol))
        reach = bar.bid.low - bar.bid.open if net > 0 else bar.ask.high - bar.ask.open
        book.quotes[symbol] = bar.at(reach) if net else bar.at_close
        if at_close or book.below(level):
            book.call_margin()
        book.quotes[symbol] = bar.at_close
        book.called = at_close

    def _write_row(self, time_ns: int) -> None:
        book = self.book
        if self.equity_rows and self.equity_rows[-1].time_ns >= time_ns:
            time_ns = self.equity_rows.pop().time_ns  # several symbols' bars end together
        shares = tuple(book.share(strategy) for strategy in range(self._strategies))
        self.equity_rows.append(EquityRow(time_ns, book.balance, book.equity(), book.margin(), shares))
