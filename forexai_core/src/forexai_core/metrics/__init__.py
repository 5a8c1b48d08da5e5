"""Performance figures: definitions, computation, breakdowns.

Nothing here loads numba until something is computed.
"""

from __future__ import annotations

from forexai_core.metrics.breakdowns import BREAKDOWNS, SESSIONS, Slice, breakdowns, session_of
from forexai_core.metrics.daily import DailyEquity, MonthlyReturn, daily_equity, daily_rows, monthly_returns
from forexai_core.metrics.definitions import METRICS, MetricDefinition, MetricUnit
from forexai_core.metrics.equity import (
    Drawdowns,
    DrawdownSpell,
    drawdown_spells,
    drawdowns,
    return_ratios,
    ulcer_index,
)
from forexai_core.metrics.exposure import MarketHours, exposure
from forexai_core.metrics.performance import Figures, compute, compute_from_columns, daily_returns

__all__ = [
    "BREAKDOWNS",
    "METRICS",
    "SESSIONS",
    "DailyEquity",
    "DrawdownSpell",
    "Drawdowns",
    "Figures",
    "MarketHours",
    "MetricDefinition",
    "MetricUnit",
    "MonthlyReturn",
    "Slice",
    "breakdowns",
    "compute",
    "compute_from_columns",
    "daily_equity",
    "daily_returns",
    "daily_rows",
    "drawdown_spells",
    "drawdowns",
    "exposure",
    "monthly_returns",
    "return_ratios",
    "session_of",
    "ulcer_index",
]
