"""Intents: what a vector strategy wants at the close of each bar."""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from forexai_core.arrays import INTENT
from forexai_core.errors import DataShapeError
from forexai_core.strategies.management import Management

__all__ = ["EXIT_ALL", "EXIT_LONG", "EXIT_SHORT", "Intents"]

EXIT_ALL, EXIT_LONG, EXIT_SHORT = 1, 2, 3
"""Values of ``exit``: close what is open, longs only, shorts only."""

_RANGES = {"entry": (-1, 0, 1), "exit": (0, EXIT_ALL, EXIT_LONG, EXIT_SHORT)}
_DISTANCES = ("stop", "target", "volume_lots")


def _checked(rows: NDArray[np.void]) -> NDArray[np.void]:
    if rows.dtype != INTENT or rows.ndim != 1:
        raise DataShapeError("Intents: the rows must be a one-dimensional array of dtype INTENT.")
    if not len(rows):
        return rows
    for name, allowed in _RANGES.items():
        values = rows[name]
        if values.min() < allowed[0] or values.max() > allowed[-1]:
            wrong = np.flatnonzero(~np.isin(values, allowed))[0]
            raise DataShapeError(f"Intents: {name} is {values[wrong]} in row {wrong}; it must be one of {allowed}.")
    entered = np.flatnonzero(rows["entry"])
    for name in _DISTANCES:
        values = rows[name][entered]
        wrong = np.flatnonzero(~((values >= 0) & (values < np.inf)))
        if wrong.size:
            raise DataShapeError(
                f"Intents: {name} is {values[wrong[0]]} in row {entered[wrong[0]]}; it must be 0 (none) or above and "
                "finite. Want nothing on bars on which an indicator is still NaN."
            )
    return np.ascontiguousarray(rows)


def _whole(name: str, values: ArrayLike, bars: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind == "f":
        wrong = np.flatnonzero(array != np.rint(array))
        if wrong.size:
            raise DataShapeError(f"Intents: {name} is {array.flat[wrong[0]]} in row {wrong[0]}; it must be whole.")
    elif array.dtype.kind not in "biu":
        raise DataShapeError(f"Intents: {name} must hold whole numbers, not {array.dtype}.")
    return _fitting(name, array, bars)


def _fitting(name: str, values: ArrayLike, bars: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape not in {(), (bars,)}:
        raise DataShapeError(
            f"Intents: {name} has shape {array.shape}; it needs one value, or one for each of {bars} bars."
        )
    return array


@attrs.frozen(eq=False)
class Intents:
    """One row of wishes a bar, and how the positions that come of them are looked after.

    Attributes
    ----------
    rows : (bars,) INTENT
        ``entry`` +1 be long, -1 be short, 0 nothing; ``exit`` 1 close what is open, 2 longs only, 3 shorts only;
        ``stop`` and ``target`` distances from the quoted entry, price units, 0 none; ``volume_lots``, 0 for that of the
        management. The last three are looked at on rows with an entry only.
    management : Management
        Default volume, break-even, trailing, time exit.
    """

    rows: NDArray[np.void] = attrs.field(converter=_checked)
    management: Management = attrs.field(factory=Management)

    @classmethod
    def empty(cls, bars: int, management: Management | None = None) -> Self:
        """Want nothing on any bar."""
        return cls(np.zeros(bars, INTENT), management or Management())

    @classmethod
    def of(
        cls,
        *,
        entry: ArrayLike,
        exit: ArrayLike = 0,  # noqa: A002 - the field's name, as traders say it
        stop: ArrayLike = 0.0,
        target: ArrayLike = 0.0,
        volume_lots: ArrayLike = 0.0,
        management: Management | None = None,
    ) -> Self:
        """Make intents of columns.

        Parameters
        ----------
        entry : (bars,) array_like of int
            +1, -1 or 0. On rows without an entry, stop, target and volume are not looked at (NaN is fine there).
        exit : (bars,) array_like of int or bool, or one value
            1 (True) closes what is open, 2 longs only, 3 shorts only.
        stop, target : (bars,) array_like of float, or one value
            Distances in price units; 0 none.
        volume_lots : (bars,) array_like of float, or one value
            0 takes the management's.
        management : Management, optional
            Default volume and care.

        Raises
        ------
        DataShapeError
            If a length or a value does not fit; the row is named.
        """
        wanted = np.asarray(entry)
        if wanted.ndim != 1:
            raise DataShapeError(f"Intents: entry has shape {wanted.shape}; it needs one value a bar.")
        bars = len(wanted)
        whole = {"entry": _whole("entry", wanted, bars), "exit": _whole("exit", exit, bars)}
        rows = np.zeros(bars, INTENT)
        for name, column in whole.items():
            if column.size and (column.min() < -1 or column.max() > EXIT_SHORT):
                raise DataShapeError(f"Intents: {name} must be one of {_RANGES[name]}.")
            rows[name] = column
        entered = np.flatnonzero(rows["entry"])
        for name, values in (("stop", stop), ("target", target), ("volume_lots", volume_lots)):
            column = _fitting(name, values, bars)
            rows[name][entered] = column[entered] if column.ndim else column
        return cls(rows, management or Management())

    @property
    def entry(self) -> NDArray[np.int8]:
        """+1, -1 or 0 a bar; may be written to."""
        return self.rows["entry"]

    @property
    def exit(self) -> NDArray[np.int8]:
        """What to close a bar; may be written to."""
        return self.rows["exit"]

    @property
    def stop(self) -> NDArray[np.float64]:
        """Distance of the stop a bar; may be written to."""
        return self.rows["stop"]

    @property
    def target(self) -> NDArray[np.float64]:
        """Distance of the target a bar; may be written to."""
        return self.rows["target"]

    @property
    def volume_lots(self) -> NDArray[np.float64]:
        """Volume a bar; may be written to."""
        return self.rows["volume_lots"]

    def __len__(self) -> int:
        return len(self.rows)

    def checked(self) -> Self:
        """Check the rows again, after they were written to.

        Raises
        ------
        DataShapeError
            If a value does not fit; the row is named.
        """
        return attrs.evolve(self)
