"""What the catalogue knows of the moving averages."""

from __future__ import annotations

from forexai_core.indicators.averages.exponential_average import Ema, ema
from forexai_core.indicators.averages.simple_average import Sma, sma
from forexai_core.indicators.averages.weighted_average import Wma, wma
from forexai_core.indicators.parameters import CLOSE, length
from forexai_core.indicators.specification import IndicatorSpec

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="sma", title="Simple moving average", inputs=CLOSE, source="close", parameters=(length(20),),
        outputs=("sma",), main_output="sma", overlay=True, batch=sma, streaming=Sma,
        warmup=lambda period: period - 1, aliases=("ma",),
    ),
    IndicatorSpec(
        name="ema", title="Exponential moving average", inputs=CLOSE, source="close", parameters=(length(20),),
        outputs=("ema",), main_output="ema", overlay=True, batch=ema, streaming=Ema,
        warmup=lambda period: period - 1,
    ),
    IndicatorSpec(
        name="wma", title="Linearly weighted moving average", inputs=CLOSE, source="close",
        parameters=(length(20),), outputs=("wma",), main_output="wma", overlay=True, batch=wma, streaming=Wma,
        warmup=lambda period: period - 1, aliases=("lwma",),
    ),
)  # fmt: skip
