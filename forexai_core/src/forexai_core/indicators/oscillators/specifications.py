"""What the catalogue knows of the oscillators."""

from __future__ import annotations

from forexai_core.indicators.oscillators.commodity_channel import Cci, cci
from forexai_core.indicators.oscillators.convergence import Macd, MacdLines, macd
from forexai_core.indicators.oscillators.rates_of_change import Momentum, Roc, momentum, roc
from forexai_core.indicators.oscillators.relative_strength import Rsi, rsi
from forexai_core.indicators.oscillators.stochastic_oscillator import (
    Stochastic,
    StochasticFast,
    StochasticLines,
    stochastic,
    stochastic_fast,
)
from forexai_core.indicators.parameters import BAR, CLOSE, length
from forexai_core.indicators.specification import IndicatorSpec

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="rsi", title="Relative strength index", inputs=CLOSE, source="close", parameters=(length(14),),
        outputs=("rsi",), main_output="rsi", batch=rsi, streaming=Rsi, warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="macd", title="Moving average convergence and divergence", inputs=CLOSE, source="close",
        parameters=(
            length(12, "fast", "Fast average, bars"),
            length(26, "slow", "Slow average, bars"),
            length(9, "signal", "Signal average, bars"),
        ),
        outputs=MacdLines._fields, main_output="macd", batch=macd, streaming=Macd,
        warmup=lambda fast, slow, signal: slow + signal - 2,  # noqa: ARG005  (every warm-up takes all parameters)
    ),
    IndicatorSpec(
        name="stochastic", title="Stochastic oscillator, slow", inputs=BAR,
        parameters=(
            length(14, "k_period", "%K window, bars"),
            length(3, "slowing", "Slowing, bars"),
            length(3, "d_period", "%D average, bars"),
        ),
        outputs=StochasticLines._fields, main_output="k", batch=stochastic, streaming=Stochastic,
        warmup=lambda k_period, slowing, d_period: k_period + slowing + d_period - 3, aliases=("stoch",),
    ),
    IndicatorSpec(
        name="stochastic_fast", title="Stochastic oscillator, fast", inputs=BAR,
        parameters=(length(14, "k_period", "%K window, bars"), length(3, "d_period", "%D average, bars")),
        outputs=StochasticLines._fields, main_output="k", batch=stochastic_fast, streaming=StochasticFast,
        warmup=lambda k_period, d_period: k_period + d_period - 2, aliases=("stochf",),
    ),
    IndicatorSpec(
        name="cci", title="Commodity channel index", inputs=BAR, parameters=(length(20),),
        outputs=("cci",), main_output="cci", batch=cci, streaming=Cci, warmup=lambda period: period - 1,
    ),
    IndicatorSpec(
        name="momentum", title="Momentum", inputs=CLOSE, source="close", parameters=(length(10),),
        outputs=("momentum",), main_output="momentum", batch=momentum, streaming=Momentum,
        warmup=lambda period: period, aliases=("mom",),
    ),
    IndicatorSpec(
        name="roc", title="Rate of change, percent", inputs=CLOSE, source="close", parameters=(length(10),),
        outputs=("roc",), main_output="roc", batch=roc, streaming=Roc,
        warmup=lambda period: period, aliases=("rate_of_change",),
    ),
)  # fmt: skip
