"""What the catalogue knows of the oscillators."""

from __future__ import annotations

from forexai_core.indicators.oscillators.awesome_oscillators import Accelerator, Awesome, accelerator, awesome
from forexai_core.indicators.oscillators.bar_oscillators import Bop, ElderLines, ElderRay, bop, elder_ray
from forexai_core.indicators.oscillators.chande_momentum import Cmo, cmo
from forexai_core.indicators.oscillators.commodity_channel import Cci, cci
from forexai_core.indicators.oscillators.convergence import Macd, MacdLines, macd
from forexai_core.indicators.oscillators.fisher_transform import Fisher, FisherLines, fisher
from forexai_core.indicators.oscillators.know_sure_thing import Dpo, Kst, KstLines, dpo, kst
from forexai_core.indicators.oscillators.price_oscillators import Apo, Ppo, Trix, apo, ppo, trix
from forexai_core.indicators.oscillators.rates_of_change import Momentum, Roc, Rocp, Rocr, momentum, roc, rocp, rocr
from forexai_core.indicators.oscillators.relative_strength import Rsi, rsi
from forexai_core.indicators.oscillators.stochastic_oscillator import (
    Stochastic,
    StochasticFast,
    StochasticLines,
    stochastic,
    stochastic_fast,
)
from forexai_core.indicators.oscillators.stochastic_strength import (
    ConnorsRsi,
    StochasticRsi,
    connors_rsi,
    stochastic_rsi,
)
from forexai_core.indicators.oscillators.ultimate_oscillator import Ultimate, ultimate
from forexai_core.indicators.oscillators.williams_range import DeMarker, WilliamsR, demarker, williams_r
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
    IndicatorSpec(
        name="apo", title="Absolute price oscillator", inputs=("close",), source="close",
        parameters=(length(12, "fast", "Fast average, bars"), length(26, "slow", "Slow average, bars")),
        outputs=("apo",), main_output="apo",
        batch=apo, streaming=Apo,
        warmup=lambda fast, slow: slow - 1,  # noqa: ARG005
    ),
    IndicatorSpec(
        name="ppo", title="Percentage price oscillator", inputs=("close",), source="close",
        parameters=(length(12, "fast", "Fast average, bars"), length(26, "slow", "Slow average, bars")),
        outputs=("ppo",), main_output="ppo",
        batch=ppo, streaming=Ppo,
        warmup=lambda fast, slow: slow - 1,  # noqa: ARG005
    ),
    IndicatorSpec(
        name="trix", title="TRIX", inputs=("close",), source="close",
        parameters=(length(15),),
        outputs=("trix",), main_output="trix",
        batch=trix, streaming=Trix,
        warmup=lambda period: 3 * (period - 1) + 1,
        aliases=("itrix",),
    ),
    IndicatorSpec(
        name="cmo", title="Chande momentum oscillator", inputs=("close",), source="close",
        parameters=(length(14),),
        outputs=("cmo",), main_output="cmo",
        batch=cmo, streaming=Cmo,
        warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="williams_r", title="Williams' percent range", inputs=BAR,
        parameters=(length(14),),
        outputs=("williams_r",), main_output="williams_r",
        batch=williams_r, streaming=WilliamsR,
        warmup=lambda period: period - 1,
        aliases=("willr", "iwpr", "wpr"),
    ),
    IndicatorSpec(
        name="demarker", title="DeMarker", inputs=("high", "low"),
        parameters=(length(14),),
        outputs=("demarker",), main_output="demarker",
        batch=demarker, streaming=DeMarker,
        warmup=lambda period: period,
        aliases=("idemarker",),
    ),
    IndicatorSpec(
        name="awesome", title="Awesome oscillator", inputs=("high", "low"),
        parameters=(length(5, "fast", "Fast average, bars"), length(34, "slow", "Slow average, bars")),
        outputs=("awesome",), main_output="awesome",
        batch=awesome, streaming=Awesome,
        warmup=lambda fast, slow: max(fast, slow) - 1,
        aliases=("ao", "iao"),
    ),
    IndicatorSpec(
        name="accelerator", title="Accelerator oscillator", inputs=("high", "low"),
        parameters=(
            length(5, "fast", "Fast average, bars"),
            length(34, "slow", "Slow average, bars"),
            length(5, "smoothing", "Its average, bars"),
        ),
        outputs=("accelerator",), main_output="accelerator",
        batch=accelerator, streaming=Accelerator,
        warmup=lambda fast, slow, smoothing: max(fast, slow) + smoothing - 2,
        aliases=("ac", "iac"),
    ),
    IndicatorSpec(
        name="ultimate", title="Ultimate oscillator", inputs=BAR,
        parameters=(
            length(7, "short", "Short window, bars"),
            length(14, "middle", "Middle window, bars"),
            length(28, "long", "Long window, bars"),
        ),
        outputs=("ultimate",), main_output="ultimate",
        batch=ultimate, streaming=Ultimate,
        warmup=lambda short, middle, long: max(short, middle, long),  # noqa: PLW0108  (called by name)
        aliases=("ultosc", "uo"),
    ),
    IndicatorSpec(
        name="bop", title="Balance of power", inputs=("open", "high", "low", "close"),
        outputs=("bop",), main_output="bop",
        batch=bop, streaming=Bop,
        warmup=lambda: 0,
        aliases=("balance_of_power",),
    ),
    IndicatorSpec(
        name="elder_ray", title="Elder ray: bull and bear power", inputs=BAR,
        parameters=(length(13),),
        outputs=ElderLines._fields, main_output="bull_power",
        batch=elder_ray, streaming=ElderRay,
        warmup=lambda period: period - 1,
        aliases=("bulls_power", "bears_power", "ibullspower", "ibearspower"),
    ),
    IndicatorSpec(
        name="stochastic_rsi", title="Stochastic RSI", inputs=("close",), source="close",
        parameters=(
            length(14, "period", "RSI, bars"),
            length(5, "k_period", "%K window, bars"),
            length(3, "d_period", "%D average, bars"),
        ),
        outputs=StochasticLines._fields, main_output="k",
        batch=stochastic_rsi, streaming=StochasticRsi,
        warmup=lambda period, k_period, d_period: period + k_period + d_period - 2,
        aliases=("stochrsi",),
    ),
    IndicatorSpec(
        name="connors_rsi", title="Connors RSI", inputs=("close",), source="close",
        parameters=(
            length(3, "period", "RSI, bars"),
            length(2, "streak_period", "RSI of streaks, bars"),
            length(100, "rank_period", "Rank, bars"),
        ),
        outputs=("connors_rsi",), main_output="connors_rsi",
        batch=connors_rsi, streaming=ConnorsRsi,
        warmup=lambda period, streak_period, rank_period: max(period, streak_period, rank_period + 1),
        aliases=("crsi",),
    ),
    IndicatorSpec(
        name="kst", title="Know sure thing", inputs=("close",), source="close",
        parameters=(
            length(10, "first", "First rate, bars"),
            length(15, "second", "Second rate, bars"),
            length(20, "third", "Third rate, bars"),
            length(30, "fourth", "Fourth rate, bars"),
            length(10, "smoothing", "Their averages, bars"),
            length(15, "last_smoothing", "Average of the fourth, bars"),
            length(9, "signal", "Signal average, bars"),
        ),
        outputs=KstLines._fields, main_output="kst",
        batch=kst, streaming=Kst,
        warmup=lambda first, second, third, fourth, smoothing, last_smoothing,
        signal: max(max(first, second, third) + smoothing, fourth + last_smoothing) + signal - 2,
    ),
    IndicatorSpec(
        name="dpo", title="Detrended price oscillator", inputs=("close",), source="close",
        parameters=(length(20),),
        outputs=("dpo",), main_output="dpo",
        batch=dpo, streaming=Dpo,
        warmup=lambda period: max(period - 1, period // 2 + 1),
        aliases=("detrended",),
    ),
    IndicatorSpec(
        name="fisher", title="Fisher transform", inputs=("high", "low"),
        parameters=(length(9),),
        outputs=FisherLines._fields, main_output="fisher",
        batch=fisher, streaming=Fisher,
        warmup=lambda period: period - 1,
        aliases=("fisher_transform",),
    ),
    IndicatorSpec(
        name="rocp", title="Rate of change, fraction", inputs=CLOSE, source="close", parameters=(length(10),),
        outputs=("rocp",), main_output="rocp", batch=rocp, streaming=Rocp, warmup=lambda period: period,
    ),
    IndicatorSpec(
        name="rocr", title="Rate of change, ratio", inputs=CLOSE, source="close", parameters=(length(10),),
        outputs=("rocr",), main_output="rocr", batch=rocr, streaming=Rocr, warmup=lambda period: period,
    ),
)  # fmt: skip
