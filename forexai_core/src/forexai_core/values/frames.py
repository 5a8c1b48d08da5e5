"""Columns and times out of pandas frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.errors import DataShapeError
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_spacing", "decimals", "price_column", "utc_index_ns", "with_known_columns"]

Floats = NDArray[np.float64]

_COLUMNS = {*(BAR.names or ()), *(f"ask_{name}" for name in QUOTE.names or ()), "spread_points"}


def utc_index_ns(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Give the times of a frame's index, nanoseconds UTC.

    Raises
    ------
    DataShapeError
        If the index has no timezone.
    """
    zone = getattr(frame.index, "tz", None)
    if zone is None:
        raise DataShapeError(
            "The frame's index has no timezone, so its times cannot be placed. Use "
            "frame.tz_localize('UTC'), or the zone that the times were written in."
        )
    stamps: Any = frame.index
    values: NDArray[np.int64] = stamps.tz_convert("UTC").as_unit("ns").asi8
    return values


def price_column(frame: pd.DataFrame, name: str) -> Floats:
    """Give a column of a frame as float64.

    Raises
    ------
    DataShapeError
        If there is no such column.
    """
    if name not in frame.columns:
        raise DataShapeError(f"The frame has no column '{name}'. It has: {', '.join(map(str, frame.columns))}.")
    return np.asarray(frame[name].to_numpy(dtype=np.float64), np.float64)


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


def check_spacing(time_ns: NDArray[np.int64], timeframe: Timeframe) -> None:
    """Refuse rows that lie mostly closer together, or much farther apart, than bars of a timeframe do.

    Raises
    ------
    DataShapeError
        If they are plainly bars of another timeframe.
    """
    gaps = np.diff(time_ns)
    if not len(gaps) or timeframe is Timeframe.TICK:
        return
    usual = float(np.median(gaps))
    if usual < 0.9 * timeframe.nominal_ns or (len(gaps) >= 10 and usual > 5 * timeframe.nominal_ns):
        raise DataShapeError(
            f"The frame's rows are mostly {usual / NS_PER_MINUTE:g} minutes apart, which is not {timeframe}. Name "
            "their own timeframe; fx.resample makes longer bars of them."
        )
