"""A market whose every quote is given by hand: for tests that know what has to come out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError
from forexai_core.values.instruments import Instrument
from forexai_mt5.simulator.market.prices import MINUTE, MINUTE_MS, QUOTE, minutes_of

__all__ = ["QuotedMarket"]


class QuotedMarket:
    """Quotes that whoever tests gives one after the other.

    Parameters
    ----------
    instruments : mapping of str to Instrument
        What is quoted.
    """

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self.instruments = dict(instruments)
        self._rows: dict[str, list[tuple[int, int, int]]] = {symbol: [] for symbol in instruments}

    def quote(self, symbol: str, time_ms: int, bid: float, ask: float) -> None:
        """Add a quote.

        Raises
        ------
        ConfigError
            If it is no sound quote, or earlier than the one before.
        """
        instrument, rows = self.instruments[symbol], self._rows[symbol]
        if not 0 < bid <= ask:
            raise ConfigError(f"{symbol}: 0 < bid <= ask must hold, not {bid} and {ask}.")
        if rows and time_ms < rows[-1][0]:
            raise ConfigError(f"{symbol}: a quote at {time_ms} ms comes before the last one, at {rows[-1][0]} ms.")
        scale = 10.0**instrument.digits
        rows.append((time_ms, round(bid * scale), round(ask * scale)))

    def first_ms(self, symbol: str) -> int:
        """Give the time of the first quote."""
        rows = self._rows[symbol]
        return rows[0][0] if rows else 0

    def quotes(self, symbol: str, after_ms: int, until_ms: int) -> NDArray[np.void]:
        """Give the quotes with ``after_ms < time_ms <= until_ms``."""
        return np.array([row for row in self._rows[symbol] if after_ms < row[0] <= until_ms], QUOTE)

    def minutes(self, symbol: str, first_ms: int, last_ms: int) -> NDArray[np.void]:
        """Give the bars that open from ``first_ms`` to ``last_ms``."""
        first = -(-first_ms // MINUTE_MS) * MINUTE_MS
        last = last_ms // MINUTE_MS * MINUTE_MS
        if last < first:
            return np.empty(0, MINUTE)
        return minutes_of(self.quotes(symbol, first - 1, last + MINUTE_MS - 1))
