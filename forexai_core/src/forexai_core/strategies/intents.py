"""Intents: what a vector strategy wants at the close of each bar."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forexai_core.arrays import INTENT
from forexai_core.errors import DataShapeError
from forexai_core.strategies.management import Management

__all__ = ["EXIT_ALL", "EXIT_LONG", "EXIT_SHORT", "Intents", "asked_for"]

EXIT_ALL, EXIT_LONG, EXIT_SHORT = 1, 2, 3
"""Values of ``exit``: close what is open, longs only, shorts only."""

_RANGES = {"entry": (-1, 0, 1), "exit": (0, EXIT_ALL, EXIT_LONG, EXIT_SHORT)}
Places = NDArray[np.int64]
_DISTANCES = ("stop", "target", "volume_lots")


_LEAST = float(np.finfo(np.float64).tiny)


def asked_for(distances: ArrayLike) -> NDArray[np.float64]:
    """Raise distances of 0 to the least above it: 0 means none, but these are wanted.

    An average range is 0 where the market stood still. The ledger refuses an entry whose stop or target comes to no
    point; with a 0 it would open without one.
    """
    raised: NDArray[np.float64] = np.maximum(distances, _LEAST)
    return raised


def _check_rows(rows: NDArray[np.void]) -> None:
    """Check one row a bar."""
    if rows.dtype != INTENT or rows.ndim != 1:
        raise DataShapeError("Intents: the rows must be a one-dimensional array of dtype INTENT.")
    for name in _RANGES:
        _check_choice(name, rows[name], None)
    entered = np.flatnonzero(rows["entry"])
    for name in _DISTANCES:
        _check_distance(name, rows[name][entered], entered)


def _check_choice(name: str, values: NDArray[Any], places: Places | None) -> None:
    """Check a column of choices, of some bars or of all."""
    allowed = _RANGES[name]
    if values.ndim == 0 and values.item() in allowed:
        return
    if values.size and (values.min() < allowed[0] or values.max() > allowed[-1]):
        wrong = int(np.flatnonzero(~np.isin(values, allowed))[0])
        place = wrong if places is None else places[wrong]
        raise DataShapeError(f"Intents: {name} is {values.flat[wrong]} in row {place}; it must be one of {allowed}.")


def _check_distance(name: str, values: NDArray[Any], places: Places) -> None:
    """Check a column at the bars of entries, or the one value of all of them."""
    if values.dtype.kind not in "fiu":
        raise DataShapeError(f"Intents: {name} must be numbers, 0 (none) or above, not {values.dtype.name}.")
    if values.ndim == 0:
        if not places.size or 0 <= values.item() < np.inf:
            return
        wrong = 0
    else:
        unsound = np.flatnonzero(~((values >= 0) & (values < np.inf)))
        if not unsound.size:
            return
        wrong = int(unsound[0])
    raise DataShapeError(
        f"Intents: {name} is {values.flat[wrong]} in row {places[wrong]}; it must be 0 (none) or above and finite. "
        "Want nothing on bars on which an indicator is still NaN."
    )


def _whole(name: str, values: ArrayLike, bars: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind == "f":
        wrong = np.flatnonzero(array != np.rint(array))
        if wrong.size:
            raise DataShapeError(f"Intents: {name} is {array.flat[wrong[0]]} in row {wrong[0]}; it must be whole.")
    elif array.dtype.kind not in "biu":
        raise DataShapeError(f"Intents: {name} must hold whole numbers, not {array.dtype}.")
    return _fitting(name, array, bars)


def _care(management: Management | None) -> Management:
    if management is not None and not isinstance(management, Management):
        raise DataShapeError(f"Intents: management is fx.Management(…), not {management!r}.")
    return management or Management()


def _fitting(name: str, values: ArrayLike, bars: int) -> NDArray[Any]:
    array = np.asarray(values)
    if array.shape not in {(), (bars,)}:
        raise DataShapeError(
            f"Intents: {name} has shape {array.shape}; it needs one value, or one for each of {bars} bars."
        )
    return array


class Intents:
    """Wishes by the bar, and how the positions that come of them are looked after.

    Few bars have a wish, so only those are kept until ``rows`` is asked for.

    Parameters
    ----------
    rows : (bars,) INTENT
        ``entry`` +1 be long, -1 be short, 0 nothing; ``exit`` 1 close what is open, 2 longs only, 3 shorts only;
        ``stop`` and ``target`` distances from the quoted entry, price units, 0 none; ``volume_lots``, 0 for that of the
        management. The last three are looked at on rows with an entry only.
    management : Management, optional
        Default volume, break-even, trailing, time exit.

    Attributes
    ----------
    management : Management
        As given.
    """

    management: Management

    def __init__(self, rows: NDArray[np.void], management: Management | None = None) -> None:
        _check_rows(rows)
        self._rows: NDArray[np.void] | None = np.ascontiguousarray(rows)
        self._wanted: tuple[Places, NDArray[np.void]] | None = None
        self._bars = len(rows)
        self.management = _care(management)

    @classmethod
    def empty(cls, bars: int, management: Management | None = None) -> Self:
        """Want nothing on any bar."""
        return cls._kept(np.empty(0, np.int64), np.empty(0, INTENT), bars, management)

    @classmethod
    def _kept(cls, places: Places, rows: NDArray[np.void], bars: int, management: Management | None) -> Self:
        """Keep checked wishes of some bars."""
        made = cls.__new__(cls)
        made._rows, made._wanted, made._bars = None, (places, rows), bars  # noqa: SLF001 - its own
        made.management = _care(management)
        return made

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
        for name, column in whole.items():
            if column.size and (column.min() < -1 or column.max() > EXIT_SHORT):
                raise DataShapeError(f"Intents: {name} must be one of {_RANGES[name]}.")
        asked = whole["entry"] != 0
        if whole["exit"].any():
            asked |= whole["exit"] != 0
        places = np.flatnonzero(asked)
        distances = {"stop": stop, "target": target, "volume_lots": volume_lots}
        columns = whole | {name: _fitting(name, values, bars) for name, values in distances.items()}
        return cls.at(
            places,
            bars=bars,
            management=management,
            **{name: column[places] if column.ndim else column for name, column in columns.items()},
        )

    @classmethod
    def at(
        cls,
        places: NDArray[np.int64],
        *,
        bars: int,
        entry: ArrayLike,
        exit: ArrayLike = 0,  # noqa: A002 - as above
        stop: ArrayLike = 0.0,
        target: ArrayLike = 0.0,
        volume_lots: ArrayLike = 0.0,
        management: Management | None = None,
    ) -> Self:
        """Make intents of the bars on which something is wanted; on all others nothing is.

        Parameters
        ----------
        places : (n,) int64
            Those bars, ascending.
        bars : int
            How many bars there are.
        entry, exit, stop, target, volume_lots : (n,) array_like, or one value
            As in :meth:`of`, at those bars.
        management : Management, optional
            Default volume and care.

        Raises
        ------
        DataShapeError
            If a length, a place or a value does not fit; the row is named.
        """
        places = np.asarray(places, np.int64)
        if places.size and not (places[0] >= 0 and places[-1] < bars and (places[1:] > places[:-1]).all()):
            raise DataShapeError(f"Intents: the places must ascend from 0 on and lie below {bars}, the number of bars.")
        rows = np.zeros(len(places), INTENT)
        for name, choices in (("entry", entry), ("exit", exit)):
            column = _whole(name, choices, len(places))
            _check_choice(name, column, places)
            rows[name] = column
        entered = np.flatnonzero(rows["entry"])
        every = len(entered) == len(places)
        for name, values in (("stop", stop), ("target", target), ("volume_lots", volume_lots)):
            column = _fitting(name, values, len(places))
            chosen = column if every or not column.ndim else column[entered]
            _check_distance(name, chosen, places if every else places[entered])
            if every:
                rows[name] = chosen
            else:
                rows[name][entered] = chosen
        return cls._kept(places, rows, bars, management)

    @property
    def rows(self) -> NDArray[np.void]:
        """(bars,) INTENT, one row a bar; may be written to."""
        if self._rows is None:
            rows = np.zeros(self._bars, INTENT)
            if self._wanted is not None:
                rows[self._wanted[0]] = self._wanted[1]
            self._rows = rows
        return self._rows

    @property
    def wanted(self) -> tuple[Places, NDArray[np.void]]:
        """The bars on which anything is wanted, ascending, and their rows: (n,) int64 and (n,) INTENT."""
        if self._rows is None and self._wanted is not None:
            return self._wanted
        rows = self.rows  # it may have been written to
        places = np.flatnonzero((rows["entry"] != 0) | (rows["exit"] != 0))
        return places, rows[places]

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
        return self._bars

    def checked(self) -> Self:
        """Check the rows again, after they were written to.

        Raises
        ------
        DataShapeError
            If a value does not fit; the row is named.
        """
        if self._rows is not None:
            _check_rows(self._rows)
        return self
