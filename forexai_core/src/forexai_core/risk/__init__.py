"""Sizing of orders, the rules that may refuse them, and the watch over an account's limits."""

from __future__ import annotations

from forexai_core.risk.control import RiskControl
from forexai_core.risk.correlations import ReturnWindow
from forexai_core.risk.costing import Terms, entry_risk, order_holding, position_holding
from forexai_core.risk.exposures import CorrelatedPositions, CurrencyExposure, MarginLevel, currency_exposures
from forexai_core.risk.hours import NewsBlackout, TradingHours, WeekendPause
from forexai_core.risk.judging import Judgement, judge
from forexai_core.risk.limits import (
    MaxPositions,
    MaxVolume,
    OrdersPerMinute,
    PositionRisk,
    SpreadCap,
)
from forexai_core.risk.loss_limits import DailyLoss, LossLimit, TotalLoss, TrailingDrawdown
from forexai_core.risk.marks import LossMark, Sighting
from forexai_core.risk.sizing import (
    fixed_fraction,
    fixed_lots,
    kelly_fraction,
    loss_per_lot,
    percent_risk,
    pip_value,
    volatility_risk,
)
from forexai_core.risk.standings import LimitStanding, RiskReport
from forexai_core.risk.watch import Breach, LossWatch, Rearming

__all__ = [
    "Breach",
    "CorrelatedPositions",
    "CurrencyExposure",
    "DailyLoss",
    "Judgement",
    "LimitStanding",
    "LossLimit",
    "LossMark",
    "LossWatch",
    "MarginLevel",
    "MaxPositions",
    "MaxVolume",
    "NewsBlackout",
    "OrdersPerMinute",
    "PositionRisk",
    "Rearming",
    "ReturnWindow",
    "RiskControl",
    "RiskReport",
    "Sighting",
    "SpreadCap",
    "Terms",
    "TotalLoss",
    "TradingHours",
    "TrailingDrawdown",
    "WeekendPause",
    "currency_exposures",
    "entry_risk",
    "fixed_fraction",
    "fixed_lots",
    "judge",
    "kelly_fraction",
    "loss_per_lot",
    "order_holding",
    "percent_risk",
    "pip_value",
    "position_holding",
    "volatility_risk",
]
