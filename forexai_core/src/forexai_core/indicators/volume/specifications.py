"""What the catalogue knows of the volume."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.volume.average_price_of_day import Vwap, vwap
from forexai_core.indicators.volume.balances import Ad, Adosc, Obv, ad, adosc, obv
from forexai_core.indicators.volume.money_flows import Cmf, ForceIndex, Mfi, cmf, force_index, mfi

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="obv", title="On-balance volume", inputs=("close", "volume"),
        outputs=("obv",), main_output="obv",
        batch=obv, streaming=Obv,
        warmup=lambda: 0,
        aliases=("iobv",),
    ),
    IndicatorSpec(
        name="ad", title="Accumulation/distribution line", inputs=("high", "low", "close", "volume"),
        outputs=("ad",), main_output="ad",
        batch=ad, streaming=Ad,
        warmup=lambda: 0,
        aliases=("iad", "accumulation_distribution"),
    ),
    IndicatorSpec(
        name="adosc", title="Chaikin oscillator", inputs=("high", "low", "close", "volume"),
        parameters=(length(3, "fast", "Fast average, bars"), length(10, "slow", "Slow average, bars")),
        outputs=("adosc",), main_output="adosc",
        batch=adosc, streaming=Adosc,
        warmup=lambda fast, slow: max(fast, slow) - 1,
        aliases=("chaikin", "ichaikin", "chaikin_oscillator"),
    ),
    IndicatorSpec(
        name="mfi", title="Money flow index", inputs=("high", "low", "close", "volume"),
        parameters=(length(14),),
        outputs=("mfi",), main_output="mfi",
        batch=mfi, streaming=Mfi,
        warmup=lambda period: period,
        aliases=("imfi",),
    ),
    IndicatorSpec(
        name="cmf", title="Chaikin money flow", inputs=("high", "low", "close", "volume"),
        parameters=(length(20),),
        outputs=("cmf",), main_output="cmf",
        batch=cmf, streaming=Cmf,
        warmup=lambda period: period - 1,
        aliases=("chaikin_money_flow",),
    ),
    IndicatorSpec(
        name="force_index", title="Force index", inputs=("close", "volume"),
        parameters=(length(13),),
        outputs=("force_index",), main_output="force_index",
        batch=force_index, streaming=ForceIndex,
        warmup=lambda period: period,
        aliases=("force", "iforce"),
    ),
    IndicatorSpec(
        name="vwap", title="Volume-weighted average price of the day", inputs=(*BAR, "volume", "day"),
        outputs=("vwap",), main_output="vwap", overlay=True, batch=vwap, streaming=Vwap, warmup=lambda: 0,
    ),
)  # fmt: skip
