"""The search for patterns in bars: where a pattern's averages stand, and any set of patterns in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import attrs
import numpy as np
from numpy.typing import ArrayLike

from forexai_core.indicators.candlestick_patterns.rolling_ranges import MEANS, ROW, SUMS, begin_sums
from forexai_core.indicators.candlestick_patterns.scanning import Verdicts
from forexai_core.indicators.inputs import Floats, Records, check_aligned, refuse_infinite, take_series

__all__ = ["COLUMNS", "Columns", "Room", "Search", "search_columns"]

COLUMNS = ("open", "high", "low", "close")
"""Names of the columns, in order."""

Columns: TypeAlias = tuple[Floats, Floats, Floats, Floats]
"""The same: read-only and contiguous."""

_SPAN = 16_384
"""Bars that all patterns are looked for in before the next ones are read, so that prices come from memory once."""


class Room:
    """Arrays that kernels work in; searches that take turns may share one."""

    def __init__(self) -> None:
        self.sums: Floats = np.zeros((2, SUMS * ROW))
        self.means: Floats = np.zeros(MEANS * ROW)


@attrs.frozen(kw_only=True, eq=False)
class Search:
    """A pattern being looked for, bar after bar.

    Attributes
    ----------
    name : str
        Of the pattern.
    lookback : int
        Bars before the first one that is judged.
    scan : callable
        The pattern's compiled loop.
    sums : (SUMS,) records of ``SUM``
        Where the sums stand that its thresholds are taken of.
    sum_count : int
        How many it has.
    thresholds : (MEANS,) records of ``MEAN``
        What its predicate judges by.
    count : int
        How many it has.
    penetration : float
        Its parameter.
    """

    name: str
    lookback: int
    scan: Callable[..., Any]
    sums: Records
    sum_count: int
    thresholds: Records
    count: int
    penetration: float

    def begin(self, columns: Columns, start: int) -> None:
        """Sum up the ranges of before the first bar that is judged.

        Parameters
        ----------
        columns : Columns
            Bars.
        start : int
            Position of that bar.
        """
        if self.sum_count:
            begin_sums(*columns, self.sums, self.sum_count, start)

    def judge(self, columns: Columns, start: int, stop: int, out: Verdicts, room: Room) -> bool:
        """Judge the next bars.

        Parameters
        ----------
        columns : Columns
            Bars.
        start, stop : int
            The bars from ``start``, which follows what was judged last, to before ``stop``.
        out : (rows,) int32
            The same places are written.
        room : Room
            To work in.

        Returns
        -------
        bool
            Whether a price among these bars may not be finite.
        """
        asked = (self.sums, self.sum_count, self.thresholds, self.count)
        return bool(self.scan(*columns, *asked, room.sums, room.means, self.penetration, start, stop, out))


def search_columns(owner: str, searches: Sequence[Search], columns: Sequence[ArrayLike]) -> list[Verdicts]:
    """Judge every bar by every pattern.

    Parameters
    ----------
    owner : str
        Named in messages.
    searches : sequence of Search
        Of which no bar is judged yet.
    columns : sequence of (rows,) array_like
        Open, high, low and close.

    Returns
    -------
    list of (rows,) int32
        One a search.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    named = {name: take_series(owner, name, column) for name, column in zip(COLUMNS, columns, strict=True)}
    rows = check_aligned(owner, **named)
    prices = cast("Columns", tuple(named.values()))
    found = [np.zeros(rows, np.int32) for _ in searches]
    room, suspicious = Room(), False
    span = _SPAN if len(searches) > 1 else max(rows, 1)
    with np.errstate(all="ignore"):  # what is not finite is refused below
        for start in range(0, rows, span):
            stop = min(start + span, rows)
            for search, out in zip(searches, found, strict=True):
                first = max(start, search.lookback)
                if first >= stop:
                    continue
                if first == search.lookback:
                    search.begin(prices, first)
                suspicious |= search.judge(prices, first, stop, out, room)
    # What lies before every look-back no kernel has seen.
    head = min((search.lookback for search in searches), default=rows)
    refuse_infinite(owner, **{name: column if suspicious else column[:head] for name, column in named.items()})
    return found
