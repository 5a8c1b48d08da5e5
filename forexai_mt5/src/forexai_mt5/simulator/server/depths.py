"""What is left of a quote: how much it still fills once orders have met it, whatever else happens at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.records import ORDER_LIMIT

__all__ = ["Depths"]

_UNREACHABLE = 2**30  # points: above every price


class Depths:
    """How much the present quotes fill.

    To the ledger each event is a new price with its whole volume, and who waits is tried at each. A request that meets
    a quote which was there before is no new price: it finds what others have left of it, and who waits gets no more.

    Parameters
    ----------
    ledger : Ledger
        Of an account, with the ``depth`` of each symbol set.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        for place in range(len(ledger.symbols)):
            self.renew(place)

    def renew(self, place: int) -> None:
        """Note that a quote has come which nobody has met."""
        record = self._ledger.symbols[place]
        record["buy_depth"] = record["sell_depth"] = record["depth"]

    @contextmanager
    def met_before(self, place: int, side: int) -> Iterator[None]:
        """Let an event be at the quote that is there, for a request that buys (+1), sells (-1) or needs no volume (0).

        Parameters
        ----------
        place : int
            The ledger's index of the symbol.
        side : int
            What the request does.
        """
        record = self._ledger.symbols[place]
        if not self._ledger.account["bounded"]:
            yield
            return
        whole = int(record["depth"])
        buys, sells = int(record["buy_depth"]), int(record["sell_depth"])
        left = 0 if side == 0 else buys if side > 0 else sells
        record["depth"] = left
        waiting = self._take_requests()
        levels = self._hide_orders(place, buys, sells) if left else {}
        try:
            yield
        finally:
            self._show_orders(levels)
            self._put_back(waiting)
            record["buy_depth"] = int(record["buy_depth"]) if side > 0 else buys
            record["sell_depth"] = int(record["sell_depth"]) if side < 0 else sells
            record["depth"] = whole

    def _take_requests(self) -> NDArray[np.void]:
        account = self._ledger.account
        waiting = self._ledger.requests[: account["requests"]].copy()
        account["requests"] = 0
        return waiting

    def _put_back(self, waiting: NDArray[np.void]) -> None:
        """Let those that waited wait again, before what waits since."""
        account, rows = self._ledger.account, self._ledger.requests
        since = rows[: account["requests"]].copy()
        together = np.concatenate([waiting, since])
        rows[: len(together)] = together
        account["requests"] = len(together)

    def _hide_orders(self, place: int, buys: int, sells: int) -> dict[int, tuple[int, int]]:
        """Put the pending orders of a side that is used up out of reach; give their prices by ticket."""
        levels: dict[int, tuple[int, int]] = {}
        for row in self._rows():
            used_up = (buys if row["side"] > 0 else sells) == 0
            if row["symbol"] == place and used_up:
                away = 1 if (row["kind"] == ORDER_LIMIT) == (row["side"] > 0) else _UNREACHABLE
                levels[int(row["ticket"])] = (int(row["price"]), away)
                row["price"] = away
        return levels

    def _show_orders(self, levels: dict[int, tuple[int, int]]) -> None:
        for row in self._rows():
            price, away = levels.get(int(row["ticket"]), (0, 0))
            if price and row["price"] == away:  # else it was changed meanwhile
                row["price"] = price

    def _rows(self) -> NDArray[Any]:
        return self._ledger.orders[: self._ledger.account["orders"]]
