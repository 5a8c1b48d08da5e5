"""Figures of a table of trades."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError
from forexai_core.metrics.equity import rounded_money
from forexai_core.values.timeframes import NS_PER_SECOND

__all__ = ["exact_sum", "trade_figures"]

Floats = NDArray[np.float64]

_NOISE = 8.0 * float(np.finfo(np.float64).eps)


_AMOUNTS = ("net_profit", "commission", "swap", "mae", "mfe")
_TOTALS = (*_AMOUNTS, "gross_profit", "gross_loss")


def exact_sum(values: Floats) -> float:
    """Sum money without the error of adding up: 0.1 ten times is 1.0, and 117.07 thrice is 351.21."""
    # numba is slow to load
    from forexai_core.metrics.kernels import plain_column, sum_exactly
    from forexai_core.metrics.trade_kernels import PARTIALS

    column = plain_column(values)
    total = float(sum_exactly(column, np.empty(PARTIALS), 0))
    if not math.isfinite(total):
        total = math.fsum(values.tolist())  # it knows what to do, or to say
    return rounded_money(total, _money_digits(column))


def _money_digits(values: Floats) -> int | None:
    """Find to how many decimals money was rounded: those of the account's currency at most.

    A sum of such amounts has no more decimals than they, and is as near to a float as its decimal form is. None where
    the amounts were not rounded.
    """
    # numba is slow to load
    from forexai_core.metrics.kernels import decimals_of, plain_column
    from forexai_core.metrics.trade_kernels import MOST_DIGITS, NOISE

    digits = int(decimals_of(plain_column(values), MOST_DIGITS, NOISE))
    return None if digits < 0 else digits


def trade_figures(trades: NDArray[np.void], initial_risk: Floats | None = None) -> Mapping[str, float | int | None]:
    """Compute every figure that follows from the trades alone.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.
    initial_risk : (trades,) float64, optional
        Money lost at the stop that each trade began with; 0 or NaN where there was none. Without it ``sqn`` is None.

    Returns
    -------
    mapping of str to float, int or None
        By the names of :data:`~forexai_core.metrics.METRICS`; None where undefined.

    Raises
    ------
    DataShapeError
        If a trade's money is not a finite number, or there is not one risk a trade.
    """
    count, found = len(trades), _found(trades, initial_risk)
    wins, losses, digits = int(found["wins"]), int(found["losses"]), int(found["digits"])
    places = None if digits < 0 else digits
    net_profit, gains, pains = (_total(found, name, digits) for name in ("net_profit", "gross_profit", "gross_loss"))
    average_win, average_loss = _per(gains, wins), _per(pains, losses)
    commission, swap, mae, mfe = (
        _total(found, name, int(found[f"{name}_digits"])) for name in ("commission", "swap", "mae", "mfe")
    )
    return {
        "net_profit": net_profit,
        "gross_profit": gains,
        "gross_loss": pains,
        "total_commission": commission,
        "total_swap": swap,
        "total_trades": count,
        "wins": wins,
        "losses": losses,
        "win_rate": _per(wins, count),
        "profit_factor": _per(gains, -pains),
        "expectancy": _per(net_profit, count),
        "avg_win": average_win,
        "avg_loss": average_loss,
        "payoff": None if average_win is None or average_loss is None else average_win / -average_loss,
        "best": rounded_money(found["best"], places) if count else None,
        "worst": rounded_money(found["worst"], places) if count else None,
        "longest_win_streak": int(found["longest_win_streak"]),
        "longest_loss_streak": int(found["longest_loss_streak"]),
        "avg_mae": _per(mae, count),
        "avg_mfe": _per(mfe, count),
        "avg_holding_s": found["held_ns"] / count / NS_PER_SECOND if count else None,
        "sqn": _system_quality(count, found),
    }


def _found(trades: NDArray[np.void], initial_risk: Floats | None) -> dict[str, float]:
    """Go over the trades once."""
    # numba is slow to load
    from forexai_core.metrics.kernels import plain_column
    from forexai_core.metrics.trade_kernels import FOUND, PARTIALS, scan_trades

    if initial_risk is not None and initial_risk.shape != trades.shape:
        raise DataShapeError(f"There are {initial_risk.size} initial risks for {trades.size} trades; give one each.")
    risks = np.empty(0) if initial_risk is None else initial_risk
    out = np.empty(len(FOUND))
    wrong = scan_trades(plain_column(trades), plain_column(risks), np.empty(PARTIALS), out)
    if wrong >= 0:
        row, name = wrong // len(_AMOUNTS), _AMOUNTS[wrong % len(_AMOUNTS)]
        raise DataShapeError(f"Trade {row}: {name} is {trades[name][row]}; money must be a finite number.")
    found = dict(zip(FOUND, out.tolist(), strict=True))
    if not math.isfinite(sum(found[name] for name in _TOTALS)):  # math.fsum knows what to do, or to say
        net = trades["net_profit"]
        found |= {name: math.fsum(trades[name].tolist()) for name in _AMOUNTS}
        found |= {"gross_profit": math.fsum(net[net > 0].tolist()), "gross_loss": math.fsum(net[net < 0].tolist())}
    return found


def _total(found: Mapping[str, float], name: str, digits: int) -> float:
    return rounded_money(found[name], None if digits < 0 else digits)


def _per(total: float, count: float) -> float | None:
    return None if count == 0 else total / count


def _system_quality(count: int, found: Mapping[str, float]) -> float | None:
    """Compute Van Tharp's system quality number with at most 100 trades counted.

    None when a risk is unknown, with fewer than two trades, or when all multiples are equal.
    """
    if not found["known_multiples"]:
        return None
    mean, deviation = found["mean_multiple"], math.sqrt(found["squared_multiples"] / (count - 1))
    if not deviation > _NOISE * max(abs(mean), np.finfo(np.float64).tiny):
        return None
    quality = math.sqrt(min(count, 100)) * mean / deviation
    return quality if math.isfinite(quality) else None
