"""A first estimate of the interval: each ambiguous trade on its own, the other way round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.records import Interval

__all__ = ["estimate_interval"]

_REASON = (
    "an estimate: each trade that the bars leave open is taken with its other outcome, and what that would have "
    "changed afterwards is not followed. Finer prices settle such bars."
)
_NOTHING_OPEN = (
    "an estimate: no bar left a trade open, but stops that lie beyond a bar's quotes by the real spread are not known "
    "where the ask is not."
)


_MODELLED = (
    "an estimate: the order of the prices inside each bar is a model's, so that other paths through the same bars are "
    "not looked at. Leave path= out, or give finer prices."
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


def _reason(ambiguous: int, *, known_ask: bool, modelled: bool) -> str:
    if modelled:
        return _MODELLED
    if ambiguous:
        return _REASON
    return "" if known_ask else _NOTHING_OPEN


def estimate_interval(trades: NDArray[np.void], *, known_ask: bool, modelled: bool = False) -> Interval:
    """Estimate between which net profits a result lies.

    Parameters
    ----------
    trades : (trades,) TRADE
        All of the run.
    known_ask : bool
        Whether the prices brought their ask side.
    modelled : bool
        Whether a model chose the path inside each bar.

    Returns
    -------
    Interval
        Never certified, except where nothing was left open and both sides are known.
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
        certified=len(open_ones) == 0 and known_ask and not modelled,
        reason=_reason(len(open_ones), known_ask=known_ask, modelled=modelled),
    )
