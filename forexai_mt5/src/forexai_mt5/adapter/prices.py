"""Arrays of the package as bars and ticks of the core: nanoseconds UTC, prices on the grid, closed bars only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, TICK
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_SECOND, Timeframe
from forexai_mt5.adapter.downloads import Rows
from forexai_mt5.adapter.server_clock import ServerClock

__all__ = ["bars_of", "ticks_of"]

_NS_PER_MS = 1_000_000
_QUIET_NS = 90 * NS_PER_SECOND
"""A last bar counts as closed this long after its end, if no later one has proven it before: clocks differ a little."""


def _strictly_ascending(time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Choose the rows that come after all before: where the clock was set back, an hour is told twice."""
    highest = np.maximum.accumulate(time_ns)
    keep = np.ones(len(time_ns), np.bool_)
    keep[1:] = time_ns[1:] > highest[:-1]
    return keep


def bars_of(
    rows: Rows,
    *,
    instrument: Instrument,
    timeframe: Timeframe,
    clock: ServerClock,
    provenance: Mapping[str, str],
    closed: bool = False,
) -> Bars:
    """Make bars, without the one that forms.

    Parameters
    ----------
    rows : (bars,) structured
        As the package gives them, ascending.
    instrument : Instrument
        Of which.
    timeframe : Timeframe
        Of which.
    clock : ServerClock
        That of their stamps.
    provenance : mapping of str to str
        Where they come from.
    closed : bool
        Whether all of them are known to have closed; else the last one counts by its time only.
    """
    time_ns = clock.utc_of_all(rows["time"].astype(np.int64) * NS_PER_SECOND)
    keep = _strictly_ascending(time_ns) & (rows["low"] > 0)
    if len(rows) and not closed:
        end_ns = int(clock.known.bar_end_ns(time_ns[-1:], timeframe)[0])
        keep[-1] &= clock.now_ns() >= end_ns + _QUIET_NS
    chosen = rows[keep]
    data = np.zeros(len(chosen), BAR)
    data["time_ns"] = time_ns[keep]
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(chosen[name], instrument.digits)
    data["volume"] = chosen["tick_volume"]
    return Bars(
        instrument=instrument,
        timeframe=timeframe,
        data=data,
        spread_points=np.maximum(chosen["spread"].astype(np.float64), 0.0),
        provenance=provenance,
    )


def ticks_of(rows: Rows, *, instrument: Instrument, clock: ServerClock, provenance: Mapping[str, str]) -> Ticks:
    """Make ticks; those without both prices, of a market that has not opened, are left out.

    Parameters
    ----------
    rows : (ticks,) structured
        As the package gives them, ascending.
    instrument : Instrument
        Of which.
    clock : ServerClock
        That of their stamps.
    provenance : mapping of str to str
        Where they come from.
    """
    time_ns = clock.utc_of_all(rows["time_msc"].astype(np.int64) * _NS_PER_MS)
    keep = (rows["bid"] > 0) & (rows["ask"] > 0)
    if len(rows):
        keep &= time_ns >= np.maximum.accumulate(time_ns)
    chosen = rows[keep]
    data = np.zeros(len(chosen), TICK)
    data["time_ns"] = time_ns[keep]
    data["bid"] = np.round(chosen["bid"], instrument.digits)
    data["ask"] = np.maximum(np.round(chosen["ask"], instrument.digits), data["bid"])
    data["volume"] = chosen["volume_real"]
    return Ticks(instrument=instrument, data=data, provenance=provenance)
