"""What a class strategy sees of its own positions and orders."""

from __future__ import annotations

from operator import itemgetter

from forexai_core.strategies.requests import RequestWriter
from forexai_core.strategies.views import (
    OpenPosition,
    OpenPositions,
    PendingOrder,
    aged,
    open_position,
    pending_order,
)

__all__ = ["Holdings"]

_FLAT = OpenPositions([], 0)
_AGE = itemgetter("serial")  # not the ticket: an order has its own long before it may fill


class Holdings(RequestWriter):
    """Positions and orders of one strategy on one symbol, read from the ledger when it has changed."""

    # These are asked for at every bar, so they do as little as can be, and each by itself.

    def _read_positions(self) -> None:
        ledger = self._ledger
        symbol = ledger.symbols[self._symbol_index]
        rows = self._own(ledger.positions, ledger.account["positions"])
        by_age = sorted(rows, key=_AGE)
        self._positions = [open_position(row, symbol, self._units.symbol, self._tags) for row in by_age]
        self._seen_positions = ledger.changes

    @property
    def positions(self) -> OpenPositions:
        """Open positions of this strategy and symbol, oldest first."""
        if self._ledger.changes != self._seen_positions:
            self._read_positions()
        return OpenPositions(self._positions, self._bars_behind()) if self._positions else _FLAT

    @property
    def position(self) -> OpenPosition | None:
        """The open position, the newest where there are several; None when flat."""
        if self._ledger.changes != self._seen_positions:
            self._read_positions()
        return aged(self._positions[-1], self._bars_behind()) if self._positions else None

    @property
    def side(self) -> int:
        """Side of the newest open position: +1 long, -1 short, 0 flat. Cheaper than :attr:`position`."""
        if self._ledger.changes != self._seen_positions:
            self._read_positions()
        return self._positions[-1].side if self._positions else 0

    @property
    def orders(self) -> list[PendingOrder]:
        """Pending orders of this strategy and symbol, oldest first."""
        ledger = self._ledger
        if ledger.changes != self._seen_orders:
            symbol = ledger.symbols[self._symbol_index]
            rows = self._own(ledger.orders, ledger.account["orders"])
            self._orders = [pending_order(row, symbol, self._units.symbol, self._tags) for row in rows]
            self._seen_orders = ledger.changes
        return list(self._orders)
