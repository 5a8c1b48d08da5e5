"""The workbench of the search: one ledger, into which states are put to see what becomes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.accounting.curve import new_curve
from forexai_core.engine.accounting.quotes import quotes_of, set_rates
from forexai_core.engine.deciding.desk import assemble
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.deciding.steps import step_address
from forexai_core.engine.driving.finish import finish
from forexai_core.engine.driving.phases import phases
from forexai_core.engine.interval.forks import Fork, restored, taken
from forexai_core.engine.interval.stretch import Marks, charge_next, close_event, expire, stretch, tick, walk
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.records import BOOK, STATUS_FULL_DEALS, STATUS_OK
from forexai_core.errors import TradingError

__all__ = ["Bench"]

Rows = NDArray[np.void]


class Bench:
    """A ledger on which one symbol of a run is followed.

    Parameters
    ----------
    setup : Setup
        Of the run.
    programs : list of Program
        What the strategy decides by; one a symbol.
    symbol : int
        Which one is followed; the others bring rates and time.
    jump : int
        Points by which prices may move at once inside a bar; 0: point by point.
    """

    def __init__(self, setup: Setup, programs: list[Program], symbol: int, jump: int) -> None:
        # one symbol is followed, so its bars are taken whole, in the order of the rows
        self.market, self.symbol = setup.market._replace(agenda=setup.market.agenda[:0]), symbol
        self._count = len(setup.symbols)
        self._desk = assemble(programs, setup)
        self._firsts = np.array(self._desk.pending)
        self._step = step_address(programs[0].step)
        self._phases = phases()
        self._books: Rows = np.zeros(1, BOOK)
        self._book: Any = self._books[0]
        self.account: Any = self._book["account"]
        self._books["account"] = setup.account_record
        self._book["symbols"][: self._count] = setup.symbol_records
        self._curve = new_curve(1, self.market)
        self.events = len(setup.market.time_ns)
        none = np.full(self.events, np.inf)
        self.marks = Marks(none, np.zeros(self.events), none.copy(), jump)
        self._penalties = np.zeros(self.events)
        self.ticks = 0
        self._next_rows = self._rows_ahead()

    def _rows_ahead(self) -> NDArray[np.int64] | None:
        """Tabulate the next decision of the symbol at each event; None where that is the event itself."""
        events = self.market.events
        if not len(events):
            return None
        mine = (events["symbol"] == self.symbol) & (events["decides"] >= 0)
        rows = np.where(mine, events["decides"], np.iinfo(np.int64).max)
        return np.minimum.accumulate(rows[::-1])[::-1]

    @property
    def manages(self) -> bool:
        """Whether positions are looked after at each close."""
        return bool(self._desk.manages)

    def save(self) -> Fork:
        """Copy the present state."""
        return taken(self._books, self._count, self._desk.state[self.symbol].tobytes())

    def load(self, fork: Fork) -> None:
        """Put a state on the bench."""
        restored(self._books, fork)
        self._desk.state[self.symbol] = np.frombuffer(fork.memory, np.uint8)
        self._desk.pending[self.symbol] = self._firsts[self.symbol]
        self._seek_wish(int(fork.account["events"][0]))

    def _seek_wish(self, event: int) -> None:
        """Let the wishes of the past be over."""
        index, desk = self.symbol, self._desk
        first, stop = self._firsts[index], desk.stops[index]
        row = event if self._next_rows is None else self._next_rows[min(event, self.events - 1)]
        desk.pending[index] = first + np.searchsorted(desk.wish_rows[first:stop], row)

    @property
    def deals(self) -> Rows:
        """(deals,) DEAL since the state was put here."""
        rows: Rows = self._book["deals"][: self.account["deals"]]
        return rows

    def stretch(self, stop: int, pause: bool) -> bool:
        """Go on to an event in doubt, or to ``stop``; say whether one is.

        Raises
        ------
        TradingError
            If the ledger cannot go on: a rate is unknown, or too much stands at once.
        """
        doubt = bool(
            stretch(
                self._books,
                self.market,
                self._desk,
                self._step,
                self._phases,
                self.symbol,
                stop,
                pause,
                self.marks,
            )
        )
        self._check(STATUS_OK, STATUS_FULL_DEALS)
        return doubt

    def _check(self, *good: int) -> None:
        if int(self.account["status"]) not in good:
            raise TradingError("the ledger could not go on with another outcome of a bar")

    def note_penalty(self, event: int, penalty: float) -> None:
        """Note by how much lower the equity after an event may lie than the marks say."""
        self._penalties[event] = max(self._penalties[event], penalty)

    def lows(self, start: float) -> NDArray[np.float64]:
        """(events,) lowest equity of each event, over all states that came by; ``start`` where none was noted."""
        return np.where(np.isfinite(self.marks.lows), self.marks.lows - self._penalties, start)

    @property
    def equity(self) -> float:
        """At the quotes of the last tick."""
        return float(self.account["equity"])

    @property
    def slack(self) -> float:
        """Free margin that the last price's orders left at least; infinite without any."""
        return float(self.account["slack"])

    def tick(self, event: int, bid: int, ask: int) -> float:
        """Take a price inside the open bar; give the equity at the worst prices of the bar."""
        self.ticks += 1
        jump = self.marks.jump
        worst = float(tick(self._books, self.market, self._phases, event, self.symbol, bid, ask, jump))
        self._check(STATUS_OK)
        return worst

    def charge_next(self, bid: int, ask: int) -> None:
        """Let the next rollover come, at certain quotes."""
        charge_next(self._books, self.market, self.symbol, bid, ask)

    def expire(self, until_ns: int) -> None:
        """Let orders expire inside the open bar."""
        expire(self._books, self.market, self.symbol, until_ns)

    def falling_due(self, start_ns: int, end_ns: int) -> list[int]:
        """Give the instants between two, both left out, at which rollovers, cash flows or expiries come."""
        rollovers = self.market.rollovers["time_ns"][int(self.account["rollover"]) :]
        expiries = self._book["orders"][: self.account["orders"]]["expiry_ns"]
        due = np.unique(np.concatenate([rollovers, expiries]))
        return [int(each) for each in due[(due > start_ns) & (due < end_ns)]]

    def pass_time(self, until_ns: int) -> None:
        """Let the rollovers, cash flows and expiries up to an instant of the open bar come, at the present quotes."""
        rollovers, symbol = self.market.rollovers, self._book["symbols"][self.symbol]
        while (taken := int(self.account["rollover"])) < len(rollovers) and rollovers["time_ns"][taken] <= until_ns:
            self.charge_next(int(symbol["bid"]), int(symbol["ask"]))
        self.expire(until_ns)

    def close(self, event: int) -> None:
        """End the open bar, and let the strategy decide."""
        self._seek_wish(event)
        close_event(self._books, self.market, self._desk, self._step, self._phases, event, self.symbol)
        self.account["events"] = event + 1

    def walk(self, event: int, bids: NDArray[np.int64], asks: NDArray[np.int64]) -> None:
        """Take a path through the open bar."""
        walk(self._books, self.market, self._phases, event, self.symbol, bids, asks)

    def finish(self) -> float:
        """Close what is left at the last prices, and give the balance."""
        if self.events:
            set_rates(self._book, self.market, self.events - 1, 1)
        finish(self._books, self.market, self._curve)
        return float(self.account["balance"])

    def quotes(self, event: int) -> tuple[int, ...]:
        """Give the bar of an event: open, high, low and close of the bid, then of the ask, in points."""
        return tuple(int(value) for value in quotes_of(self.market, event, self._book["symbols"][self.symbol]))
