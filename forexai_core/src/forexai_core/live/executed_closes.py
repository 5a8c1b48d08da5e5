"""Closes that were executed and that the venue's list of positions may not show yet."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from forexai_core.ports.clock import Clock
from forexai_core.values.orders import OrderRequest
from forexai_core.values.positions import Position

__all__ = ["ExecutedCloses"]

_LOTS = 1e-8


@attrs.frozen
class _Executed:
    symbol: str
    shown_lots: float
    lots: float
    until_ns: int


class ExecutedCloses:
    """Tells how much of a position is left to close, when a list that lags still shows what was closed already.

    A venue that keeps one position a symbol may take an order for what is gone as one for the other side, so that what
    was closed must not be closed again because a list says that it is still there.

    Parameters
    ----------
    clock : Clock
        For how long a list may lag.
    lag_ns : int
        Longest that a list is taken to lag behind an answer, nanoseconds.
    """

    def __init__(self, clock: Clock, lag_ns: int) -> None:
        self._clock, self._lag_ns = clock, lag_ns
        self._shown: dict[int, float] = {}
        self._executed: dict[int, list[_Executed]] = {}

    def see(self, positions: Iterable[Position]) -> None:
        """Take over what a look at the venue showed."""
        self._shown = {each.position: each.volume_lots for each in positions}
        now_ns = self._clock.monotonic_ns()
        fresh = {ticket: [each for each in done if now_ns < each.until_ns] for ticket, done in self._executed.items()}
        self._executed = {ticket: done for ticket, done in fresh.items() if done}

    def shown_lots(self, position: int) -> float:
        """Give what the last look showed of a position; 0 where it showed none."""
        return self._shown.get(position, 0.0)

    def executed(self, request: OrderRequest, *, shown_lots: float, lots: float) -> None:
        """Take note that an order was executed.

        Parameters
        ----------
        request : OrderRequest
            The order. One that opens may add to a position, after which what is shown of it says nothing.
        shown_lots : float
            What was shown of its position when it was sent.
        lots : float
            What was executed.
        """
        if request.opens:
            self._executed = {
                ticket: done for ticket, done in self._executed.items() if done[0].symbol != request.symbol
            }
            return
        until_ns = self._clock.monotonic_ns() + self._lag_ns
        done = _Executed(request.symbol, shown_lots, lots, until_ns)
        self._executed.setdefault(request.position, []).append(done)

    def left(self, position: int) -> float | None:
        """Give what is left of a position that is shown as it was before it was closed; None where nothing hides.

        Returns
        -------
        float or None
            Lots, 0 or above.
        """
        now_ns, shown = self._clock.monotonic_ns(), self.shown_lots(position)
        done = [each for each in self._executed.get(position, ()) if now_ns < each.until_ns]
        if not done:
            return None
        if not shown:
            return 0.0
        first = next((n for n, each in enumerate(done) if abs(each.shown_lots - shown) < _LOTS), None)
        if first is None:
            return None
        return max(0.0, round(shown - sum(each.lots for each in done[first:]), 8))
