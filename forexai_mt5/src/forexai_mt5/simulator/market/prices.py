"""What a simulated server takes its prices from: quotes in whole points, and the minute bars that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forexai_core.values.instruments import Instrument

__all__ = ["MINUTE", "MINUTE_MS", "QUOTE", "Market", "minutes_of"]

MINUTE_MS = 60_000

QUOTE = np.dtype([("time_ms", np.int64), ("bid", np.int64), ("ask", np.int64)])
"""A quote: milliseconds UTC, prices in points."""

MINUTE = np.dtype(
    [
        ("time_ms", np.int64),  # opening, UTC
        ("open", np.int64),  # bid, points
        ("high", np.int64),
        ("low", np.int64),
        ("close", np.int64),
        ("ticks", np.int64),
        ("spread", np.int64),  # the smallest of the minute, points
    ]
)
"""A bar of one minute."""


class Market(Protocol):
    """Prices that anybody who asks twice gets twice."""

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Everything that is quoted, by symbol."""
        ...

    def quotes(self, symbol: str, after_ms: int, until_ms: int) -> NDArray[np.void]:
        """Give the quotes with ``after_ms < time_ms <= until_ms``: (n,) QUOTE, by time."""
        ...

    def minutes(self, symbol: str, first_ms: int, last_ms: int) -> NDArray[np.void]:
        """Give the bars that open from ``first_ms`` to ``last_ms``, both included: (n,) MINUTE, by time.

        A bar holds all quotes of its minute, whatever the time of asking.
        """
        ...

    def first_ms(self, symbol: str) -> int:
        """Give the time before which there are no prices."""
        ...


def minutes_of(quotes: NDArray[np.void]) -> NDArray[np.void]:
    """Gather quotes into bars of a minute.

    Parameters
    ----------
    quotes : (n,) QUOTE
        By time.

    Returns
    -------
    (m,) MINUTE
    """
    if not len(quotes):
        return np.empty(0, MINUTE)
    opening = quotes["time_ms"] // MINUTE_MS
    starts = np.flatnonzero(np.append(True, opening[1:] != opening[:-1]))
    bars = np.empty(len(starts), MINUTE)
    bid = quotes["bid"]
    bars["time_ms"] = opening[starts] * MINUTE_MS
    bars["open"] = bid[starts]
    bars["high"] = np.maximum.reduceat(bid, starts)
    bars["low"] = np.minimum.reduceat(bid, starts)
    bars["close"] = bid[np.append(starts[1:], len(bid)) - 1]
    bars["ticks"] = np.diff(np.append(starts, len(bid)))
    bars["spread"] = np.minimum.reduceat(quotes["ask"] - bid, starts)
    return bars
