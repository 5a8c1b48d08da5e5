"""A small market for the suites: the same bars for the same seed, with trends, ranges and a weekend gap."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from forexai_core.arrays import BAR
from forexai_core.testing.venues import START_NS
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.timeframes import Timeframe

__all__ = ["probe_bars"]

_HOUR_NS = Timeframe.H1.nominal_ns
_WEEK_HOURS, _OPEN_HOURS = 168, 120


@lru_cache(maxsize=16)
def probe_bars(rows: int = 600, *, seed: int = 1, symbol: str = "EURUSD") -> Bars:
    """Make H1 bars of bid prices.

    Parameters
    ----------
    rows : int
        How many.
    seed : int
        Other prices for another seed.
    symbol : str
        From the catalogue; prices move around 1.1 whatever it is.

    Returns
    -------
    Bars
        A random walk with a slow wave, on the instrument's grid; 120 bars a week.
    """
    instrument = find_instrument(symbol)
    chance = np.random.default_rng(seed)
    number = np.arange(rows)
    wave = 0.004 * np.sin(number / 37.0) + 0.002 * np.sin(number / 11.0)
    mid = 1.1 + wave + 0.0004 * np.cumsum(chance.standard_normal(rows))
    mid = np.clip(mid, 0.5, 2.0)
    data = np.empty(rows, BAR)
    start = START_NS // _HOUR_NS * _HOUR_NS
    data["time_ns"] = start + (number // _OPEN_HOURS * _WEEK_HOURS + number % _OPEN_HOURS) * _HOUR_NS
    data["open"] = np.concatenate([mid[:1], mid[:-1] + 0.00005 * chance.standard_normal(max(rows - 1, 0))])
    data["close"] = mid
    reach = 0.0003 * (0.2 + chance.random((2, rows)))
    data["high"] = np.maximum(data["open"], data["close"]) + reach[0]
    data["low"] = np.minimum(data["open"], data["close"]) - reach[1]
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(data[name], instrument.digits)
    data["volume"] = np.round(100 + 900 * chance.random(rows))
    return Bars(instrument=instrument, timeframe=Timeframe.H1, data=data, provenance={"source": f"probe, seed {seed}"})
