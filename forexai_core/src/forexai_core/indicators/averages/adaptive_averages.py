"""Averages whose speed follows the price: KAMA and VIDYA.

Perry Kaufman, Smarter Trading, 1995, with the constants of TA-Lib's KAMA (2 and 30 bars); Tushar Chande, Adapting
Moving Averages to Market Volatility, Stocks & Commodities, March 1992, with the Chande momentum oscillator as
MT5 has it.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import smooth
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import exact_change, lost_by_adding, rolling_sum_step
from forexai_core.indicators.windows import Window

__all__ = ["Kama", "Vidya", "kama", "vidya"]


FASTEST, SLOWEST = 2.0 / (2.0 + 1.0), 2.0 / (30.0 + 1.0)
"""Weights between which KAMA moves."""

Way: TypeAlias = tuple[float, float]
"""Sum of the moves of the window, in two parts."""

NO_WAY: Way = (0.0, 0.0)
"""The state of before the first value."""

CHUNK = 256
"""Rows that a batch does at once."""

Chande: TypeAlias = tuple[float, float, float, float, float]
"""Sums of rises and of falls of the window, in two parts each, and the average."""

NO_CHANDE: Chande = (0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _way_step(value: float, last: float, old: float, older: float, state: Way) -> Way:
    return rolling_sum_step(state[0], state[1], abs(value - last), abs(old - older))


@kernel(forceinline=True)
def _weight_step(moved: float, travelled: float) -> float:
    # TA-Lib compares the move, not its size, with the way: so a fall never counts as straight by this rule.
    straight = (travelled <= moved) | (travelled < NEGLIGIBLE)
    efficiency = 1.0 if straight else abs(moved / travelled)
    weight = efficiency * (FASTEST - SLOWEST) + SLOWEST
    return weight * weight


@kernel
def _write_changes(newest: Floats, last: Floats, old: Floats, older: Floats, changes: Floats, lost: Floats) -> None:
    for k in range(changes.shape[0]):
        changes[k], lost[k] = exact_change(abs(newest[k] - last[k]), abs(old[k] - older[k]))


@kernel
def _write_losses(changes: Floats, totals: Floats, lost: Floats) -> None:
    for k in range(changes.shape[0]):
        lost[k] += lost_by_adding(totals[k], changes[k], totals[k + 1])


@kernel
def _write_weights(newest: Floats, old: Floats, totals: Floats, errors: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = _weight_step(newest[k] - old[k], totals[k + 1] + errors[k])


@kernel
def _follow(
    changes: Floats, totals: Floats, lost: Floats, errors: Floats, newest: Floats, weights: Floats, out: Floats
) -> None:
    """Go on with the sums of one chunk, the errors of the one before, and the averages of the one before that.

    Each row of them waits for its last one; together they wait only once. ``totals``, ``errors`` and ``out`` begin
    with the last chunk's last.
    """
    total, error, average = totals[0], errors[0], out[0]
    together = min(changes.shape[0], lost.shape[0], newest.shape[0])
    for k in range(together):
        total += changes[k]
        error += lost[k]
        average = smooth(newest[k], average, weights[k])
        totals[k + 1], errors[k + 1], out[k + 1] = total, error, average
    for k in range(together, changes.shape[0]):
        total += changes[k]
        totals[k + 1] = total
    for k in range(together, lost.shape[0]):
        error += lost[k]
        errors[k + 1] = error
    for k in range(together, newest.shape[0]):
        average = smooth(newest[k], average, weights[k])
        out[k + 1] = average


@kernel
def _kama_from(values: Floats, period: int, first: int, way: Way, rooms: Floats, out: Floats) -> None:
    """Write the averages of the rows from ``first`` on; the one before stands there."""
    rows = values.shape[0]
    total, error = way
    # A chunk is worked at in three rounds, so it takes one of three rooms.
    for a in range(first, rows + 2 * CHUNK, CHUNK):
        stop_a, stop_b, stop_c = min(a + CHUNK, rows), min(a, rows), min(a - CHUNK, rows)
        b, c = max(a - CHUNK, first), max(a - 2 * CHUNK, first)
        turn = (a - first) // CHUNK
        now, before, earlier = rooms[turn % 3], rooms[(turn + 2) % 3], rooms[(turn + 1) % 3]
        size_a, size_b, size_c = max(stop_a - a, 0), max(stop_b - b, 0), max(stop_c - c, 0)
        if size_a > 0:
            _write_changes(
                values[a:], values[a - 1 :], values[a - period :], values[a - period - 1 :], now[0, :size_a], now[1]
            )
        _write_losses(before[0, :size_b], before[2], before[1])
        _write_weights(values[c:], values[c - period :], earlier[2], earlier[3, 1:], earlier[4, :size_c])
        now[2, 0], before[3, 0] = total, error
        _follow(
            now[0, :size_a],
            now[2],
            before[1, :size_b],
            before[3],
            values[c : c + size_c],
            earlier[4],
            out[c - 1 :],
        )
        total, error = now[2, size_a], before[3, size_b]


@kernel
def _kama(values: Floats, period: int, rooms: Floats, out: Floats) -> None:
    rows = values.shape[0]
    out[: min(period, rows)] = math.nan
    if rows <= period:
        return
    way = NO_WAY
    for i in range(1, period):
        way = _way_step(values[i], values[i - 1], 0.0, 0.0, way)
    # In the first row nothing leaves the window.
    way = _way_step(values[period], values[period - 1], 0.0, 0.0, way)
    weight = _weight_step(values[period] - values[0], way[0] + way[1])
    out[period] = smooth(values[period], values[period - 1], weight)
    _kama_from(values, period, period + 1, way, rooms, out)


@kernel(forceinline=True)
def _vidya_step(values: Floats, i: int, seen: int, state: Chande, period: int, smoothing: int) -> tuple[Chande, float]:
    up, up_error, down, down_error, average = state
    if seen == 0:
        return state, math.nan
    move = values[i] - values[i - 1]
    old = values[i - period] - values[i - period - 1] if seen > period else 0.0
    up, up_error = rolling_sum_step(up, up_error, max(move, 0.0), max(old, 0.0))
    down, down_error = rolling_sum_step(down, down_error, max(-move, 0.0), max(-old, 0.0))
    if seen < period:
        return (up, up_error, down, down_error, 0.0), math.nan
    if seen == period:
        average = values[i - 1]
    rises, falls = up + up_error, down + down_error
    way = rises + falls
    oscillator = 0.0 if way < NEGLIGIBLE else abs(rises - falls) / way
    weight = 2.0 / (smoothing + 1.0) * oscillator
    average += weight * (values[i] - average)
    return (up, up_error, down, down_error, average), average


def kama(values: ArrayLike, period: int = 10) -> Floats:
    """Average fast where prices go straight, and slowly where they go to and fro.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the efficiency ratio, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Kama.checked(period)
    return one_line("kama", _kama, period, np.zeros((3, 5, CHUNK + 1)), values=values)


class Kama(OneInput[float], of=kama, title="Kaufman's adaptive moving average", overlay=True, aliases=("ama", "iama")):
    """Streaming twin of :func:`kama`."""

    period: int = length(10)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._way, self._average = NO_WAY, 0.0
        self._window = Window(self.period + 2)

    def _advance(self, value: float) -> float:
        i, seen, period = self._window.push(value), self._count, self.period
        values = self._window.values
        if seen == 0:
            return math.nan
        old, older = (values[i - period], values[i - period - 1]) if seen > period else (0.0, 0.0)
        self._way = _way_step(value, values[i - 1], old, older, self._way)
        if seen < period:
            return math.nan
        if seen == period:
            self._average = float(values[i - 1])
        weight = _weight_step(value - values[i - period], self._way[0] + self._way[1])
        self._average = smooth(value, self._average, weight)
        return self._average


@kernel
def _vidya(values: Floats, period: int, smoothing: int, out: Floats) -> None:
    state = NO_CHANDE
    for i in range(values.shape[0]):
        state, out[i] = _vidya_step(values, i, i, state, period, smoothing)


def vidya(values: ArrayLike, period: int = 9, smoothing: int = 12) -> Floats:
    """Average by a weight in proportion to momentum.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the momentum oscillator, at least 1.
    smoothing : int
        Length of the average at full momentum, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period`` rows; it starts from the value before.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period, smoothing = Vidya.checked(period, smoothing)
    return one_line("vidya", _vidya, period, smoothing, values=values)


class Vidya(OneInput[float], of=vidya, title="Variable index dynamic average", overlay=True, aliases=("ividya",)):
    """Streaming twin of :func:`vidya`."""

    period: int = length(9)
    smoothing: int = length(12, "Average, bars")

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_CHANDE
        self._window = Window(self.period + 2)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _vidya_step(self._window.values, i, self._count, self._state, self.period, self.smoothing)
        return output
