"""Running backtests, and what comes of them."""

from __future__ import annotations

from forexai_core.backtest.candles import Candles
from forexai_core.backtest.loading import load_result
from forexai_core.backtest.records import CostSource, CostUsed, DataUsed, Interval, StrategyUsed, TrialsCount
from forexai_core.backtest.result import Reports, Result

__all__ = [
    "Candles",
    "CostSource",
    "CostUsed",
    "DataUsed",
    "Interval",
    "Reports",
    "Result",
    "StrategyUsed",
    "TrialsCount",
    "load_result",
]
