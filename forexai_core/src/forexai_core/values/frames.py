"""Columns and times out of pandas frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.errors import DataShapeError
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_order", "check_spacing", "decimals", "price_column", "utc_index_ns", "with_known_columns"]

Floats = NDArray[np.float64]

_COLUMNS = {*(BAR.names or ()), *(f"ask_{name}" for name in QUOTE.names or ()), "spread_points"}
_HOUR = 60 * NS_PER_MINUTE
_FEW_STEPS = 10  # below this, how far rows lie apart says little about the timeframe
_NO_TIME = np.iinfo(np.int64).min  # NaT of pandas
_NUMBERS = "fiu"  # kinds of numpy.dtype


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
    """Give a column of a frame as float64.

    Raises
    ------
    DataShapeError
        If there is no such column, or two, or it holds something else than numbers.
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
    if isinstance(values.dtype, np.dtype):
        return np.asarray(values.to_numpy(np.float64), np.float64)
    return np.asarray(values.to_numpy(np.float64, na_value=np.nan), np.float64)


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


def with_known_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Take ``spread`` for the points that files call so, and refuse columns that would be dropped unseen.

    Raises
    ------
    DataShapeError
        If a column is none that bars know.
    """
    if "spread" in frame.columns and "spread_points" not in frame.columns:
        frame = frame.rename(columns={"spread": "spread_points"})
    unknown = [str(name) for name in frame.columns if name not in _COLUMNS]
    if unknown:
        raise DataShapeError(
            f"The frame has columns that bars do not know: {', '.join(unknown)}. Rename or drop them; known are "
            "open, high, low, close, volume, ask_open … ask_close, and spread_points (or spread, in points)."
        )
    return frame


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


def check_spacing(time_ns: NDArray[np.int64], timeframe: Timeframe) -> None:
    """Refuse rows whose times cannot be those of bars of a timeframe.

    Quiet markets leave bars out, but not always the same number of them. So rows may lie farther apart than the
    timeframe says, but not all of them, and mostly by the same; and never nearer, but that a clock put forward takes
    an hour out of a bar.

    Parameters
    ----------
    time_ns : (rows,) int64
        Ascending.
    timeframe : Timeframe
        What the rows are said to be.

    Raises
    ------
    DataShapeError
        If they are bars of another timeframe, or there are rows between the bars.
    """
    steps = np.diff(time_ns)
    if not len(steps) or timeframe is Timeframe.TICK:
        return
    usual, shift = float(np.median(steps)), _HOUR if timeframe.intraday and timeframe.nominal_ns > _HOUR else 0
    least = timeframe.least_step_ns - shift
    if usual < least or (len(steps) >= _FEW_STEPS and _too_far(steps, usual, timeframe)):
        raise DataShapeError(
            f"The frame's rows are mostly {usual / NS_PER_MINUTE:g} minutes apart, which is not {timeframe}. Name "
            "their own timeframe; fx.resample makes longer bars of them."
        )
    near = np.flatnonzero(steps < least) + 1
    if near.size:
        row = int(near[0])
        raise DataShapeError(
            f"Row {row} of the frame ({format_time_ns(time_ns[row])}) opens {steps[row - 1] / NS_PER_MINUTE:g} minutes "
            f"after the row above it, less than one {timeframe} (such rows in all: {near.size:,}). Take out what is no "
            f"bar of {timeframe}."
        )


def _too_far(steps: NDArray[np.int64], usual: float, timeframe: Timeframe) -> bool:
    """Say whether no two rows are neighbours, where they are as far apart as longer bars."""
    nearest = int(steps.min())
    if not timeframe.intraday:
        return nearest > 3 * timeframe.nominal_ns  # a weekend lies between two days
    alike = bool(2 * np.count_nonzero(steps == usual) > len(steps))
    return nearest > timeframe.nominal_ns and (alike or nearest > 5 * timeframe.nominal_ns)
