"""What the catalogue knows of the cycles."""

from __future__ import annotations

from forexai_core.indicators.cycles.cycle_phase import HtDcPhase, HtSine, HtTrendMode
from forexai_core.indicators.cycles.dominant_cycle import HtDcPeriod, HtPhasor, Mama
from forexai_core.indicators.cycles.trend_line import HtTrendline
from forexai_core.indicators.specification import specify

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    HtDcPeriod,
    HtPhasor,
    Mama,
    HtDcPhase,
    HtSine,
    HtTrendMode,
    HtTrendline,
)
