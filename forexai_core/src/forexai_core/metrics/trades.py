"""Figures of a table of trades."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError
from forexai_core.values.timeframes import NS_PER_SECOND

__all__ = ["longest_run", "system_quality", "trade_figures"]

Floats = NDArray[np.float64]

_NOISE = 8.0 * float(np.finfo(np.float64).eps)


_MOST_DIGITS = 8
_PARTIALS = 64  # more than the parts, without overlap, into which any sum of floats can fall


def exact_sum(values: Floats) -> float:
    """Sum money without the error of adding up: 0.1 ten times is 1.0, and 117.07 thrice is 351.21."""
    from forexai_core.metrics.kernels import plain_column, sum_exactly  # numba is slow to load

    column = plain_column(values)
    total = float(sum_exactly(column, np.empty(_PARTIALS)))
    if not math.isfinite(total):
        total = math.fsum(values.tolist())  # it knows what to do, or to say
    return _rounded(total, _money_digits(column))


def _money_digits(values: Floats) -> int | None:
    """Find to how many decimals money was rounded: those of the account's currency at most.

    A sum of such amounts has no more decimals than they, and is as near to a float as its decimal form is. None where
    the amounts were not rounded.
    """
    from forexai_core.metrics.kernels import decimals_of, plain_column  # numba is slow to load

    digits = int(decimals_of(plain_column(values), _MOST_DIGITS, _NOISE))
    return None if digits < 0 else digits


def _rounded(amount: float, digits: int | None) -> float:
    return amount if digits is None else round(amount, digits)


def trade_figures(trades: NDArray[np.void]) -> Mapping[str, float | int | None]:
    """Compute every figure that follows from the trades alone.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.

    Returns
    -------
    mapping of str to float, int or None
        By the names of :data:`~forexai_core.metrics.METRICS`; None where undefined.

    Raises
    ------
    DataShapeError
        If a trade's money is not a finite number.
    """
    net: Floats = trades["net_profit"]
    _check_finite(trades)
    count, won, lost, digits = len(net), net > 0, net < 0, _money_digits(net)
    wins, losses = int(np.count_nonzero(won)), int(np.count_nonzero(lost))
    net_profit, gains, pains = exact_sum(net), exact_sum(net[won]), exact_sum(net[lost])
    average_win, average_loss = _per(gains, wins), _per(pains, losses)
    held = trades["close_time_ns"] - trades["open_time_ns"]
    return {
        "net_profit": net_profit,
        "gross_profit": gains,
        "gross_loss": pains,
        "total_commission": exact_sum(trades["commission"]),
        "total_swap": exact_sum(trades["swap"]),
        "total_trades": count,
        "wins": wins,
        "losses": losses,
        "win_rate": _per(wins, count),
        "profit_factor": _per(gains, -pains),
        "expectancy": _per(net_profit, count),
        "avg_win": average_win,
        "avg_loss": average_loss,
        "payoff": None if average_win is None or average_loss is None else average_win / -average_loss,
        "best": _rounded(float(net.max()), digits) if count else None,
        "worst": _rounded(float(net.min()), digits) if count else None,
        "longest_win_streak": longest_run(won),
        "longest_loss_streak": longest_run(lost),
        "avg_mae": _per(exact_sum(trades["mae"]), count),
        "avg_mfe": _per(exact_sum(trades["mfe"]), count),
        "avg_holding_s": float(np.mean(held)) / NS_PER_SECOND if count else None,
    }


def _check_finite(trades: NDArray[np.void]) -> None:
    for name in ("net_profit", "commission", "swap", "mae", "mfe"):
        wrong = np.flatnonzero(~np.isfinite(trades[name]))
        if wrong.size:
            row = int(wrong[0])
            raise DataShapeError(f"Trade {row}: {name} is {trades[name][row]}; money must be a finite number.")


def _per(total: float, count: float) -> float | None:
    return None if count == 0 else total / count


def longest_run(marks: NDArray[np.bool_]) -> int:
    """Count the longest unbroken run of true marks."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def system_quality(net: Floats, initial_risk: Floats | None) -> float | None:
    """Compute Van Tharp's system quality number with at most 100 trades counted.

    Parameters
    ----------
    net : (trades,) float64
        Net profits.
    initial_risk : (trades,) float64 or None
        Money lost at the stop that each trade began with; 0 or NaN where there was none.

    Returns
    -------
    float or None
        None when a risk is unknown, with fewer than two trades, or when all multiples are equal.

    Raises
    ------
    DataShapeError
        If the lengths differ.
    """
    if initial_risk is None or net.size < 2:
        return None
    if initial_risk.shape != net.shape:
        raise DataShapeError(f"There are {initial_risk.size} initial risks for {net.size} trades; give one each.")
    if not np.all(np.isfinite(initial_risk) & (initial_risk > 0)):
        return None
    multiples = net / initial_risk
    mean, deviation = float(np.mean(multiples)), float(np.std(multiples, ddof=1))
    if not deviation > _NOISE * max(abs(mean), np.finfo(np.float64).tiny):
        return None
    quality = math.sqrt(min(net.size, 100)) * mean / deviation
    return quality if math.isfinite(quality) else None
