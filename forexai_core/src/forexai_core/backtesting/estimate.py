"""An estimate of the interval: each ambiguous trade on its own, the other way round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.doubts import count_doubts
from forexai_core.backtesting.records import Interval
from forexai_core.engine.state.doubt_bits import TRAILING

__all__ = ["estimate_interval"]

_METHOD = (
    "So each trade that the bars leave open is taken with its other outcomes (its target, or without one the best and "
    "the worst price that it saw), and what these would have changed afterwards is not followed."
)

Money = NDArray[np.float64]


def _at_target(trades: NDArray[np.void]) -> Money:
    """Give the net profit that each trade would have had at its target, where it has one."""
    travelled = (trades["close_price"] - trades["open_price"]) * trades["side"]
    at_target = (trades["take_profit"] - trades["open_price"]) * trades["side"]
    with np.errstate(divide="ignore", invalid="ignore"):
        profit = trades["profit"] / travelled * at_target
    known = (trades["take_profit"] > 0.0) & (travelled != 0.0) & np.isfinite(profit)
    other = profit + trades["commission"] + trades["swap"]
    return np.where(known, other, trades["net_profit"])


def _seen(trades: NDArray[np.void], excursion: str) -> Money:
    """Give the net profit at the best or worst price that a trade saw, where nothing else says how it might end."""
    roams = (trades["take_profit"] <= 0.0) | (trades["doubts"] & TRAILING != 0)
    return np.where(roams, trades[excursion] + trades["commission"] + trades["swap"], trades["net_profit"])


def estimate_interval(trades: NDArray[np.void], reason: str) -> Interval:
    """Estimate between which net profits a result lies, where the search for it cannot be made.

    Parameters
    ----------
    trades : (trades,) TRADE
        All of the run.
    reason : str
        Why it cannot be made.

    Returns
    -------
    Interval
        Never certified.
    """
    net = float(np.sum(trades["net_profit"]))
    open_ones = trades[trades["ambiguous"]]
    outcomes = (open_ones["net_profit"], _at_target(open_ones), _seen(open_ones, "mfe"), _seen(open_ones, "mae"))
    best = net + float(np.sum(np.max(outcomes, axis=0) - open_ones["net_profit"]))
    worst = net + float(np.sum(np.min(outcomes, axis=0) - open_ones["net_profit"]))
    return Interval(
        worst=round(worst, 8),
        expected=None,
        best=round(best, 8),
        ambiguous_trades=len(open_ones),
        certified=False,
        reason=f"an estimate: {reason}. {_METHOD}",
        doubts=count_doubts(trades),
    )
