"""Checks of what callers hand to indicators; every message names the indicator, the argument and the remedy."""

from __future__ import annotations

import math
import operator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forexai_core._jit import kernel
from forexai_core.errors import ConfigError, DataShapeError

__all__ = [
    "NEGLIGIBLE",
    "Floats",
    "Integers",
    "Records",
    "check_aligned",
    "check_bars",
    "check_finite",
    "check_integer_series",
    "check_number",
    "check_series",
    "check_whole_number",
    "refuse_infinite",
    "take_bars",
    "take_series",
]

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Records: TypeAlias = NDArray[np.void]

NEGLIGIBLE = 1e-14
"""Denominators below this count as zero: TA-Lib's epsilon, kept so that both agree where a market stands still."""


def check_whole_number(indicator: str, argument: str, value: Any, *, least: int = 1) -> int:
    """Take a period or another count.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    value : int
        A Python or numpy integer.
    least : int
        Smallest value allowed.

    Returns
    -------
    int
        The same number as a Python integer.

    Raises
    ------
    ConfigError
        If it is no integer, or below ``least``.
    """
    if not isinstance(value, (bool, np.bool_)):
        try:
            number = operator.index(value)
        except TypeError:
            number = least - 1
        if number >= least:
            return number
    msg = (
        f"{indicator}: {argument} must be a whole number of at least {least}, got {value!r}; "
        f"pass {argument}={max(least, 14)}, say."
    )
    raise ConfigError(msg)


def check_number(indicator: str, argument: str, value: Any, *, least: float | None = None) -> float:
    """Take a factor, such as the width of a band.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    value : float
        Finite.
    least : float or None
        Smallest value allowed; None for anything above 0.

    Returns
    -------
    float
        The same number as a Python float.

    Raises
    ------
    ConfigError
        If it is no number, not finite, or too small.
    """
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and (number > 0.0 if least is None else number >= least):
            return number
    bound = "above 0" if least is None else f"of at least {least}"
    msg = f"{indicator}: {argument} must be a finite number {bound}, got {value!r}; pass {argument}=2.0, say."
    raise ConfigError(msg)


def _one_dimension(indicator: str, argument: str, values: ArrayLike, kinds: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        msg = f"{indicator}: {argument} must have one dimension, got shape {array.shape}; pass one column of prices."
        raise DataShapeError(msg)
    if array.dtype.kind not in kinds and array.size > 0:
        msg = f"{indicator}: {argument} must hold numbers, got dtype {array.dtype}; convert it to float64 or int64."
        raise DataShapeError(msg)
    return array


@kernel
def _all_finite(values: Floats) -> bool:
    finite = True
    for i in range(values.shape[0]):
        finite &= values[i] - values[i] == 0.0
    return finite


def take_series(indicator: str, argument: str, values: ArrayLike) -> Floats:
    """Take a column whose kernel finds out by itself whether all is finite.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    values : (rows,) array_like
        Integers or floats.

    Returns
    -------
    (rows,) float64
        Contiguous and read-only; a copy only where the input is not contiguous float64.

    Raises
    ------
    DataShapeError
        If it has another number of dimensions, or holds no numbers.
    """
    array = _one_dimension(indicator, argument, values, "fiu")
    # One type for the compiler, whatever the caller's array allows: contiguous and read-only.
    floats = np.ascontiguousarray(array, dtype=np.float64).view()
    floats.flags.writeable = False
    return floats


def refuse_infinite(indicator: str, **columns: Floats) -> None:
    """Stop if a column holds a NaN or an infinity.

    Parameters
    ----------
    indicator : str
        Named in the message.
    **columns : (rows,) float64
        By argument name, as :func:`take_series` gave them.

    Raises
    ------
    DataShapeError
        If one does; the message says which, and where.
    """
    for argument, floats in columns.items():
        with np.errstate(invalid="ignore"):  # as plain Python it would warn of infinity less infinity
            finite = _all_finite(floats)
        if finite:
            continue
        bad = np.flatnonzero(~np.isfinite(floats))
        msg = (
            f"{indicator}: {argument} has {bad.size} value(s) that are not finite, the first ({floats[bad[0]]}) in "
            f"row {bad[0]}; repair or drop those rows. To chain indicators, pass the first one's output from the end "
            "of its warm-up on."
        )
        raise DataShapeError(msg)


def check_series(indicator: str, argument: str, values: ArrayLike) -> Floats:
    """Take a column of prices or of another finite quantity.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    values : (rows,) array_like
        Integers or floats, all finite.

    Returns
    -------
    (rows,) float64
        Contiguous and read-only; a copy only where the input is not contiguous float64.

    Raises
    ------
    DataShapeError
        If it has another number of dimensions, holds no numbers, or a NaN or an infinity.
    """
    floats = take_series(indicator, argument, values)
    refuse_infinite(indicator, **{argument: floats})
    return floats


def check_integer_series(indicator: str, argument: str, values: ArrayLike) -> Integers:
    """Take a column of whole numbers.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    values : (rows,) array_like
        Integers, or floats without a fraction.

    Returns
    -------
    (rows,) int64
        Contiguous and read-only.

    Raises
    ------
    DataShapeError
        If it has another number of dimensions, or holds anything but whole numbers of at most 63 bits.
    """
    array = _one_dimension(indicator, argument, values, "iuf")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.floor(array)) & (abs(array) < 2.0**63)).all():
        msg = f"{indicator}: {argument} must hold whole numbers; round prices to points first."
        raise DataShapeError(msg)
    if array.dtype.kind == "u" and array.size > 0 and int(array.max()) >= 2**63:
        msg = f"{indicator}: {argument} holds {array.max()}, which passes int64; check its unit."
        raise DataShapeError(msg)
    whole = np.ascontiguousarray(array, dtype=np.int64).view()
    whole.flags.writeable = False
    return whole


def check_aligned(indicator: str, **columns: NDArray[Any]) -> int:
    """Make sure that columns belong to the same bars.

    Parameters
    ----------
    indicator : str
        Named in the message.
    **columns : (rows,) arrays
        By argument name.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    DataShapeError
        If lengths differ.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        listing = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        msg = f"{indicator}: columns must have one length, but {listing} rows; take them all from the same bars."
        raise DataShapeError(msg)
    return next(iter(lengths.values()))


def check_finite(indicator: str, argument: str, value: float) -> float:
    """Take one value of a stream.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    value : float
        Finite.

    Returns
    -------
    float
        The same value as a Python float.

    Raises
    ------
    DataShapeError
        If it is no number, NaN or infinite; the state of the indicator has not changed then.
    """
    try:
        number = float(value) if not isinstance(value, (str, bytes)) else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if math.isfinite(number):
        return number
    msg = f"{indicator}: {argument} must be a finite number, got {value!r}; leave the bar out or repair it."
    raise DataShapeError(msg)


def take_bars(indicator: str, **columns: ArrayLike) -> tuple[Floats, ...]:
    """Take columns of the same bars whose kernel finds out by itself whether all is finite.

    Parameters
    ----------
    indicator : str
        Named in the message.
    **columns : (rows,) array_like
        By argument name.

    Returns
    -------
    tuple of (rows,) float64
        Contiguous and read-only, in the same order.

    Raises
    ------
    DataShapeError
        If a column has another number of dimensions or holds no numbers, or their lengths differ.
    """
    taken = {name: take_series(indicator, name, column) for name, column in columns.items()}
    check_aligned(indicator, **taken)
    return tuple(taken.values())


def check_bars(indicator: str, **columns: ArrayLike) -> tuple[Floats, ...]:
    """Take columns of the same bars.

    Parameters
    ----------
    indicator : str
        Named in the message.
    **columns : (rows,) array_like
        Prices or volumes by argument name, all finite.

    Returns
    -------
    tuple of (rows,) float64
        Contiguous and read-only, in the same order.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    taken = take_bars(indicator, **columns)
    refuse_infinite(indicator, **dict(zip(columns, taken, strict=True)))
    return taken
