"""Period and phasor of the dominant cycle, and the average that follows its phase (MAMA).

John Ehlers, Rocket Science for Traders, 2001; as TA-Lib's HT_DCPERIOD, HT_PHASOR and MAMA.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line, several_lines
from forexai_core.indicators.cycles.hilbert_transform import (
    EARLY_START,
    cycle_step,
    fresh_cycle,
    fresh_delays,
)
from forexai_core.indicators.elementary import arctangent
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, Records
from forexai_core.indicators.parameters import factor

__all__ = ["HtDcPeriod", "HtPhasor", "Mama", "MamaLines", "PhasorLines", "ht_dcperiod", "ht_phasor", "mama"]

Line = TypeVar("Line")


Mesa: TypeAlias = tuple[float, float, float]
"""The phase, degrees, and the two averages."""

NO_MESA: Mesa = (0.0, 0.0, 0.0)
"""The state of before the first value."""

WARMUP = 32
"""Rows that TA-Lib lets the transform settle."""


@kernel
def _write_periods(values: Floats, state: Records, delays: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        cycle_step(values[i], i, state, delays, EARLY_START)
        out[i] = state[0]["smooth_period"] if i >= WARMUP else math.nan


@kernel
def _write_phasors(values: Floats, state: Records, delays: Floats, out: Floats) -> None:
    for i in range(values.shape[0]):
        cycle_step(values[i], i, state, delays, EARLY_START)
        out[0, i], out[1, i] = math.nan, math.nan
        if i >= WARMUP:
            out[0, i], out[1, i] = state[0]["in_phase"], state[0]["quadrature"]


def _ht_dcperiod(values: Floats, out: Floats) -> None:
    _write_periods(values, fresh_cycle(), fresh_delays(), out)


def _ht_phasor(values: Floats, out: Floats) -> None:
    _write_phasors(values, fresh_cycle(), fresh_delays(), out)


@kernel(forceinline=True)
def _mesa_step(
    value: float, seen: int, state: Records, delays: Floats, mesa: Mesa, fast_limit: float, slow_limit: float
) -> Mesa:
    cycle_step(value, seen, state, delays, EARLY_START)
    if seen < EARLY_START:
        return mesa
    last, mama, fama = mesa
    in_phase, quadrature = state[0]["in_phase"], state[0]["quadrature"]
    phase = arctangent(quadrature / in_phase) * (180.0 / math.pi) if in_phase != 0.0 else 0.0
    turn = max(last - phase, 1.0)
    weight = max(fast_limit / turn, slow_limit) if turn > 1.0 else fast_limit
    mama = weight * value + (1.0 - weight) * mama
    fama = 0.5 * weight * mama + (1.0 - 0.5 * weight) * fama
    return phase, mama, fama


@kernel
def _write_mesa(
    values: Floats, fast_limit: float, slow_limit: float, state: Records, delays: Floats, out: Floats
) -> None:
    mesa = NO_MESA
    for i in range(values.shape[0]):
        mesa = _mesa_step(values[i], i, state, delays, mesa, fast_limit, slow_limit)
        out[0, i], out[1, i] = math.nan, math.nan
        if i >= WARMUP:
            out[0, i], out[1, i] = mesa[1], mesa[2]


def _mama(values: Floats, fast_limit: float, slow_limit: float, out: Floats) -> None:
    _write_mesa(values, fast_limit, slow_limit, fresh_cycle(), fresh_delays(), out)


def ht_dcperiod(values: ArrayLike) -> Floats:
    """Estimate the period of the dominant cycle.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    (rows,) float64
        Bars, 6 to 50; NaN in the first 32 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return one_line("ht_dcperiod", _ht_dcperiod, values=values)


class HtDcPeriod(OneInput[float], of=ht_dcperiod, title="Hilbert transform: period of the dominant cycle"):
    """Streaming twin of :func:`ht_dcperiod`."""

    def _rows_of_warmup(self) -> int:
        return 32

    def _start(self) -> None:
        self._state, self._delays = fresh_cycle(), fresh_delays()

    def _advance(self, value: float) -> float:
        cycle_step(value, self._count, self._state, self._delays, EARLY_START)
        return math.nan if self._count < WARMUP else float(self._state["smooth_period"][0])


class PhasorLines(NamedTuple, Generic[Line]):
    """Hilbert transform: phasor: arrays from the batch form, floats from the streaming form."""

    in_phase: Line
    """Component in phase."""
    quadrature: Line
    """Component a quarter of a cycle ahead."""


def ht_phasor(values: ArrayLike) -> PhasorLines[Floats]:
    """Split the dominant cycle into its two components.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    PhasorLines
        Two (rows,) float64; NaN in the first 32 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return several_lines(PhasorLines[Floats], "ht_phasor", _ht_phasor, values=values)


class HtPhasor(OneInput[PhasorLines[float]], of=ht_phasor, title="Hilbert transform: phasor"):
    """Streaming twin of :func:`ht_phasor`."""

    lines = PhasorLines

    def _rows_of_warmup(self) -> int:
        return 32

    def _start(self) -> None:
        self._state, self._delays = fresh_cycle(), fresh_delays()

    def _advance(self, value: float) -> PhasorLines[float]:
        cycle_step(value, self._count, self._state, self._delays, EARLY_START)
        if self._count < WARMUP:
            return self._nothing()
        return PhasorLines(float(self._state["in_phase"][0]), float(self._state["quadrature"][0]))


class MamaLines(NamedTuple, Generic[Line]):
    """MESA adaptive moving average: arrays from the batch form, floats from the streaming form."""

    mama: Line
    """The average."""
    fama: Line
    """An average of it, at half the weight."""


def mama(values: ArrayLike, fast_limit: float = 0.5, slow_limit: float = 0.05) -> MamaLines[Floats]:
    """Average by a weight that falls with the speed at which the phase turns.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    fast_limit : float
        Largest weight of the newest value, above 0.
    slow_limit : float
        Smallest weight, above 0.

    Returns
    -------
    MamaLines
        Two (rows,) float64; NaN in the first 32 rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    fast_limit, slow_limit = Mama.checked(fast_limit, slow_limit)
    return several_lines(MamaLines[Floats], "mama", _mama, fast_limit, slow_limit, values=values)


class Mama(OneInput[MamaLines[float]], of=mama, title="MESA adaptive moving average", overlay=True):
    """Streaming twin of :func:`mama`."""

    lines = MamaLines
    fast_limit: float = factor(0.5, "Largest weight")
    slow_limit: float = factor(0.05, "Smallest weight")

    def _rows_of_warmup(self) -> int:
        return 32

    def _start(self) -> None:
        self._state, self._delays, self._mesa = fresh_cycle(), fresh_delays(), NO_MESA

    def _advance(self, value: float) -> MamaLines[float]:
        self._mesa = _mesa_step(
            value, self._count, self._state, self._delays, self._mesa, self.fast_limit, self.slow_limit
        )
        return self._nothing() if self._count < WARMUP else MamaLines(self._mesa[1], self._mesa[2])
