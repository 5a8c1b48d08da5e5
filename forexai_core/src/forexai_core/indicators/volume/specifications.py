"""What the catalogue knows of the volume."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.volume.average_price_of_day import Vwap
from forexai_core.indicators.volume.balances import Ad, Adosc, Obv
from forexai_core.indicators.volume.money_flows import Cmf, ForceIndex, Mfi

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    Obv,
    Ad,
    Adosc,
    Mfi,
    Cmf,
    ForceIndex,
    Vwap,
)
