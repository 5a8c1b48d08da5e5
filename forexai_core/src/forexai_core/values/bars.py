"""Bars: immutable columns over structured arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.errors import DataShapeError
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import NEW_YORK_CLOSE, format_time_ns
from forexai_core.values.columns import column, frozen, provenance
from forexai_core.values.frames import (
    Columns,
    check_order,
    crossed_note,
    frame_digits,
    price_column,
    raise_crossed,
    utc_index_ns,
)
from forexai_core.values.instruments import Instrument
from forexai_core.values.points import Points, in_points, raised
from forexai_core.values.spacing import check_spacing
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bars"]

Floats = NDArray[np.float64]
_HOUR = 60 * NS_PER_MINUTE
_COLUMNS = Columns(
    kind="bars",
    known=(*(BAR.names or ())[1:], *(f"ask_{name}" for name in QUOTE.names or ()), "spread_points"),
    renamed={"spread": "spread_points", "tick_volume": "volume"},
    left_out=frozenset({"real_volume", "time"}),
)


def _timeframe(value: str | Timeframe) -> Timeframe:
    return Timeframe.of(value)


def _ascending(time_ns: NDArray[np.int64], what: str) -> None:
    wrong = np.flatnonzero(np.diff(time_ns) <= 0)
    if wrong.size:
        row = int(wrong[0]) + 1
        raise DataShapeError(
            f"{what}: row {row} ({format_time_ns(time_ns[row])}) does not come after the row before "
            f"it ({format_time_ns(time_ns[row - 1])}). Sort the rows and drop duplicates first."
        )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Bars:
    """Bid bars of one symbol and timeframe, with the ask side or the spread where known.

    Attributes
    ----------
    instrument : Instrument
        What is priced; its digits are the grid of the prices.
    timeframe : Timeframe
        Length of a bar.
    data : (bars,) BAR
        Read-only rows, ascending by ``time_ns`` (opening time, nanoseconds UTC).
    ask : (bars,) QUOTE or None
        The ask side, never below the bid.
    spread_points : (bars,) float64 or None
        Spread of each bar in points, where the source has such a column and no ask side.
    provenance : mapping of str to str
        Where the prices come from and what was done to them; printed with every result.
    """

    instrument: Instrument
    timeframe: Timeframe = attrs.field(converter=_timeframe)
    data: NDArray[np.void] = attrs.field(converter=frozen)
    ask: NDArray[np.void] | None = attrs.field(default=None, converter=attrs.converters.optional(frozen))
    spread_points: Floats | None = attrs.field(default=None, converter=attrs.converters.optional(frozen))
    provenance: Mapping[str, str] = attrs.field(default=None, converter=provenance)

    def __attrs_post_init__(self) -> None:
        name = f"{self.symbol} {self.timeframe}"
        if self.data.dtype != BAR or self.data.ndim != 1:
            raise DataShapeError(f"{name}: bars must be a one-dimensional array of dtype BAR.")
        for part, side in (("ask", self.ask), ("spread_points", self.spread_points)):
            if side is not None and side.shape != self.data.shape:
                raise DataShapeError(f"{name}: {part} has shape {side.shape}, the bars have {self.data.shape}.")
        if self.ask is not None and self.ask.dtype != QUOTE:
            raise DataShapeError(f"{name}: the ask side must be of dtype QUOTE.")
        _ascending(self.data["time_ns"], name)
        self._check_prices(name)

    def _check_prices(self, name: str) -> None:
        rows = self.data
        good = np.isfinite(rows["volume"]) & (rows["volume"] >= 0) & (rows["low"] > 0) & (rows["high"] < np.inf)
        good &= (rows["low"] <= rows["open"]) & (rows["open"] <= rows["high"])
        good &= (rows["low"] <= rows["close"]) & (rows["close"] <= rows["high"])
        if self.ask is not None:
            ask = self.ask
            good &= (ask["low"] <= ask["open"]) & (ask["open"] <= ask["high"])
            good &= (ask["low"] <= ask["close"]) & (ask["close"] <= ask["high"])
            good &= ask["high"] < np.inf
            for field in ("open", "high", "low", "close"):
                good &= ask[field] >= rows[field]
        if self.spread_points is not None:
            good &= (self.spread_points >= 0) & (self.spread_points < np.inf)
        if not good.all():
            row = int(np.flatnonzero(~good)[0])
            raise DataShapeError(
                f"{name}: the bar at {format_time_ns(rows['time_ns'][row])} (row {row}) is not "
                f"sound: {rows[row]}. Low <= open, close <= high, all above 0 and finite, and "
                "ask >= bid must hold; forexai_core.data.validate reports and quarantines such rows."
            )

    @property
    def symbol(self) -> str:
        """Name of the symbol."""
        return self.instrument.symbol

    @property
    def digits(self) -> int:
        """Decimals of the prices."""
        return self.instrument.digits

    @cached_property
    def time_ns(self) -> NDArray[np.int64]:
        """Opening times, nanoseconds UTC."""
        return column(self.data, "time_ns")

    @property
    def open(self) -> Floats:
        """First bid of each bar."""
        return self.data["open"]

    @property
    def high(self) -> Floats:
        """Highest bid of each bar."""
        return self.data["high"]

    @property
    def low(self) -> Floats:
        """Lowest bid of each bar."""
        return self.data["low"]

    @property
    def close(self) -> Floats:
        """Last bid of each bar."""
        return self.data["close"]

    @property
    def volume(self) -> Floats:
        """Volume of each bar, in the source's unit."""
        return self.data["volume"]

    @cached_property
    def end_ns(self) -> NDArray[np.int64]:
        """End of each bar (exclusive), never after the next one opens; nanoseconds UTC."""
        if self.timeframe is Timeframe.TICK:
            return self.time_ns
        end = NEW_YORK_CLOSE.bar_end_ns(self.time_ns, self.timeframe)
        if self.timeframe is Timeframe.MN1:  # Europe leaves summer time before New York: its October is an hour longer
            late = self.time_ns[1:] - end[:-1]
            end[:-1] += np.where((late > 0) & (late <= _HOUR), late, 0)
        end[:-1] = np.minimum(end[:-1], self.time_ns[1:])
        end.flags.writeable = False
        return end

    @cached_property
    def bid_points(self) -> Points:
        """The bid side in points."""
        return Points(*in_points((self.open, self.high, self.low, self.close), self.digits))

    @cached_property
    def ask_points(self) -> Points | None:
        """The ask side in points, where it or a spread is known."""
        if self.ask is not None:
            side = self.ask
            return Points(*in_points(tuple(side[name] for name in Points._fields), self.digits))
        if self.spread_points is None:
            return None
        return raised(self.bid_points, np.rint(self.spread_points))

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of symbol, timeframe, grid and every price."""
        digest = hashlib.sha256(f"bars|{self.symbol}|{self.timeframe}|{self.digits}|".encode())
        for array in (self.data, self.ask, self.spread_points):
            digest.update(b"none|" if array is None else np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        if not len(self):
            return f"<Bars {self.symbol} {self.timeframe}: none>"
        first, last = format_time_ns(self.time_ns[0]), format_time_ns(self.time_ns[-1])
        side = "bid + ask" if self.ask is not None else "bid"
        return f"<Bars {self.symbol} {self.timeframe}: {len(self):,} {side}, {first} to {last}>"

    @overload
    def __getitem__(self, index: slice) -> Self: ...
    @overload
    def __getitem__(self, index: int) -> np.void: ...
    def __getitem__(self, index: slice | int) -> Self | np.void:
        """Give one row, or a run of bars."""
        if isinstance(index, slice):
            return attrs.evolve(
                self,
                data=self.data[index],
                ask=None if self.ask is None else self.ask[index],
                spread_points=None if self.spread_points is None else self.spread_points[index],
            )
        row: np.void = self.data[index]
        return row

    def between(self, start_ns: int | None = None, stop_ns: int | None = None) -> Self:
        """Keep the bars that open in ``[start_ns, stop_ns)``."""
        low = 0 if start_ns is None else int(np.searchsorted(self.time_ns, start_ns))
        high = len(self) if stop_ns is None else int(np.searchsorted(self.time_ns, stop_ns))
        return self[low:high]

    def to_frame(self) -> pd.DataFrame:
        """Copy the bars into a pandas frame, indexed by UTC opening time.

        Columns: ``open, high, low, close, volume``, then ``ask_open`` … ``ask_close`` or
        ``spread_points`` where known.
        """
        import pandas as pd  # slow to load: only who wants frames pays for it

        index = pd.DatetimeIndex(self.time_ns.view("datetime64[ns]"), tz="UTC", name="time")
        columns: dict[str, Floats] = {name: self.data[name].copy() for name in BAR.names or () if name != "time_ns"}
        if self.ask is not None:
            columns |= {f"ask_{name}": self.ask[name].copy() for name in QUOTE.names or ()}
        if self.spread_points is not None:
            columns["spread_points"] = self.spread_points.copy()
        return pd.DataFrame(columns, index=index)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        symbol: str,
        timeframe: str | Timeframe,
        instrument: Instrument | None = None,
        provenance: Mapping[str, str] | None = None,
    ) -> Self:
        """Make bars from a pandas frame.

        Parameters
        ----------
        frame : DataFrame
            Indexed by time with a timezone; columns as :meth:`to_frame` writes them, ``volume``
            optional.
        symbol, timeframe : str
            What the bars are.
        instrument : Instrument, optional
            Default: the catalogue's, with the finer grid where the prices have one.
        provenance : mapping, optional
            Where the prices come from.

        Raises
        ------
        DataShapeError
            If the index has no timezone or does not ascend, its steps are not those of the timeframe, a column is
            missing (of the ask side: if any of its four is there) or holds no numbers, or a row is not sound.
        """
        index, (frame, notes) = utc_index_ns(frame), _COLUMNS.of(frame)
        check_order(index)
        check_spacing(index, Timeframe.of(timeframe))
        known = instrument or find_instrument(symbol)
        prices = {name: price_column(frame, name) for name in ("open", "high", "low", "close")}
        digits = frame_digits(prices, known)
        data = np.empty(len(frame), BAR)
        data["time_ns"] = index
        for name, values in prices.items():
            data[name] = np.round(values, digits)
        data["volume"] = price_column(frame, "volume") if "volume" in frame.columns else 0.0
        ask = None
        if any(f"ask_{name}" in frame.columns for name in QUOTE.names or ()):
            ask = np.empty(len(frame), QUOTE)
            crossed = np.zeros(len(frame), np.bool_)
            for name in QUOTE.names or ():
                ask[name] = np.round(price_column(frame, f"ask_{name}"), digits)
                crossed |= raise_crossed(data[name], ask[name])
            notes |= crossed_note(crossed, index, known.symbol)
        spread = price_column(frame, "spread_points") if "spread_points" in frame.columns else None
        return cls(
            instrument=known.with_digits(digits),
            timeframe=Timeframe.of(timeframe),
            data=data,
            ask=ask,
            spread_points=spread,
            provenance={**(provenance or {"source": "data frame"}), **notes},
        )
