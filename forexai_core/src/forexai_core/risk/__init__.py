"""Sizing of orders, and the rules that may refuse them."""

from __future__ import annotations

from forexai_core.risk.judging import Judgement, judge
from forexai_core.risk.limits import (
    DailyLoss,
    MaxPositions,
    MaxVolume,
    OrdersPerMinute,
    PositionRisk,
    SpreadCap,
)
from forexai_core.risk.sizing import (
    fixed_fraction,
    fixed_lots,
    kelly_fraction,
    loss_per_lot,
    percent_risk,
    pip_value,
    volatility_risk,
)

__all__ = [
    "DailyLoss",
    "Judgement",
    "MaxPositions",
    "MaxVolume",
    "OrdersPerMinute",
    "PositionRisk",
    "SpreadCap",
    "fixed_fraction",
    "fixed_lots",
    "judge",
    "kelly_fraction",
    "loss_per_lot",
    "percent_risk",
    "pip_value",
    "volatility_risk",
]
