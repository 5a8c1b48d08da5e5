"""The one task that every contender is given: the same prices, signals, stops and costs.

Needs numpy only, as it is read in the peers' environments too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SYMBOL, TIMEFRAME, SEED = "EURUSD", "M1", 7
BARS, TICKS, RETURNS = 1_000_000, 1_000_000, 1_000_000
FAST, SLOW = 20, 50
POINT = 0.00001
STOP, TARGET = 0.0010, 0.0020
"""Distances from the entry, price units."""
LOTS, UNITS = 0.1, 10_000.0
BALANCE, LEVERAGE, STOP_OUT = 100_000.0, 100.0, 0.5
COMMISSION_PER_LOT = 3.5
"""Money a side."""
COMMISSION = COMMISSION_PER_LOT * LOTS
SWAP_LONG_POINTS, SWAP_SHORT_POINTS = -7.0, 2.5
TICKS_A_TRADE = 1_000
MINUTES_A_YEAR = 365 * 24 * 60
SWEEP_FAST, SWEEP_SLOW = tuple(range(5, 25)), tuple(range(40, 140, 5))
"""400 pairs of periods."""
SWEEP_BARS = 200_000

Run = Callable[[], int]
"""What is timed: does all of the work, and gives the number of trades (0 where there are none)."""


class Task(NamedTuple):
    """What a contender is told."""

    folder: Path
    """Where the columns lie, each ``<name>.npy``."""
    rows: int
    """How many of the rows to use, from the first."""
    options: dict[str, Any]

    def column(self, name: str) -> NDArray[Any]:
        """Read one column, contiguous."""
        return np.ascontiguousarray(np.load(self.folder / f"{name}.npy", mmap_mode="r")[: self.rows])


def sweep_pairs(count: int) -> list[tuple[int, int]]:
    """Pick that many of the 400 pairs, spread evenly."""
    pairs = [(fast, slow) for fast in SWEEP_FAST for slow in SWEEP_SLOW]
    return pairs[:: len(pairs) // count][:count]
