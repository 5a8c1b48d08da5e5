"""One price of a bar: average, median, typical and weighted price.

As TA-Lib's AVGPRICE, MEDPRICE, TYPPRICE and WCLPRICE.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import HighLow, HighLowClose, OpenHighLowClose
from forexai_core.indicators.inputs import Floats

__all__ = [
    "AveragePrice",
    "MedianPrice",
    "TypicalPrice",
    "WeightedPrice",
    "average_price",
    "median_price",
    "typical_price",
    "weighted_price",
]


@kernel(forceinline=True)
def _average_step(opened: float, high: float, low: float, close: float) -> float:
    return (high + low + close + opened) / 4.0


@kernel(forceinline=True)
def _median_step(high: float, low: float) -> float:
    return (high + low) / 2.0


@kernel(forceinline=True)
def _typical_step(high: float, low: float, close: float) -> float:
    return (high + low + close) / 3.0


@kernel(forceinline=True)
def _weighted_step(high: float, low: float, close: float) -> float:
    return (high + low + 2.0 * close) / 4.0


@kernel
def _average_price(opens: Floats, high: Floats, low: Floats, close: Floats, out: Floats) -> bool:
    finite = True
    for i in range(out.shape[0]):
        price = _average_step(opens[i], high[i], low[i], close[i])
        finite &= price - price == 0.0
        out[i] = price
    return finite


@kernel
def _median_price(high: Floats, low: Floats, out: Floats) -> bool:
    finite = True
    for i in range(out.shape[0]):
        price = _median_step(high[i], low[i])
        finite &= price - price == 0.0
        out[i] = price
    return finite


@kernel
def _typical_price(high: Floats, low: Floats, close: Floats, out: Floats) -> bool:
    finite = True
    for i in range(out.shape[0]):
        price = _typical_step(high[i], low[i], close[i])
        finite &= price - price == 0.0
        out[i] = price
    return finite


@kernel
def _weighted_price(high: Floats, low: Floats, close: Floats, out: Floats) -> bool:
    finite = True
    for i in range(out.shape[0]):
        price = _weighted_step(high[i], low[i], close[i])
        finite &= price - price == 0.0
        out[i] = price
    return finite


def average_price(open: ArrayLike, high: ArrayLike, low: ArrayLike, close: ArrayLike) -> Floats:  # noqa: A002  (the column's name)
    """Take the mean of the four prices of every bar.

    Parameters
    ----------
    open, high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        In price units.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return one_line_told("average_price", _average_price, open=open, high=high, low=low, close=close)


class AveragePrice(
    OpenHighLowClose[float], of=average_price, title="Average price", overlay=True, aliases=("avgprice", "ohlc4")
):
    """Streaming twin of :func:`average_price`."""

    def _advance(self, opened: float, high: float, low: float, close: float) -> float:
        return _average_step(opened, high, low, close)


def median_price(high: ArrayLike, low: ArrayLike) -> Floats:
    """Take the mean of high and low of every bar.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        In price units.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return one_line_told("median_price", _median_price, high=high, low=low)


class MedianPrice(HighLow[float], of=median_price, title="Median price", overlay=True, aliases=("medprice", "hl2")):
    """Streaming twin of :func:`median_price`."""

    def _advance(self, high: float, low: float) -> float:
        return _median_step(high, low)


def typical_price(high: ArrayLike, low: ArrayLike, close: ArrayLike) -> Floats:
    """Take the mean of high, low and close of every bar.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        In price units.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return one_line_told("typical_price", _typical_price, high=high, low=low, close=close)


class TypicalPrice(
    HighLowClose[float], of=typical_price, title="Typical price", overlay=True, aliases=("typprice", "hlc3")
):
    """Streaming twin of :func:`typical_price`."""

    def _advance(self, high: float, low: float, close: float) -> float:
        return _typical_step(high, low, close)


def weighted_price(high: ArrayLike, low: ArrayLike, close: ArrayLike) -> Floats:
    """Take the mean of high, low and twice the close of every bar.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        In price units.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return one_line_told("weighted_price", _weighted_price, high=high, low=low, close=close)


class WeightedPrice(
    HighLowClose[float], of=weighted_price, title="Weighted close price", overlay=True, aliases=("wclprice", "hlcc4")
):
    """Streaming twin of :func:`weighted_price`."""

    def _advance(self, high: float, low: float, close: float) -> float:
        return _weighted_step(high, low, close)
