"""What the market brings a server next: the last quote of each symbol, the coming ones in order, and the hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.market_hours import MarketHours
from forexai_core.errors import ConfigError
from forexai_mt5.simulator.market.prices import MINUTE_MS, Market
from forexai_mt5.simulator.market.symbols import Symbol

__all__ = ["Feed", "Quote", "Sessions"]

_LONGEST_PAUSE_MS = 6 * 86_400_000  # a long weekend


class Quote(NamedTuple):
    """A symbol's quote: milliseconds UTC, prices in points."""

    symbol: str
    time_ms: int
    bid: int
    ask: int


class Feed:
    """The last quote of each symbol, and the next ones.

    Parameters
    ----------
    market : Market
        Where prices come from.
    symbols : iterable of str
        Which are followed.
    now_ms : int
        UTC; the last quotes up to here are the first ones.

    Raises
    ------
    ConfigError
        If the market has no price for a symbol by then.
    """

    def __init__(self, market: Market, symbols: Iterable[str], now_ms: int) -> None:
        self.market = market
        self.now_ms = now_ms
        self.last = {symbol: self._last_before(symbol, now_ms) for symbol in symbols}

    def _last_before(self, symbol: str, now_ms: int) -> Quote:
        bars = self.market.minutes(symbol, now_ms - _LONGEST_PAUSE_MS, now_ms)
        for bar in reversed(bars):
            rows = self.market.quotes(symbol, int(bar["time_ms"]) - 1, min(now_ms, int(bar["time_ms"]) + MINUTE_MS))
            if len(rows):
                return Quote(symbol, *(int(value) for value in rows[-1].tolist()))
        raise ConfigError(
            f"{symbol} has no price in the six days before the clock's time. Start the clock within the market's "
            "history, or quote it once before the terminal is made."
        )

    def until(self, now_ms: int, followed: Iterable[str]) -> list[Quote]:
        """Give the quotes of some symbols since the last time up to now, in order, and of the others the last ones.

        Parameters
        ----------
        now_ms : int
            UTC.
        followed : iterable of str
            Symbols of which each quote counts; those of one instant come in this order.
        """
        chosen = list(followed)
        others = [symbol for symbol in self.last if symbol not in chosen]
        parts: list[Quote] = self._latest(now_ms, others)
        for symbol in chosen:
            rows = self.market.quotes(symbol, self.now_ms, now_ms)
            parts.extend(Quote(symbol, *row) for row in rows.tolist())
        parts.sort(key=lambda quote: quote.time_ms)
        self.now_ms = max(self.now_ms, now_ms)
        return parts

    def skip(self, now_ms: int) -> list[Quote]:
        """Give only the last quote of each symbol that has a new one: for stretches in which nothing is at stake."""
        found = self._latest(now_ms, self.last)
        self.now_ms = max(self.now_ms, now_ms)
        return found

    def _latest(self, now_ms: int, symbols: Iterable[str]) -> list[Quote]:
        found = []
        for symbol in symbols:
            bars = self.market.minutes(symbol, self.now_ms - self.now_ms % MINUTE_MS, now_ms)
            for bar in reversed(bars):
                after = max(self.now_ms, int(bar["time_ms"]) - 1)
                rows: NDArray[np.void] = self.market.quotes(symbol, after, min(now_ms, int(bar["time_ms"]) + MINUTE_MS))
                if len(rows):
                    found.append(Quote(symbol, *rows[-1].tolist()))
                    break
        return found


class Sessions:
    """When symbols trade.

    Parameters
    ----------
    symbols : mapping of str to Symbol
        With the hours of their instruments, by the clock of the New York close.
    """

    def __init__(self, symbols: Mapping[str, Symbol]) -> None:
        self._hours = {name: MarketHours.of(symbol.instrument) for name, symbol in symbols.items()}
        self._known: dict[str, tuple[int, bool]] = {}
        self.closures: list[tuple[str, int, int]] = []

    def close(self, symbol: str, from_ms: int, until_ms: int) -> None:
        """Shut a market besides its hours."""
        self.closures.append((symbol, from_ms, until_ms))

    def is_open(self, symbol: str, time_ms: int) -> bool:
        """Say whether a symbol trades at an instant, UTC."""
        if any(name == symbol and low <= time_ms < high for name, low, high in self.closures):
            return False
        minute = time_ms // MINUTE_MS
        known = self._known.get(symbol)
        if known is None or known[0] != minute:
            holds = self._hours[symbol].holds(np.array([time_ms * 1_000_000], np.int64))
            known = self._known[symbol] = (minute, bool(holds[0]))
        return known[1]
