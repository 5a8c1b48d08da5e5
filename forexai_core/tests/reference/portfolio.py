"""Several strategies on one account, as a plain loop over the clock.

Before what opens at an instant every strategy decides whose bar has ended by then: by the end of the bar, and at one
instant in the order of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reference.clock import wall_of
from reference.contract import Account, Contract
from reference.ledger import ReferenceLedger
from reference.moments import END, OPEN, moments_of
from reference.money import NS
from reference.orders import CLOSE, CLOSE_ALL, Position, Request
from reference.quotes import Bar
from reference.rates import RateTable

__all__ = ["Moment", "Seat", "bars_of", "follow", "run_portfolio"]


@dataclass(frozen=True)
class Moment:
    """The end of one bar of a strategy: when it began and ended, what it closed at, and what the strategy holds."""

    begun_ns: int
    ended_ns: int
    close: int
    held: list[Position]


@dataclass
class Seat:
    """One strategy: its symbol, the minutes of its bars, and how it decides."""

    symbol: int
    minutes: int
    decide: Callable[[Moment], list[Request]]
    max_bars: int = 0  # after which it closes a position; 0 never


def bars_of(prices: Sequence[Bar], minutes: int, clock: str) -> list[tuple[int, int, int]]:
    """Give opening, end and close of each bar of so many minutes, counted from the clock's midnights."""
    found: dict[int, tuple[int, int, int]] = {}
    for price in prices:
        wall = wall_of(clock, price.time_ns)
        into = timedelta(minutes=(wall.hour * 60 + wall.minute) % minutes, seconds=wall.second)
        begun = price.time_ns - round(into.total_seconds()) * NS
        found[begun] = (begun, begun + minutes * 60 * NS, price.bid.close)
    return list(found.values())


def follow(entry: int, leave: bool, moment: Moment, order: Request) -> list[Request]:
    """Turn an intent into requests: leave, or go to the other side; with the own side open ask for nothing."""
    held = moment.held[-1].side if moment.held else 0
    asked = []
    if held and (leave or entry == -held):
        asked, held = [Request(CLOSE_ALL)], 0
    return [*asked, order] if entry and not held else asked


def _turn(ledger: ReferenceLedger, seat: Seat, owner: int, bar: tuple[int, int, int], ages: dict[int, int]) -> None:
    """Let one strategy decide: first what has grown too old closes, then it says what it wants."""
    held = [position for position in ledger.book.positions_of(seat.symbol) if position.strategy == owner]
    asked = []
    for position in held:
        ages[position.ticket] = ages.get(position.ticket, 0) + 1
        if 0 < seat.max_bars <= ages[position.ticket]:
            asked.append(Request(CLOSE, ticket=position.ticket))
    begun, ended, close = bar
    by_age = sorted(held, key=lambda position: position.age)
    for request in [*asked, *seat.decide(Moment(begun, ended, close, by_age))]:
        owned = Request(**{**request.__dict__, "strategy": owner})
        ledger.submit(seat.symbol, owned, ended)


def run_portfolio(
    seats: Sequence[Seat],
    markets: Sequence[Sequence[Bar]],
    *,
    account: Account,
    contracts: Sequence[Contract],
    rates: RateTable | None = None,
) -> ReferenceLedger:
    """Run all strategies over the prices of all symbols."""
    ledger = ReferenceLedger(account, contracts, *([] if rates is None else [rates]), strategies=len(seats))
    turns = sorted(
        (bar[1], owner, bar)
        for owner, seat in enumerate(seats)
        for bar in bars_of(markets[seat.symbol], seat.minutes, account.clock)
    )
    ages: dict[int, int] = {}
    for kind, _, symbol, bar in moments_of((symbol, bar) for symbol, bars in enumerate(markets) for bar in bars):
        time_ns = bar.time_ns if kind == OPEN else bar.end_ns
        while turns and (turns[0][0] < time_ns or (turns[0][0] == time_ns and kind == OPEN)):
            _, owner, own = turns.pop(0)
            _turn(ledger, seats[owner], owner, own, ages)
        if kind == OPEN:
            ledger.open(symbol, bar)
        elif kind == END:
            ledger.end(symbol, bar)
    ledger.finish()
    return ledger
