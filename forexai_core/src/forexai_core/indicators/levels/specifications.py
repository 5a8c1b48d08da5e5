"""What the catalogue knows of the levels."""

from __future__ import annotations

from forexai_core.indicators.levels.extremes import Highest, Lowest, highest, lowest
from forexai_core.indicators.levels.midpoints import Midpoint, Midprice, midpoint, midprice
from forexai_core.indicators.levels.period_ranges import (
    PeriodRange,
    PreviousDay,
    PreviousWeek,
    previous_day,
    previous_week,
)
from forexai_core.indicators.levels.pivots import FloorPivots, PivotLevels, floor_pivots
from forexai_core.indicators.levels.sessions import (
    AsiaSession,
    LondonSession,
    NewYorkSession,
    asia_session,
    london_session,
    new_york_session,
)
from forexai_core.indicators.levels.swings import SwingLevels, SwingPivots, swing_pivots
from forexai_core.indicators.parameters import BAR, length
from forexai_core.indicators.specification import IndicatorSpec

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="highest", title="Highest value", inputs=("high",), source="high", parameters=(length(20),),
        outputs=("highest",), main_output="highest", overlay=True, batch=highest, streaming=Highest,
        warmup=lambda period: period - 1, aliases=("max",),
    ),
    IndicatorSpec(
        name="lowest", title="Lowest value", inputs=("low",), source="low", parameters=(length(20),),
        outputs=("lowest",), main_output="lowest", overlay=True, batch=lowest, streaming=Lowest,
        warmup=lambda period: period - 1, aliases=("min",),
    ),
    IndicatorSpec(
        name="floor_pivots", title="Floor pivots of the day before", inputs=(*BAR, "day"),
        outputs=PivotLevels._fields, event_driven=True, main_output="pivot", overlay=True, batch=floor_pivots,
        streaming=FloorPivots, warmup=lambda: 1, aliases=("pivots",),
    ),
    IndicatorSpec(
        name="swing_pivots", title="Last swing high and low", inputs=("high", "low"),
        parameters=(length(2, "left", "Bars before a swing"), length(2, "right", "Bars after a swing")),
        outputs=SwingLevels._fields, event_driven=True, main_output="swing_high", overlay=True, batch=swing_pivots,
        streaming=SwingPivots, warmup=lambda left, right: left + right, aliases=("fractals",),
    ),
    IndicatorSpec(
        name="previous_day", title="High and low of the day and of the day before", inputs=(*BAR, "day"),
        outputs=PeriodRange._fields, event_driven=True, main_output="previous_high", overlay=True, batch=previous_day,
        streaming=PreviousDay, warmup=lambda: 0, aliases=("pdh", "pdl"),
    ),
    IndicatorSpec(
        name="previous_week", title="High and low of the week and of the week before", inputs=(*BAR, "day"),
        outputs=PeriodRange._fields, event_driven=True, main_output="previous_high", overlay=True, batch=previous_week,
        streaming=PreviousWeek, warmup=lambda: 0, aliases=("pwh", "pwl"),
    ),
    IndicatorSpec(
        name="asia_session", title="High and low of Asia's session (Tokyo 09:00 to 18:00)", inputs=(*BAR, "time_ns"),
        outputs=PeriodRange._fields, event_driven=True, main_output="high", overlay=True, batch=asia_session,
        streaming=AsiaSession, warmup=lambda: 0, aliases=("tokyo_session",),
    ),
    IndicatorSpec(
        name="london_session", title="High and low of London's session (08:00 to 17:00)", inputs=(*BAR, "time_ns"),
        outputs=PeriodRange._fields, event_driven=True, main_output="high", overlay=True, batch=london_session,
        streaming=LondonSession, warmup=lambda: 0,
    ),
    IndicatorSpec(
        name="new_york_session", title="High and low of New York's session (08:00 to 17:00)",
        inputs=(*BAR, "time_ns"), outputs=PeriodRange._fields, event_driven=True, main_output="high", overlay=True,
        batch=new_york_session, streaming=NewYorkSession, warmup=lambda: 0,
    ),
    IndicatorSpec(
        name="midpoint", title="Midpoint of values", inputs=("close",), source="close",
        parameters=(length(14),),
        outputs=("midpoint",), main_output="midpoint", overlay=True,
        batch=midpoint, streaming=Midpoint,
        warmup=lambda period: period - 1,
    ),
    IndicatorSpec(
        name="midprice", title="Midpoint of bars", inputs=("high", "low"),
        parameters=(length(14),),
        outputs=("midprice",), main_output="midprice", overlay=True,
        batch=midprice, streaming=Midprice,
        warmup=lambda period: period - 1,
    ),
)  # fmt: skip
