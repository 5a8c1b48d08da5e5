"""What strategies read of prices that grow: the same lists, which become longer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forexai_core.data.resampling import resample
from forexai_core.errors import DataError
from forexai_core.indicators import find_indicator
from forexai_core.strategies.feeds import Feed, Feeds
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["GrowingFeed", "GrowingFeeds"]


class GrowingFeed(Feed):
    """One symbol in one timeframe; strategies may hold on to whatever was read of it."""

    def higher(self, timeframe: str | Timeframe) -> Feed:
        """Give the same symbol in a higher timeframe, made once, which grows along.

        Raises
        ------
        ConfigError
            If the timeframe is lower than that of the prices.
        """
        wanted = Timeframe.of(timeframe)
        made = super().higher(wanted)
        if made is self or isinstance(made, GrowingFeed):
            return made
        grown = GrowingFeed(made.prices, self.clock, derived=True)
        self._higher[wanted] = grown
        return grown

    def grow(self, prices: Bars | Ticks) -> None:
        """Take over more prices, of which those known so far are the first.

        The last bar of a higher timeframe is not whole while its end has not come: it is written anew. Nobody has seen
        it, since a bar is shown from its end on.
        """
        settled = max(len(self.prices) - 1, 0)
        self.prices = prices
        vars(self).pop("end_ns", None)
        if "ends" in vars(self):
            self.ends[settled:] = self.end_ns[settled:].tolist()
        for name, values in self._lists.items():
            values[settled:] = self.column(name)[settled:].tolist()
        for key, (_, lines) in self._indicators.items():
            self._go_on(key, lines, settled)
        for timeframe, feed in self._higher.items():
            if isinstance(feed, GrowingFeed):
                feed.grow(resample(prices, timeframe, clock=self.clock))

    def _go_on(self, key: Any, lines: dict[str, Any], settled: int) -> None:
        """Compute an indicator over all bars, and add to its lists what is new."""
        name, parameters, source = key
        lines.update(find_indicator(name).open(source=source, **dict(parameters)).compute(self))
        for line, values in self._indicator_lists.get(id(lines), {}).items():
            values[settled:] = lines[line][settled:].tolist()


class GrowingFeeds(Feeds):
    """The prices of every symbol of a session.

    Parameters
    ----------
    prices : mapping of str to Bars or Ticks
        By symbol, in the order of the session.
    clock : Clock
        The account's.
    """

    def __init__(self, prices: Mapping[str, Bars | Ticks], clock: Clock) -> None:
        super().__init__(prices, clock)
        self._growing = {symbol: GrowingFeed(series, clock) for symbol, series in prices.items()}
        self._feeds.update(self._growing)

    def check(self, prices: Mapping[str, Bars | Ticks]) -> None:
        """See that prices can follow those that are known.

        Raises
        ------
        DataError
            If a symbol's prices are fewer than they were, or on another grid.
        """
        for symbol, series in prices.items():
            feed = self._growing[symbol]
            if len(series) < len(feed) or series.instrument != feed.instrument:
                raise DataError(
                    f"{symbol}: prices that come while a session runs are more of the same contract, on "
                    f"{feed.instrument.digits} digits; these are {len(series)} on {series.instrument.digits}, where "
                    f"{len(feed)} are known. Start a new session for another one."
                )

    def grow(self, prices: Mapping[str, Bars | Ticks]) -> None:
        """Take over more prices of the same symbols; raises as :meth:`check` does."""
        self.check(prices)
        for symbol, series in prices.items():
            feed = self._growing[symbol]
            if len(series) > len(feed):
                feed.grow(series)
