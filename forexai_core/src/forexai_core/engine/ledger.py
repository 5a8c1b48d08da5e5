"""The ledger as Python holds it: its record, and the two ways to drive it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.accounting.curve import equity_rows, new_curve, row_times, rows_later
from forexai_core.engine.accounting.shares import take_in_deals
from forexai_core.engine.deciding.desk import assemble
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.deciding.steps import step_address
from forexai_core.engine.driving.bound import Bound
from forexai_core.engine.driving.finish import finish
from forexai_core.engine.driving.phases import phases
from forexai_core.engine.driving.run import decide, run
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.book import Market, Roster
from forexai_core.engine.state.market_records import PART_OPEN, PART_REST, PART_TURN
from forexai_core.engine.state.memory import borrow, copied, give_back
from forexai_core.engine.state.records import (
    COMMANDS_PER_CLOSE,
    MAX_ORDERS,
    MAX_POSITIONS,
    STATUS_FULL_DEALS,
    STATUS_FULL_LEVELS,
    STATUS_MANY_COMMANDS,
    STATUS_OK,
    STATUS_RATE_UNKNOWN,
    STATUS_WRONG_COMMAND,
)
from forexai_core.errors import RateError, TradingError
from forexai_core.values.clocks import format_time_ns

__all__ = ["Ledger"]

_FEW_DEALS = 4_096
"""Up to so many deals are copied sooner than new memory is taken."""

_WRONG_COMMANDS = {
    STATUS_MANY_COMMANDS: f"gives more than {COMMANDS_PER_CLOSE} commands, which is the most at one close. Give the "
    "rest at the next ones, or write a class strategy, which may ask for more.",
    STATUS_WRONG_COMMAND: "writes a command that is none: its kind must be one of fx.arrays.COMMAND_*, and the side of "
    "an order 1 or -1. The functions of forexai_core.strategies.commands write them rightly.",
}
"""What was wrong with the commands of a step, and what helps."""


class Ahead(Protocol):
    """Who counts bars that the ledger has not taken yet: how many there are, and how many there were when it had."""

    count: int
    synced: int


def rate_unknown(symbol: str, time_ns: int) -> RateError:
    """Say that nothing converts the money of a symbol at a time, nanoseconds UTC."""
    return RateError(
        f"{symbol}: at {format_time_ns(time_ns)} no rate is known that converts its profit, margin or commission to "
        "the account's currency, or the last one is older than max_age. Pass rates that begin before the prices and "
        "have no long holes."
    )


class Ledger:
    """The account of one run and the events it goes through.

    Parameters
    ----------
    setup : Setup
        Prices, contracts and the account at the start.

    Attributes
    ----------
    book : BOOK record
        All state; a live view.
    market : Market
        The prices; :meth:`follow` sets others.
    asked : int
        Requests that class strategies have written so far.
    changes : int
        Raised whenever the arrays may have changed.
    taken : int
        How many events have been taken.
    now : int
        How many events whoever decides knows of: the ledger may be behind, while nothing can happen in between.
    ahead : list of Ahead
        Who is told when it catches up because somebody looks at it.
    owners : sequence of str
        What messages call the strategies, by their number.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._market = setup.market
        self._memory = borrow()
        self._books: NDArray[np.void] = self._memory.books
        self.book: Any = self._memory.book
        self._curve = new_curve(max(setup.decisions, 1), setup.market, int(setup.account_record["sleeves"][0]))
        self._phases = phases()
        self._lay_out()
        self.ahead: list[Ahead] = []
        self.owners: Sequence[str] = ()
        self._past_deals: list[NDArray[np.void]] = []
        self._apart = False
        self.account: Any = self._memory.account
        self.symbols: NDArray[np.void] = self._memory.symbols[: len(setup.symbols)]
        self.positions: NDArray[np.void] = self._memory.positions
        self.orders: NDArray[np.void] = self._memory.orders
        self.requests: NDArray[np.void] = self._memory.requests
        self.reset()

    def _lay_out(self) -> None:
        self._advance = Bound(self._books, self._market, self._curve, self._phases)

    @property
    def market(self) -> Market:
        """The prices."""
        return self._market

    def follow(self, market: Market) -> None:
        """Take the events of another market from now on, of the same symbols: of one that is written as it comes.

        Parameters
        ----------
        market : Market
            Its events go on where those taken so far end.
        """
        self._market = market
        self._lay_out()

    def reset(self) -> None:
        """Begin anew, on the memory that is there: what was read off before changes with it."""
        self._memory.begin(self.setup.account_record, self.setup.symbol_records)
        self._curve.settled[:] = 0.0
        self._past_deals.clear()
        # What a drive by steps needs at every event, as plain numbers: to read a field of a record takes far longer.
        self.asked = 0
        self.changes = 0
        self.now = 0
        self.taken = 0

    def hand_over(self) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Give deals and symbols for good: copies where there are few, so that the memory may serve another run."""
        deals, symbols = self.deals, self.symbols
        self._apart = len(deals) <= _FEW_DEALS
        return (copied(deals), copied(symbols)) if self._apart else (deals, symbols)

    def release(self) -> None:
        """Leave the memory to the next run, where nothing that was handed over lies in it.

        Whoever calls this has read all that there was to read: nothing of the book can be looked at afterwards.
        """
        if not self._apart:
            return
        give_back(self._memory)
        for name in ("_memory", "_books", "book", "account", "symbols", "positions", "orders", "requests", "_advance"):
            delattr(self, name)

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.market.agenda) or len(self.market.time_ns)

    def event_at(self, number: int) -> tuple[int, int]:
        """Give the row of the market that an event is of, and what of it (PART_*, summed)."""
        if not len(self.market.agenda):
            return number, PART_OPEN | PART_REST | PART_TURN
        row, part = self.market.agenda[number]
        return int(row), int(part)

    @property
    def equity(self) -> NDArray[np.void]:
        """(rows,) EQUITY so far; made anew at each call."""
        return equity_rows(self.book, self._curve, self.market)

    def equity_later(self) -> Callable[[], NDArray[np.void]]:
        """Give what makes :attr:`equity` as it is now when it is asked to: rows take four times a column's memory."""
        return rows_later(self.book, self._curve, self.market)

    @property
    def equity_values(self) -> NDArray[np.float64]:
        """(rows,) equity at the close of each of the strategy's bars so far."""
        return self._curve.equity[: self.account["equity_rows"]]

    @property
    def equity_times(self) -> NDArray[np.int64]:
        """(rows,) when each of those rows holds, nanoseconds UTC."""
        return row_times(self.book, self._curve, self.market)

    @property
    def lowest(self) -> NDArray[np.float64]:
        """(rows,) lowest equity inside each bar, every position at its worst price."""
        return self._curve.lowest[: self.account["equity_rows"]]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(rows, sleeves) what each of several strategies has made by then, floating included, account currency."""
        return self._curve.shares[: self.account["equity_rows"]]

    @property
    def deals(self) -> NDArray[np.void]:
        """(deals,) DEAL so far."""
        present: NDArray[np.void] = self.book["deals"][: self.account["deals"]]
        return np.concatenate([*self._past_deals, present]) if self._past_deals else present

    def _make_room_for_deals(self) -> None:
        """Move what has happened out of the book, which holds only so much."""
        if self.account["sleeves"]:
            take_in_deals(self._books, self._curve)
        self._past_deals.append(self.book["deals"][: self.account["deals"]].copy())
        self.account["deals"] = self.account["attributed"] = 0

    def advance(self, stop: int) -> int:
        """Take the events before ``stop`` that are not taken yet, deciding nothing.

        Returns
        -------
        int
            The first event at which something may happen: those before it change nothing if nothing is asked for,
            and may be taken later.

        Raises
        ------
        RateError
            If a conversion rate is needed that is not known at its time.
        TradingError
            If more is open or ordered at once than the ledger holds.
        """
        calm = self._advance(stop)
        while calm < 0:
            self._mend()
            calm = self._advance(stop)
        self.taken = self.now = stop
        self.changes += 1
        return calm

    def catch_up(self, stop: int) -> None:
        """Take the events before ``stop`` without letting them see what has just been asked for."""
        waiting = int(self.account["requests"])
        self.account["requests"] = 0
        self.advance(stop)
        self.account["requests"] = waiting

    def catch_up_now(self) -> None:
        """Take the events that whoever decides knows of, so that marks and ages are those of now."""
        if self.taken < self.now:
            self.catch_up(self.now)
            for each in self.ahead:
                each.synced = each.count

    def decider(self, programs: list[Program]) -> Callable[[int], None]:
        """Give a function that lets programs decide after an event, for a drive by steps."""
        desk = assemble(programs, self.setup)
        step = step_address(programs[0].step)

        def at(event: int) -> None:
            if not decide(self._books, self.market, desk, step, event):
                self._mend()

        return at

    def run(self, programs: list[Program]) -> None:
        """Take every event, deciding by one program a symbol.

        Raises
        ------
        RateError, TradingError
            As :meth:`advance` does.
        """
        desk = assemble(programs, self.setup)
        step = step_address(programs[0].step)
        while True:
            run(self._books, self.market, self._curve, desk, step, self._phases)
            if not self._mend():
                return

    def run_sleeves(self, roster: Roster) -> None:
        """Take every event, with the turns of several strategies between them.

        Raises
        ------
        RateError, TradingError
            As :meth:`advance` does.
        """
        from forexai_core.engine.driving.sleeves import run_sleeves  # only several strategies need it

        while True:
            run_sleeves(self._books, self.market, self._curve, roster, self._phases)
            if not self._mend():
                return

    def take_turn(self, roster: Roster, number: int) -> None:
        """Let one of several strategies decide, after the event of its turn; one in Python only counts its bar.

        Raises
        ------
        TradingError
            If more is asked for at once than the ledger holds.
        """
        from forexai_core.engine.driving.sleeves import take_turn  # only several strategies need it

        take_turn(self._books, self.market, roster, number)
        self.changes += 1
        self._mend()

    def finish(self) -> None:
        """Close what is left at the last prices."""
        finish(self._books, self.market, self._curve)
        if not isfinite(self.account["balance"]):
            raise self._rate_unknown()

    def _mend(self) -> bool:
        """Make room or raise after an early return; say whether to call again."""
        status = int(self.account["status"])
        if status == STATUS_OK:
            return False
        if status == STATUS_FULL_DEALS:
            self._make_room_for_deals()
            return True
        if status == STATUS_FULL_LEVELS:
            levels = np.resize(self._curve.levels, 4 * len(self._curve.levels))
            self._curve = self._curve._replace(levels=levels)
            self._lay_out()
            return True
        if status == STATUS_RATE_UNKNOWN:
            raise self._rate_unknown()
        if status in _WRONG_COMMANDS:
            raise self._command_refused(_WRONG_COMMANDS[status])
        raise TradingError(
            f"At {format_time_ns(self.account['time_ns'])} {self.account['positions']} positions and "
            f"{self.account['orders']} orders stand at once; the ledger holds {MAX_POSITIONS} and "
            f"{MAX_ORDERS}. A strategy that opens without end does this: bound its positions."
        )

    def _command_refused(self, reason: str) -> TradingError:
        request = self.requests[int(self.account["requests"]) - 1]
        strategy, symbol = int(request["strategy"]), self.setup.symbols[int(request["symbol"])]
        name = self.owners[strategy] if strategy < len(self.owners) else "A compiled strategy"
        return TradingError(f"{name} on {symbol}: at {format_time_ns(request['decided_ns'])} its step {reason}")

    def _rate_unknown(self) -> RateError:
        return rate_unknown(self.setup.symbols[int(self.account["status_symbol"])], int(self.account["time_ns"]))
