"""A ledger whose prices grow: what is laid out over more of them goes on where it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.accounting.curve import row_times
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.book import Market
from forexai_core.engine.state.market_records import PART_OPEN, PART_REST, PART_TURN
from forexai_core.errors import DataError
from forexai_core.values.clocks import format_time_ns

__all__ = ["GrowingLedger"]

_SPARE = 4_096  # rows of the curve; beyond them it doubles
_LOOKED_AT = 1_024  # events before the present whose place is looked at again: what is laid out changes at its end


class GrowingLedger(Ledger):
    """A ledger that may be given more prices than it began with."""

    def grow(self, setup: Setup) -> None:
        """Go on over more prices.

        Parameters
        ----------
        setup : Setup
            Laid out as the first one was, over the same prices and those that have come since.

        Raises
        ------
        DataError
            If what has been taken already would have come out otherwise: a price is late.
        """
        self._check_past(setup.market)
        self._make_room(setup.decisions)
        self.setup = setup
        self.follow(setup.market)

    def _check_past(self, market: Market) -> None:
        first = max(0, self.taken - _LOOKED_AT)
        before, now = _events(self.market, first, self.taken), _events(market, first, self.taken)
        if before.shape == now.shape and np.array_equal(before, now):
            return
        row = int(np.flatnonzero((before != now).any(axis=0))[0]) if before.shape == now.shape else 0
        raise DataError(
            f"{', '.join(self.setup.symbols)}: a price has come after the session went on past its time, "
            f"{format_time_ns(int(now[2][row]))}. Leave out prices that are late."
        )

    def _make_room(self, rows: int) -> None:
        """Let the curve hold so many rows, each with its time: prices that come may share an instant."""
        curve, kept = self._curve, int(self.account["equity_rows"])
        if rows <= len(curve.equity) and len(curve.time_ns):
            return
        room = rows if rows <= len(curve.equity) else 2 * rows + _SPARE
        times = row_times(self.book, curve, self.market)
        self._curve = curve._replace(
            equity=_longer(curve.equity, kept, room),
            lowest=_longer(curve.lowest, kept, room),
            time_ns=_longer(times, kept, room),
            shares=_longer(curve.shares, kept, room) if len(curve.shares) else curve.shares,
        )


def _longer(rows: NDArray[Any], kept: int, room: int) -> NDArray[Any]:
    longer = np.zeros((room, *rows.shape[1:]), rows.dtype)
    longer[:kept] = rows[:kept]
    return longer


def _events(market: Market, first: int, stop: int) -> NDArray[np.int64]:
    """Give row, part, opening and end of some events."""
    if len(market.agenda):
        rows, parts = (market.agenda[name][first:stop] for name in ("row", "part"))
    else:
        rows = np.arange(first, min(stop, len(market.time_ns)))
        parts = np.full(len(rows), PART_OPEN | PART_REST | PART_TURN)
    return np.stack((rows, parts, market.time_ns[rows], market.end_ns[rows]))
