"""One candle, its parts, and how two of them lie to each other, as the predicates of patterns read them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats

__all__ = [
    "Candle",
    "Prices",
    "black",
    "body",
    "body_bottom",
    "body_gap_down",
    "body_gap_up",
    "body_top",
    "candle",
    "lower_shadow",
    "price_gap_down",
    "price_gap_up",
    "signed",
    "up_into_body",
    "upper_shadow",
    "white",
]


class Prices(NamedTuple):
    """Columns of bars."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


class Candle(NamedTuple):
    """Prices of one bar."""

    open: float
    high: float
    low: float
    close: float


@kernel(forceinline=True)
def candle(prices: Prices, i: int) -> Candle:
    """Read the bar at ``i``, which must not be negative.

    Parameters
    ----------
    prices : Prices
        Columns of bars.
    i : int
        Position of the bar.

    Returns
    -------
    Candle
        Its prices.
    """
    # Unsigned, so that numba leaves out its care for negative positions, which would keep loops from being vectorised.
    k = np.uint64(i)
    return Candle(prices.open[k], prices.high[k], prices.low[k], prices.close[k])


@kernel(forceinline=True)
def white(bar: Candle) -> bool:
    """Tell whether a candle did not fall."""
    return bar.close >= bar.open


@kernel(forceinline=True)
def black(bar: Candle) -> bool:
    """Tell whether a candle fell."""
    return bar.close < bar.open


@kernel(forceinline=True)
def body(bar: Candle) -> float:
    """Measure the real body."""
    return abs(bar.close - bar.open)


_SPLIT = 2.0**27 + 1.0


@kernel(forceinline=True)
def up_into_body(bar: Candle, share: float) -> float:
    """Give the price some share of a black body above its close.

    TA-Lib as it is distributed multiplies and adds here in one step, with one rounding (FMA); it does not where it
    subtracts. That decides where a price lies just there, so the product's rounding error is kept (Dekker, A
    floating-point technique for extending the available precision, 1971), which gives the same on every machine.

    Parameters
    ----------
    bar : Candle
        A black candle.
    share : float
        0 is the close, 1 the open.

    Returns
    -------
    float
        A price.
    """
    size = bar.open - bar.close
    product = size * share
    carry = _SPLIT * size
    high = carry - (carry - size)
    low = size - high
    carry = _SPLIT * share
    share_high = carry - (carry - share)
    share_low = share - share_high
    lost = ((high * share_high - product) + high * share_low + low * share_high) + low * share_low
    price = bar.close + product
    part = price - bar.close
    return price + (((bar.close - (price - part)) + (product - part)) + lost)


@kernel(forceinline=True)
def body_top(bar: Candle) -> float:
    """Give the upper end of the real body."""
    return max(bar.close, bar.open)


@kernel(forceinline=True)
def body_bottom(bar: Candle) -> float:
    """Give the lower end of the real body."""
    return min(bar.open, bar.close)


@kernel(forceinline=True)
def upper_shadow(bar: Candle) -> float:
    """Measure from the real body up to the high."""
    return bar.high - body_top(bar)


@kernel(forceinline=True)
def lower_shadow(bar: Candle) -> float:
    """Measure from the real body down to the low."""
    return body_bottom(bar) - bar.low


@kernel(forceinline=True)
def body_gap_up(bar: Candle, before: Candle) -> bool:
    """Tell whether the real body lies above the one before."""
    return body_bottom(bar) > body_top(before)


@kernel(forceinline=True)
def body_gap_down(bar: Candle, before: Candle) -> bool:
    """Tell whether the real body lies below the one before."""
    return body_top(bar) < body_bottom(before)


@kernel(forceinline=True)
def price_gap_up(bar: Candle, before: Candle) -> bool:
    """Tell whether the whole candle lies above the one before."""
    return bar.low > before.high


@kernel(forceinline=True)
def price_gap_down(bar: Candle, before: Candle) -> bool:
    """Tell whether the whole candle lies below the one before."""
    return bar.high < before.low


@kernel(forceinline=True)
def signed(bullish: bool, bearish: bool) -> int:
    """Give 100 for a bullish pattern, -100 for a bearish one, and 0 for none.

    Parameters
    ----------
    bullish, bearish : bool
        Never both.

    Returns
    -------
    int
        TA-Lib's number.
    """
    return 100 * int(bullish) - 100 * int(bearish)
