"""A market that moves by itself: synthetic minute bars, and inside each a path of quotes that makes just that bar.

One seed and one start give the same prices on every machine, whatever is asked for first.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.synthetic_market import synthetic
from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_mt5.simulator.market.prices import MINUTE, MINUTE_MS, QUOTE

__all__ = ["MovingMarket"]

_NS_PER_MS = 1_000_000
_FEWEST, _MOST = 4, 60  # quotes a minute: four show every extreme
_AHEAD_MINUTES = 20_000
_KEPT_MINUTES = 4_096  # whose quotes are not made again


class MovingMarket:
    """Random walks on the grid of each instrument, with the market hours, spreads and volatility of its kind.

    Parameters
    ----------
    instruments : mapping of str to Instrument
        What is quoted.
    seed : int
        Other prices for another seed.
    start_ms : int
        UTC; there is no history before it.

    Notes
    -----
    Symbols walk apart: EURJPY is not EURUSD times USDJPY.
    """

    def __init__(self, instruments: Mapping[str, Instrument], *, seed: int, start_ms: int) -> None:
        self.instruments = dict(instruments)
        self.seed = seed
        self._start_ms = start_ms // MINUTE_MS * MINUTE_MS
        self._bars: dict[str, NDArray[np.void]] = {}
        self._kept: OrderedDict[tuple[str, int], NDArray[np.void]] = OrderedDict()

    def first_ms(self, symbol: str) -> int:
        """Give the opening of the first bar."""
        return int(self._rows(symbol, self._start_ms)["time_ms"][0])

    def minutes(self, symbol: str, first_ms: int, last_ms: int) -> NDArray[np.void]:
        """Give the bars that open from ``first_ms`` to ``last_ms``."""
        rows = self._rows(symbol, last_ms)
        low, high = np.searchsorted(rows["time_ms"], [first_ms, last_ms + 1])
        return rows[low:high]

    def quotes(self, symbol: str, after_ms: int, until_ms: int) -> NDArray[np.void]:
        """Give the quotes with ``after_ms < time_ms <= until_ms``."""
        rows = self._rows(symbol, until_ms)
        low = int(np.searchsorted(rows["time_ms"], after_ms - MINUTE_MS, side="right"))
        high = int(np.searchsorted(rows["time_ms"], until_ms, side="right"))
        parts = [self._quotes(symbol, row) for row in range(low, high)]
        quotes = np.concatenate(parts) if parts else np.empty(0, QUOTE)
        chosen: NDArray[np.void] = quotes[(quotes["time_ms"] > after_ms) & (quotes["time_ms"] <= until_ms)]
        return chosen

    def _rows(self, symbol: str, until_ms: int) -> NDArray[np.void]:
        """Give the bars of a symbol, at least as far as a time."""
        rows = self._bars.get(symbol)
        # A market that is shut on its last minute has no later bar yet, so some are always made ahead.
        if rows is None or until_ms >= rows["time_ms"][-1]:
            minutes = max(until_ms - self._start_ms, 0) // MINUTE_MS
            rows = self._bars[symbol] = self._make_rows(symbol, minutes + _AHEAD_MINUTES)
        return rows

    def _make_rows(self, symbol: str, count: int) -> NDArray[np.void]:
        instrument = self.instruments[symbol]
        start_ns = self._start_ms * _NS_PER_MS
        bars = synthetic(symbol, "M1", bars=count, seed=self.seed, start=start_ns, instrument=instrument)
        if not isinstance(bars, Bars) or bars.spread_points is None:
            raise ConfigError(f"{symbol}: the synthetic market gave no minute bars with spreads.")
        rows = np.empty(len(bars), MINUTE)
        rows["time_ms"] = bars.time_ns // _NS_PER_MS
        for name, column in zip(("open", "high", "low", "close"), bars.bid_points, strict=True):
            rows[name] = column
        rows["ticks"] = np.clip(bars.volume, _FEWEST, _MOST).astype(np.int64)
        rows["spread"] = np.rint(bars.spread_points).astype(np.int64)
        return rows

    def _quotes(self, symbol: str, row: int) -> NDArray[np.void]:
        """Give the quotes of a minute, from memory where it was asked for lately.

        The memory belongs to the market and goes with it: a cache around a bound method would hold the market instead.
        """
        quotes = self._kept.get((symbol, row))
        if quotes is None:
            quotes = self._kept[symbol, row] = self._make_quotes(symbol, row)
            if len(self._kept) > _KEPT_MINUTES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end((symbol, row))
        return quotes

    def _make_quotes(self, symbol: str, row: int) -> NDArray[np.void]:
        bar = self._bars[symbol][row]
        count, opened = int(bar["ticks"]), int(bar["time_ms"])
        words = [self.seed, zlib.crc32(symbol.encode()), opened // MINUTE_MS]
        draws = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words))).random(2 * count + 1)
        quotes = np.empty(count, QUOTE)
        quotes["time_ms"] = opened + np.sort((draws[:count] * MINUTE_MS).astype(np.int64))
        quotes["bid"] = _path(bar, draws[count:])
        quotes["ask"] = quotes["bid"] + int(bar["spread"])
        return quotes


def _path(bar: np.void, draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """Lay prices from a bar's open by both extremes to its close, none beyond them.

    Parameters
    ----------
    bar : MINUTE
        With at least four ticks.
    draws : (ticks + 1,) float64
        From 0 to 1.
    """
    count = len(draws) - 1
    turns = np.sort(1 + (draws[:2] * (count - 3)).astype(np.int64))
    turns[1] += 1  # the second extreme comes after the first
    falls_first = draws[-1] < 0.5
    extremes = [bar["low"], bar["high"]] if falls_first else [bar["high"], bar["low"]]
    knots = np.array([0, *turns, count - 1])
    way = np.interp(np.arange(count), knots, np.array([bar["open"], *extremes, bar["close"]], np.float64))
    wobble = (draws[:count] - 0.5) * 0.3 * float(bar["high"] - bar["low"])
    wobble[knots] = 0.0
    return np.clip(np.rint(way + wobble).astype(np.int64), bar["low"], bar["high"])
