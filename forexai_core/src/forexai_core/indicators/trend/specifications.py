"""What the catalogue knows of the trend."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.trend.directional_movement import (
    MinusDi,
    MinusDm,
    PlusDi,
    PlusDm,
    minus_di,
    minus_dm,
    plus_di,
    plus_dm,
)
from forexai_core.indicators.trend.trend_strength import Adx, AdxLines, Adxr, Dx, adx, adxr, dx

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="adx", title="Average directional index", inputs=BAR, parameters=(length(14),),
        outputs=AdxLines._fields, main_output="adx", batch=adx, streaming=Adx,
        warmup=lambda period: 2 * period - 1,
    ),
    IndicatorSpec(
        name="adxr", title="Average directional index rating", inputs=BAR, parameters=(length(14),),
        outputs=("adxr",), main_output="adxr", batch=adxr, streaming=Adxr, warmup=lambda period: 3 * period - 2,
    ),
    IndicatorSpec(
        name="dx", title="Directional index", inputs=BAR, parameters=(length(14),),
        outputs=("dx",), main_output="dx", batch=dx, streaming=Dx, warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="plus_di", title="Positive directional indicator", inputs=BAR, parameters=(length(14),),
        outputs=("plus_di",), main_output="plus_di", batch=plus_di, streaming=PlusDi,
        warmup=lambda period: period, aliases=("+di",),
    ),
    IndicatorSpec(
        name="minus_di", title="Negative directional indicator", inputs=BAR, parameters=(length(14),),
        outputs=("minus_di",), main_output="minus_di", batch=minus_di, streaming=MinusDi,
        warmup=lambda period: period, aliases=("-di",),
    ),
    IndicatorSpec(
        name="plus_dm", title="Positive directional movement", inputs=("high", "low"), parameters=(length(14),),
        outputs=("plus_dm",), main_output="plus_dm", batch=plus_dm, streaming=PlusDm,
        warmup=lambda period: max(period - 1, 1), aliases=("+dm",),
    ),
    IndicatorSpec(
        name="minus_dm", title="Negative directional movement", inputs=("high", "low"), parameters=(length(14),),
        outputs=("minus_dm",), main_output="minus_dm", batch=minus_dm, streaming=MinusDm,
        warmup=lambda period: max(period - 1, 1), aliases=("-dm",),
    ),
)  # fmt: skip
