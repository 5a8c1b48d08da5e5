"""What the catalogue knows of the moving averages."""

from __future__ import annotations

from forexai_core.indicators.averages.adaptive_averages import Kama, Vidya
from forexai_core.indicators.averages.exponential_average import Ema
from forexai_core.indicators.averages.repeated_averages import Dema, Tema, Trima
from forexai_core.indicators.averages.simple_average import Sma
from forexai_core.indicators.averages.tillson_average import T3
from forexai_core.indicators.averages.weighted_average import Wma
from forexai_core.indicators.averages.wilder_average import Smma
from forexai_core.indicators.averages.windowed_averages import Alma, Hma, Vwma, Zlema
from forexai_core.indicators.specification import specify

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    Sma,
    Ema,
    Wma,
    Dema,
    Tema,
    T3,
    Trima,
    Kama,
    Vidya,
    Smma,
    Hma,
    Zlema,
    Alma,
    Vwma,
)
