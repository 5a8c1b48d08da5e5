"""What the catalogue knows of the volatility."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.volatility.acceleration_bands import AccelerationBands
from forexai_core.indicators.volatility.bollinger_bands import Bollinger
from forexai_core.indicators.volatility.choppiness_index import Choppiness
from forexai_core.indicators.volatility.donchian_channel import Donchian
from forexai_core.indicators.volatility.envelopes_and_atr_bands import AtrBands, Envelopes
from forexai_core.indicators.volatility.keltner_channel import Keltner
from forexai_core.indicators.volatility.mass_indicator import MassIndex
from forexai_core.indicators.volatility.ranges import Atr, Natr, TrueRange

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    TrueRange,
    Atr,
    Natr,
    Bollinger,
    Donchian,
    Keltner,
    AccelerationBands,
    Envelopes,
    AtrBands,
    Choppiness,
    MassIndex,
)
