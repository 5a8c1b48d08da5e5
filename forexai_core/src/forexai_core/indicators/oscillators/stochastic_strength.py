"""Stochastic RSI, and Connors RSI.

Tushar Chande and Stanley Kroll, The New Technical Trader, 1994, as TA-Lib's STOCHRSI; Larry Connors and Cesar
Alvarez, An Introduction to ConnorsRSI, 2012.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line, several_lines
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.oscillators.rates_of_change import Roc, roc
from forexai_core.indicators.oscillators.relative_strength import Rsi, rsi
from forexai_core.indicators.oscillators.stochastic_oscillator import StochasticFast, StochasticLines, stochastic_fast
from forexai_core.indicators.parameters import length
from forexai_core.indicators.statistics.standing import PercentRank, percent_rank

__all__ = ["ConnorsRsi", "StochasticRsi", "connors_rsi", "stochastic_rsi"]


@kernel(forceinline=True)
def _streak_step(value: float, last: float, streak: float) -> float:
    if value > last:
        return max(streak, 0.0) + 1.0
    return min(streak, 0.0) - 1.0 if value < last else 0.0


@kernel(forceinline=True)
def _blend_step(strength: float, streak: float, rank: float) -> float:
    return (strength + streak + rank) / 3.0


@kernel
def _write_streaks(values: Floats, out: Floats) -> None:
    streak = 0.0
    for i in range(out.shape[0]):
        streak = 0.0 if i == 0 else _streak_step(values[i], values[i - 1], streak)
        out[i] = streak


@kernel
def _write_blends(strengths: Floats, streaks: Floats, ranks: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _blend_step(strengths[i], streaks[i], ranks[i])


def _connors_rsi(values: Floats, period: int, streak_period: int, rank_period: int, out: Floats) -> None:
    streaks, ranks = np.empty(out.shape[0]), np.full(out.shape[0], math.nan)
    _write_streaks(values, streaks)
    if out.shape[0] > 1:
        ranks[1:] = percent_rank(roc(values, 1)[1:], rank_period)
    _write_blends(rsi(values, period), rsi(streaks, streak_period), ranks, out)


def _stochastic_rsi(values: Floats, period: int, k_period: int, d_period: int, out: Floats) -> None:
    out[:, : min(period, out.shape[1])] = math.nan
    strengths = rsi(values, period)[period:]
    out[0, period:], out[1, period:] = stochastic_fast(strengths, strengths, strengths, k_period, d_period)


def stochastic_rsi(
    values: ArrayLike, period: int = 14, k_period: int = 5, d_period: int = 3
) -> StochasticLines[Floats]:
    """Place the RSI in the range of its last values.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the RSI's smoothing, at least 1.
    k_period : int
        Length of the window of the RSI, at least 1.
    d_period : int
        Length of the average of %K, at least 1.

    Returns
    -------
    StochasticLines
        Two (rows,) float64; NaN in the first ``period + k_period + d_period - 2`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period, k_period, d_period = StochasticRsi.checked(period, k_period, d_period)
    return several_lines(
        StochasticLines[Floats], "stochastic_rsi", _stochastic_rsi, period, k_period, d_period, values=values
    )


class StochasticRsi(OneInput[StochasticLines[float]], of=stochastic_rsi, title="Stochastic RSI", aliases=("stochrsi",)):
    """Streaming twin of :func:`stochastic_rsi`."""

    lines = StochasticLines
    period: int = length(14, "RSI, bars")
    k_period: int = length(5, "%K window, bars")
    d_period: int = length(3, "%D average, bars")

    def _rows_of_warmup(self) -> int:
        return self.period + self.k_period + self.d_period - 2

    def _start(self) -> None:
        self._rsi, self._place = Rsi(self.period), StochasticFast(self.k_period, self.d_period)

    def _advance(self, value: float) -> StochasticLines[float]:
        strength = self._rsi.update(value)
        return self._place.update(strength, strength, strength) if self._rsi.ready else self._nothing()


def connors_rsi(values: ArrayLike, period: int = 3, streak_period: int = 2, rank_period: int = 100) -> Floats:
    """Average the RSI, the RSI of the length of streaks, and the rank of the last move.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the RSI of values, at least 1.
    streak_period : int
        Length of the RSI of streaks, at least 1.
    rank_period : int
        How many moves before it the newest move is ranked among, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in the first ``max(period, streak_period, rank_period + 1)`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period, streak_period, rank_period = ConnorsRsi.checked(period, streak_period, rank_period)
    return one_line("connors_rsi", _connors_rsi, period, streak_period, rank_period, values=values)


class ConnorsRsi(OneInput[float], of=connors_rsi, title="Connors RSI", aliases=("crsi",)):
    """Streaming twin of :func:`connors_rsi`."""

    period: int = length(3, "RSI, bars")
    streak_period: int = length(2, "RSI of streaks, bars")
    rank_period: int = length(100, "Rank, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.period, self.streak_period, self.rank_period + 1)

    def _start(self) -> None:
        self._last, self._streak = 0.0, 0.0
        self._rsi, self._streaks = Rsi(self.period), Rsi(self.streak_period)
        self._roc, self._rank = Roc(1), PercentRank(self.rank_period)

    def _advance(self, value: float) -> float:
        self._streak = 0.0 if self._count == 0 else _streak_step(value, self._last, self._streak)
        self._last = value
        change = self._roc.update(value)
        rank = self._rank.update(change) if self._count > 0 else math.nan
        return _blend_step(self._rsi.update(value), self._streaks.update(self._streak), rank)
