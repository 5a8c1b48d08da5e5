"""What the catalogue knows of the transforms."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.transforms.bar_prices import (
    AveragePrice,
    MedianPrice,
    TypicalPrice,
    WeightedPrice,
    average_price,
    median_price,
    typical_price,
    weighted_price,
)
from forexai_core.indicators.transforms.heikin_ashi_bars import HeikinAshi, HeikinAshiLines, heikin_ashi

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="average_price", title="Average price", inputs=("open", "high", "low", "close"),
        outputs=("average_price",), main_output="average_price", overlay=True,
        batch=average_price, streaming=AveragePrice,
        warmup=lambda: 0,
        aliases=("avgprice", "ohlc4"),
    ),
    IndicatorSpec(
        name="median_price", title="Median price", inputs=("high", "low"),
        outputs=("median_price",), main_output="median_price", overlay=True,
        batch=median_price, streaming=MedianPrice,
        warmup=lambda: 0,
        aliases=("medprice", "hl2"),
    ),
    IndicatorSpec(
        name="typical_price", title="Typical price", inputs=BAR,
        outputs=("typical_price",), main_output="typical_price", overlay=True,
        batch=typical_price, streaming=TypicalPrice,
        warmup=lambda: 0,
        aliases=("typprice", "hlc3"),
    ),
    IndicatorSpec(
        name="weighted_price", title="Weighted close price", inputs=BAR,
        outputs=("weighted_price",), main_output="weighted_price", overlay=True,
        batch=weighted_price, streaming=WeightedPrice,
        warmup=lambda: 0,
        aliases=("wclprice", "hlcc4"),
    ),
    IndicatorSpec(
        name="heikin_ashi", title="Heikin-Ashi bars", inputs=("open", "high", "low", "close"),
        outputs=HeikinAshiLines._fields, main_output="ha_close", overlay=True,
        batch=heikin_ashi, streaming=HeikinAshi,
        warmup=lambda: 0,
    ),
)  # fmt: skip
