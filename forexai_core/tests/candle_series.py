"""Bars to test candlestick patterns on, in which all of them occur, and ranges often equal their averages."""

from __future__ import annotations

import numpy as np

GRIDS = (0.0, 0.01, 0.25, 0.5)
"""Steps of prices; the coarser, the more bars are flat, dojis, or as long as their neighbours."""


HOLD = (
    (0.0, 10.1, -0.1, 10.0),
    (11.0, 11.2, 10.3, 10.5),
    (10.6, 10.7, 9.3, 9.5),
    (9.8, 9.9, 8.9, 9.0),
    (9.4, 14.1, 9.3, 14.0),
)
"""Open, high, low and close of a mat hold, which hardly comes by chance."""


def make_candles(rows, seed=0, grid=0.0, level=1000.0):
    """Give open, high, low, close as float64 arrays: bodies and shadows of all sizes, gaps, jumps, flat bars."""
    rng = np.random.default_rng(seed)
    body = rng.normal(0.0, 1.0, rows) * rng.choice([0.0, 0.05, 0.3, 1.0, 3.0], rows)
    gap = np.where(rng.random(rows) < 0.3, rng.normal(0.0, 1.0, rows) * rng.choice([0.2, 1.0], rows), 0.0)
    close = level + np.cumsum(body + gap) % 200.0
    opened = close - body
    upper, lower = (
        np.abs(rng.normal(0.0, 1.0, rows)) * rng.choice([0.0, 0.0, 0.05, 0.3, 1.0, 3.0], rows) for _ in range(2)
    )
    still = rng.random(rows) < 0.02
    bars = [opened, np.maximum(opened, close) + upper, np.minimum(opened, close) - lower, close]
    for start in range(100, rows - len(HOLD), 1_000):
        for k, bar in enumerate(HOLD):
            for column, price in zip(bars, bar, strict=True):
                column[start + k] = level + price
            still[start + k] = False
    if grid:
        bars = [np.round(column / grid) * grid for column in bars]
    for column in bars[:3]:
        column[still] = bars[3][still]
    return tuple(bars)
