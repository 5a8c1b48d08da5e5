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
from forexai_core.indicators.candlestick_patterns.rolling_ranges import BLOCK, SHADOWS, fill_lanes
from forexai_core.indicators.inputs import Floats, Records

__all__ = ["Means", "Predicate", "Verdicts", "make_scanner"]

Verdicts: TypeAlias = NDArray[np.int32]
Means: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
"""The averages that a predicate asked for, in its order; those beyond have no meaning."""

Predicate: TypeAlias = Callable[[Prices, int, Means, float], int]
"""Judges the bar at a position: ``predicate(prices, i, means, penetration)`` gives -200 to 200."""

_Scale: TypeAlias = tuple[float, float, float]


@kernel(forceinline=True)
def _scale(lanes: Records, k: int) -> _Scale:
    lane = lanes[k]
    period = lane["period"]
    return lane["factor"], float(period if period > 0 else 1), 2.0 if lane["kind"] == SHADOWS else 1.0


@kernel(forceinline=True)
def _mean(sums: Floats, k: int, i: int, scale: _Scale) -> float:
    # In TA-Lib's order of operations, which decides where a range equals its average.
    return scale[0] * (sums[np.uint64(k * BLOCK + i)] / scale[1]) / scale[2]


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
    lanes: Records,
    count: int,
    changes: Floats,
    sums: Floats,
    penetration: float,
    start: int,
    stop: int,
    out: Verdicts,
) -> bool:
    prices = Prices(open_, high, low, close)
    a, b, c, d = _scale(lanes, 0), _scale(lanes, 1), _scale(lanes, 2), _scale(lanes, 3)
    e, f, g, h = _scale(lanes, 4), _scale(lanes, 5), _scale(lanes, 6), _scale(lanes, 7)
    j = _scale(lanes, 8)
    suspicious = False
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        if count > 0:
            fill_lanes(open_, high, low, close, lanes, count, begin, end, changes, sums)
        for i in range(begin, end):
            at = i - begin
            means = (
                _mean(sums, 0, at, a),
                _mean(sums, 1, at, b),
                _mean(sums, 2, at, c),
                _mean(sums, 3, at, d),
                _mean(sums, 4, at, e),
                _mean(sums, 5, at, f),
                _mean(sums, 6, at, g),
                _mean(sums, 7, at, h),
                _mean(sums, 8, at, j),
            )
            out[np.uint64(i)] = _predicate(prices, i, means, penetration)
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
        ``scan(open, high, low, close, lanes, count, changes, sums, penetration, start, stop, out)`` judges the bars
        from ``start`` to before ``stop``, writes to the same places of ``out``, moves the lanes from ``start`` to
        ``stop``, and tells whether a price may not be finite. Compiled at its first call, or loaded from disk.
    """
    template = cast("FunctionType", _scan)
    made = FunctionType(template.__code__, {**globals(), "_predicate": predicate}, f"_scan_{name}")
    made.__qualname__ = made.__name__
    return kernel(made)
