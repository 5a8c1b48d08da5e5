"""What the catalogue knows of the levels."""

from __future__ import annotations

from forexai_core.indicators.levels.extremes import Highest, Lowest, highest, lowest
from forexai_core.indicators.levels.pivots import FloorPivots, PivotLevels, floor_pivots
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
)  # fmt: skip
