"""Support and resistance: zones in which prices have turned more than once.

Every confirmed swing high or low (:mod:`~forexai_core.indicators.levels.swings`) is a touch. It joins the nearest
zone when it lies within some average true ranges of the zone's middle, which is the mean of its touches; else it
begins a zone of its own. A zone that is not touched for a while is forgotten. Since a swing is known only when the
bars after it have closed, nothing looks ahead. Former resistance is support once prices are above it, so a zone has
no side of its own. No TA-Lib counterpart.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats, Records, check_bars
from forexai_core.indicators.levels.swings import SwingPivots, swing_pivots
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.volatility.ranges import Atr, atr

__all__ = ["SupportResistance", "ZoneLevels", "support_resistance", "zones_step"]

Line = TypeVar("Line")

_ZONES = 64
"""Most zones that are kept; the one that was not touched for the longest time makes room."""


class ZoneLevels(NamedTuple, Generic[Line]):
    """The nearest zones: arrays from the batch form, floats from the streaming form."""

    support: Line
    """Middle of the highest zone at or below the close; NaN where there is none."""
    resistance: Line
    """Middle of the lowest zone above the close; NaN where there is none."""
    support_touches: Line
    """How many swings made the support; 0 where there is none."""
    resistance_touches: Line
    """How many swings made the resistance."""


Values: TypeAlias = tuple[float, float, float, float]

ZONE = np.dtype([("middle", np.float64), ("touches", np.float64), ("age", np.int64)])
"""A zone; ``age`` is in bars since the swing that touched it last was confirmed. No touches: an empty place."""

SETTINGS = np.dtype([("right", np.int64), ("width", np.float64), ("touches", np.float64), ("memory", np.int64)])
"""Settings of zones."""


@kernel(forceinline=True)
def _touch(zones: Records, price: float, reach: float) -> None:
    nearest, place, distance = -1, 0, reach
    for k in range(zones.shape[0]):
        zone = zones[k]
        if zone["touches"] > 0.0:
            apart = abs(price - zone["middle"])
            if apart <= distance:
                nearest, distance = k, apart
        if zone["touches"] == 0.0:
            if zones[place]["touches"] > 0.0:
                place = k
        elif zones[place]["touches"] > 0.0 and zone["age"] > zones[place]["age"]:
            place = k
    if nearest >= 0:
        zone = zones[nearest]
        zone["touches"] += 1.0
        zone["middle"] += (price - zone["middle"]) / zone["touches"]
        zone["age"] = 0
    else:
        zone = zones[place]
        zone["middle"], zone["touches"], zone["age"] = price, 1.0, 0


@kernel(forceinline=True)
def zones_step(
    settings: Records,
    zones: Records,
    close: float,
    true_range: float,
    swing_high: float,
    high_age: float,
    swing_low: float,
    low_age: float,
) -> Values:
    """Advance the zones by one bar.

    Parameters
    ----------
    settings : (1,) record of ``SETTINGS``
        How swings are put together.
    zones : (n,) records of ``ZONE``
        Changed in place.
    close : float
        Of the newest bar.
    true_range : float
        The average true range; NaN while it warms up, in which time no zone begins.
    swing_high, high_age, swing_low, low_age : float
        Last confirmed swings and bars since; a swing is new when its age equals ``right``.

    Returns
    -------
    support, resistance, support_touches, resistance_touches : float
        The fields of :class:`ZoneLevels`.
    """
    s = settings[0]
    for k in range(zones.shape[0]):
        zone = zones[k]
        zone["age"] += 1
        if zone["age"] > s["memory"]:
            zone["touches"] = 0.0
    if not math.isnan(true_range):
        if high_age == s["right"]:
            _touch(zones, swing_high, s["width"] * true_range)
        if low_age == s["right"]:
            _touch(zones, swing_low, s["width"] * true_range)
    support, resistance, below, above = math.nan, math.nan, 0.0, 0.0
    for k in range(zones.shape[0]):
        zone = zones[k]
        if zone["touches"] < s["touches"]:
            continue
        if zone["middle"] <= close:
            if below == 0.0 or zone["middle"] > support:
                support, below = zone["middle"], zone["touches"]
        elif above == 0.0 or zone["middle"] < resistance:
            resistance, above = zone["middle"], zone["touches"]
    return support, resistance, below, above


@kernel
def _zones(
    settings: Records,
    zones: Records,
    close: Floats,
    true_range: Floats,
    swing_high: Floats,
    high_age: Floats,
    swing_low: Floats,
    low_age: Floats,
    warmup: int,
    out: Floats,
) -> None:
    for i in range(warmup, close.shape[0]):
        out[0, i], out[1, i], out[2, i], out[3, i] = zones_step(
            settings, zones, close[i], true_range[i], swing_high[i], high_age[i], swing_low[i], low_age[i]
        )


def _settings(right: int, width: float, touches: int, memory: int) -> Records:
    settings = np.zeros(1, SETTINGS)
    settings["right"], settings["width"] = right, width
    settings["touches"], settings["memory"] = touches, memory
    return settings


def support_resistance(
    high: ArrayLike,
    low: ArrayLike,
    close: ArrayLike,
    left: int = 5,
    right: int = 5,
    width: float = 0.5,
    touches: int = 2,
    memory: int = 500,
    atr_period: int = 14,
) -> ZoneLevels[Floats]:
    """Find the nearest zones below and above the close in which prices have turned.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    left, right : int
        Bars before and after a swing that it has to overtop, at least 1. The right ones delay its confirmation.
    width : float
        How far from a zone's middle a swing may lie to touch it, average true ranges.
    touches : int
        Swings that a zone needs to count, at least 1.
    memory : int
        Bars after which a zone is forgotten that no swing has touched.
    atr_period : int
        Length of the average true range, at least 1.

    Returns
    -------
    ZoneLevels
        Four (rows,) float64; NaN in the first ``max(left + right, atr_period)`` rows, and where there is no zone.

    Raises
    ------
    ConfigError
        If a parameter does not fit.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    left, right, width, touches, memory, period = SupportResistance.checked(
        left, right, width, touches, memory, atr_period
    )
    highs, lows, closes = check_bars("support_resistance", high=high, low=low, close=close)
    warmup = max(left + right, period)
    out = np.full((4, len(closes)), math.nan)
    swings = swing_pivots(highs, lows, left, right)
    _zones(
        _settings(right, width, touches, memory),
        np.zeros(_ZONES, ZONE),
        closes,
        atr(highs, lows, closes, period),
        swings.swing_high,
        swings.high_age,
        swings.swing_low,
        swings.low_age,
        warmup,
        out,
    )
    return ZoneLevels(*out)


class SupportResistance(
    HighLowClose[ZoneLevels[float]],
    of=support_resistance,
    title="Nearest support and resistance zones",
    overlay=True,
    event_driven=True,
    aliases=("zones",),
    summary="Zones in which prices have turned, with the number of swings that made them.",
):
    """Streaming twin of :func:`support_resistance`; it may still be NaN when it is ready: no zone was seen yet."""

    lines = ZoneLevels
    left: int = length(5, "Bars before a swing")
    right: int = length(5, "Bars after a swing")
    width: float = factor(0.5, "Reach of a zone, average true ranges")
    touches: int = length(2, "Swings that make a zone")
    memory: int = length(500, "Bars after which a zone is forgotten")
    atr_period: int = length(14, "True range average, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.left + self.right, self.atr_period)

    def _advance(self, high: float, low: float, close: float) -> ZoneLevels[float]:
        swings, true_range = self._swings.update(high, low), self._atr.update(high, low, close)
        if self._count < self._warmup:
            return self._nothing()
        ages = swings.high_age, swings.swing_low, swings.low_age
        return ZoneLevels(*zones_step(self._zone_settings, self._zones, close, true_range, swings.swing_high, *ages))

    def _start(self) -> None:
        self._swings, self._atr = SwingPivots(self.left, self.right), Atr(self.atr_period)
        self._zone_settings = _settings(self.right, self.width, self.touches, self.memory)
        self._zones = np.zeros(_ZONES, ZONE)
