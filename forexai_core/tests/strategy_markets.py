"""Small random markets for tests of strategies: prices on a coarse grid, so that averages tie often."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from forexai_core.arrays import BAR, TICK
from forexai_core.engine.state.records import ACCOUNT, DEAL, ORDER, POSITION, REQUEST, SYMBOL
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

MONDAY_NS = 1_704_067_200_000_000_000  # Monday, 1 January 2024, 00:00 UTC


def make_market(rows=400, seed=0, *, symbol="EURUSD", timeframe="H1", step_points=25, start_ns=MONDAY_NS):
    """Give bars of a random walk; every price is a multiple of five points, every fifth close repeats the last one."""
    rng = np.random.default_rng(seed)
    instrument = find_instrument(symbol)
    scale = 10.0**instrument.digits
    moves = rng.integers(-step_points // 5, step_points // 5 + 1, rows) * 5
    moves[rng.random(rows) < 0.2] = 0
    level = round(1.1 * 10**5)
    close = level + np.cumsum(moves)
    opened = np.concatenate(([level], close[:-1])) + rng.integers(-1, 2, rows) * 5
    data = np.zeros(rows, BAR)
    data["time_ns"] = start_ns + np.arange(rows) * Timeframe.of(timeframe).nominal_ns
    data["open"], data["close"] = opened / scale, close / scale
    data["high"] = (np.maximum(opened, close) + rng.integers(0, 4, rows) * 5) / scale
    data["low"] = (np.minimum(opened, close) - rng.integers(0, 4, rows) * 5) / scale
    data["volume"] = rng.integers(1, 100, rows)
    return Bars(instrument=instrument, timeframe=timeframe, data=data)


def make_ticks(rows=200, seed=0, *, symbol="EURUSD", start_ns=MONDAY_NS):
    """Give ticks, some twenty seconds apart."""
    rng = np.random.default_rng(seed)
    data = np.zeros(rows, TICK)
    data["time_ns"] = start_ns + np.cumsum(rng.integers(1, 40, rows)) * (NS_PER_MINUTE // 60)
    points = 110_000 + np.cumsum(rng.integers(-3, 4, rows))
    data["bid"], data["ask"] = points / 1e5, (points + 12) / 1e5
    data["volume"] = 1.0
    return Ticks(instrument=find_instrument(symbol), data=data)


def empty_ledger(symbols=1):
    """Give arrays as a ledger shows them, with nothing open."""
    rows = np.zeros(symbols, SYMBOL)
    rows["scale"], rows["volume_step"], rows["spread"] = 1e5, 0.01, 10
    return SimpleNamespace(
        account=np.zeros(1, ACCOUNT)[0],
        symbols=rows,
        positions=np.zeros(8, POSITION),
        orders=np.zeros(8, ORDER),
        deals=np.zeros(0, DEAL),
        requests=np.zeros(8, REQUEST),
        asked=0,
        changes=0,
        catch_up_now=lambda: None,
    )
