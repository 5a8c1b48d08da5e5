"""What the catalogue knows of the moving averages."""

from __future__ import annotations

import math

from forexai_core.indicators.averages.adaptive_averages import Kama, Vidya, kama, vidya
from forexai_core.indicators.averages.exponential_average import Ema, ema
from forexai_core.indicators.averages.repeated_averages import Dema, Tema, Trima, dema, tema, trima
from forexai_core.indicators.averages.simple_average import Sma, sma
from forexai_core.indicators.averages.tillson_average import T3, t3
from forexai_core.indicators.averages.weighted_average import Wma, wma
from forexai_core.indicators.averages.wilder_average import Smma, smma
from forexai_core.indicators.averages.windowed_averages import Alma, Hma, Vwma, Zlema, alma, hma, vwma, zlema
from forexai_core.indicators.parameters import CLOSE, factor, length
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
    IndicatorSpec(
        name="dema", title="Double exponential moving average", inputs=("close",), source="close",
        parameters=(length(20),),
        outputs=("dema",), main_output="dema", overlay=True,
        batch=dema, streaming=Dema,
        warmup=lambda period: 2 * (period - 1),
        aliases=("idema",),
    ),
    IndicatorSpec(
        name="tema", title="Triple exponential moving average", inputs=("close",), source="close",
        parameters=(length(20),),
        outputs=("tema",), main_output="tema", overlay=True,
        batch=tema, streaming=Tema,
        warmup=lambda period: 3 * (period - 1),
    ),
    IndicatorSpec(
        name="t3", title="Tillson's T3", inputs=("close",), source="close",
        parameters=(length(5), factor(0.7, "volume_factor", "Volume factor")),
        outputs=("t3",), main_output="t3", overlay=True,
        batch=t3, streaming=T3,
        warmup=lambda period, volume_factor: 6 * (period - 1),  # noqa: ARG005
        aliases=("tillson",),
    ),
    IndicatorSpec(
        name="trima", title="Triangular moving average", inputs=("close",), source="close",
        parameters=(length(20),),
        outputs=("trima",), main_output="trima", overlay=True,
        batch=trima, streaming=Trima,
        warmup=lambda period: period - 1,
        aliases=("tma", "triangular"),
    ),
    IndicatorSpec(
        name="kama", title="Kaufman's adaptive moving average", inputs=("close",), source="close",
        parameters=(length(10),),
        outputs=("kama",), main_output="kama", overlay=True,
        batch=kama, streaming=Kama,
        warmup=lambda period: period,
        aliases=("ama", "iama"),
    ),
    IndicatorSpec(
        name="vidya", title="Variable index dynamic average", inputs=("close",), source="close",
        parameters=(length(9), length(12, "smoothing", "Average, bars")),
        outputs=("vidya",), main_output="vidya", overlay=True,
        batch=vidya, streaming=Vidya,
        warmup=lambda period, smoothing: period,  # noqa: ARG005
        aliases=("ividya",),
    ),
    IndicatorSpec(
        name="smma", title="Smoothed moving average", inputs=("close",), source="close",
        parameters=(length(14),),
        outputs=("smma",), main_output="smma", overlay=True,
        batch=smma, streaming=Smma,
        warmup=lambda period: period - 1,
        aliases=("wilder", "rma", "smoothed"),
    ),
    IndicatorSpec(
        name="hma", title="Hull moving average", inputs=("close",), source="close",
        parameters=(length(20, minimum=2),),
        outputs=("hma",), main_output="hma", overlay=True,
        batch=hma, streaming=Hma,
        warmup=lambda period: period + math.isqrt(period) - 2,
        aliases=("hull",),
    ),
    IndicatorSpec(
        name="zlema", title="Zero-lag exponential moving average", inputs=("close",), source="close",
        parameters=(length(20),),
        outputs=("zlema",), main_output="zlema", overlay=True,
        batch=zlema, streaming=Zlema,
        warmup=lambda period: period - 1 + (period - 1) // 2,
        aliases=("zero_lag",),
    ),
    IndicatorSpec(
        name="alma", title="Arnaud Legoux moving average", inputs=("close",), source="close",
        parameters=(length(9), factor(0.85, "offset", "Place of the top"), factor(6.0, "sigma", "Window, deviations")),
        outputs=("alma",), main_output="alma", overlay=True,
        batch=alma, streaming=Alma,
        warmup=lambda period, offset, sigma: period - 1,  # noqa: ARG005
        aliases=("legoux",),
    ),
    IndicatorSpec(
        name="vwma", title="Volume-weighted moving average", inputs=("close", "volume"),
        parameters=(length(20),),
        outputs=("vwma",), main_output="vwma", overlay=True,
        batch=vwma, streaming=Vwma,
        warmup=lambda period: period - 1,
    ),
)  # fmt: skip
