"""What the catalogue knows of the trend."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, factor, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.trend.alligator_lines import Alligator, AlligatorLines, alligator
from forexai_core.indicators.trend.aroon_indicator import Aroon, AroonLines, AroonOscillator, aroon, aroon_oscillator
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
from forexai_core.indicators.trend.ichimoku_cloud import Ichimoku, IchimokuLines, ichimoku
from forexai_core.indicators.trend.parabolic import Sar, sar
from forexai_core.indicators.trend.super_trend import SuperTrend, SuperTrendLines, supertrend
from forexai_core.indicators.trend.trend_strength import Adx, AdxLines, Adxr, Dx, adx, adxr, dx
from forexai_core.indicators.trend.vortex_indicator import Vortex, VortexLines, vortex

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
    IndicatorSpec(
        name="aroon", title="Aroon", inputs=("high", "low"),
        parameters=(length(14),),
        outputs=AroonLines._fields, main_output="up",
        batch=aroon, streaming=Aroon,
        warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="aroon_oscillator", title="Aroon oscillator", inputs=("high", "low"),
        parameters=(length(14),),
        outputs=("aroon_oscillator",), main_output="aroon_oscillator",
        batch=aroon_oscillator, streaming=AroonOscillator,
        warmup=lambda period: period,
        aliases=("aroonosc",),
    ),
    IndicatorSpec(
        name="sar", title="Parabolic stop and reverse", inputs=("high", "low"),
        parameters=(factor(0.02, "acceleration", "Acceleration"), factor(0.2, "maximum", "Largest acceleration")),
        outputs=("sar",), main_output="sar", overlay=True,
        batch=sar, streaming=Sar,
        warmup=lambda acceleration, maximum: 1,  # noqa: ARG005
        aliases=("isar", "psar", "parabolic_sar"),
    ),
    IndicatorSpec(
        name="supertrend", title="SuperTrend", inputs=BAR,
        parameters=(length(10), factor(3.0, "ranges", "Width, average true ranges")),
        outputs=SuperTrendLines._fields, main_output="supertrend", overlay=True,
        batch=supertrend, streaming=SuperTrend,
        warmup=lambda period, ranges: period,  # noqa: ARG005
    ),
    IndicatorSpec(
        name="ichimoku", title="Ichimoku Kinko Hyo", inputs=("high", "low"),
        parameters=(
            length(9, "tenkan", "Conversion line, bars"),
            length(26, "kijun", "Base line, bars"),
            length(52, "senkou", "Second span, bars"),
            length(26, "displacement", "Displacement, bars"),
        ),
        outputs=IchimokuLines._fields, main_output="tenkan", overlay=True,
        batch=ichimoku, streaming=Ichimoku,
        warmup=lambda tenkan, kijun, senkou, displacement: min(tenkan, kijun) - 1,  # noqa: ARG005
        aliases=("iichimoku",),
    ),
    IndicatorSpec(
        name="vortex", title="Vortex indicator", inputs=BAR,
        parameters=(length(14),),
        outputs=VortexLines._fields, main_output="plus",
        batch=vortex, streaming=Vortex,
        warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="alligator", title="Alligator", inputs=("high", "low"),
        parameters=(
            length(13, "jaw", "Jaw, bars"),
            length(8, "jaw_shift", "Shift of the jaw, bars"),
            length(8, "teeth", "Teeth, bars"),
            length(5, "teeth_shift", "Shift of the teeth, bars"),
            length(5, "lips", "Lips, bars"),
            length(3, "lips_shift", "Shift of the lips, bars"),
        ),
        outputs=AlligatorLines._fields, main_output="lips", overlay=True,
        batch=alligator, streaming=Alligator,
        warmup=lambda jaw, jaw_shift, teeth, teeth_shift, lips,
        lips_shift: min(jaw + jaw_shift, teeth + teeth_shift, lips + lips_shift) - 1,
        aliases=("ialligator",),
    ),
)  # fmt: skip
