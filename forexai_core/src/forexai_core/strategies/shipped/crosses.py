"""Two lines that cross: trend following in its oldest form."""

from __future__ import annotations

from threading import local
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from forexai_core import indicators
from forexai_core.errors import ConfigError
from forexai_core.strategies.intents import Intents
from forexai_core.strategies.parameters import Param
from forexai_core.strategies.shipped.template import Template
from forexai_core.strategies.turns import turns
from forexai_core.values.bars import Bars

__all__ = ["EmaCross", "MacdCross", "SmaCross"]


class _Room(local):
    """Each thread's own room for turns, used again: new memory takes longer than a look at every bar in it."""

    places = np.empty(0, np.int64)
    sides = np.empty(0, np.int8)


_ROOM = _Room()
_MOST_KEPT = 1 << 18
"""Bars; for more the memory matters more than the time."""


def _room(bars: int) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    if bars > _MOST_KEPT:
        return np.empty(bars, np.int64), np.empty(bars, np.int8)
    if bars > len(_ROOM.places):
        _ROOM.places, _ROOM.sides = np.empty(bars, np.int64), np.empty(bars, np.int8)
    return _ROOM.places, _ROOM.sides


def _turns_of_averages(bars: Bars, fast: int, slow: int) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Find where two simple averages turn, compared on exact sums of points: the bars, and +1 upward, -1 downward."""
    from forexai_core.strategies.shipped.averages import turns_of_averages  # numba is slow to load

    points = bars.bid_points.close
    if len(points) >= max(fast, slow) and int(points.max()) * fast * slow >= 2**63:
        raise ConfigError(
            f"{bars.symbol}: averages of {fast} and {slow} bars of prices with {bars.digits} digits pass what can be "
            "compared exactly. Use shorter periods."
        )
    places, sides = _room(len(points))
    count = turns_of_averages(points, fast, slow, places, sides)
    return places[:count].copy(), sides[:count].copy()


def _check_periods(strategy: Template, fast: int, slow: int) -> None:
    """Refuse averages that never cross, or whose crossings mean the opposite of what is said."""
    if fast >= slow:
        raise ConfigError(
            f"{type(strategy).__name__}: fast ({fast}) must be shorter than slow ({slow}). Equal ones never cross, and "
            "swapped ones would trade the other way round."
        )


class SmaCross(Template):
    """Buy when the fast simple average of closes turns above the slow one, sell when it turns below; always reverse.

    Above is the last strict order of the two: a tie is no cross, compared on exact sums of points. After a stop or a
    target it stays flat until the next turn. Nothing is decided before both averages exist on two bars.
    """

    title: ClassVar[str] = "Crossing simple averages"
    tags: ClassVar[frozenset[str]] = frozenset({"trend"})

    fast: int = Param(20, ge=1, le=100_000, description="Bars in the fast average.")
    slow: int = Param(50, ge=1, le=100_000, description="Bars in the slow average.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        _check_periods(self, self.fast, self.slow)

    @property
    def warmup(self) -> int:
        """Bars before both averages exist on two bars."""
        return self.slow

    def intents(self, bars: Bars) -> Intents:
        """Enter at each turn of the averages, the other side closed first."""
        places, sides = _turns_of_averages(bars, self.fast, self.slow)
        return self.wishes(bars, sides, places=places)


class EmaCross(Template):
    """Buy when the fast exponential average of closes turns above the slow one, sell when it turns below.

    The exponential average weighs recent closes more, so that it turns earlier than the simple one, and more often.
    """

    title: ClassVar[str] = "Crossing exponential averages"
    tags: ClassVar[frozenset[str]] = frozenset({"trend"})

    fast: int = Param(12, ge=1, le=100_000, description="Bars in the fast average.")
    slow: int = Param(26, ge=1, le=100_000, description="Bars in the slow average.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        _check_periods(self, self.fast, self.slow)

    @property
    def warmup(self) -> int:
        """Bars before both averages exist on two bars."""
        return self.slow

    def intents(self, bars: Bars) -> Intents:
        """Enter at each turn of the averages, the other side closed first."""
        difference = indicators.ema(bars.close, self.fast) - indicators.ema(bars.close, self.slow)
        return self.wishes(bars, turns(difference))


class MacdCross(Template):
    """Buy when the MACD line turns above its signal line, sell when it turns below.

    The MACD is the distance between two exponential averages; its signal line is the average of that distance. A turn
    says that the trend gains or loses pace.
    """

    title: ClassVar[str] = "MACD crossing its signal"
    tags: ClassVar[frozenset[str]] = frozenset({"trend", "momentum"})

    fast: int = Param(12, ge=2, le=100_000, description="Bars in the fast average.")
    slow: int = Param(26, ge=2, le=100_000, description="Bars in the slow average.")
    signal: int = Param(9, ge=1, le=100_000, description="Bars in the signal line.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        _check_periods(self, self.fast, self.slow)

    @property
    def warmup(self) -> int:
        """Bars before both lines exist on two bars."""
        return self.slow + self.signal - 1

    def intents(self, bars: Bars) -> Intents:
        """Enter at each turn of the lines, the other side closed first."""
        lines = indicators.macd(bars.close, self.fast, self.slow, self.signal)
        return self.wishes(bars, turns(lines.macd - lines.signal))
