"""The last values of a stream, in a row.

Steps that look back take an array and a position in it. A batch passes the prices themselves. A stream passes a
*mirrored window*: every value is written twice, ``capacity`` places apart, so that the last ``capacity`` values
always lie in a row and are read in the same order as in a batch; this is what makes both bit-identical.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core.indicators.inputs import Floats

__all__ = ["Window", "Windows"]


class Window:
    """A mirrored window.

    Parameters
    ----------
    capacity : int
        Number of last values that it holds.

    Attributes
    ----------
    values : (2 * capacity,) float64
        Read-only, as the columns of a batch are, so that the compiler sees one type.
    """

    __slots__ = ("_array", "_capacity", "_slot", "values")

    def __init__(self, capacity: int) -> None:
        self._array = np.zeros(2 * capacity)
        self._capacity = capacity
        self._slot = 0
        self.values: Floats = self._array.view()
        self.values.flags.writeable = False

    def __deepcopy__(self, _memo: dict[int, Any]) -> Window:
        copied = Window(self._capacity)
        copied._array[:] = self._array
        copied._slot = self._slot
        return copied

    def push(self, value: float) -> int:
        """Write the newest value.

        Parameters
        ----------
        value : float
            The newest value.

        Returns
        -------
        int
            Its position ``i``; ``values[i - capacity + 1 : i + 1]`` are the last values, oldest first.
        """
        slot, i = self._slot, self._slot + self._capacity
        self._array[slot] = value
        self._array[i] = value
        self._slot = 0 if slot + 1 == self._capacity else slot + 1
        return i


class Windows:
    """Mirrored windows of several columns.

    Parameters
    ----------
    count, capacity : int
        How many, and the number of last rows that they hold.
    """

    def __init__(self, count: int, capacity: int) -> None:
        self._windows = [Window(capacity) for _ in range(count)]

    @property
    def columns(self) -> tuple[Floats, ...]:
        """Values of each, (2 * capacity,) float64, read-only."""
        return tuple(window.values for window in self._windows)

    @property
    def pair(self) -> tuple[Floats, Floats]:
        """Values of the first two."""
        return self._windows[0].values, self._windows[1].values

    @property
    def triple(self) -> tuple[Floats, Floats, Floats]:
        """Values of the first three."""
        return *self.pair, self._windows[2].values

    def push(self, *row: float) -> int:
        """Write the newest row.

        Parameters
        ----------
        *row : float
            One value per column.

        Returns
        -------
        int
            Its position, the same in each.
        """
        positions = [window.push(value) for window, value in zip(self._windows, row, strict=True)]
        return positions[0]
