"""Prices as strategies need them: columns as lists, ends, indicators and higher timeframes, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.resampling import resample
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe

__all__ = ["Feed", "Feeds"]

Floats = NDArray[np.float64]
_PRICES = {"open", "high", "low", "close"}


class Feed:
    """One symbol in one timeframe.

    Parameters
    ----------
    prices : Bars or Ticks
        A tick counts as a bar whose four prices are its bid.
    clock : Clock
        The account's: days and higher bars begin at its midnights.
    derived : bool
        Whether the bars were made of finer ones, by this clock.
    """

    def __init__(self, prices: Bars | Ticks, clock: Clock, *, derived: bool = False) -> None:
        self.prices = prices
        self.clock = clock
        self._derived = derived
        self._lists: dict[str, list[float]] = {}
        self._indicators: dict[Any, tuple[str, dict[str, Floats]]] = {}
        self._indicator_lists: dict[Any, dict[str, list[float]]] = {}
        self._higher: dict[Timeframe, Feed] = {}

    @property
    def instrument(self) -> Instrument:
        """What is priced."""
        return self.prices.instrument

    @property
    def timeframe(self) -> Timeframe:
        """Length of a bar."""
        return Timeframe.TICK if isinstance(self.prices, Ticks) else self.prices.timeframe

    def __len__(self) -> int:
        return len(self.prices)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Give a column as indicators ask for it."""
        return self.column(name)

    def column(self, name: str) -> NDArray[Any]:
        """Give a column as an array.

        Parameters
        ----------
        name : str
            ``open, high, low, close, volume, time_ns``; ``day``, the number of the day by the clock; of ticks ``bid``
            and ``ask`` too.

        Raises
        ------
        ConfigError
            If there is no such column.
        """
        prices = self.prices
        if name == "day":
            return self.clock.to_wall_ns(prices.time_ns) // NS_PER_DAY
        if isinstance(prices, Ticks) and name in _PRICES:
            name = "bid"
        if name not in (prices.data.dtype.names or ()):
            known = [*_PRICES, *(prices.data.dtype.names or ())]
            raise ConfigError(f"{prices.symbol}: there is no column '{name}'. {did_you_mean(name, known)}")
        return np.ascontiguousarray(prices.data[name])

    def listed(self, name: str) -> list[Any]:
        """Give a column as a list of Python numbers, made once."""
        if name not in self._lists:
            self._lists[name] = self.column(name).tolist()
        return self._lists[name]

    @cached_property
    def end_ns(self) -> NDArray[np.int64]:
        """When each bar is known: at its end; of a tick at its own time."""
        prices = self.prices
        if isinstance(prices, Ticks):
            return prices.time_ns
        if not self._derived:
            return prices.end_ns
        # By the wall clock: an H4 bar in which the clock is set back lasts five hours, and is known after the fifth.
        start = self.clock.bar_start_ns(prices.time_ns, prices.timeframe)
        if prices.timeframe.follows_calendar:
            return self.clock.bar_end_ns(start, prices.timeframe)
        wall = self.clock.to_wall_ns(start) + prices.timeframe.nominal_ns
        return self.clock.to_utc_ns(wall, ambiguous="earlier", missing="forward")

    def ask_close(self, row: int, spread_points: int) -> float:
        """Give the ask at the close of one bar, as the ledger sees it.

        Parameters
        ----------
        row : int
            Of the bar or tick.
        spread_points : int
            Spread where the prices bring none.
        """
        prices = self.prices
        if isinstance(prices, Ticks):
            return float(prices.ask[row])
        if prices.ask is not None:
            return float(prices.ask["close"][row])
        scale = 10.0**self.instrument.digits
        spread = spread_points if prices.spread_points is None else round(float(prices.spread_points[row]))
        return (round(float(prices.close[row]) * scale) + spread) / scale

    @cached_property
    def ends(self) -> list[int]:
        """The same as a list."""
        ends: list[int] = self.end_ns.tolist()
        return ends

    def indicator(
        self,
        name: str,
        values: tuple[Any, ...] = (),
        settings: Mapping[str, Any] | None = None,
        source: str | None = None,
    ) -> tuple[str, dict[str, Floats]]:
        """Compute an indicator over all bars, once.

        Parameters
        ----------
        name : str
            From the catalogue.
        values, settings : tuple, mapping
            Its parameters, by place and by name.
        source : str or None
            Price that it is taken of; None for its own default.

        Returns
        -------
        main : str
            Name of the main line.
        lines : dict of str to (bars,) float64
            Every line. Row i depends on bars up to i only.

        Raises
        ------
        ConfigError
            If there is no such indicator, parameter or source.
        """
        # The catalogue loads every indicator: only a strategy that asks by name needs it.
        from forexai_core.indicators import find_indicator

        spec = find_indicator(name)
        bound = spec.open(*values, source=source, **(settings or {}))
        key = (spec.name, tuple(bound.parameters.items()), bound.source)
        if key not in self._indicators:
            self._indicators[key] = (spec.main_output, bound.compute(self))
        return self._indicators[key]

    def indicator_lists(
        self, name: str, values: tuple[Any, ...], settings: Mapping[str, Any], source: str | None
    ) -> tuple[str, dict[str, list[float]]]:
        """Compute an indicator as lists of Python numbers, once."""
        main, lines = self.indicator(name, values, settings, source)
        key = id(lines)
        if key not in self._indicator_lists:
            self._indicator_lists[key] = {line: array.tolist() for line, array in lines.items()}
        return main, self._indicator_lists[key]

    def higher(self, timeframe: str | Timeframe) -> Feed:
        """Give the same symbol in a higher timeframe, made once.

        Raises
        ------
        ConfigError
            If the timeframe is lower than that of the prices.
        """
        wanted = Timeframe.of(timeframe)
        if wanted is self.timeframe:
            return self
        if wanted.nominal_ns < self.timeframe.nominal_ns or wanted is Timeframe.TICK:
            raise ConfigError(
                f"{self.instrument.symbol}: {wanted} bars cannot be made of {self.timeframe} bars. Ask for a higher "
                "timeframe, or run on finer prices."
            )
        if wanted not in self._higher:
            self._higher[wanted] = Feed(resample(self.prices, wanted, clock=self.clock), self.clock, derived=True)
        return self._higher[wanted]


class Feeds:
    """The prices of every symbol of a run.

    Parameters
    ----------
    prices : mapping of str to Bars or Ticks
        By symbol, in the order of the run.
    clock : Clock
        The account's.
    """

    def __init__(self, prices: Mapping[str, Bars | Ticks], clock: Clock) -> None:
        self._feeds = {symbol: Feed(series, clock) for symbol, series in prices.items()}

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the symbols, in order."""
        return tuple(self._feeds)

    def __getitem__(self, symbol: str) -> Feed:
        """Give one symbol's prices.

        Raises
        ------
        ConfigError
            If the run has no such symbol.
        """
        found = self._feeds.get(symbol)
        if found is None:
            raise ConfigError(f"The run has no prices of '{symbol}'. {did_you_mean(symbol, self._feeds)}")
        return found
