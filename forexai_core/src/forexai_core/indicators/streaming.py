"""What all streaming indicators share: inputs, the last value, readiness, reset."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar, cast

from forexai_core.indicators.inputs import check_finite

__all__ = [
    "CloseVolume",
    "FirstSecond",
    "HighLow",
    "HighLowClose",
    "HighLowCloseVolume",
    "OneInput",
    "OneOutput",
    "OpenHighLowClose",
    "SeveralOutputs",
    "StreamingIndicator",
]

Value = TypeVar("Value")


class StreamingIndicator(ABC, Generic[Value]):
    """An indicator that is fed one bar at a time.

    It gives bit for bit what the batch function of the same name gives in the same row, because both call one step
    function. ``copy.deepcopy`` forks it. An update that raises has changed nothing.

    Parameters
    ----------
    warmup : int
        Number of updates that give no value yet.
    """

    name: ClassVar[str]
    """Name in the catalogue."""

    def __init__(self, warmup: int) -> None:
        self._warmup = warmup
        self.reset()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} after {self._count} updates: {self._value!r}>"

    @property
    def warmup(self) -> int:
        """Number of updates that give no value yet: leading rows of the batch form that are NaN."""
        return self._warmup

    @property
    def count(self) -> int:
        """Number of updates since the start or the last reset."""
        return self._count

    @property
    def ready(self) -> bool:
        """Whether the warm-up is over."""
        return self._count > self._warmup

    @property
    def value(self) -> Value:
        """What the last update returned; NaN before the warm-up is over."""
        return self._value

    def reset(self) -> None:
        """Forget everything seen."""
        self._count = 0
        self._value = self._nothing()
        self._start()

    @abstractmethod
    def _start(self) -> None:
        """Make a fresh state."""

    @abstractmethod
    def _nothing(self) -> Value:
        """Give the value of before the warm-up."""

    @abstractmethod
    def _advance(self, *row: Any) -> Value:
        """Change the state by one row; ``_count`` rows were seen before."""

    def _take(self, **row: float) -> Value:
        checked = [check_finite(self.name, argument, value) for argument, value in row.items()]
        self._value = self._advance(*checked)
        self._count += 1
        return self._value


class OneOutput(StreamingIndicator[float]):
    """An indicator whose value is one number."""

    def _nothing(self) -> float:
        return math.nan


class SeveralOutputs(StreamingIndicator[Value]):
    """An indicator whose value is a named tuple."""

    lines: ClassVar[Any]
    """The type of that tuple."""

    def _nothing(self) -> Value:
        return cast("Value", self.lines(*[math.nan] * len(self.lines._fields)))


class OneInput(StreamingIndicator[Value]):
    """An indicator of one series, by default of closes."""

    def update(self, value: float) -> Value:
        """Take the newest value.

        Parameters
        ----------
        value : float
            Price or another quantity, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If ``value`` is not a finite number.
        """
        self._value = self._advance(check_finite(self.name, "value", value))
        self._count += 1
        return self._value


class HighLow(StreamingIndicator[Value]):
    """An indicator of the highs and lows of bars."""

    def update(self, high: float, low: float) -> Value:
        """Take the newest bar.

        Parameters
        ----------
        high, low : float
            Extremes of the bar, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If a price is not a finite number.
        """
        return self._take(high=high, low=low)


class FirstSecond(StreamingIndicator[Value]):
    """An indicator of two columns of any kind."""

    def update(self, first: float, second: float) -> Value:
        """Take the newest row.

        Parameters
        ----------
        first, second : float
            Two quantities, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If one is not a finite number.
        """
        return self._take(first=first, second=second)


class HighLowClose(StreamingIndicator[Value]):
    """An indicator of the highs, lows and closes of bars."""

    def update(self, high: float, low: float, close: float) -> Value:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close : float
            Prices of the bar, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If a price is not a finite number.
        """
        return self._take(high=high, low=low, close=close)


class OpenHighLowClose(StreamingIndicator[Value]):
    """An indicator of whole bars."""

    def update(self, open: float, high: float, low: float, close: float) -> Value:  # noqa: A002  (the column's name)
        """Take the newest bar.

        Parameters
        ----------
        open, high, low, close : float
            Prices of the bar, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If a price is not a finite number.
        """
        return self._take(open=open, high=high, low=low, close=close)


class HighLowCloseVolume(StreamingIndicator[Value]):
    """An indicator of the highs, lows, closes and volumes of bars."""

    def update(self, high: float, low: float, close: float, volume: float) -> Value:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close, volume : float
            Prices and volume of the bar, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If one is not a finite number.
        """
        return self._take(high=high, low=low, close=close, volume=volume)


class CloseVolume(StreamingIndicator[Value]):
    """An indicator of the closes and volumes of bars."""

    def update(self, close: float, volume: float) -> Value:
        """Take the newest bar.

        Parameters
        ----------
        close, volume : float
            Close and volume of the bar, finite.

        Returns
        -------
        float or named tuple of floats
            The indicator's value; NaN before the warm-up is over.

        Raises
        ------
        DataShapeError
            If one is not a finite number.
        """
        return self._take(close=close, volume=volume)
