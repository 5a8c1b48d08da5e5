"""A backtest as a plain loop: each bar through the ledger, then the strategy decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reference.contract import Account, Contract
from reference.ledger import ReferenceLedger
from reference.moments import END, OPEN, moments_of
from reference.orders import CLOSE_ALL, MARKET, Position, Request
from reference.quotes import Bar
from reference.rates import RateTable

__all__ = ["SmaCross", "View", "backtest", "finer", "whole"]


@dataclass(frozen=True)
class View:
    """What a strategy sees at the close of a bar."""

    symbol: int
    row: int
    bar: Bar
    ledger: ReferenceLedger

    @property
    def positions(self) -> list[Position]:
        """Open positions of the symbol, by ticket."""
        return self.ledger.book.positions_of(self.symbol)


Decide = Callable[[View], list[Request]]

Event = tuple[Bar, Bar | None]
"""Prices to settle, and the strategy's bar that ends with them, if one does."""


def backtest(
    decides: Sequence[Decide],
    markets: Sequence[Sequence[Event]],
    *,
    account: Account,
    contracts: Sequence[Contract],
    rates: RateTable | None = None,
) -> ReferenceLedger:
    """Run one strategy a symbol over its events, in order of time, symbols of one instant in the order given."""
    ledger = ReferenceLedger(account, contracts, *([] if rates is None else [rates]))
    rows = [0] * len(markets)
    every = [(symbol, event) for symbol, events in enumerate(markets) for event in events]
    for kind, number, symbol, bar in moments_of((symbol, bar) for symbol, (bar, _) in every):
        decided = every[number][1][1]
        if kind == OPEN:
            ledger.open(symbol, bar)
        elif kind == END:
            ledger.end(symbol, bar, decides=decided is not None)
        elif decided is not None:
            for request in decides[symbol](View(symbol, rows[symbol], decided, ledger)):
                ledger.submit(symbol, request)
            rows[symbol] += 1
    ledger.finish()
    return ledger


def whole(bars: Sequence[Bar]) -> list[Event]:
    """Settle each of the strategy's bars as it is."""
    return [(bar, bar) for bar in bars]


def finer(bars: Sequence[Bar], fine: Sequence[Bar]) -> list[Event]:
    """Settle the finer prices inside each of the strategy's bars, and a bar that has none as it is."""
    events: list[Event] = []
    row = 0
    for bar in bars:
        inside = []
        while row < len(fine) and fine[row].time_ns < bar.end_ns:
            if fine[row].time_ns >= bar.time_ns:
                inside.append(fine[row])
            row += 1
        if not inside:
            events.append((bar, bar))
            continue
        # What the last finer prices leave of the bar belongs to them.
        last = replace(inside[-1], end_ns=bar.end_ns)
        events += [(price, None) for price in inside[:-1]]
        events.append((last, bar))
    return events


class SmaCross:
    """Two simple averages of closes: turn long when the fast one turns above the slow one, short when below.

    Above is the last strict order of the two: a tie is no cross, compared on exact sums of points. After a stop or a
    target it stays flat until the next turn. Nothing is decided before both averages exist on two bars.
    """

    def __init__(self, *, fast: int, slow: int, stop_points: int, target_points: int, steps: int) -> None:
        self._fast, self._slow = fast, slow
        self._stop_points, self._target_points, self._steps = stop_points, target_points, steps
        self._closes: list[int] = []
        self._order = 0  # last strict order: +1 fast above slow, -1 below, 0 none yet

    def __call__(self, view: View) -> list[Request]:
        """Decide at the close of a bar."""
        self._closes.append(view.bar.bid.close)
        longest = max(self._fast, self._slow)
        if len(self._closes) < longest:
            return []
        # sum / n against sum / n, multiplied out
        fast = sum(self._closes[-self._fast :]) * self._slow
        slow = sum(self._closes[-self._slow :]) * self._fast
        del self._closes[:-longest]
        order = (fast > slow) - (fast < slow)
        before, self._order = self._order, order or self._order
        if before == 0 or order in {0, before}:
            return []
        return self._turn(order, view)

    def _turn(self, side: int, view: View) -> list[Request]:
        requests = []
        turns = any(position.side == -side for position in view.positions)
        if turns:
            requests.append(Request(CLOSE_ALL, side=-side))
        if not any(position.side == side for position in view.positions):
            requests.append(
                Request(
                    MARKET,
                    side=side,
                    steps=self._steps,
                    turns=int(turns),
                    stop_distance=self._stop_points,
                    target_distance=self._target_points,
                )
            )
        return requests
