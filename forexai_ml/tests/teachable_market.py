"""Prices in which something can be learned, and prices in which nothing can."""

from __future__ import annotations

import numpy as np

from forexai_core.arrays import BAR
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.timeframes import Timeframe

FIRST_NS = 1_609_718_400 * 10**9  # Monday, 4 January 2021, 00:00Z
HOUR_NS = Timeframe.H1.nominal_ns


def bars_of(close, *, first_ns=FIRST_NS, symbol="EURUSD"):
    """Give H1 bars, 120 a week, that open where the one before closed."""
    close = np.round(np.asarray(close, np.float64), 5)
    number = np.arange(len(close))
    rows = np.zeros(len(close), BAR)
    rows["time_ns"] = first_ns + (number // 120 * 168 + number % 120) * HOUR_NS
    rows["open"] = np.concatenate([close[:1], close[:-1]])
    rows["close"] = close
    rows["high"] = np.round(np.maximum(rows["open"], close) + 0.0002, 5)
    rows["low"] = np.round(np.minimum(rows["open"], close) - 0.0002, 5)
    rows["volume"] = 100.0 + number % 7
    return Bars(instrument=find_instrument(symbol), timeframe=Timeframe.H1, data=rows)


def swinging(rows, seed=1, **options):
    """Give a market that swings round a level: what has risen tends to fall."""
    noise = np.random.default_rng(seed).standard_normal(rows)
    return bars_of(1.1 + 0.006 * np.sin(np.arange(rows) / 9.0) + 0.0004 * noise, **options)


def walking(rows, seed=1, **options):
    """Give a random walk: nothing can be learned."""
    return bars_of(1.2 + 0.0005 * np.cumsum(np.random.default_rng(seed).standard_normal(rows)), **options)
