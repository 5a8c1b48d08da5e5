"""What is done to a market on purpose: jumps of a price, wider spreads, and feeds that stop."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.values.instruments import Instrument
from forexai_mt5.simulator.market.prices import MINUTE, MINUTE_MS, QUOTE, Market, minutes_of

__all__ = ["DisturbedMarket", "Jump", "Pause", "Widening"]


@attrs.frozen(kw_only=True)
class Jump:
    """From ``at_ms`` on a symbol is quoted ``points`` higher (below 0: lower)."""

    symbol: str
    at_ms: int
    points: int


@attrs.frozen(kw_only=True)
class Widening:
    """From ``from_ms`` until before ``until_ms`` the ask lies ``points`` further from the bid."""

    symbol: str
    from_ms: int
    until_ms: int
    points: int


@attrs.frozen(kw_only=True)
class Pause:
    """From ``from_ms`` until before ``until_ms`` no quote of a symbol arrives."""

    symbol: str
    from_ms: int
    until_ms: int


class DisturbedMarket:
    """A market with disturbances in it.

    Parameters
    ----------
    market : Market
        As it would be without them.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._changes: list[Jump | Widening | Pause] = []

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Everything that is quoted."""
        return self._market.instruments

    def add(self, change: Jump | Widening | Pause) -> None:
        """Disturb the market, from the time that the change names."""
        self._changes.append(change)

    def first_ms(self, symbol: str) -> int:
        """Give the time before which there are no prices."""
        return self._market.first_ms(symbol)

    def quotes(self, symbol: str, after_ms: int, until_ms: int) -> NDArray[np.void]:
        """Give the quotes with ``after_ms < time_ms <= until_ms``."""
        rows = self._market.quotes(symbol, after_ms, until_ms)
        mine = [change for change in self._changes if change.symbol == symbol]
        return _disturbed(rows, mine) if mine else rows

    def minutes(self, symbol: str, first_ms: int, last_ms: int) -> NDArray[np.void]:
        """Give the bars that open from ``first_ms`` to ``last_ms``; those of disturbed times come from their quotes."""
        rows = self._market.minutes(symbol, first_ms, last_ms)
        mine = [change for change in self._changes if change.symbol == symbol]
        since = min((_begin(change) for change in mine), default=None)
        if since is None or last_ms < since // MINUTE_MS * MINUTE_MS:
            return rows
        border = max(since // MINUTE_MS * MINUTE_MS, -(-first_ms // MINUTE_MS) * MINUTE_MS)
        last = last_ms // MINUTE_MS * MINUTE_MS + MINUTE_MS - 1
        later = minutes_of(self.quotes(symbol, border - 1, last)) if border <= last else np.empty(0, MINUTE)
        return np.concatenate([rows[rows["time_ms"] < border], later])


def _begin(change: Jump | Widening | Pause) -> int:
    return change.at_ms if isinstance(change, Jump) else change.from_ms


def _disturbed(rows: NDArray[np.void], changes: list[Jump | Widening | Pause]) -> NDArray[np.void]:
    rows = rows.copy()
    keep = np.ones(len(rows), np.bool_)
    times = rows["time_ms"]
    for change in changes:
        if isinstance(change, Jump):
            moved = np.where(times >= change.at_ms, change.points, 0)
            rows["bid"] += moved
            rows["ask"] += moved
            continue
        within = (times >= change.from_ms) & (times < change.until_ms)
        if isinstance(change, Widening):
            rows["ask"] += np.where(within, change.points, 0)
        else:
            keep &= ~within
    # No jump takes a price to nothing.
    rows["ask"] = np.maximum(rows["ask"] - rows["bid"], 0) + np.maximum(rows["bid"], 1)
    rows["bid"] = np.maximum(rows["bid"], 1)
    left: NDArray[np.void] = rows[keep].astype(QUOTE, copy=False)
    return left
