"""What the catalogue knows of the levels."""

from __future__ import annotations

from forexai_core.indicators.levels.extremes import Highest, Lowest
from forexai_core.indicators.levels.midpoints import Midpoint, Midprice
from forexai_core.indicators.levels.period_ranges import PreviousDay, PreviousWeek
from forexai_core.indicators.levels.pivots import FloorPivots
from forexai_core.indicators.levels.sessions import AsiaSession, LondonSession, NewYorkSession
from forexai_core.indicators.levels.swings import SwingPivots
from forexai_core.indicators.specification import specify

__all__ = ["SPECIFICATIONS"]

SPECIFICATIONS = specify(
    Highest,
    Lowest,
    FloorPivots,
    SwingPivots,
    PreviousDay,
    PreviousWeek,
    AsiaSession,
    LondonSession,
    NewYorkSession,
    Midpoint,
    Midprice,
)
