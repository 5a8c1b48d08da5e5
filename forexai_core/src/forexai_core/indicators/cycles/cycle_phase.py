"""Phase of the dominant cycle, and what is made of it: sine waves, the instantaneous trendline, and the trend mode.

John Ehlers, Rocket Science for Traders, 2001; as TA-Lib's HT_DCPHASE, HT_SINE, HT_TRENDLINE and HT_TRENDMODE.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line, several_lines
from forexai_core.indicators.cycles.hilbert_transform import (
    LATE_START,
    LONGEST_CYCLE,
    cycle_step,
    fresh_cycle,
    fresh_delays,
    phase_step,
    waves,
)
from forexai_core.indicators.cycles.trend_line import NO_TREND, trend_line_step
from forexai_core.indicators.elementary import sine
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, Records
from forexai_core.indicators.windows import Window

__all__ = ["HtDcPhase", "HtSine", "HtTrendMode", "SineLines", "ht_dcphase", "ht_sine", "ht_trendmode"]

Line = TypeVar("Line")


WARMUP = 63
"""Rows that TA-Lib lets the phase settle."""

RADIANS = math.pi / 180.0


@kernel(forceinline=True)
def _sine_step(phase: float) -> tuple[float, float]:
    return sine(phase * RADIANS), sine((phase + 45.0) * RADIANS)


@kernel
def _write_phases(values: Floats, state: Records, delays: Floats, smoothed: Floats, table: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        cycle_step(values[i], i, state, delays, LATE_START)
        smoothed[LONGEST_CYCLE + i] = state[0]["smoothed"] if i >= LATE_START else 0.0
        out[i] = math.nan
        if i >= LATE_START:
            phase_step(state, smoothed, LONGEST_CYCLE + i, table)
            out[i] = state[0]["phase"]


def _phases(values: Floats) -> Floats:
    """Give the phase from ``LATE_START`` on."""
    out = np.empty(values.shape[0])
    smoothed = np.zeros(LONGEST_CYCLE + values.shape[0])
    _write_phases(values, fresh_cycle(), fresh_delays(), smoothed, _WAVES(), out)
    return out


@kernel
def _write_sines(phases: Floats, out: Floats) -> None:
    for i in range(phases.shape[0]):
        out[0, i], out[1, i] = math.nan, math.nan
        if i >= WARMUP:
            out[0, i], out[1, i] = _sine_step(phases[i])


def _ht_dcphase(values: Floats, out: Floats) -> None:
    out[:] = _phases(values)
    out[:WARMUP] = math.nan


def _ht_sine(values: Floats, out: Floats) -> None:
    _write_sines(_phases(values), out)


Mode: TypeAlias = tuple[float, float, float, float]
"""The phase and the two sine waves of the row before, and the bars since they crossed."""

NO_MODE: Mode = (0.0, 0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _mode_step(state: Records, trend_line: float, mode: Mode) -> tuple[Mode, float]:
    s = state[0]
    last_phase, last_sine, last_lead, age = mode
    wave, lead = _sine_step(s["phase"])
    trend = 1.0
    if (wave > lead and last_sine <= last_lead) or (wave < lead and last_sine >= last_lead):
        age, trend = 0.0, 0.0
    age += 1.0
    if age < 0.5 * s["smooth_period"]:
        trend = 0.0
    turn, pace = s["phase"] - last_phase, 360.0 / s["smooth_period"]
    if 0.67 * pace < turn < 1.5 * pace:
        trend = 0.0
    if trend_line != 0.0 and abs((s["smoothed"] - trend_line) / trend_line) >= 0.015:
        trend = 1.0
    return (s["phase"], wave, lead, age), trend


@kernel
def _write_modes(
    values: Floats, state: Records, delays: Floats, smoothed: Floats, table: Floats, padded: Floats, out: Floats
) -> None:
    mode, line = NO_MODE, NO_TREND
    for i in range(out.shape[0]):
        cycle_step(values[i], i, state, delays, LATE_START)
        smoothed[LONGEST_CYCLE + i] = state[0]["smoothed"] if i >= LATE_START else 0.0
        out[i] = math.nan
        if i >= LATE_START:
            phase_step(state, smoothed, LONGEST_CYCLE + i, table)
            line, trend_line = trend_line_step(state, padded, LONGEST_CYCLE + i, line)
            mode, trend = _mode_step(state, trend_line, mode)
            if i >= WARMUP:
                out[i] = trend


def _ht_trendmode(values: Floats, out: Floats) -> None:
    smoothed = np.zeros(LONGEST_CYCLE + values.shape[0])
    padded = np.concatenate([np.zeros(LONGEST_CYCLE), values])
    _write_modes(values, fresh_cycle(), fresh_delays(), smoothed, _WAVES(), padded, out)


_WAVES = cache(waves)


class _Phase:
    """The phase of a stream."""

    def __init__(self) -> None:
        self.state, self.delays = fresh_cycle(), fresh_delays()
        self.smoothed = Window(LONGEST_CYCLE + 1)

    def push(self, value: float, seen: int) -> float:
        """Take the newest value; NaN before ``LATE_START``."""
        cycle_step(value, seen, self.state, self.delays, LATE_START)
        i = self.smoothed.push(float(self.state["smoothed"][0]) if seen >= LATE_START else 0.0)
        if seen < LATE_START:
            return math.nan
        phase_step(self.state, self.smoothed.values, i, _WAVES())
        return float(self.state["phase"][0])


def ht_dcphase(values: ArrayLike) -> Floats:
    """Estimate where in the dominant cycle the price is.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    (rows,) float64
        Degrees, -45 to 315; NaN in the first 63 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return one_line("ht_dcphase", _ht_dcphase, values=values)


class HtDcPhase(OneInput[float], of=ht_dcphase, title="Hilbert transform: phase of the dominant cycle"):
    """Streaming twin of :func:`ht_dcphase`."""

    def _rows_of_warmup(self) -> int:
        return 63

    def _start(self) -> None:
        self._phase = _Phase()

    def _advance(self, value: float) -> float:
        phase = self._phase.push(value, self._count)
        return math.nan if self._count < WARMUP else phase


class SineLines(NamedTuple, Generic[Line]):
    """Hilbert transform: sine wave: arrays from the batch form, floats from the streaming form."""

    sine: Line
    """Sine of the phase."""
    lead_sine: Line
    """Sine of the phase 45 degrees on."""


def ht_sine(values: ArrayLike) -> SineLines[Floats]:
    """Draw the dominant cycle as a sine wave, and an eighth of a cycle ahead.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    SineLines
        Two (rows,) float64, -1 to 1; NaN in the first 63 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return several_lines(SineLines[Floats], "ht_sine", _ht_sine, values=values)


class HtSine(OneInput[SineLines[float]], of=ht_sine, title="Hilbert transform: sine wave"):
    """Streaming twin of :func:`ht_sine`."""

    lines = SineLines

    def _rows_of_warmup(self) -> int:
        return 63

    def _start(self) -> None:
        self._phase = _Phase()

    def _advance(self, value: float) -> SineLines[float]:
        phase = self._phase.push(value, self._count)
        return self._nothing() if self._count < WARMUP else SineLines(*_sine_step(phase))


def ht_trendmode(values: ArrayLike) -> Floats:
    """Say whether prices trend, 1, or cycle, 0.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    (rows,) float64
        0 or 1; NaN in the first 63 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return one_line("ht_trendmode", _ht_trendmode, values=values)


class HtTrendMode(OneInput[float], of=ht_trendmode, title="Hilbert transform: trend mode"):
    """Streaming twin of :func:`ht_trendmode`."""

    def _rows_of_warmup(self) -> int:
        return 63

    def _start(self) -> None:
        self._phase, self._mode, self._line = _Phase(), NO_MODE, NO_TREND
        self._prices = Window(LONGEST_CYCLE + 1)

    def _advance(self, value: float) -> float:
        i = self._prices.push(value)
        if math.isnan(self._phase.push(value, self._count)):
            return math.nan
        self._line, trend_line = trend_line_step(self._phase.state, self._prices.values, i, self._line)
        self._mode, trend = _mode_step(self._phase.state, trend_line, self._mode)
        return math.nan if self._count < WARMUP else trend
