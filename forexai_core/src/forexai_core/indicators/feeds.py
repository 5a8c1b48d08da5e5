"""What streaming indicators are fed: one value at a time, or columns of bars.

Each class here gives :meth:`update` its typed arguments, and the catalogue the columns that they come from.
"""

from __future__ import annotations

from typing import TypeVar

from forexai_core.indicators.inputs import check_finite
from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = [
    "CloseVolume",
    "FirstSecond",
    "HighLow",
    "HighLowClose",
    "HighLowCloseVolume",
    "OneInput",
    "OpenClose",
    "OpenHighLowClose",
]

Value = TypeVar("Value")


class OneInput(StreamingIndicator[Value]):
    """An indicator of one series, of closes unless it says otherwise."""

    columns = ("close",)
    source = "close"

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

    columns = ("high", "low")

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
    """An indicator of two columns of any kind, in the catalogue of highs and lows."""

    columns = ("high", "low")
    arguments = ("first", "second")

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

    columns = BAR

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


class OpenClose(StreamingIndicator[Value]):
    """An indicator of the opens and closes of bars."""

    columns = ("open", "close")

    def update(self, open: float, close: float) -> Value:  # noqa: A002  (the column's name)
        """Take the newest bar.

        Parameters
        ----------
        open, close : float
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
        return self._take(open=open, close=close)


class OpenHighLowClose(StreamingIndicator[Value]):
    """An indicator of whole bars."""

    columns = ("open", *BAR)

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

    columns = (*BAR, "volume")

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

    columns = ("close", "volume")

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
