"""What batch functions do alike: take their columns, make room for the result, and stop at what is not finite.

Every function here calls ``fill(*columns, *settings, out)``. Where ``fill`` finds out by itself whether all is finite,
which saves a pass, the name says so: it gives False where a value may not be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core.indicators.inputs import Floats, check_bars, refuse_infinite, take_bars

__all__ = ["one_line", "one_line_told", "several_lines", "several_lines_told"]

Lines = TypeVar("Lines", bound=tuple[Any, ...])


def _fill_told(
    indicator: str, fill: Callable[..., bool], settings: tuple[Any, ...], columns: Mapping[str, ArrayLike], lines: int
) -> Floats:
    taken = take_bars(indicator, **columns)
    out = np.empty((lines, taken[0].shape[0]))
    if not fill(*taken, *settings, out[0] if lines == 1 else out):
        refuse_infinite(indicator, **dict(zip(columns, taken, strict=True)))
    return out


def _fill(
    indicator: str, fill: Callable[..., None], settings: tuple[Any, ...], columns: Mapping[str, ArrayLike], lines: int
) -> Floats:
    taken = check_bars(indicator, **columns)
    out = np.empty((lines, taken[0].shape[0]))
    fill(*taken, *settings, out[0] if lines == 1 else out)
    return out


def one_line(indicator: str, fill: Callable[..., None], *settings: Any, **columns: ArrayLike) -> Floats:
    """Compute an indicator of one line.

    Parameters
    ----------
    indicator : str
        Named in messages.
    fill : callable
        Writes (rows,) float64.
    *settings
        Passed on to it.
    **columns : (rows,) array_like
        By argument name; looked through before.

    Returns
    -------
    (rows,) float64
        What was written.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    line: Floats = _fill(indicator, fill, settings, columns, 1)[0]
    return line


def one_line_told(indicator: str, fill: Callable[..., bool], *settings: Any, **columns: ArrayLike) -> Floats:
    """Compute an indicator of one line, as :func:`one_line` does, whose ``fill`` tells whether all is finite."""
    line: Floats = _fill_told(indicator, fill, settings, columns, 1)[0]
    return line


def several_lines(
    lines: type[Lines], indicator: str, fill: Callable[..., None], *settings: Any, **columns: ArrayLike
) -> Lines:
    """Compute an indicator of several lines.

    Parameters
    ----------
    lines : type
        The named tuple of its lines.
    indicator, fill, *settings, **columns
        As of :func:`one_line`; ``fill`` writes (lines, rows) float64.

    Returns
    -------
    Lines
        Each (rows,) float64.

    Raises
    ------
    DataShapeError
        As of :func:`one_line`.
    """
    named: Any = lines
    made: Lines = named(*_fill(indicator, fill, settings, columns, len(named._fields)))
    return made


def several_lines_told(
    lines: type[Lines], indicator: str, fill: Callable[..., bool], *settings: Any, **columns: ArrayLike
) -> Lines:
    """Compute an indicator of several lines, as :func:`several_lines` does, whose ``fill`` tells about the finite."""
    named: Any = lines
    made: Lines = named(*_fill_told(indicator, fill, settings, columns, len(named._fields)))
    return made
