"""Prices that an indicator can be taken of: the four of a bar, and three means of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Protocol

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["SOURCE_COLUMNS", "Columns", "check_source", "combine_source"]

SOURCE_COLUMNS = MappingProxyType(
    {
        "open": ("open",),
        "high": ("high",),
        "low": ("low",),
        "close": ("close",),
        "median": ("high", "low"),  # (high + low) / 2
        "typical": ("high", "low", "close"),  # (high + low + close) / 3
        "weighted": ("high", "low", "close"),  # (high + low + 2 close) / 4
    }
)
"""The sources, and the columns that each needs, in order."""


class Columns(Protocol):
    """Anything with columns by name: a mapping of arrays, a structured array, a data frame."""

    def __getitem__(self, name: str, /) -> Any:
        """Give one column."""
        ...


def check_source(source: str) -> str:
    """Take the name of a source.

    Parameters
    ----------
    source : str
        One of ``SOURCE_COLUMNS``.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ConfigError
        If there is no such source.
    """
    if source in SOURCE_COLUMNS:
        return source
    msg = f"source {source!r} is no price of a bar. {did_you_mean(str(source), SOURCE_COLUMNS)}"
    raise ConfigError(msg)


def combine_source(source: str, *columns: Any) -> Any:
    """Make a source of the columns that it needs; arrays and floats alike.

    Parameters
    ----------
    source : str
        One of ``SOURCE_COLUMNS``.
    *columns : float64 arrays or floats
        What ``SOURCE_COLUMNS`` lists for it, in that order.

    Returns
    -------
    float64 array or float
        The price.
    """
    if source == "median":
        return (columns[0] + columns[1]) / 2.0
    if source == "typical":
        return (columns[0] + columns[1] + columns[2]) / 3.0
    if source == "weighted":
        return (columns[0] + columns[1] + 2.0 * columns[2]) / 4.0
    return columns[0]
