"""What the catalogue knows of the transforms."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.transforms.bar_prices import AveragePrice, MedianPrice, TypicalPrice, WeightedPrice
from forexai_core.indicators.transforms.heikin_ashi_bars import HeikinAshi

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    AveragePrice,
    MedianPrice,
    TypicalPrice,
    WeightedPrice,
    HeikinAshi,
)
