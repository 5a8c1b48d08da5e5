"""What a strategy sees of its positions, its orders and the bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import attrs
import numpy as np

from forexai_core.arrays import OPEN_REASONS
from forexai_core.engine.state.records import NO_PRICE, ORDER, POSITION
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.strategies.feeds import Feed
from forexai_core.strategies.series import Counts, FollowingCursor, IndicatorSeries, Series, Times
from forexai_core.values.orders import OrderKind
from forexai_core.values.timeframes import Timeframe

__all__ = [
    "BarsView",
    "OpenPosition",
    "OpenPositions",
    "PendingOrder",
    "TicksView",
    "aged",
    "open_position",
    "pending_order",
]


@attrs.frozen(kw_only=True)
class OpenPosition:
    """An open position, as it stood when it was asked for.

    Attributes
    ----------
    ticket : int
        What :meth:`Context.close` and :meth:`Context.modify` take.
    side : int
        +1 long, -1 short.
    open_price : float
        Volume-weighted, where several orders built it (netting).
    stop_loss, take_profit : float or None
        Prices.
    bars_held : int
        Bars closed since the entry.
    tag : str
        What the order that opened it carried.
    """

    ticket: int
    symbol: str
    side: int
    volume_lots: float
    open_time_ns: int
    open_price: float
    stop_loss: float | None
    take_profit: float | None
    bars_held: int
    open_reason: str
    swap: float
    tag: str

    @property
    def is_long(self) -> bool:
        """Whether it gains when the price rises."""
        return self.side > 0


def aged(position: OpenPosition, bars: int) -> OpenPosition:
    """Give a position as it is some bars later, in which nothing happened to it."""
    return attrs.evolve(position, bars_held=position.bars_held + bars) if bars else position


class OpenPositions(Sequence[OpenPosition]):
    """Open positions, oldest first.

    Parameters
    ----------
    held : list of OpenPosition
        As they stood when the ledger was last brought up to date.
    behind : int
        How many bars ago that was.
    """

    __slots__ = ("_behind", "_held")

    def __init__(self, held: list[OpenPosition], behind: int) -> None:
        self._held = held
        self._behind = behind

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, index: int) -> OpenPosition: ...
    @overload
    def __getitem__(self, index: slice) -> list[OpenPosition]: ...
    def __getitem__(self, index: int | slice) -> OpenPosition | list[OpenPosition]:
        """Give one of them, or some."""
        if isinstance(index, slice):
            return [aged(position, self._behind) for position in self._held[index]]
        return aged(self._held[index], self._behind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(list(self))


@attrs.frozen(kw_only=True)
class PendingOrder:
    """An order that waits at the venue, as it stood when it was asked for.

    Attributes
    ----------
    price : float
        Where it waits; the stop price of a stop-limit.
    limit_price : float or None
        Of a stop-limit.
    expiry_ns : int
        0 is good till cancelled.
    """

    ticket: int
    symbol: str
    kind: OrderKind
    side: int
    volume_lots: float
    price: float
    limit_price: float | None
    stop_loss: float | None
    take_profit: float | None
    placed_time_ns: int
    expiry_ns: int
    oco: int
    tag: str


_POSITION = {name: index for index, name in enumerate(POSITION.names or ())}
_ORDER = {name: index for index, name in enumerate(ORDER.names or ())}
_KINDS = {2: OrderKind.LIMIT, 3: OrderKind.STOP, 4: OrderKind.STOP_LIMIT}


def _price(points: int, scale: float) -> float | None:
    return None if points == NO_PRICE else points / scale


def open_position(row: np.void, symbol: Any, name: str, tags: Sequence[str]) -> OpenPosition:
    """Read one row of POSITION in user units.

    Parameters
    ----------
    row : POSITION record
        What the ledger holds.
    symbol : SYMBOL record
        Of that row's symbol.
    name : str
        Its name.
    tags : sequence of str
        Tags by their number.
    """
    values = row.item()
    scale = float(symbol["scale"])
    at = _POSITION
    steps = values[at["volume_steps"]]
    return OpenPosition(
        ticket=values[at["ticket"]],
        symbol=name,
        side=values[at["side"]],
        volume_lots=round(steps * float(symbol["volume_step"]), 8),
        open_time_ns=values[at["open_ns"]],
        open_price=values[at["cost"]] / steps / scale,
        stop_loss=_price(values[at["stop_loss"]], scale),
        take_profit=_price(values[at["take_profit"]], scale),
        bars_held=values[at["bars"]],
        open_reason=OPEN_REASONS[values[at["open_reason"]]],
        swap=values[at["swap"]],
        tag=tags[values[at["tag"]]],
    )


def pending_order(row: np.void, symbol: Any, name: str, tags: Sequence[str]) -> PendingOrder:
    """Read one row of ORDER in user units; parameters as in :func:`open_position`."""
    values = row.item()
    scale = float(symbol["scale"])
    at = _ORDER
    return PendingOrder(
        ticket=values[at["ticket"]],
        symbol=name,
        kind=_KINDS[values[at["kind"]]],
        side=values[at["side"]],
        volume_lots=round(values[at["volume_steps"]] * float(symbol["volume_step"]), 8),
        price=values[at["price"]] / scale,
        limit_price=_price(values[at["limit_price"]], scale),
        stop_loss=_price(values[at["stop_loss"]], scale),
        take_profit=_price(values[at["take_profit"]], scale),
        placed_time_ns=values[at["placed_ns"]],
        expiry_ns=values[at["expiry_ns"]],
        oco=values[at["oco"]],
        tag=tags[values[at["tag"]]],
    )


class _FeedView:
    """Columns of one feed up to a cursor; each is made when it is first asked for, and then an attribute."""

    _columns: tuple[str, ...] = ()

    def __init__(self, feed: Feed, cursor: Counts) -> None:
        self._feed = feed
        self._cursor = cursor

    @property
    def symbol(self) -> str:
        """Name of the symbol."""
        return self._feed.instrument.symbol

    def __len__(self) -> int:
        return self._cursor.count

    # A missing attribute, and no property: from the second time on the series is found in the instance itself.
    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._columns:
            raise ConfigError(f"{self.symbol}: there is no column '{name}'. {did_you_mean(name, self._columns)}")
        series: Any = Times if name == "time_ns" else Series
        made = series(self._feed.listed(name), self._cursor)
        setattr(self, name, made)
        return made


class BarsView(_FeedView):
    """Bars of one symbol, as far as they are known: bid prices, newest at ``[-1]``.

    Called with a timeframe, it gives the higher bars whose end is not after the present: ``ctx.bars("H4").close[-1]``.

    Attributes
    ----------
    open, high, low, close, volume : Series
        Bid prices, and volume in the source's unit.
    time_ns : Times
        Opening times.
    """

    open: Series
    high: Series
    low: Series
    close: Series
    volume: Series
    time_ns: Times

    _columns = ("open", "high", "low", "close", "volume", "time_ns")

    def __init__(self, feed: Feed, cursor: Counts) -> None:
        super().__init__(feed, cursor)
        self._made: dict[Any, IndicatorSeries] = {}
        self._higher: dict[str, BarsView] = {}

    @property
    def timeframe(self) -> Timeframe:
        """Length of a bar."""
        return self._feed.timeframe

    def __call__(self, timeframe: str | Timeframe) -> BarsView:
        """Give the same symbol in a higher timeframe.

        Raises
        ------
        ConfigError
            If the timeframe is lower than that of the prices.
        """
        found = self._higher.get(timeframe)
        if found is None:
            feed = self._feed.higher(timeframe)
            found = self
            if feed is not self._feed:
                found = BarsView(feed, FollowingCursor(self._cursor, self._feed.ends, feed.ends))
            self._higher[timeframe] = found
        return found

    def indicator(self, name: str, *values: Any, **settings: Any) -> IndicatorSeries:
        """Give an indicator of these bars.

        Parameters
        ----------
        name : str
            From the catalogue (``forexai indicators`` lists it).
        *values, **settings : int or float
            Its parameters, by place or by name; ``source`` names the price that it is taken of, and ``timeframe`` a
            higher timeframe.

        Returns
        -------
        IndicatorSeries
            The main line at ``[-1]``; each line by its name (``.upper[-1]``).

        Raises
        ------
        ConfigError
            If there is no such indicator, parameter, source or timeframe.
        """
        key = (name, values, *settings.items()) if settings else (name, values)
        found = self._made.get(key)
        if found is None:
            found = self._make(name, values, settings)
            self._made[key] = found
        return found

    def _make(self, name: str, values: tuple[Any, ...], settings: dict[str, Any]) -> IndicatorSeries:
        named = dict(settings)
        timeframe = named.pop("timeframe", None)
        if timeframe is not None and Timeframe.of(timeframe) is not self.timeframe:
            return self(timeframe).indicator(name, *values, **named)
        source = named.pop("source", None)
        main, lines = self._feed.indicator_lists(name, values, named, source)
        return IndicatorSeries(name, main, lines, self._cursor)


class TicksView(_FeedView):
    """Ticks of one symbol, as far as they are known.

    Attributes
    ----------
    bid, ask, volume : Series
        Quotes, newest at ``[-1]``.
    time_ns : Times
        When they came.
    """

    bid: Series
    ask: Series
    volume: Series
    time_ns: Times

    _columns = ("bid", "ask", "volume", "time_ns")
