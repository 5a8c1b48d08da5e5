"""Trend following measured in volatility."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from forexai_core import indicators
from forexai_core.strategies.intents import EXIT_LONG, EXIT_SHORT, Intents
from forexai_core.strategies.parameters import Param
from forexai_core.strategies.shipped.template import Template
from forexai_core.strategies.turns import previous
from forexai_core.values.bars import Bars

__all__ = ["AtrTrend"]


class AtrTrend(Template):
    """Buy when the close breaks out above its average by a multiple of the usual range, sell when it breaks out below.

    The usual range is the ATR, so that quiet and wild markets are measured by their own yardstick; the stop lies a
    multiple of it away too, unless one is given. A position is closed when the close comes back through the average.
    """

    title: ClassVar[str] = "ATR trend"
    tags: ClassVar[frozenset[str]] = frozenset({"trend", "volatility"})
    brings_stop: ClassVar[bool] = True

    period: int = Param(50, ge=2, le=100_000, description="Bars in the exponential average.")
    atr_period: int = Param(14, ge=1, le=100_000, description="Bars in the ATR.")
    entry_atr: float = Param(1.0, ge=0, le=100, description="Distance from the average that is a breakout, ATR.")
    stop_atr: float = Param(2.0, gt=0, le=100, description="Distance of the stop, ATR; a stop_loss_… comes first.")
    target_atr: float | None = Param(None, gt=0, le=100, description="Distance of the target, ATR.")

    @property
    def warmup(self) -> int:
        """Bars before average and ATR exist on two bars."""
        return max(self.period, self.atr_period + 1)

    def intents(self, bars: Bars) -> Intents:
        """Enter where the close leaves the band round the average."""
        close = bars.close
        average = indicators.ema(close, self.period)
        atr = indicators.atr(bars.high, bars.low, close, self.atr_period)
        upper, lower = average + self.entry_atr * atr, average - self.entry_atr * atr
        before = previous(close)
        up = (before <= previous(upper)) & (close > upper)
        down = (before >= previous(lower)) & (close < lower)
        exits = np.select([close < average, close > average], [EXIT_LONG, EXIT_SHORT], 0)
        target = None if self.target_atr is None else self.target_atr * atr
        entry = up.astype(np.int8) - down.astype(np.int8)
        return self.wishes(bars, entry, exit=exits, stop=self.stop_atr * atr, target=target)
