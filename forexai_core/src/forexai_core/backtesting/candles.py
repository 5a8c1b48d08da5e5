"""Prices for looking at: as many candles as fit a picture."""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["Candles"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True, eq=False)
class Candles:
    """Bid prices of one symbol, each candle one bar or a run of them.

    No extreme is lost: a candle spans the highs and lows of all that it stands for.

    Attributes
    ----------
    symbol, timeframe : str
        What the prices are of.
    digits : int
        Decimals of the prices.
    rows_per_candle : int
        How many bars or ticks each candle stands for (the last one perhaps fewer).
    time_ns : (candles,) int64
        When each opens, nanoseconds UTC.
    open, high, low, close : (candles,) float64
        Bid.
    """

    symbol: str
    timeframe: str
    digits: int
    rows_per_candle: int
    time_ns: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats

    def __attrs_post_init__(self) -> None:
        for name in ("open", "high", "low", "close"):
            if getattr(self, name).shape != self.time_ns.shape:
                raise DataShapeError(f"{self.symbol}: a candle needs a time and four prices; {name} differs in length.")

    def __len__(self) -> int:
        return len(self.time_ns)

    @classmethod
    def of(cls, prices: Bars | Ticks, *, at_most: int) -> Self:
        """Draw bars or ticks with a bounded number of candles.

        Parameters
        ----------
        prices : Bars or Ticks
            What to draw.
        at_most : int
            Upper bound of the number of candles.
        """
        if isinstance(prices, Bars):
            columns = (prices.open, prices.high, prices.low, prices.close)
            timeframe = str(prices.timeframe)
        else:
            columns, timeframe = (prices.bid,) * 4, "tick"
        whole = cls(
            symbol=prices.symbol,
            timeframe=timeframe,
            digits=prices.digits,
            rows_per_candle=1,
            time_ns=prices.time_ns,
            open=columns[0],
            high=columns[1],
            low=columns[2],
            close=columns[3],
        )
        return whole.coarser(at_most)

    def coarser(self, at_most: int) -> Self:
        """Melt neighbours until there are at most so many candles."""
        if at_most < 1:
            raise ConfigError(f"A chart needs room for 1 candle or more, not {at_most}.")
        if len(self) <= at_most:
            return self
        step = -(-len(self) // at_most)
        starts = np.arange(0, len(self), step)
        ends = np.append(starts[1:], len(self)) - 1
        changes: dict[str, Any] = {
            "time_ns": self.time_ns[starts],
            "open": self.open[starts],
            "high": np.maximum.reduceat(self.high, starts),
            "low": np.minimum.reduceat(self.low, starts),
            "close": self.close[ends],
        }
        return attrs.evolve(self, rows_per_candle=self.rows_per_candle * step, **changes)
