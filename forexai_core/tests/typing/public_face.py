"""What an editor tells a user about the public face; read by type checkers in ``nox -s types``, never run."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import forexai_core as fx


class Breakout(fx.Strategy):
    """A class strategy: annotated fields are its parameters."""

    lookback: int = fx.Param(20, ge=2, le=500)

    def on_bar(self, ctx: fx.Context) -> None:
        """Buy above the highest of the bars before."""
        assert_type(self.lookback, int)
        if ctx.bars.close[-1] > ctx.indicator("highest", self.lookback)[-2]:
            ctx.buy(volume_lots=0.1, stop_loss_pips=30)


@fx.vector_strategy(warmup=50)
def cross(bars: fx.Bars, fast: int = 20, slow: int = 50) -> fx.Intents:
    """A vector strategy: arrays in, intents out."""
    average = fx.indicators.sma(bars.close, fast) - fx.indicators.sma(bars.close, slow)
    return fx.Intents.empty(len(average))


def prices(path: Path) -> fx.Bars:
    """Read prices in each way."""
    assert_type(fx.read_ticks(path, symbol="USDJPY"), fx.Ticks)
    bars = fx.read_bars(path, symbol="GBPUSD", timeframe="H1", timezone="UTC")
    assert_type(bars, fx.Bars)
    assert_type(bars.to_frame(), pd.DataFrame)
    assert_type(fx.Bars.from_frame(bars.to_frame(), symbol="EURUSD", timeframe="H1"), fx.Bars)
    assert_type(bars.close, NDArray[np.float64])
    assert_type(bars[10:20], fx.Bars)
    return fx.resample(bars, "H4")


def results(bars: fx.Bars, finer: fx.Ticks) -> None:
    """Backtest each form, and read what comes out."""
    account = fx.Account(balance=10_000, currency="USD", leverage=100, mode="hedging")
    costs = fx.Costs(spread_points=10, commission_per_lot=3.5, swap_long_points=-5.0)
    template = fx.strategies.SmaCross(fast=20, slow=50, stop_loss_pips=30, take_profit_pips=60)
    result = fx.backtest(template, bars, account=account, costs=costs, finer=finer, seed=0)
    assert_type(result, fx.Result)
    assert_type(result.trades, NDArray[np.void])
    assert_type(result.equity, NDArray[np.void])
    assert_type(result.trades_frame(), pd.DataFrame)
    assert_type(result.metrics["net_profit"], float | int | None)
    assert_type(result.interval, fx.Interval)
    assert_type(result.trials, int | None)
    assert_type(result.result_fingerprint, str)
    assert_type(fx.load_result("r.json"), fx.Result)
    fx.backtest(Breakout(lookback=30), {"EURUSD": bars, "GBPUSD": bars})
    fx.backtest(cross(), bars)
    fx.backtest(fx.Rules.from_json("rules.json"), bars)
