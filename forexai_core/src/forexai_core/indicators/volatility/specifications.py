"""What the catalogue knows of the volatility."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, CLOSE, factor, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.volatility.bands import Bands
from forexai_core.indicators.volatility.bollinger_bands import Bollinger, bollinger
from forexai_core.indicators.volatility.choppiness_index import Choppiness, choppiness
from forexai_core.indicators.volatility.donchian_channel import Donchian, donchian
from forexai_core.indicators.volatility.envelopes_and_atr_bands import AtrBands, Envelopes, atr_bands, envelopes
from forexai_core.indicators.volatility.keltner_channel import Keltner, keltner
from forexai_core.indicators.volatility.mass_indicator import MassIndex, mass_index
from forexai_core.indicators.volatility.ranges import Atr, Natr, TrueRange, atr, natr, true_range

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="true_range", title="True range", inputs=BAR, outputs=("true_range",), main_output="true_range",
        batch=true_range, streaming=TrueRange, warmup=lambda: 1, aliases=("trange", "tr"),
    ),
    IndicatorSpec(
        name="atr", title="Average true range", inputs=BAR, parameters=(length(14),), outputs=("atr",),
        main_output="atr", batch=atr, streaming=Atr, warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="natr", title="Average true range, percent of the close", inputs=BAR, parameters=(length(14),),
        outputs=("natr",), main_output="natr", batch=natr, streaming=Natr, warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="bollinger", title="Bollinger bands", inputs=CLOSE, source="close",
        parameters=(length(20), factor(2.0, "deviations", "Width, standard deviations")),
        outputs=Bands._fields, main_output="middle", overlay=True, batch=bollinger, streaming=Bollinger,
        warmup=lambda period, deviations: period - 1,  # noqa: ARG005
        aliases=("bbands", "bollinger_bands"),
    ),
    IndicatorSpec(
        name="donchian", title="Donchian channel", inputs=("high", "low"), parameters=(length(20),),
        outputs=Bands._fields, main_output="middle", overlay=True, batch=donchian, streaming=Donchian,
        warmup=lambda period: period - 1,
    ),
    IndicatorSpec(
        name="keltner", title="Keltner channel", inputs=BAR,
        parameters=(
            length(20),
            factor(2.0, "ranges", "Width, average true ranges"),
            length(10, "atr_period", "True range average, bars"),
        ),
        outputs=Bands._fields, main_output="middle", overlay=True, batch=keltner, streaming=Keltner,
        warmup=lambda period, ranges, atr_period: max(period - 1, atr_period),  # noqa: ARG005
    ),
    IndicatorSpec(
        name="envelopes", title="Envelopes", inputs=("close",), source="close",
        parameters=(length(14), factor(0.1, "percent", "Width, percent")),
        outputs=Bands._fields, main_output="middle", overlay=True,
        batch=envelopes, streaming=Envelopes,
        warmup=lambda period, percent: period - 1,  # noqa: ARG005
        aliases=("ienvelopes",),
    ),
    IndicatorSpec(
        name="atr_bands", title="ATR bands", inputs=BAR,
        parameters=(length(14), factor(2.0, "ranges", "Width, average true ranges")),
        outputs=Bands._fields, main_output="middle", overlay=True,
        batch=atr_bands, streaming=AtrBands,
        warmup=lambda period, ranges: period,  # noqa: ARG005
    ),
    IndicatorSpec(
        name="choppiness", title="Choppiness index", inputs=BAR,
        parameters=(length(14, minimum=2),),
        outputs=("choppiness",), main_output="choppiness",
        batch=choppiness, streaming=Choppiness,
        warmup=lambda period: period,
        aliases=("chop",),
    ),
    IndicatorSpec(
        name="mass_index", title="Mass index", inputs=("high", "low"),
        parameters=(length(25), length(9, "smoothing", "Averages, bars")),
        outputs=("mass_index",), main_output="mass_index",
        batch=mass_index, streaming=MassIndex,
        warmup=lambda period, smoothing: 2 * (smoothing - 1) + period - 1,
    ),
)  # fmt: skip
