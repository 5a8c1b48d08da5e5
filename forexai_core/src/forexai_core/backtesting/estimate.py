"""An estimate of the interval: each ambiguous trade on its own, the other way round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.doubts import count_doubts
from forexai_core.backtesting.records import Interval

__all__ = ["estimate_interval"]

_METHOD = (
    "So each trade that the bars leave open is taken with its other outcome, and what that would have changed "
    "afterwards is not followed."
)


def _other_way(trades: NDArray[np.void]) -> NDArray[np.float64]:
    """Give the net profit that each trade would have had at its target, where it has one."""
    travelled = (trades["close_price"] - trades["open_price"]) * trades["side"]
    at_target = (trades["take_profit"] - trades["open_price"]) * trades["side"]
    with np.errstate(divide="ignore", invalid="ignore"):
        profit = trades["profit"] / travelled * at_target
    known = (trades["take_profit"] > 0.0) & (travelled != 0.0) & np.isfinite(profit)
    other = profit + trades["commission"] + trades["swap"]
    return np.where(known, other, trades["net_profit"])


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
    gains = _other_way(open_ones) - open_ones["net_profit"]
    best = net + float(np.sum(np.maximum(gains, 0.0)))
    worst = net + float(np.sum(np.minimum(gains, 0.0)))
    return Interval(
        worst=round(worst, 8),
        expected=None,
        best=round(best, 8),
        ambiguous_trades=len(open_ones),
        certified=False,
        reason=f"an estimate: {reason}. {_METHOD}",
        doubts=count_doubts(trades),
    )
