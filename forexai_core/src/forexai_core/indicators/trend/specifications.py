"""What the catalogue knows of the trend."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.trend.directional_movement import Adx, AdxLines, adx

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="adx", title="Average directional index", inputs=BAR, parameters=(length(14),),
        outputs=AdxLines._fields, main_output="adx", batch=adx, streaming=Adx,
        warmup=lambda period: 2 * period - 1,
    ),
)  # fmt: skip
