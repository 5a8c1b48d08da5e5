"""Series that a strategy reads: windows over plain lists that end at what is known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["Cursor", "FollowingCursor", "IndicatorSeries", "Series", "Times"]

NumberT = TypeVar("NumberT", int, float)

_NAN = float("nan")


class Counts(Protocol):
    """Whatever knows how many rows are known."""

    @property
    def count(self) -> int:
        """Rows that are known now."""
        ...


class Cursor:
    """How far a run has come: the number of rows that are known. The drive raises it, and nothing else.

    Attributes
    ----------
    count : int
        ``i + 1`` when row ``i`` has closed.
    synced : int
        What it was when the ledger was last brought up to date.
    """

    __slots__ = ("count", "synced")

    def __init__(self, count: int = 0) -> None:
        self.count = self.synced = count


class FollowingCursor:
    """How many rows of another series are known at the time of a leading one.

    Parameters
    ----------
    leader : cursor
        Of the series that decides.
    times : list of int
        When each row of the leading series is known, nanoseconds UTC, ascending.
    ends : list of int
        When each row of the following series is known.
    """

    __slots__ = ("_count", "_ends", "_leader", "_now", "_seen", "_times")

    def __init__(self, leader: Counts, times: Sequence[int], ends: Sequence[int]) -> None:
        self._leader = leader
        self._times = times
        self._ends = ends
        self._seen = 0
        self._now = -(2**63)
        self._count = 0

    @property
    def count(self) -> int:
        """Rows whose end is not after the time of the leading series."""
        known = self._leader.count
        if known != self._seen:
            now = self._times[known - 1] if known else -(2**63)
            self._count = bisect_right(self._ends, now, self._count if now >= self._now else 0)
            self._seen, self._now = known, now
        return self._count


class _Window(Generic[NumberT]):
    """Rows of a list up to a cursor; -1 is the newest."""

    __slots__ = ("_cursor", "_values")

    def __init__(self, values: list[NumberT], cursor: Counts) -> None:
        self._values: list[NumberT] = values
        self._cursor = cursor

    def __len__(self) -> int:
        return self._cursor.count

    def __iter__(self) -> Iterator[NumberT]:
        return iter(self._values[: self._cursor.count])

    def __repr__(self) -> str:
        count = self._cursor.count
        newest = ", ".join(f"{value:.10g}" for value in self._values[max(0, count - 3) : count])
        return f"<{count} known: …{newest}>"

    def _ahead(self, index: int) -> IndexError:
        # IndexError is what Python's own protocols of sequences expect here.
        return IndexError(
            f"Row {index} is not known yet: {self._cursor.count} rows are. Count back from the newest: [-1], [-2] …"
        )


class Series(_Window[float]):
    """Prices or values of an indicator, as far as they are known.

    ``series[-1]`` is the newest, ``series[-2]`` the one before; before the first row, and while an indicator warms up,
    it is NaN, with which no comparison holds. ``series[-20:]`` gives a list. Nothing later than the present bar can be
    reached.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    def __getitem__(self, index: int | slice) -> float | list[float]:
        """Give one value, or a list of them."""
        if index.__class__ is int:
            count = self._cursor.count
            if index < 0:
                row = count + index
                return self._values[row] if row >= 0 else _NAN
            if index < count:
                return self._values[index]
            raise self._ahead(index)
        if isinstance(index, slice):
            return self._values[: self._cursor.count][index]
        return self[int(index)]

    def to_numpy(self) -> NDArray[np.float64]:
        """Copy what is known into an array."""
        return np.array(self._values[: self._cursor.count], np.float64)


class Times(_Window[int]):
    """Opening times as far as they are known, nanoseconds UTC."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        """Give one time, or a list of them."""
        count = self._cursor.count
        if isinstance(index, slice):
            return self._values[:count][index]
        row = count + index if index < 0 else index
        if not 0 <= row < count:
            raise self._ahead(index)
        return self._values[row]


class IndicatorSeries(Series):
    """An indicator as far as it is known: its main line, and each line by name (``bands.upper[-1]``)."""

    __slots__ = ("_lines", "_name")

    def __init__(self, name: str, main: str, lines: Mapping[str, list[float]], cursor: Counts) -> None:
        super().__init__(lines[main], cursor)
        self._name = name
        self._lines = {line: Series(values, cursor) for line, values in lines.items()}

    def __getattr__(self, line: str) -> Any:
        if line.startswith("_"):
            raise AttributeError(line)
        return self.line(line)

    def line(self, name: str) -> Series:
        """Give one line by its name.

        Raises
        ------
        ConfigError
            If the indicator has no such line.
        """
        found = self._lines.get(name)
        if found is None:
            raise ConfigError(f"{self._name}: there is no line '{name}'. {did_you_mean(name, self._lines)}")
        return found
