"""How much of the time in which the market was open a position was held."""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError

__all__ = ["MarketHours", "exposure"]

Times = NDArray[np.int64]


@attrs.frozen(eq=False)
class MarketHours:
    """When prices prove that a market was open.

    Attributes
    ----------
    open_ns, close_ns : (spans,) int64
        Start and end of each span, nanoseconds UTC; ascending, without overlap. The bars of one
        symbol are such spans as they are; several symbols go through :meth:`union`.
    """

    open_ns: Times
    close_ns: Times

    def __attrs_post_init__(self) -> None:
        if self.open_ns.shape != self.close_ns.shape:
            raise DataShapeError("Market hours need as many ends as starts.")

    @cached_property
    def open_time_ns(self) -> int:
        """Length of all spans together, nanoseconds."""
        return int(np.sum(self.close_ns - self.open_ns))

    @classmethod
    def union(cls, *hours: MarketHours) -> MarketHours:
        """Join the hours of several symbols: open when any of them was."""
        if len(hours) == 1:
            return hours[0]
        starts = [each.open_ns for each in hours] or [np.empty(0, np.int64)]
        stops = [each.close_ns for each in hours] or [np.empty(0, np.int64)]
        return cls(*_merged(np.concatenate(starts), np.concatenate(stops)))


def _merged(start: Times, stop: Times) -> tuple[Times, Times]:
    """Sort spans, and melt those that touch or overlap."""
    if start.size == 0:
        return start, stop
    order = np.argsort(start, kind="stable")
    start, latest = start[order], np.maximum.accumulate(stop[order])
    first = np.concatenate(([True], start[1:] > latest[:-1]))
    last = np.append(np.flatnonzero(first)[1:] - 1, start.size - 1)
    return start[first], latest[last]


def exposure(trades: NDArray[np.void], hours: MarketHours) -> float | None:
    """Divide the time with a position by the time the market was open.

    A trade that closed inside a bar is taken to have lived to that bar's end: the bars do not say
    when it closed. Positions that overlap count once.

    Parameters
    ----------
    trades : (trades,) TRADE
        In any order.
    hours : MarketHours
        Of all symbols together.

    Returns
    -------
    float or None
        Between 0 and 1; None if the market was never open.
    """
    # numba is slow to load
    from forexai_core.metrics.kernels import plain_column
    from forexai_core.metrics.trade_kernels import held_in_order

    opened, closed = plain_column(hours.open_ns), plain_column(hours.close_ns)
    held_ns = held_in_order(opened, closed, plain_column(trades), *np.empty((2, trades.size), np.int64))
    if held_ns < 0:
        held_ns = _held_in_any_order(opened, closed, trades)
    return None if hours.open_time_ns <= 0 else float(held_ns / hours.open_time_ns)


def _held_in_any_order(opened: Times, closed: Times, trades: NDArray[np.void]) -> int:
    from forexai_core.metrics.kernels import extend_to_ends, held_time, plain_column  # numba is slow to load

    until: Times = np.array(trades["close_time_ns"], np.int64)
    if opened.size:
        extend_to_ends(opened, closed, plain_column(trades["intrabar"]), until)
    start, stop = _merged(np.array(trades["open_time_ns"], np.int64), until)
    return int(held_time(opened, closed, plain_column(start), plain_column(stop)))
