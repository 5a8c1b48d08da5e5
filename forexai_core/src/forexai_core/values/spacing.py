"""How far the rows of a timeframe lie apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError
from forexai_core.values.clocks import NEW_YORK_CLOSE, UTC_CLOCK, Clock, format_time_ns
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, Timeframe

__all__ = ["check_spacing"]

_HOUR = 60 * NS_PER_MINUTE
_FEW_STEPS = 10  # below this, how far rows lie apart says little about the timeframe
_SESSION = 6 * _HOUR  # bars so long may hold a day's whole session
_EXCHANGES = (NEW_YORK_CLOSE, UTC_CLOCK, Clock.of("America/New_York"))
# Weeks and months may be stamped at their first trades, which holidays put off.
_LEAST_SINGLE = {Timeframe.W1: 3 * NS_PER_DAY, Timeframe.MN1: 20 * NS_PER_DAY}


def check_spacing(time_ns: NDArray[np.int64], timeframe: Timeframe) -> None:
    """Refuse rows whose times cannot be those of bars of a timeframe.

    Quiet markets leave bars out, but not always the same number of them. So rows may lie farther apart than the
    timeframe says, but not all of them, and mostly by the same, but for long bars that hold a day's whole session; and
    never nearer, but that a clock put forward takes an hour out of one bar a year, that weeks and months may be stamped
    at their first trades, and that the first of these may be a part.

    Parameters
    ----------
    time_ns : (rows,) int64
        Ascending.
    timeframe : Timeframe
        What the rows are said to be.

    Raises
    ------
    DataShapeError
        If they are bars of another timeframe, or there are rows between the bars.
    """
    steps = np.diff(time_ns)
    if not len(steps) or timeframe is Timeframe.TICK:
        return
    part = timeframe in _LEAST_SINGLE
    usual = float(np.median(steps[1:] if part and len(steps) > 1 else steps))
    short = _shortened(time_ns, steps, timeframe)
    too_near = usual < timeframe.least_step_ns and not short.all()
    if too_near or (len(steps) >= _FEW_STEPS and _too_far(time_ns, steps, usual, timeframe)):
        raise DataShapeError(
            f"The frame's rows are mostly {usual / NS_PER_MINUTE:g} minutes apart, which is not {timeframe}. Name "
            "their own timeframe; fx.resample makes longer bars of them."
        )
    near = np.flatnonzero((steps < timeframe.least_step_ns) & ~short) + 1
    if near.size:
        row = int(near[0])
        raise DataShapeError(
            f"Row {row} of the frame ({format_time_ns(time_ns[row])}) opens {steps[row - 1] / NS_PER_MINUTE:g} minutes "
            f"after the row above it, less than one {timeframe} (such rows in all: {near.size:,}). Take out what is no "
            f"bar of {timeframe}."
        )


def _shortened(time_ns: NDArray[np.int64], steps: NDArray[np.int64], timeframe: Timeframe) -> NDArray[np.bool_]:
    """Mark the single steps that are rightly shorter than the timeframe."""
    short = steps < timeframe.least_step_ns
    if timeframe in _LEAST_SINGLE:
        first = np.arange(len(steps)) == 0
        rightly: NDArray[np.bool_] = short & ((steps >= _LEAST_SINGLE[timeframe]) | (first & (steps >= NS_PER_DAY)))
        return rightly
    if timeframe.nominal_ns <= _HOUR or not timeframe.intraday:
        return np.zeros(len(steps), np.bool_)
    forward: NDArray[np.bool_] = short & (steps >= timeframe.least_step_ns - _HOUR)
    years = 1 + int(time_ns[-1] - time_ns[0]) // (330 * NS_PER_DAY)
    return forward if np.count_nonzero(forward) <= years else np.zeros(len(steps), np.bool_)


def _too_far(time_ns: NDArray[np.int64], steps: NDArray[np.int64], usual: float, timeframe: Timeframe) -> bool:
    """Say whether no two rows are neighbours, where they are as far apart as longer bars."""
    nearest = int(steps.min())
    if not timeframe.intraday:
        return nearest > 3 * timeframe.nominal_ns  # a weekend lies between two days
    if nearest <= timeframe.nominal_ns:
        return False
    if 2 * np.count_nonzero(steps == usual) > len(steps):
        return not _one_a_day(time_ns, usual, timeframe)
    # Rows of a quiet market lie on the timeframe's own grid, and rows of longer bars on a wider one.
    return nearest > 5 * timeframe.nominal_ns and int(np.gcd.reduce(steps)) > timeframe.nominal_ns


def _one_a_day(time_ns: NDArray[np.int64], usual: float, timeframe: Timeframe) -> bool:
    """Say whether these are long bars that hold a day's session, and no days: those open at a midnight."""
    if usual != NS_PER_DAY or timeframe.nominal_ns < _SESSION:
        return False
    opened = [clock.to_wall_ns(time_ns) % NS_PER_DAY for clock in _EXCHANGES]
    return any(np.mean((each > 0) & (each % timeframe.nominal_ns == 0)) > 0.9 for each in opened)
