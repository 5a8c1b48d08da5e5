"""The one loop that looks for a pattern, made into a kernel for each pattern when it is first asked for.

A predicate judges one bar. Handing it to a compiled loop as an argument would cost a call a bar and keep the
processor from judging several bars at once, so the loop is compiled anew around each predicate, under a name of its
own by which the cache on disk knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import Prices, candle
from forexai_core.indicators.candlestick_patterns.rolling_ranges import BLOCK, ROW, fill_means
from forexai_core.indicators.inputs import Floats, Records

__all__ = ["Means", "Predicate", "Verdicts", "make_scanner"]

Verdicts: TypeAlias = NDArray[np.int32]
Means: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
"""The averages that a predicate asked for, in its order; those beyond have no meaning."""

Predicate: TypeAlias = Callable[[Prices, int, Means, float], int]
"""Judges the bar at a position: ``predicate(prices, i, means, penetration)`` gives -200 to 200."""


@kernel(forceinline=True)
def _suspicious(prices: Prices, i: int) -> bool:
    bar = candle(prices, i)
    total = (bar.open + bar.high) + (bar.low + bar.close)
    return total - total != 0.0


def _predicate(_prices: Prices, _i: int, _means: Means, _penetration: float) -> int:
    """Stand for the predicate that a loop is made for."""
    return 0


def _scan(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    sums: Records,
    sum_count: int,
    thresholds: Records,
    count: int,
    room: Floats,
    means: Floats,
    penetration: float,
    start: int,
    stop: int,
    out: Verdicts,
) -> bool:
    prices = Prices(open_, high, low, close)
    suspicious = False
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        if count > 0:
            fill_means(open_, high, low, close, sums, sum_count, thresholds, count, begin, end, room, means)
        for i in range(begin, end):
            at = i - begin
            own = (
                means[np.uint64(at)],
                means[np.uint64(at + ROW)],
                means[np.uint64(at + 2 * ROW)],
                means[np.uint64(at + 3 * ROW)],
                means[np.uint64(at + 4 * ROW)],
                means[np.uint64(at + 5 * ROW)],
                means[np.uint64(at + 6 * ROW)],
                means[np.uint64(at + 7 * ROW)],
                means[np.uint64(at + 8 * ROW)],
            )
            out[np.uint64(i)] = _predicate(prices, i, own, penetration)
            suspicious |= _suspicious(prices, i)
    return suspicious


def make_scanner(name: str, predicate: Predicate) -> Callable[..., Any]:
    """Make the loop that looks for one pattern.

    Parameters
    ----------
    name : str
        Of the pattern, unique.
    predicate : callable
        A kernel.

    Returns
    -------
    callable
        Judges the bars from ``start`` to before ``stop``, writes to the same places of ``out``, moves the sums from
        ``start`` to ``stop``, and tells whether a price may not be finite. Compiled at its first call, or loaded from
        disk.
    """
    template = cast("FunctionType", _scan)
    made = FunctionType(template.__code__, {**globals(), "_predicate": predicate}, f"_scan_{name}")
    made.__qualname__ = made.__name__
    return kernel(made)
