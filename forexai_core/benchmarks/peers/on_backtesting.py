"""The task in backtesting.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import task
from backtesting import Backtest, Strategy
from backtesting import backtesting as module
from backtesting.lib import crossover
from task import Run, Task

PACKAGES = ("backtesting", "numpy", "pandas")
LACKS = "a spread that changes, swap, stop-out by margin level, rounding of money"

module._tqdm = lambda rows, **_: rows  # its progress bar


class _Reversing(Strategy):
    def _turn(self, long: bool) -> None:
        price = self.data.Close[-1]
        self.position.close()
        if long:
            self.buy(size=int(task.UNITS), sl=price - task.STOP, tp=price + task.TARGET)
        else:
            self.sell(size=int(task.UNITS), sl=price + task.STOP, tp=price - task.TARGET)


class Known(_Reversing):
    """Trades entries that are known beforehand."""

    def init(self) -> None:
        self.entry = self.I(lambda: self.data.Entry, plot=False)

    def next(self) -> None:
        if self.entry[-1]:
            self._turn(self.entry[-1] > 0)


def _average(values: Any, period: int) -> Any:
    return pd.Series(values).rolling(period).mean()


class Crossing(_Reversing):
    """Trades crossing averages."""

    fast = task.FAST
    slow = task.SLOW

    def init(self) -> None:
        self.short_line = self.I(_average, self.data.Close, self.fast)
        self.long_line = self.I(_average, self.data.Close, self.slow)

    def next(self) -> None:
        if crossover(self.short_line, self.long_line):
            self._turn(True)
        elif crossover(self.long_line, self.short_line):
            self._turn(False)


def _test(given: Task, strategy: type[Strategy]) -> Backtest:
    index = pd.DatetimeIndex(given.column("time_ns").view("datetime64[ns]"))
    columns = {name.capitalize(): given.column(name) for name in ("open", "high", "low", "close")}
    frame = pd.DataFrame(columns | {"Volume": 1.0, "Entry": given.column("entry").astype(float)}, index)
    return Backtest(
        frame,
        strategy,
        cash=task.BALANCE,
        spread=float(np.median(given.column("spread")) / frame.Close.iloc[0]),
        commission=(task.COMMISSION, 0.0),
        margin=1 / task.LEVERAGE,
        finalize_trades=True,
    )


def _runs(given: Task, strategy: type[Strategy]) -> Run:
    test = _test(given, strategy)
    return lambda: int(test.run()["# Trades"])


def sweeps(given: Task) -> Run:
    """Try pairs of periods one after the other: its optimiser does the same in processes."""
    test = _test(given, Crossing)
    pairs = task.sweep_pairs(given.options["sets"])
    return lambda: sum(int(test.run(fast=fast, slow=slow)["# Trades"]) for fast, slow in pairs)


CASES = {
    "signals": lambda given: _runs(given, Known),
    "closes": lambda given: _runs(given, Crossing),
    "on_bar": lambda given: _runs(given, Crossing),
    "sweeps": sweeps,
}
