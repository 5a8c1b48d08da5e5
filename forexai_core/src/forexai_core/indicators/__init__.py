"""Technical indicators, each as a batch function and as a streaming class that give the same bits.

``sma(close, 20)`` takes arrays and gives float64 arrays with NaN before the warm-up is over;
``Sma(20).update(x)`` takes one value at a time. Both call one compiled step.
:mod:`forexai_core.indicators.catalogue` lists all of them with their parameters.

The kernels need numba, which is slow to import, so the modules that hold them load when a name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forexai_core.indicators.bollinger_bands import Bands, Bollinger, bollinger
    from forexai_core.indicators.catalogue import find_indicator
    from forexai_core.indicators.commodity_channel import Cci, cci
    from forexai_core.indicators.convergence import Macd, MacdLines, macd
    from forexai_core.indicators.deviation import StandardDeviation, standard_deviation
    from forexai_core.indicators.directional_movement import Adx, AdxLines, adx
    from forexai_core.indicators.donchian_channel import Donchian, donchian
    from forexai_core.indicators.exponential_average import Ema, ema
    from forexai_core.indicators.extremes import Highest, Lowest, highest, lowest
    from forexai_core.indicators.keltner_channel import Keltner, keltner
    from forexai_core.indicators.moving_averages import NO_SUM, Sma, sma, sma_sum_points
    from forexai_core.indicators.pivots import FloorPivots, PivotLevels, floor_pivots
    from forexai_core.indicators.ranges import Atr, Natr, TrueRange, atr, natr, true_range
    from forexai_core.indicators.rates_of_change import Momentum, Roc, momentum, roc
    from forexai_core.indicators.relative_strength import Rsi, rsi
    from forexai_core.indicators.specification import BoundIndicator, IndicatorSpec, ParameterSpec
    from forexai_core.indicators.stochastic_oscillator import (
        Stochastic,
        StochasticFast,
        StochasticLines,
        stochastic,
        stochastic_fast,
    )
    from forexai_core.indicators.streaming import StreamingIndicator
    from forexai_core.indicators.swings import SwingLevels, SwingPivots, swing_pivots
    from forexai_core.indicators.weighted_average import Wma, wma

__all__ = [
    "NO_SUM", "Adx", "AdxLines", "Atr", "Bands", "Bollinger", "BoundIndicator", "Cci", "Donchian", "Ema",
    "FloorPivots", "Highest", "IndicatorSpec", "Keltner", "Lowest", "Macd", "MacdLines", "Momentum", "Natr",
    "ParameterSpec", "PivotLevels", "Roc", "Rsi", "Sma", "StandardDeviation", "Stochastic", "StochasticFast",
    "StochasticLines", "StreamingIndicator", "SwingLevels", "SwingPivots", "TrueRange", "Wma", "adx", "atr",
    "bollinger", "cci", "donchian", "ema", "find_indicator", "floor_pivots", "highest", "keltner", "lowest", "macd",
    "momentum", "natr", "roc", "rsi", "sma", "sma_sum_points", "standard_deviation", "stochastic",
    "stochastic_fast", "swing_pivots", "true_range", "wma",
]  # fmt: skip

_HOMES = {
    "bollinger_bands": ("Bands", "Bollinger", "bollinger"),
    "catalogue": ("find_indicator",),
    "commodity_channel": ("Cci", "cci"),
    "convergence": ("Macd", "MacdLines", "macd"),
    "deviation": ("StandardDeviation", "standard_deviation"),
    "directional_movement": ("Adx", "AdxLines", "adx"),
    "donchian_channel": ("Donchian", "donchian"),
    "exponential_average": ("Ema", "ema"),
    "extremes": ("Highest", "Lowest", "highest", "lowest"),
    "keltner_channel": ("Keltner", "keltner"),
    "moving_averages": ("NO_SUM", "Sma", "sma", "sma_sum_points"),
    "pivots": ("FloorPivots", "PivotLevels", "floor_pivots"),
    "ranges": ("Atr", "Natr", "TrueRange", "atr", "natr", "true_range"),
    "rates_of_change": ("Momentum", "Roc", "momentum", "roc"),
    "relative_strength": ("Rsi", "rsi"),
    "specification": ("BoundIndicator", "IndicatorSpec", "ParameterSpec"),
    "stochastic_oscillator": ("Stochastic", "StochasticFast", "StochasticLines", "stochastic", "stochastic_fast"),
    "streaming": ("StreamingIndicator",),
    "swings": ("SwingLevels", "SwingPivots", "swing_pivots"),
    "weighted_average": ("Wma", "wma"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
