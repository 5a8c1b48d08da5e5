"""What requests take away from what is open: closes, and on a netting account orders of the other side."""

from __future__ import annotations

from typing import Any

from forexai_core.backtesting.ledger_values import OPENING_KINDS, LedgerValues
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state import records
from forexai_core.values.orders import volume_steps

__all__ = ["Reductions", "ends"]


def _closed_steps(position: Any, request: Any) -> int:
    """Give how much of a position a request closes."""
    held = int(position["volume_steps"])
    if request["symbol"] != position["symbol"]:
        return 0
    if request["kind"] == records.REQUEST_CLOSE and request["ticket"] == position["ticket"]:
        asked = int(request["volume_steps"])
        return max(asked, 0) if asked else held
    if request["kind"] == records.REQUEST_CLOSE_ALL and request["strategy"] == position["strategy"]:
        return held if request["side"] in {0, position["side"]} else 0
    return 0


def ends(position: Any, requests: Any) -> bool:
    """Say whether the close of a whole position is on its way."""
    held = int(position["volume_steps"])
    return any(_closed_steps(position, request) == held for request in requests)


class Reductions:
    """Follows what requests leave of the one position that each symbol has on a netting account.

    What waits at the venue for a price is not taken into account: it may never be filled.

    Parameters
    ----------
    ledger : Ledger
        The account.
    values : LedgerValues
        Reads it.
    requests : array of REQUEST
        Those on their way, oldest first.
    nets : bool
        Whether the account is one; else nothing reduces.

    Attributes
    ----------
    requests : array of REQUEST
        As they were given.
    rows : set of int
        Of these, the orders that only reduce.
    """

    def __init__(self, ledger: Ledger, values: LedgerValues, requests: Any, *, nets: bool) -> None:
        self._values, self.requests = values, requests
        held = ledger.positions[: ledger.account["positions"]]
        self._positions = {int(row["symbol"]): row for row in held} if nets else {}
        self._left = {index: int(row["volume_steps"]) for index, row in self._positions.items()}
        self.rows: set[int] = set()
        for number, request in enumerate(requests):
            self._take(number, request)

    def _take(self, number: int, request: Any) -> None:
        index = int(request["symbol"])
        position = self._positions.get(index)
        if position is None:
            return
        if self._opposes(request):
            taken = self._steps(request)
            if taken <= self._left[index]:
                self.rows.add(number)
        else:
            taken = _closed_steps(position, request)
        self._left[index] = max(0, self._left[index] - taken)

    def _opposes(self, request: Any) -> bool:
        """Say whether a request is an order at the market against what is open in its symbol."""
        position = self._positions.get(int(request["symbol"]))
        if position is None or request["kind"] != records.REQUEST_MARKET or request["turns"]:
            return False
        return bool(request["side"] == -position["side"])

    def _steps(self, request: Any) -> int:
        step = self._values.instrument(int(request["symbol"])).volume_step
        return round(self._values.request(request).volume_lots / step)

    def openings(self) -> list[Any]:
        """Give the requests that may open something."""
        rows = enumerate(self.requests)
        return [row for number, row in rows if int(row["kind"]) in OPENING_KINDS and number not in self.rows]

    def left(self, index: int) -> int:
        """Give what is left of a symbol's position, in steps of its volume."""
        return self._left.get(index, 0)

    def covers(self, request: Any) -> bool:
        """Say whether an order only reduces."""
        return self._opposes(request) and self._steps(request) <= self._left[int(request["symbol"])]

    def name(self, request: Any) -> None:
        """Write an order that only reduces as the close that it is; one that leaves too little stays an order.

        A close leaves nothing, or the smallest volume at least; an order of the other side need not.
        """
        index = int(request["symbol"])
        if not self.covers(request) or request["strategy"] != self._positions[index]["strategy"]:
            return
        instrument, steps = self._values.instrument(index), self._steps(request)
        rest = self._left[index] - steps
        if 0 < rest < volume_steps(instrument.volume_min, instrument.volume_step):
            return
        request["kind"], request["ticket"] = records.REQUEST_CLOSE, self._positions[index]["ticket"]
        request["side"], request["volume_steps"], request["risk_fraction"] = 0, steps if rest else 0, 0.0
