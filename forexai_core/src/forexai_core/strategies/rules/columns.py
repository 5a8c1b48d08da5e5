"""Columns of rules: operands computed in their own timeframe and symbol, aligned without a look ahead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators.prices import SOURCE_COLUMNS, combine_source
from forexai_core.strategies.feeds import Feed
from forexai_core.strategies.rules.document import AtrDistance
from forexai_core.strategies.rules.operands import Arithmetic, IndicatorValue, Operand, PriceValue
from forexai_core.strategies.rules.reading import located
from forexai_core.strategies.turns import previous
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.ticks import Ticks

__all__ = ["Columns"]

Floats = NDArray[np.float64]


class Columns:
    """Computes the operands of rules over the bars of one symbol.

    Parameters
    ----------
    bars : Bars or Ticks
        Of the traded symbol: a row each.
    others : mapping of str to Bars or Ticks
        Prices of other symbols of the run.
    clock : Clock
        Where higher bars begin.
    """

    def __init__(self, bars: Bars | Ticks, others: Mapping[str, Bars | Ticks], clock: Clock) -> None:
        self.base = Feed(bars, clock)
        self._feeds = {symbol: Feed(prices, clock) for symbol, prices in others.items() if symbol != bars.symbol}
        self._feeds[bars.symbol] = self.base
        self._rows: dict[int, NDArray[np.int64]] = {}

    def feed(self, symbol: str | None, timeframe: str | None) -> Feed:
        """Give the prices that an operand is taken of.

        Raises
        ------
        ConfigError
            If the run has no such symbol, or its prices are too coarse.
        """
        name = symbol or self.base.instrument.symbol
        found = self._feeds.get(name)
        if found is None:
            raise ConfigError(
                f"the run has no prices of '{name}'. {did_you_mean(name, self._feeds)} Give the run this symbol's bars."
            )
        return found.higher(timeframe or self.base.timeframe)

    def aligned(self, feed: Feed, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Give, for every bar, the value of the newest row of a feed that has ended by the end of the bar.

        Before the first it is NaN, or False where the values are flags.
        """
        if feed is self.base:
            return values
        key = id(feed)
        if key not in self._rows:
            self._rows[key] = np.searchsorted(feed.end_ns, self.base.end_ns, side="right") - 1
        rows = self._rows[key]
        nothing = False if values.dtype == np.bool_ else np.nan
        if not len(values):
            return np.full(len(rows), nothing, values.dtype)
        return np.where(rows >= 0, values[np.maximum(rows, 0)], nothing)

    def value(self, operand: Operand, place: str) -> Floats:
        """Compute an operand for every bar; NaN where it is not known."""
        feed, values = self.native(operand, place)
        return self.aligned(feed, values).astype(np.float64, copy=False)

    def native(self, operand: Operand, place: str) -> tuple[Feed, Floats]:
        """Compute an operand in its own timeframe, where it has just one.

        Parameters
        ----------
        operand : Operand
            What to compute.
        place : str
            Where it stands in the document.

        Returns
        -------
        feed : Feed
            Whose rows the values belong to.
        values : (rows,) float64
            NaN where not known.
        """
        if isinstance(operand, PriceValue | IndicatorValue):
            with located(place):
                feed = self.feed(operand.symbol, operand.timeframe)
                values = _price(feed, operand) if isinstance(operand, PriceValue) else _indicator(feed, operand)
            return feed, previous(values, operand.shift) if operand.shift else values
        if isinstance(operand, Arithmetic):
            return self._arithmetic(operand, place)
        return self.base, np.full(len(self.base), float(operand))

    def _arithmetic(self, operand: Arithmetic, place: str) -> tuple[Feed, Floats]:
        sides = [
            (side, isinstance(side, float), *self.native(side, f"{place}.{name}"))
            for name, side in (("left", operand.left), ("right", operand.right))
        ]
        feeds = [feed for _, constant, feed, _ in sides if not constant]
        common = feeds[0] if feeds and all(feed is feeds[0] for feed in feeds) else self.base
        left, right = (
            np.full(len(common), side) if constant else values if feed is common else self.aligned(feed, values)
            for side, constant, feed, values in sides
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            result = _COMPUTE[operand.operator](left, right)
        # A division by zero has no value.
        result[~np.isfinite(result)] = np.nan
        return common, result

    def ranges(self, distance: AtrDistance, place: str) -> Floats:
        """Compute a distance in multiples of the average true range, price units; NaN where not known."""
        with located(place):
            feed = self.feed(None, distance.timeframe)
            main, lines = feed.indicator("atr", (distance.period,))
        atr: Floats = self.aligned(feed, lines[main]).astype(np.float64, copy=False)
        return distance.multiple * atr


_COMPUTE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def _price(feed: Feed, operand: PriceValue) -> Floats:
    if operand.field == "volume":
        return feed.column("volume")
    columns = [feed.column(name) for name in SOURCE_COLUMNS[operand.field]]
    price: Floats = combine_source(operand.field, *columns)
    return price


def _indicator(feed: Feed, operand: IndicatorValue) -> Floats:
    main, lines = feed.indicator(operand.name, (), operand.parameters, operand.source)
    return lines[operand.output or main]
