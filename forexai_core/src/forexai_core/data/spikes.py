"""Prices that jump away and come back by more than any market moves: misprints, not news."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.row_checks import Problems

__all__ = ["SPIKE_FACTOR", "check_spikes"]

SPIKE_FACTOR = 5.0
"""Prices so many times above or below all around them are bad. The largest crash that came back (the Swiss franc's of
2015, shares' of May 2010) stayed within a factor of two in what brokers published."""

_AROUND = 5  # rows on each side; so up to five spikes in a row are seen
_NO_PRICES = frozenset({"volume", "spread"})

Floats = NDArray[np.float64]


def check_spikes(values: Mapping[str, Floats], problems: Problems) -> None:
    """Note rows with a price that stands alone, among those without a problem so far.

    A row is compared with the median of the rows around it. A change of level that stays (a split, a new currency) is
    none, but for the few rows at the ends of a file, where nothing shows whether it stays.

    Parameters
    ----------
    values : mapping of str to (rows,) float64
        Prices by role, in order of time; perhaps ``volume`` and ``spread``.
    problems : Problems
        Filled.
    """
    rows = np.flatnonzero(problems.good)
    prices = {role: column[rows] for role, column in values.items() if role not in _NO_PRICES}
    if len(rows) < 3 or not _any_jump(prices):
        return
    level = _level(prices["close" if "close" in prices else "bid"])
    for role, price in prices.items():
        wrong = (price > level * SPIKE_FACTOR) | (price * SPIKE_FACTOR < level)
        for place in np.flatnonzero(wrong).tolist():
            problems.add(int(rows[place]), role, "spike", _reason(role, price[place], level[place]))


def _any_jump(prices: Mapping[str, Floats]) -> bool:
    """Tell whether any two prices are far enough from each other; mostly none are, and the rest is spared."""
    least = min(float(price.min()) for price in prices.values())
    most = max(float(price.max()) for price in prices.values())
    return most > least * SPIKE_FACTOR


def _level(price: Floats) -> Floats:
    """Give the median of the rows around each row, itself included; at the ends of those that are there."""
    padded = np.pad(price, _AROUND, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    level = np.empty(len(price))
    inner = slice(_AROUND, max(len(price) - _AROUND, _AROUND))
    level[inner] = np.median(windows[inner], axis=1)
    for place in {*range(min(_AROUND, len(price))), *range(max(len(price) - _AROUND, 0), len(price))}:
        level[place] = np.nanmedian(windows[place])
    return level


def _reason(role: str, price: float, level: float) -> str:
    how = f"{price / level:,.0f} times" if price > level else f"one {level / price:,.0f}th of"
    return (
        f"the {role} {price:g} is {how} the prices around it ({level:g}); no market does that. If it is real, pass "
        "spikes='keep'."
    )
