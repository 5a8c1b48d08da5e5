"""Columns and times out of pandas frames."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.instruments import Instrument

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Columns",
    "check_order",
    "crossed_note",
    "decimals",
    "frame_digits",
    "price_column",
    "raise_crossed",
    "utc_index_ns",
]

Floats = NDArray[np.float64]

_LOGGER = logging.getLogger(__name__)
_MOST_FINER = 2  # digits that a broker may quote beyond the usual; more are noise of sums or of 32-bit numbers
_LONGEST = 8  # decimals
_NO_TIME = np.iinfo(np.int64).min  # NaT of pandas
_NUMBERS = "fiu"  # kinds of numpy.dtype
_FEWEST_BYTES = 4  # of a price: numbers of 16 bits have three decimal digits


def utc_index_ns(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Give the times of a frame's index, nanoseconds UTC.

    Raises
    ------
    DataShapeError
        If the index has no timezone, or a row no time.
    """
    zone = getattr(frame.index, "tz", None)
    if zone is None:
        raise DataShapeError(
            "The frame's index has no timezone, so its times cannot be placed. Use "
            "frame.tz_localize('UTC'), or the zone that the times were written in."
        )
    stamps: Any = frame.index
    values: NDArray[np.int64] = stamps.tz_convert("UTC").as_unit("ns").asi8
    missing = np.flatnonzero(values == _NO_TIME)
    if missing.size:
        raise DataShapeError(
            f"Row {missing[0]} of the frame has no time (NaT; such rows in all: {missing.size:,}). Leave them out: "
            "frame[frame.index.notna()]."
        )
    return values


def price_column(frame: pd.DataFrame, name: str) -> Floats:
    """Give a column of a frame as float64; numbers of 32 bits by their shortest decimals.

    Raises
    ------
    DataShapeError
        If there is no such column, or two, or it holds something else than numbers, or numbers of 16 bits.
    """
    if name not in frame.columns:
        raise DataShapeError(f"The frame has no column '{name}'. It has: {', '.join(map(str, frame.columns))}.")
    values: Any = frame[name]
    if values.ndim > 1:
        raise DataShapeError(f"The frame has {values.shape[1]} columns called '{name}'. Keep the one that is meant.")
    if getattr(values.dtype, "kind", "O") not in _NUMBERS:
        raise DataShapeError(
            f"The column '{name}' of the frame holds {values.dtype}, not numbers. If it is text, say how it is "
            f"written: pd.to_numeric(frame['{name}']) reads 1.0842, and a decimal comma is replaced before."
        )
    if values.dtype.kind == "f" and values.dtype.itemsize < _FEWEST_BYTES:
        raise DataShapeError(
            f"The column '{name}' of the frame holds {values.dtype}: numbers of three digits, in which 1.08423 is "
            "1.084. What was cut off is lost: read the source again as float64."
        )
    if isinstance(values.dtype, np.dtype):
        return _as_written(np.asarray(values.to_numpy(np.float64), np.float64))
    return _as_written(np.asarray(values.to_numpy(np.float64, na_value=np.nan), np.float64))


def _as_written(values: Floats) -> Floats:
    """Give numbers that 32 bits hold, or once held, by their shortest decimals: 1.10005 of 1.1000499725341797."""
    with np.errstate(over="ignore"):  # larger than 32 bits hold: those never were in them
        short = values.astype(np.float32)
    if not np.array_equal(short.astype(np.float64), values, equal_nan=True):
        return values
    for digits in range(_LONGEST + 1):
        rounded = np.round(values, digits)
        if np.array_equal(rounded.astype(np.float32), short, equal_nan=True):
            return rounded
    return values


def decimals(values: Floats, *, at_most: int = 8) -> int:
    """Count the decimals that prices use.

    Parameters
    ----------
    values : (n,) float64
        Prices.
    at_most : int
        Where to stop; binary noise beyond it is not taken for decimals.

    Returns
    -------
    int
        The fewest decimals that write every value, up to ``at_most``.
    """
    finite = values[np.isfinite(values)]
    for digits in range(at_most):
        if np.array_equal(np.round(finite, digits), finite):
            return digits
        scaled = finite * 10.0**digits
        if np.all(np.abs(scaled - np.rint(scaled)) < 1e-6):
            return digits
    return at_most


def frame_digits(prices: Mapping[str, Floats], known: Instrument) -> int:
    """Give the decimals of a frame's prices: the instrument's, or a few more where the prices have them.

    Raises
    ------
    DataShapeError
        If the prices have so many more that they are no quotes: everything that counts in points would be
        smaller by powers of ten.
    """
    found = {name: decimals(values) for name, values in prices.items()}
    name = max(found, key=lambda each: found[each])
    if found[name] <= known.digits + _MOST_FINER:
        return max(known.digits, found[name])
    values = prices[name]
    row = int(np.flatnonzero(np.isfinite(values) & (np.round(values, known.digits + _MOST_FINER) != values))[0])
    raise DataShapeError(
        f"The column '{name}' of the frame has prices of {found[name]} decimals (row {row}: {float(values[row])!r}), "
        f"and {known.symbol} is quoted with {known.digits}: costs in points would be out by powers of ten. Round the "
        f"prices: frame.round({known.digits}); or pass the instrument= that has so many digits."
    )


@attrs.frozen
class Columns:
    """The columns that frames of a kind may have.

    Attributes
    ----------
    kind : str
        What the rows are, for messages.
    known : tuple of str
        Those that are read.
    renamed : mapping of str to str
        Those of other programs, and what they are here.
    left_out : frozenset of str
        Those of MetaTrader that nothing here reads; told in the provenance.
    """

    kind: str
    known: tuple[str, ...]
    renamed: Mapping[str, str]
    left_out: frozenset[str]

    def of(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
        """Give the frame by the names that are used here, and what the provenance says of columns left out.

        Raises
        ------
        DataShapeError
            If a column is none that is known, or stands twice by two names: it would be dropped unseen.
        """
        twice = [(old, new) for old, new in self.renamed.items() if old in frame.columns and new in frame.columns]
        if twice:
            old, new = twice[0]
            raise DataShapeError(
                f"The frame has a column '{old}' and a column '{new}', and for {self.kind} '{old}' is another name of "
                f"'{new}'. Drop the one that is not meant: frame.drop(columns='{old}')."
            )
        here = {old: new for old, new in self.renamed.items() if old in frame.columns}
        frame = frame.rename(columns=here)
        unread = [str(name) for name in frame.columns if name not in self.known]
        unknown = [name for name in unread if name not in self.left_out]
        if unknown:
            others = ", ".join(f"{old} (as {new})" for old, new in self.renamed.items())
            raise DataShapeError(
                f"The frame has columns that {self.kind} do not know: {', '.join(unknown)}. Rename or drop them; known "
                f"are {', '.join(self.known)}{'; ' if others else ''}{others}."
            )
        return frame, {"columns": f"Not read: {', '.join(unread)}."} if unread else {}


def raise_crossed(bid: Floats, ask: Floats) -> NDArray[np.bool_]:
    """Raise asks to the bids that they lie below, in place, and say which; one of 0 or less is no quote and stays."""
    crossed: NDArray[np.bool_] = (ask < bid) & (ask > 0)
    ask[crossed] = bid[crossed]
    return crossed


def crossed_note(crossed: NDArray[np.bool_], time_ns: NDArray[np.int64], symbol: str) -> dict[str, str]:
    """Say in the provenance, and once as a warning, in which rows asks were raised."""
    if not crossed.any():
        return {}
    message = (
        f"in {int(crossed.sum()):,} rows the ask lies below the bid; it is raised to the bid, field by field. First at "
        f"{format_time_ns(time_ns[np.argmax(crossed)])}."
    )
    _LOGGER.warning("%s: %s", symbol, message)
    return {"crossed": message}


def check_order(time_ns: NDArray[np.int64]) -> None:
    """Refuse times that do not ascend.

    Raises
    ------
    DataShapeError
        If a time stands twice, or comes before the one above it; the first such row is named.
    """
    steps = np.diff(time_ns)
    if not (steps <= 0).any():
        return
    back, again = np.flatnonzero(steps < 0) + 1, np.flatnonzero(steps == 0) + 1
    if back.size:
        row = int(back[0])
        raise DataShapeError(
            f"Row {row} of the frame ({format_time_ns(time_ns[row])}) comes before the row above it "
            f"({format_time_ns(time_ns[row - 1])}). Sort it first: frame.sort_index()."
        )
    row = int(again[0])
    raise DataShapeError(
        f"{again.size:,} of the frame's {len(time_ns):,} rows have the time of the row above them, row {row} "
        f"({format_time_ns(time_ns[row])}) first. Keep one of each: frame[~frame.index.duplicated()] keeps the first."
    )
