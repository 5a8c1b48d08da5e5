"""What the catalogue knows of zones."""

from __future__ import annotations

from forexai_core.indicators.specification import specify
from forexai_core.indicators.zones.support_resistance import SupportResistance

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    SupportResistance,
)
