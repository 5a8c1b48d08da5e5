"""Rows of prices: putting them behind one another, and telling which come too late."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataError
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["Sorted", "known_ns", "new_rows", "picked", "put_behind"]

Prices = Bars | Ticks


def known_ns(prices: Prices) -> NDArray[np.int64]:
    """Give when each row is known, nanoseconds UTC: a bar at its end."""
    return prices.time_ns if isinstance(prices, Ticks) else prices.end_ns


def picked(prices: Prices, wanted: NDArray[np.bool_]) -> Prices:
    """Keep some rows."""
    if wanted.all():
        return prices
    if isinstance(prices, Ticks):
        return attrs.evolve(prices, data=prices.data[wanted])
    return attrs.evolve(
        prices,
        data=prices.data[wanted],
        ask=None if prices.ask is None else prices.ask[wanted],
        spread_points=None if prices.spread_points is None else prices.spread_points[wanted],
    )


def put_behind(before: Prices, after: Prices) -> Prices:
    """Put rows behind earlier ones of the same kind.

    Raises
    ------
    DataError
        If they are of another contract, timeframe or form, or not later.
    """
    if isinstance(before, Ticks) and isinstance(after, Ticks) and before.instrument == after.instrument:
        return attrs.evolve(before, data=np.concatenate([before.data, after.data]))
    if not (isinstance(before, Bars) and isinstance(after, Bars)) or _form(before) != _form(after):
        raise DataError(
            f"{before.symbol}: the source went on with {after!r}, which is not of the kind that it began with, "
            f"{before!r}: contract, timeframe, and whether there is an ask side or a spread, must stay. Start anew."
        )
    return attrs.evolve(
        before,
        data=np.concatenate([before.data, after.data]),
        ask=None if before.ask is None or after.ask is None else np.concatenate([before.ask, after.ask]),
        spread_points=None
        if before.spread_points is None or after.spread_points is None
        else np.concatenate([before.spread_points, after.spread_points]),
    )


def _form(bars: Bars) -> tuple[object, ...]:
    return bars.instrument, bars.timeframe, bars.ask is None, bars.spread_points is None


@attrs.frozen(kw_only=True)
class Sorted:
    """Rows that came, by what becomes of them.

    Attributes
    ----------
    rows : Bars or Ticks
        New ones.
    late, duplicates : int
        How many were left out: older than the newest, or the newest once more.
    """

    rows: Prices
    late: int = 0
    duplicates: int = 0


def new_rows(rows: Prices, newest: Prices | None) -> Sorted:
    """Apply the rule of order: only what is newer than the newest row is taken, the rest is left out and counted.

    A bar is newer where it opens later. Ticks may share an instant: one of the newest tick's instant is newer, too,
    unless it is that tick once more.

    Parameters
    ----------
    rows : Bars or Ticks
        As they came, in order within themselves.
    newest : Bars or Ticks or None
        The newest row so far.
    """
    if newest is None or not len(newest) or not len(rows):
        return Sorted(rows=rows)
    last_ns = int(newest.time_ns[-1])
    times = rows.time_ns
    same = times == last_ns
    alike = np.zeros(len(rows), bool)
    if type(rows) is type(newest):
        alike = same & (rows.data == newest.data[-1])
    passed = times > last_ns if isinstance(rows, Bars) else (times >= last_ns) & ~alike
    return Sorted(rows=picked(rows, passed), late=int((~passed & ~alike).sum()), duplicates=int(alike.sum()))
