"""Data sources: where prices come from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["Coverage", "DataCapabilities", "DataOffer", "DataSource"]


def _timeframe(value: str | Timeframe) -> Timeframe:
    return Timeframe.of(value)


@attrs.frozen(kw_only=True)
class Coverage:
    """What a source holds of one symbol and timeframe.

    Attributes
    ----------
    symbol : str
        The source's name of the instrument.
    timeframe : Timeframe
        ``tick`` for quotes.
    start_ns, stop_ns : int
        The first row's time, and one nanosecond after the last row's: ``[start_ns, stop_ns)``.
    """

    symbol: str
    timeframe: Timeframe = attrs.field(converter=_timeframe)
    start_ns: int
    stop_ns: int


@attrs.frozen(kw_only=True)
class DataCapabilities:
    """What a source can give."""

    bars: bool = True
    ticks: bool = False
    live: bool = False
    timeframes: frozenset[Timeframe] = frozenset()


@runtime_checkable
class DataSource(Protocol):
    """A source of prices.

    Ranges are half-open, ``start_ns <= time_ns < stop_ns``, in nanoseconds UTC. A range in which the source
    holds nothing gives an empty container. A symbol or timeframe that it does not hold is a
    :class:`DataError` that names what it does hold; a range that it should hold and cannot give is a
    :class:`DataGapError`. Ranges are read off the event loop and may block.
    """

    def symbols(self) -> Sequence[str]:
        """Name what it holds."""
        ...

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what it holds of a symbol, one entry a timeframe."""
        ...

    def bars(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the bars that open in the range."""
        ...

    def ticks(self, symbol: str, start_ns: int, stop_ns: int) -> Ticks:
        """Give the quotes in the range. A source without ticks raises :class:`DataError`."""
        ...

    def subscribe(self, symbol: str, timeframe: Timeframe) -> AsyncIterator[Bars | Ticks]:
        """Follow a symbol: containers of one row or more, each newer than all before.

        A bar is given once, when it has closed. The iterator ends when the source has no more. A
        source that is not live gives what it holds, as fast as it is asked: replay sets the pace.
        """
        ...


@attrs.frozen(kw_only=True)
class DataOffer(Offer[DataSource]):
    """A source of prices.

    Attributes
    ----------
    capabilities : DataCapabilities
        What it can give.
    """

    kind: ClassVar[str] = "data"

    capabilities: DataCapabilities = DataCapabilities()
