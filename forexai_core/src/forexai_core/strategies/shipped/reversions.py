"""Prices that have gone too far and come back: mean reversion."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from forexai_core import indicators
from forexai_core.errors import ConfigError
from forexai_core.strategies.intents import EXIT_ALL, EXIT_LONG, EXIT_SHORT, Intents
from forexai_core.strategies.parameters import Param
from forexai_core.strategies.shipped.template import Template
from forexai_core.strategies.turns import previous
from forexai_core.values.bars import Bars

__all__ = ["BollingerReversion", "RsiReversion"]


class RsiReversion(Template):
    """Buy when the RSI comes back above the oversold level, sell when it comes back below the overbought one.

    A long is closed once the RSI has reached the exit level from below, a short once it has reached it from above.
    """

    title: ClassVar[str] = "RSI reversion"
    tags: ClassVar[frozenset[str]] = frozenset({"reversion"})

    period: int = Param(14, ge=2, le=100_000, description="Bars in the RSI.")
    oversold: float = Param(30.0, gt=0, lt=100, description="RSI below which a market is oversold.")
    overbought: float = Param(70.0, gt=0, lt=100, description="RSI above which a market is overbought.")
    exit_level: float = Param(50.0, gt=0, lt=100, description="RSI at which a position is closed.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        if not self.oversold < self.exit_level < self.overbought:
            raise ConfigError(
                "RsiReversion: the levels must rise: oversold < exit_level < overbought, not "
                f"{self.oversold:g}, {self.exit_level:g}, {self.overbought:g}."
            )

    @property
    def warmup(self) -> int:
        """Bars before the RSI exists on two bars."""
        return self.period + 1

    def intents(self, bars: Bars) -> Intents:
        """Enter where the RSI comes back from an extreme."""
        rsi = indicators.rsi(bars.close, self.period)
        before = previous(rsi)
        up = (before < self.oversold) & (rsi >= self.oversold) & (rsi < self.exit_level)
        down = (before > self.overbought) & (rsi <= self.overbought) & (rsi > self.exit_level)
        leave_long, leave_short = rsi >= self.exit_level, rsi <= self.exit_level
        exits = np.select([leave_long & leave_short, leave_long, leave_short], [EXIT_ALL, EXIT_LONG, EXIT_SHORT], 0)
        return self.wishes(bars, up.astype(np.int8) - down.astype(np.int8), exit=exits)


class BollingerReversion(Template):
    """Buy when the close comes back above the lower Bollinger band, sell when it comes back below the upper one.

    A long is closed at a close at or above the middle line, a short at or below it.
    """

    title: ClassVar[str] = "Bollinger reversion"
    tags: ClassVar[frozenset[str]] = frozenset({"reversion"})

    period: int = Param(20, ge=2, le=100_000, description="Bars in the middle line.")
    deviations: float = Param(2.0, ge=0.01, le=100, description="Standard deviations between the middle and a band.")

    @property
    def warmup(self) -> int:
        """Bars before the bands exist on two bars."""
        return self.period

    def intents(self, bars: Bars) -> Intents:
        """Enter where the close comes back into the bands."""
        close = bars.close
        bands = indicators.bollinger(close, self.period, self.deviations)
        before = previous(close)
        up = (before < previous(bands.lower)) & (close >= bands.lower) & (close < bands.middle)
        down = (before > previous(bands.upper)) & (close <= bands.upper) & (close > bands.middle)
        leave_long, leave_short = close >= bands.middle, close <= bands.middle
        exits = np.select([leave_long & leave_short, leave_long, leave_short], [EXIT_ALL, EXIT_LONG, EXIT_SHORT], 0)
        return self.wishes(bars, up.astype(np.int8) - down.astype(np.int8), exit=exits)
