"""Ultimate oscillator.

Larry Williams, Stocks & Commodities, April 1985; as in TA-Lib's ULTOSC: buying pressure over true range, in three
windows that weigh 4, 2 and 1, the shortest most.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import growing_sum_step
from forexai_core.indicators.volatility.ranges import true_range_step
from forexai_core.indicators.windows import Windows

__all__ = ["Ultimate", "ultimate"]


Prefix: TypeAlias = tuple[float, float, float, float]
"""Sums of buying pressure and of true range of all bars so far, in two parts each.

The sum of a window is the difference of two of these. With the second part, which collects the rounding errors of the
first, it is right to the last bits, and exactly 0 where nothing moved.
"""

NO_PREFIX: Prefix = (0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""

CHUNK = 512
"""Rows that a batch does at once."""


@kernel(forceinline=True)
def _bar_step(high: float, low: float, close: float, last_close: float) -> tuple[float, float]:
    bottom = min(last_close, low)
    return close - bottom, true_range_step(high, low, last_close)


@kernel(forceinline=True)
def _prefix_step(pressure: float, reach: float, state: Prefix) -> Prefix:
    bought, bought_error, ranged, ranged_error = state
    bought, bought_error = growing_sum_step(bought, bought_error, pressure)
    ranged, ranged_error = growing_sum_step(ranged, ranged_error, reach)
    return bought, bought_error, ranged, ranged_error


@kernel(forceinline=True)
def _share(
    bought: float,
    bought_error: float,
    ranged: float,
    ranged_error: float,
    old_bought: float,
    old_bought_error: float,
    old_ranged: float,
    old_ranged_error: float,
) -> float:
    whole = (ranged - old_ranged) + (ranged_error - old_ranged_error)
    part = (bought - old_bought) + (bought_error - old_bought_error)
    return 0.0 if whole < NEGLIGIBLE else part / whole


@kernel(forceinline=True)
def _weigh(first: float, second: float, third: float) -> float:
    return 100.0 * ((4.0 * first + 2.0 * second + third) / 7.0)


@kernel
def _write_bars(high: Floats, low: Floats, close: Floats, last: Floats, pressure: Floats, reach: Floats) -> bool:
    finite = True
    for k in range(high.shape[0]):
        probe = (high[k] - low[k]) + (close[k] - last[k])
        finite &= probe - probe == 0.0
        pressure[k], reach[k] = _bar_step(high[k], low[k], close[k], last[k])
    return finite


@kernel
def _write_shares(sums: Floats, longest: int, period: int, out: Floats) -> None:
    """Write the shares of a window; columns of ``sums`` begin ``longest`` rows before those of ``out``."""
    bought, bought_error, ranged, ranged_error = sums[0], sums[1], sums[2], sums[3]
    a, b, c, d = bought[longest:], bought_error[longest:], ranged[longest:], ranged_error[longest:]
    first = longest - period
    old_a, old_b, old_c, old_d = bought[first:], bought_error[first:], ranged[first:], ranged_error[first:]
    for k in range(out.shape[0]):
        out[k] = _share(a[k], b[k], c[k], d[k], old_a[k], old_b[k], old_c[k], old_d[k])


@kernel
def _weigh_all(shares: Floats, out: Floats) -> None:
    one, two, three = shares[0], shares[1], shares[2]
    for k in range(out.shape[0]):
        out[k] = _weigh(one[k], two[k], three[k])


@kernel
def _write_ultimate(
    high: Floats,
    low: Floats,
    close: Floats,
    periods: tuple[int, int, int],
    longest: int,
    sums: Floats,
    shares: Floats,
    out: Floats,
) -> bool:
    state, finite = NO_PREFIX, out.shape[0] > 1
    pressure, reach = shares[0], shares[1]
    bought, bought_error, ranged, ranged_error = sums[0], sums[1], sums[2], sums[3]
    for start in range(1, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        count = stop - start
        tops, bottoms, closes, last = high[start:stop], low[start:stop], close[start:stop], close[start - 1 :]
        a, b, c, d = bought[longest:], bought_error[longest:], ranged[longest:], ranged_error[longest:]
        finite &= _write_bars(tops, bottoms, closes, last, pressure, reach)
        for k in range(count):
            state = _prefix_step(pressure[k], reach[k], state)
            a[k], b[k], c[k], d[k] = state
        for place in range(3):
            _write_shares(sums, longest, periods[place], shares[place, :count])
        _weigh_all(shares, out[start:stop])
        # The last rows are the first of the next chunk.
        for line in range(4):
            for k in range(longest):
                sums[line, k] = sums[line, k + count]
    return finite


def _ultimate(high: Floats, low: Floats, close: Floats, short: int, middle: int, long: int, out: Floats) -> bool:
    longest = max(short, middle, long)
    sums, shares = np.zeros((4, longest + CHUNK)), np.empty((3, CHUNK))
    finite: bool = _write_ultimate(high, low, close, (short, middle, long), longest, sums, shares, out)
    out[:longest] = math.nan
    # The first bar gives its close alone.
    return finite and math.isfinite(high[0] - low[0])


def ultimate(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, short: int = 7, middle: int = 14, long: int = 28
) -> Floats:
    """Weigh buying pressure over true range in three windows.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    short : int
        Length of the window that weighs 4, at least 1.
    middle : int
        Length of the window that weighs 2, at least 1.
    long : int
        Length of the window that weighs 1, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in as many rows as the longest window has.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    short, middle, long = Ultimate.checked(short, middle, long)
    return one_line_told("ultimate", _ultimate, short, middle, long, high=high, low=low, close=close)


class Ultimate(HighLowClose[float], of=ultimate, title="Ultimate oscillator", aliases=("ultosc", "uo")):
    """Streaming twin of :func:`ultimate`."""

    short: int = length(7, "Short window, bars")
    middle: int = length(14, "Middle window, bars")
    long: int = length(28, "Long window, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.short, self.middle, self.long)

    def _start(self) -> None:
        self._state, self._close = NO_PREFIX, 0.0
        self._sums = Windows(4, self._warmup + 1)
        for _ in range(self._warmup):
            self._sums.push(*NO_PREFIX)

    def _advance(self, high: float, low: float, close: float) -> float:
        last, self._close = self._close, close
        if self._count == 0:
            return math.nan
        self._state = _prefix_step(*_bar_step(high, low, close, last), self._state)
        i = self._sums.push(*self._state)
        if self._count < self._warmup:
            return math.nan
        one, two, three = (self._share(i - period) for period in (self.short, self.middle, self.long))
        return _weigh(one, two, three)

    def _share(self, before: int) -> float:
        a, b, c, d = (float(column[before]) for column in self._sums.columns)
        return _share(*self._state, a, b, c, d)
