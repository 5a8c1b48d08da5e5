"""Prices, signals and returns of the benchmarks, written once a session for all contenders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import task
from numpy.typing import NDArray

import forexai_core as fx
from forexai_core.strategies import SmaCross
from forexai_core.values.clocks import NEW_YORK_CLOSE
from forexai_core.values.timeframes import NS_PER_DAY

_SATURDAY, _TRIPLE_DAY = 5, 2


def write(folder: Path) -> None:
    """Write every column that a contender may read."""
    bars = fx.synthetic(task.SYMBOL, task.TIMEFRAME, bars=task.BARS, seed=task.SEED)
    columns = {name: bars.data[name] for name in ("time_ns", "open", "high", "low", "close")}
    columns["bars"] = bars.data
    columns["spread_points"] = bars.spread_points
    columns["spread"] = bars.spread_points * task.POINT
    columns["entry"] = _crossing(bars)
    columns["rollover_row"], columns["rollover_days"] = _rollovers(bars.time_ns)
    ticks = fx.synthetic(task.SYMBOL, "tick", bars=task.TICKS, seed=task.SEED)
    columns["ticks"] = ticks.data
    columns |= {f"tick_{name}": ticks.data[name] for name in ("time_ns", "bid", "ask")}
    columns["returns"] = np.random.default_rng(task.SEED).normal(1e-6, 8e-5, task.RETURNS)
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(values))


def _crossing(bars: fx.Bars) -> NDArray[np.int8]:
    """Say +1 where the fast average turns above the slow one, -1 where it turns below."""
    return SmaCross(fast=task.FAST, slow=task.SLOW, volume_lots=task.LOTS).intents(bars).rows["entry"]


def _rollovers(time_ns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first row at or after each rollover, and how many days of swap it charges."""
    midnights = NEW_YORK_CLOSE.midnights_ns(int(time_ns[0]) + 1, int(time_ns[-1]) + 1)
    weekday = NEW_YORK_CLOSE.weekday(midnights - NS_PER_DAY // 2)
    days = np.where(weekday == _TRIPLE_DAY, 3, np.where(weekday >= _SATURDAY, 0, 1))
    return np.searchsorted(time_ns, midnights[days > 0]), days[days > 0]


def bars_of(given: task.Task) -> fx.Bars:
    """Give the bars as the library holds them, fingerprint known."""
    rows, spread = given.column("bars"), given.column("spread_points")
    rows.flags.writeable = spread.flags.writeable = False
    bars = fx.Bars(
        instrument=fx.find_instrument(task.SYMBOL), timeframe=task.TIMEFRAME, data=rows, spread_points=spread
    )
    bars.fingerprint  # noqa: B018 - inputs are fingerprinted once, as a second run finds them
    return bars


def ticks_of(given: task.Task) -> fx.Ticks:
    """Give the ticks as the library holds them, fingerprint known."""
    rows = given.column("ticks")
    rows.flags.writeable = False
    ticks = fx.Ticks(instrument=fx.find_instrument(task.SYMBOL), data=rows)
    ticks.fingerprint  # noqa: B018 - as above
    return ticks
