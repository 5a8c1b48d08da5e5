"""The ledger as Python holds it: its arrays, and the two ways to drive it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY
from forexai_core.engine.book import Book
from forexai_core.engine.desk import assemble
from forexai_core.engine.finish import finish
from forexai_core.engine.programs import Program, idle_step
from forexai_core.engine.records import (
    ACCOUNT,
    DEAL,
    ORDER,
    POSITION,
    REQUEST,
    STATUS_FULL_DEALS,
    STATUS_FULL_ORDERS,
    STATUS_FULL_POSITIONS,
    STATUS_FULL_REQUESTS,
    STATUS_OK,
)
from forexai_core.engine.run import advance, run
from forexai_core.engine.setup import Setup
from forexai_core.errors import RateError
from forexai_core.values.clocks import format_time_ns

__all__ = ["Ledger"]

_GROWS = {
    STATUS_FULL_POSITIONS: "positions",
    STATUS_FULL_ORDERS: "orders",
    STATUS_FULL_DEALS: "deals",
    STATUS_FULL_REQUESTS: "requests",
}


class Ledger:
    """The account of one run and the events it goes through.

    Parameters
    ----------
    opening : Setup
        Prices, contracts and the account at the start.

    Attributes
    ----------
    book : Book
        All state. Rows of its arrays are in use up to the counts in ``account``.
    market : Market
        The prices.
    """

    def __init__(self, opening: Setup) -> None:
        self._opening = opening
        self.market = opening.market
        account: NDArray[np.void] = opening.account_record.copy()
        self._account = account
        self.book = Book(
            account=account[0],
            symbols=opening.symbol_records.copy(),
            positions=np.zeros(64, POSITION),
            orders=np.zeros(64, ORDER),
            deals=np.zeros(1_024, DEAL),
            requests=np.zeros(256, REQUEST),
            equity=np.zeros(max(opening.decisions, 1), EQUITY),
            rollovers=opening.rollovers,
        )

    @property
    def account(self) -> Any:
        """The ACCOUNT record; a live view."""
        return self.book.account

    @property
    def symbols(self) -> NDArray[np.void]:
        """(symbols,) SYMBOL; a live view."""
        return self.book.symbols

    @property
    def positions(self) -> NDArray[np.void]:
        """(capacity,) POSITION; the first ``account["positions"]`` rows are open."""
        return self.book.positions

    @property
    def orders(self) -> NDArray[np.void]:
        """(capacity,) ORDER; the first ``account["orders"]`` rows are pending."""
        return self.book.orders

    @property
    def deals(self) -> NDArray[np.void]:
        """(capacity,) DEAL; the first ``account["deals"]`` rows have happened."""
        return self.book.deals

    @property
    def requests(self) -> NDArray[np.void]:
        """(capacity,) REQUEST; append at ``account["requests"]`` and raise that by one."""
        return self.book.requests

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.market.bars)

    @property
    def equity(self) -> NDArray[np.void]:
        """(rows,) EQUITY so far."""
        return self.book.equity[: self.book.account["equity_rows"]]

    def advance(self, stop: int) -> None:
        """Take the events before ``stop`` that are not taken yet, deciding nothing.

        Raises
        ------
        RateError
            If a conversion rate is needed that is not known at its time.
        """
        while True:
            advance(self.book, self.market, stop)
            if not self._mend():
                return

    def run(self, programs: list[Program]) -> None:
        """Take every event, deciding by one program a symbol.

        Raises
        ------
        RateError
            If a conversion rate is needed that is not known at its time.
        """
        desk = assemble(programs, self._opening.decision_bars, len(self.book.symbols))
        step = programs[0].step or idle_step
        while True:
            run(self.book, self.market, desk, step)
            if not self._mend():
                return

    def finish(self) -> None:
        """Close what is left at the last prices."""
        while not self._room_for_the_end():
            self._grow("deals")
        finish(self.book)
        self._check_rates()

    def _room_for_the_end(self) -> bool:
        account = self.book.account
        return bool(account["deals"] + account["positions"] < len(self.book.deals))

    def _mend(self) -> bool:
        """Make room or raise after an early return; say whether to call again."""
        status = int(self.book.account["status"])
        if status == STATUS_OK:
            return False
        name = _GROWS.get(status)
        if name is None:
            self._check_rates()
            return False
        self._grow(name)
        return True

    def _grow(self, name: str) -> None:
        old = getattr(self.book, name)
        new = np.zeros(2 * len(old), old.dtype)
        new[: len(old)] = old
        self.book = self.book._replace(**{name: new})

    def _check_rates(self) -> None:
        account = self.book.account
        if np.isfinite(account["balance"]) and np.isfinite(account["equity"]):
            return
        symbol = self._opening.symbols[int(account["status_symbol"])]
        raise RateError(
            f"{symbol}: at {format_time_ns(account['time_ns'])} no rate is known that converts its "
            "profit or margin to the account's currency, or the last one is older than max_age. "
            "Pass rates that begin before the prices and have no long holes."
        )
