"""How many bars rules need before all they look at is known."""

from __future__ import annotations

from math import ceil

from pydantic import BaseModel

from forexai_core import indicators
from forexai_core.strategies.rules.conditions import Count, Crosses, Trend
from forexai_core.strategies.rules.document import AtrDistance, RulesDocument
from forexai_core.strategies.rules.operands import IndicatorValue, PriceValue
from forexai_core.values.timeframes import Timeframe

__all__ = ["bars_needed"]


def bars_needed(document: RulesDocument, timeframe: Timeframe | None = None) -> int:
    """Count the leading bars on which something may not be known yet.

    Parameters
    ----------
    document : RulesDocument
        The rules.
    timeframe : Timeframe or None
        Of the run; without it the bars of every timeframe count one each.
    """
    return max(_needed(getattr(document, field), timeframe) for field in RulesDocument.model_fields)


def _needed(part: object, timeframe: Timeframe | None) -> int:
    if isinstance(part, list):
        return max((_needed(each, timeframe) for each in part), default=0)
    if not isinstance(part, BaseModel):
        return 0
    inner = max((_needed(getattr(part, field), timeframe) for field in type(part).model_fields), default=0)
    return inner + _own(part, timeframe)


def _own(part: BaseModel, timeframe: Timeframe | None) -> int:
    bars, frame = 0, getattr(part, "timeframe", None)
    if isinstance(part, IndicatorValue):
        bound = indicators.find_indicator(part.name).open(source=part.source, **part.parameters)
        bars = bound.warmup + part.shift
    elif isinstance(part, PriceValue):
        bars = part.shift
    elif isinstance(part, AtrDistance):
        bars = part.period
    elif isinstance(part, Crosses):
        bars = 1
    elif isinstance(part, Trend):
        frame = getattr(part.value, "timeframe", None)
        bars = part.bars
    elif isinstance(part, Count):
        bars = part.bars - 1
    if frame is None or timeframe is None or not timeframe.nominal_ns:
        return bars
    # One more: the first higher bar may have begun before the data.
    return ceil((bars + 1) * Timeframe.of(frame).nominal_ns / timeframe.nominal_ns)
