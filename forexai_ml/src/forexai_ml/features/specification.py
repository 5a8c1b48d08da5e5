"""What one feature is: an indicator and how it is read, or a place in the week."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators import BoundIndicator, find_indicator

__all__ = ["Feature", "Reading", "read_lines"]

Floats = NDArray[np.float64]

_INPUTS = frozenset({"open", "high", "low", "close", "volume"})


class Reading(StrEnum):
    """How a line of an indicator becomes a number without a price level in it."""

    VALUE = "value"
    """The line itself: RSI, ADX, a rate of change in percent."""
    PER_CLOSE = "per-close"
    """The line divided by the close: MACD, a momentum."""
    DISTANCE = "distance"
    """By which share the close lies above the line: an average."""
    POSITION = "position"
    """Where the close lies in a channel: 0 at its lower line, 1 at its upper one; unknown where it has no width."""
    HOUR = "hour"
    """Hour of the bar's opening on the set's clock; needs no indicator."""
    WEEKDAY = "weekday"
    """Day of the bar's opening on the set's clock, Monday 0; needs no indicator."""

    @property
    def of_calendar(self) -> bool:
        """Whether it is read off the time instead of an indicator."""
        return self in {Reading.HOUR, Reading.WEEKDAY}


def _read_only(value: Mapping[str, float] | None) -> Mapping[str, float]:
    return MappingProxyType(dict(value or {}))


@attrs.frozen(kw_only=True)
class Feature:
    """One column that a model sees.

    Attributes
    ----------
    name : str
        Of the column.
    reading : Reading
        How the indicator's line is read.
    indicator : str
        From the catalogue of forexai_core; empty for the time.
    parameters : mapping of str to float
        Of the indicator; the catalogue's defaults are filled in.
    output : str
        Which line; empty for the main one. A position takes ``lower`` and ``upper``.

    Raises
    ------
    ConfigError
        If there is no such indicator, parameter or line, or it cannot be read that way.
    """

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    reading: Reading = attrs.field(converter=Reading)
    indicator: str = ""
    parameters: Mapping[str, float] = attrs.field(default=None, converter=_read_only)
    output: str = ""

    def __attrs_post_init__(self) -> None:
        if self.reading.of_calendar:
            if self.indicator:
                raise ConfigError(f"Feature '{self.name}': the {self.reading} is read off the time; name no indicator.")
            return
        bound = self.bound
        unknown = sorted(set(bound.inputs) - _INPUTS)
        if unknown:
            raise ConfigError(f"Feature '{self.name}': {self.indicator} needs {', '.join(unknown)}, which bars lack.")
        for line in self.lines:
            if line not in bound.outputs:
                hint = did_you_mean(line, bound.outputs)
                raise ConfigError(f"Feature '{self.name}': {self.indicator} has no line '{line}'. {hint}")

    @property
    def bound(self) -> BoundIndicator:
        """The indicator with its parameters."""
        return find_indicator(self.indicator).open(source=None, **self.parameters)

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of the indicator that are read."""
        if self.reading is Reading.POSITION:
            return ("lower", "upper")
        return (self.output or find_indicator(self.indicator).main_output,)

    @property
    def warmup(self) -> int:
        """Leading bars on which it is unknown."""
        return 0 if self.reading.of_calendar else self.bound.warmup

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        plain: dict[str, Any] = {"name": self.name, "reading": self.reading.value}
        if self.indicator:
            plain |= {"indicator": self.indicator, "parameters": dict(self.parameters), "output": self.output}
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Take what :meth:`to_json` gave.

        Raises
        ------
        ConfigError
            If it is no feature.
        """
        try:
            return cls(**plain)
        except (TypeError, ValueError) as problem:
            raise ConfigError(f"{dict(plain)!r} is no feature: {problem}") from problem


def read_lines(reading: Reading, lines: tuple[Floats, ...], close: Floats) -> Floats:
    """Read the lines of an indicator; the one arithmetic of batch and streaming.

    Parameters
    ----------
    reading : Reading
        How.
    lines : tuple of (n,) float64
        One, or the lower and the upper of a channel.
    close : (n,) float64
        Bid closes, above 0.

    Returns
    -------
    (n,) float64
        NaN where it is unknown.
    """
    if reading is Reading.POSITION:
        lower, upper = lines
        width = upper - lower
        out = np.full(len(close), np.nan)
        np.divide(close - lower, width, out=out, where=width > 0)
        return out
    (line,) = lines
    if reading is Reading.PER_CLOSE:
        return np.asarray(line / close, np.float64)
    if reading is Reading.DISTANCE:
        return np.asarray(close / line - 1.0, np.float64)
    return np.asarray(line, np.float64)
