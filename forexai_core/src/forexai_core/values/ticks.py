"""Ticks: immutable columns over structured arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import TICK
from forexai_core.errors import DataShapeError
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.columns import column, frozen, provenance
from forexai_core.values.frames import Columns, crossed_note, frame_digits, price_column, raise_crossed, utc_index_ns
from forexai_core.values.instruments import Instrument
from forexai_core.values.points import Points, in_points

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ticks"]

Floats = NDArray[np.float64]
_COLUMNS = Columns(
    kind="ticks",
    known=("bid", "ask", "volume"),
    renamed={},
    left_out=frozenset({"last", "flags", "time", "time_msc", "volume_real"}),
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Ticks:
    """Quotes of one symbol, one row a change.

    Attributes
    ----------
    instrument : Instrument
        What is priced.
    data : (ticks,) TICK
        Read-only rows; ``time_ns`` never falls (several ticks may share an instant).
    provenance : mapping of str to str
        Where the prices come from.
    """

    instrument: Instrument
    data: NDArray[np.void] = attrs.field(converter=frozen)
    provenance: Mapping[str, str] = attrs.field(default=None, converter=provenance)

    def __attrs_post_init__(self) -> None:
        if self.data.dtype != TICK or self.data.ndim != 1:
            raise DataShapeError(f"{self.symbol}: ticks must be a one-dimensional array of dtype TICK.")
        rows = self.data
        if np.any(np.diff(rows["time_ns"]) < 0):
            raise DataShapeError(f"{self.symbol}: ticks must be sorted by time.")
        good = (rows["bid"] > 0) & (rows["ask"] >= rows["bid"]) & (rows["ask"] < np.inf)
        good &= (rows["volume"] >= 0) & (rows["volume"] < np.inf)
        if not good.all():
            row = int(np.flatnonzero(~good)[0])
            raise DataShapeError(
                f"{self.symbol}: the tick in row {row} is not sound: {rows[row]}. 0 < bid <= ask must hold, and a "
                "volume be 0 or above, 0 where it is unknown."
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
        """Times, nanoseconds UTC."""
        return column(self.data, "time_ns")

    @property
    def bid(self) -> Floats:
        """Bids."""
        return self.data["bid"]

    @property
    def ask(self) -> Floats:
        """Asks."""
        return self.data["ask"]

    @property
    def volume(self) -> Floats:
        """Volumes, in the source's unit."""
        return self.data["volume"]

    @cached_property
    def bid_points(self) -> Points:
        """The bids in points, as bars that never move."""
        return Points(*4 * in_points((self.bid,), self.digits))

    @cached_property
    def ask_points(self) -> Points:
        """The asks in points, likewise."""
        return Points(*4 * in_points((self.ask,), self.digits))

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of symbol, grid and every quote."""
        digest = hashlib.sha256(f"ticks|{self.symbol}|{self.digits}|".encode())
        digest.update(np.ascontiguousarray(self.data).data)
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        if not len(self):
            return f"<Ticks {self.symbol}: none>"
        first, last = format_time_ns(self.time_ns[0]), format_time_ns(self.time_ns[-1])
        return f"<Ticks {self.symbol}: {len(self):,}, {first} to {last}>"

    @overload
    def __getitem__(self, index: slice) -> Self: ...
    @overload
    def __getitem__(self, index: int) -> np.void: ...
    def __getitem__(self, index: slice | int) -> Self | np.void:
        """Give one row, or a run of ticks."""
        if isinstance(index, slice):
            return attrs.evolve(self, data=self.data[index])
        row: np.void = self.data[index]
        return row

    def to_frame(self) -> pd.DataFrame:
        """Copy the ticks into a pandas frame with columns ``bid, ask, volume``."""
        import pandas as pd  # slow to load: only who wants frames pays for it

        index = pd.DatetimeIndex(self.time_ns.view("datetime64[ns]"), tz="UTC", name="time")
        return pd.DataFrame({name: self.data[name].copy() for name in ("bid", "ask", "volume")}, index=index)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, symbol: str, instrument: Instrument | None = None) -> Self:
        """Make ticks from a pandas frame with columns ``bid``, ``ask`` and perhaps ``volume``.

        Raises
        ------
        DataShapeError
            If the index has no timezone, the times fall, a column is missing or holds no numbers, or a tick is not
            sound.
        """
        index, (frame, notes) = utc_index_ns(frame), _COLUMNS.of(frame)
        known = instrument or find_instrument(symbol)
        sides = {name: price_column(frame, name) for name in ("bid", "ask")}
        digits = frame_digits(sides, known)
        data = np.empty(len(frame), TICK)
        data["time_ns"] = index
        for name, values in sides.items():
            data[name] = np.round(values, digits)
        notes |= crossed_note(raise_crossed(data["bid"], data["ask"]), index, known.symbol)
        data["volume"] = price_column(frame, "volume") if "volume" in frame.columns else 0.0
        return cls(instrument=known.with_digits(digits), data=data, provenance={"source": "data frame", **notes})
