"""What the catalogue knows of the trend."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.trend.alligator_lines import Alligator
from forexai_core.indicators.trend.aroon_indicator import Aroon, AroonOscillator
from forexai_core.indicators.trend.directional_movement import MinusDi, MinusDm, PlusDi, PlusDm
from forexai_core.indicators.trend.ichimoku_cloud import Ichimoku
from forexai_core.indicators.trend.parabolic import Sar
from forexai_core.indicators.trend.parabolic_extended import SarExtended
from forexai_core.indicators.trend.super_trend import SuperTrend
from forexai_core.indicators.trend.trend_strength import Adx, Adxr, Dx
from forexai_core.indicators.trend.vortex_indicator import Vortex

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    Adx,
    Adxr,
    Dx,
    PlusDi,
    MinusDi,
    PlusDm,
    MinusDm,
    Aroon,
    AroonOscillator,
    Sar,
    SarExtended,
    SuperTrend,
    Ichimoku,
    Vortex,
    Alligator,
)
