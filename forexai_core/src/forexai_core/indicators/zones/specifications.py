"""What the catalogue knows of zones."""

from __future__ import annotations

from forexai_core.indicators.parameters import BAR, factor, length
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.zones.support_resistance import SupportResistance, ZoneLevels, support_resistance

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = (
    IndicatorSpec(
        name="support_resistance", title="Nearest support and resistance zones", inputs=BAR,
        summary="Zones in which prices have turned, with the number of swings that made them.",
        parameters=(
            length(5, "left", "Bars before a swing"),
            length(5, "right", "Bars after a swing"),
            factor(0.5, "width", "Reach of a zone, average true ranges"),
            length(2, "touches", "Swings that make a zone"),
            length(500, "memory", "Bars after which a zone is forgotten"),
            length(14, "atr_period", "True range average, bars"),
        ),
        outputs=ZoneLevels._fields, event_driven=True, main_output="support", overlay=True, batch=support_resistance,
        streaming=SupportResistance, aliases=("zones",),
        warmup=lambda left, right, atr_period, **_others: max(left + right, atr_period),
    ),
)  # fmt: skip
