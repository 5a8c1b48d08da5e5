"""The task in vectorbt, by its numba or its rust engine (option ``engine``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import task
import vectorbt as vbt
from task import Run, Task

PACKAGES = ("vectorbt", "numba", "numpy", "pandas")
LACKS = "bid and ask (the spread is given as slippage), swap, margin and stop-out, rounding of money"


def _prices(given: Task) -> dict[str, pd.Series]:
    vbt.settings["engine"] = given.options["engine"]
    vbt.settings.caching["enabled"] = False
    index = pd.DatetimeIndex(given.column("time_ns").view("datetime64[ns]"))
    return {name: pd.Series(given.column(name), index) for name in ("open", "high", "low", "close", "spread")}


def _portfolio(prices: dict[str, pd.Series], long: Any, short: Any) -> Any:
    close = prices["close"]
    first = float(close.iloc[0])
    return vbt.Portfolio.from_signals(
        close,
        entries=long,
        short_entries=short,
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        sl_stop=task.STOP / first,
        tp_stop=task.TARGET / first,
        size=task.UNITS,
        fixed_fees=task.COMMISSION,
        slippage=prices["spread"] / first / 2,
        init_cash=task.BALANCE,
        freq="1min",
    )


def signals(given: Task) -> Run:
    """Trade entries that are known beforehand: equity and trades."""
    prices, entry = _prices(given), given.column("entry")
    index = prices["close"].index
    long, short = pd.Series(entry > 0, index), pd.Series(entry < 0, index)

    def run() -> int:
        portfolio = _portfolio(prices, long, short)
        assert len(portfolio.value()) == given.rows
        return len(portfolio.trades.records)

    return run


def closes(given: Task) -> Run:
    """Trade crossing averages: equity, trades and the main figures; the table of all takes much longer.

    With option ``figures`` false: equity only.
    """
    prices = _prices(given)

    def run() -> int:
        fast, slow = vbt.MA.run(prices["close"], task.FAST), vbt.MA.run(prices["close"], task.SLOW)
        portfolio = _portfolio(prices, fast.ma_crossed_above(slow), fast.ma_crossed_below(slow))
        assert len(portfolio.value()) == given.rows
        if not given.options.get("figures", True):
            return 0
        trades = portfolio.trades
        figures = (portfolio.sharpe_ratio, portfolio.sortino_ratio, portfolio.max_drawdown, portfolio.calmar_ratio)
        assert all(np.isfinite(figure()) for figure in (*figures, trades.win_rate, trades.profit_factor))
        return len(trades.records)

    return run


def sweeps(given: Task) -> Run:
    """Trade many pairs of averages at once."""
    prices = _prices(given)
    pairs = task.sweep_pairs(given.options["sets"])

    def run() -> int:
        fast = vbt.MA.run(prices["close"], [pair[0] for pair in pairs])
        slow = vbt.MA.run(prices["close"], [pair[1] for pair in pairs])
        portfolio = _portfolio(prices, fast.ma_crossed_above(slow.ma), fast.ma_crossed_below(slow.ma))
        assert np.isfinite(portfolio.total_return()).all()
        return 0

    return run


def returns(given: Task) -> Run:
    """Compute four ratios by the accessor of returns."""
    vbt.settings["engine"] = given.options["engine"]
    vbt.settings.caching["enabled"] = False
    index = pd.date_range("2020-01-01", periods=given.rows, freq="min")
    accessor = pd.Series(given.column("returns"), index).vbt.returns(freq="1min")

    def run() -> int:
        for ratio in (accessor.sharpe_ratio, accessor.sortino_ratio, accessor.max_drawdown, accessor.calmar_ratio):
            assert np.isfinite(ratio())
        return 0

    return run


CASES = {"signals": signals, "closes": closes, "sweeps": sweeps, "returns": returns}
