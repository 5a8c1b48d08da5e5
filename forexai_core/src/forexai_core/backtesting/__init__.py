"""Running backtests, and what comes of them."""

from __future__ import annotations

from forexai_core.backtesting.attribution import Attribution
from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.loading import load_result
from forexai_core.backtesting.records import CostSource, CostUsed, DataUsed, Interval, StrategyUsed, TrialsCount
from forexai_core.backtesting.result import Reports, Result

__all__ = [
    "Attribution",
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
