"""The indicators that ship, by name: what rules, strategies, the command line and the indicator hook look up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators.bollinger_bands import Bands, Bollinger, bollinger
from forexai_core.indicators.commodity_channel import Cci, cci
from forexai_core.indicators.convergence import Macd, MacdLines, macd
from forexai_core.indicators.deviation import StandardDeviation, standard_deviation
from forexai_core.indicators.directional_movement import Adx, AdxLines, adx
from forexai_core.indicators.donchian_channel import Donchian, donchian
from forexai_core.indicators.exponential_average import Ema, ema
from forexai_core.indicators.extremes import Highest, Lowest, highest, lowest
from forexai_core.indicators.keltner_channel import Keltner, keltner
from forexai_core.indicators.moving_averages import Sma, sma
from forexai_core.indicators.pivots import FloorPivots, PivotLevels, floor_pivots
from forexai_core.indicators.ranges import Atr, Natr, TrueRange, atr, natr, true_range
from forexai_core.indicators.rates_of_change import Momentum, Roc, momentum, roc
from forexai_core.indicators.relative_strength import Rsi, rsi
from forexai_core.indicators.specification import IndicatorSpec, ParameterSpec
from forexai_core.indicators.stochastic_oscillator import (
    Stochastic,
    StochasticFast,
    StochasticLines,
    stochastic,
    stochastic_fast,
)
from forexai_core.indicators.swings import SwingLevels, SwingPivots, swing_pivots
from forexai_core.indicators.weighted_average import Wma, wma

__all__ = ["catalogue", "find_indicator"]

LONGEST = 100_000
"""Longest period that the catalogue takes, bars; TA-Lib's own bound."""

_CLOSE = ("close",)
_BAR = ("high", "low", "close")


def _length(default: int, name: str = "period", title: str = "Period, bars") -> ParameterSpec:
    return ParameterSpec(name=name, title=title, kind="int", default=default, minimum=1, maximum=LONGEST)


def _width(name: str, title: str) -> ParameterSpec:
    return ParameterSpec(name=name, title=title, kind="float", default=2.0, minimum=0.01, maximum=100.0)


def _averages() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="sma", title="Simple moving average", inputs=_CLOSE, source="close", parameters=(_length(20),),
            outputs=("sma",), main_output="sma", overlay=True, batch=sma, streaming=Sma,
            warmup=lambda period: period - 1, aliases=("ma",),
        ),
        IndicatorSpec(
            name="ema", title="Exponential moving average", inputs=_CLOSE, source="close", parameters=(_length(20),),
            outputs=("ema",), main_output="ema", overlay=True, batch=ema, streaming=Ema,
            warmup=lambda period: period - 1,
        ),
        IndicatorSpec(
            name="wma", title="Linearly weighted moving average", inputs=_CLOSE, source="close",
            parameters=(_length(20),), outputs=("wma",), main_output="wma", overlay=True, batch=wma, streaming=Wma,
            warmup=lambda period: period - 1, aliases=("lwma",),
        ),
    )  # fmt: skip


def _oscillators() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="rsi", title="Relative strength index", inputs=_CLOSE, source="close", parameters=(_length(14),),
            outputs=("rsi",), main_output="rsi", batch=rsi, streaming=Rsi, warmup=lambda period: period,
        ),
        IndicatorSpec(
            name="macd", title="Moving average convergence and divergence", inputs=_CLOSE, source="close",
            parameters=(
                _length(12, "fast", "Fast average, bars"),
                _length(26, "slow", "Slow average, bars"),
                _length(9, "signal", "Signal average, bars"),
            ),
            outputs=MacdLines._fields, main_output="macd", batch=macd, streaming=Macd,
            warmup=lambda fast, slow, signal: slow + signal - 2,  # noqa: ARG005  (every warm-up takes all parameters)
        ),
        IndicatorSpec(
            name="stochastic", title="Stochastic oscillator, slow", inputs=_BAR,
            parameters=(
                _length(14, "k_period", "%K window, bars"),
                _length(3, "slowing", "Slowing, bars"),
                _length(3, "d_period", "%D average, bars"),
            ),
            outputs=StochasticLines._fields, main_output="k", batch=stochastic, streaming=Stochastic,
            warmup=lambda k_period, slowing, d_period: k_period + slowing + d_period - 3, aliases=("stoch",),
        ),
        IndicatorSpec(
            name="stochastic_fast", title="Stochastic oscillator, fast", inputs=_BAR,
            parameters=(_length(14, "k_period", "%K window, bars"), _length(3, "d_period", "%D average, bars")),
            outputs=StochasticLines._fields, main_output="k", batch=stochastic_fast, streaming=StochasticFast,
            warmup=lambda k_period, d_period: k_period + d_period - 2, aliases=("stochf",),
        ),
        IndicatorSpec(
            name="cci", title="Commodity channel index", inputs=_BAR, parameters=(_length(20),),
            outputs=("cci",), main_output="cci", batch=cci, streaming=Cci, warmup=lambda period: period - 1,
        ),
    )  # fmt: skip


def _changes() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="momentum", title="Momentum", inputs=_CLOSE, source="close", parameters=(_length(10),),
            outputs=("momentum",), main_output="momentum", batch=momentum, streaming=Momentum,
            warmup=lambda period: period, aliases=("mom",),
        ),
        IndicatorSpec(
            name="roc", title="Rate of change, percent", inputs=_CLOSE, source="close", parameters=(_length(10),),
            outputs=("roc",), main_output="roc", batch=roc, streaming=Roc,
            warmup=lambda period: period, aliases=("rate_of_change",),
        ),
    )  # fmt: skip


def _volatility() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="true_range", title="True range", inputs=_BAR, outputs=("true_range",), main_output="true_range",
            batch=true_range, streaming=TrueRange, warmup=lambda: 1, aliases=("trange", "tr"),
        ),
        IndicatorSpec(
            name="atr", title="Average true range", inputs=_BAR, parameters=(_length(14),), outputs=("atr",),
            main_output="atr", batch=atr, streaming=Atr, warmup=lambda period: period,
        ),
        IndicatorSpec(
            name="natr", title="Average true range, percent of the close", inputs=_BAR, parameters=(_length(14),),
            outputs=("natr",), main_output="natr", batch=natr, streaming=Natr, warmup=lambda period: period,
        ),
        IndicatorSpec(
            name="standard_deviation", title="Standard deviation", inputs=_CLOSE, source="close",
            parameters=(_length(20),), outputs=("standard_deviation",), main_output="standard_deviation",
            batch=standard_deviation, streaming=StandardDeviation, warmup=lambda period: period - 1,
            aliases=("stddev", "stdev"),
        ),
        IndicatorSpec(
            name="adx", title="Average directional index", inputs=_BAR, parameters=(_length(14),),
            outputs=AdxLines._fields, main_output="adx", batch=adx, streaming=Adx,
            warmup=lambda period: 2 * period - 1,
        ),
    )  # fmt: skip


def _channels() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="bollinger", title="Bollinger bands", inputs=_CLOSE, source="close",
            parameters=(_length(20), _width("deviations", "Width, standard deviations")),
            outputs=Bands._fields, main_output="middle", overlay=True, batch=bollinger, streaming=Bollinger,
            warmup=lambda period, deviations: period - 1,  # noqa: ARG005
            aliases=("bbands", "bollinger_bands"),
        ),
        IndicatorSpec(
            name="donchian", title="Donchian channel", inputs=("high", "low"), parameters=(_length(20),),
            outputs=Bands._fields, main_output="middle", overlay=True, batch=donchian, streaming=Donchian,
            warmup=lambda period: period - 1,
        ),
        IndicatorSpec(
            name="keltner", title="Keltner channel", inputs=_BAR,
            parameters=(
                _length(20),
                _width("ranges", "Width, average true ranges"),
                _length(10, "atr_period", "True range average, bars"),
            ),
            outputs=Bands._fields, main_output="middle", overlay=True, batch=keltner, streaming=Keltner,
            warmup=lambda period, ranges, atr_period: max(period - 1, atr_period),  # noqa: ARG005
        ),
    )  # fmt: skip


def _levels() -> tuple[IndicatorSpec, ...]:
    return (
        IndicatorSpec(
            name="highest", title="Highest value", inputs=("high",), source="high", parameters=(_length(20),),
            outputs=("highest",), main_output="highest", overlay=True, batch=highest, streaming=Highest,
            warmup=lambda period: period - 1, aliases=("max",),
        ),
        IndicatorSpec(
            name="lowest", title="Lowest value", inputs=("low",), source="low", parameters=(_length(20),),
            outputs=("lowest",), main_output="lowest", overlay=True, batch=lowest, streaming=Lowest,
            warmup=lambda period: period - 1, aliases=("min",),
        ),
        IndicatorSpec(
            name="floor_pivots", title="Floor pivots of the day before", inputs=(*_BAR, "day"),
            outputs=PivotLevels._fields, main_output="pivot", overlay=True, batch=floor_pivots,
            streaming=FloorPivots, warmup=lambda: 1, aliases=("pivots",),
        ),
        IndicatorSpec(
            name="swing_pivots", title="Last swing high and low", inputs=("high", "low"),
            parameters=(_length(2, "left", "Bars before a swing"), _length(2, "right", "Bars after a swing")),
            outputs=SwingLevels._fields, main_output="swing_high", overlay=True, batch=swing_pivots,
            streaming=SwingPivots, warmup=lambda left, right: left + right, aliases=("fractals",),
        ),
    )  # fmt: skip


@cache
def catalogue() -> Mapping[str, IndicatorSpec]:
    """List the indicators that ship.

    Returns
    -------
    mapping
        Each by its name; aliases are understood by :func:`find_indicator` alone.
    """
    specs = (*_averages(), *_oscillators(), *_changes(), *_volatility(), *_channels(), *_levels())
    return MappingProxyType({spec.name: spec for spec in specs})


def find_indicator(name: str) -> IndicatorSpec:
    """Look up an indicator by its name or one of its aliases, small or capital letters alike.

    Parameters
    ----------
    name : str
        Such as ``"sma"``.

    Returns
    -------
    IndicatorSpec
        The one of that name.

    Raises
    ------
    ConfigError
        If there is none; the message names those that resemble it.
    """
    wanted = str(name).casefold()
    known = {alias: spec for spec in catalogue().values() for alias in (spec.name, *spec.aliases)}
    if wanted in known:
        return known[wanted]
    msg = f"There is no indicator {name!r}. {did_you_mean(wanted, known)}"
    raise ConfigError(msg)
