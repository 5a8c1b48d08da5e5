"""The passes over tables of trades, compiled: imported when something is computed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.metrics.kernels import bar_of, decimals_of, held_time, sum_exactly

__all__ = ["FOUND", "MOST_DIGITS", "NOISE", "PARTIALS", "held_in_order", "scan_trades"]

PARTIALS = 64
"""More than the parts, without overlap, into which any sum of floats can fall."""

FOUND = (
    "wins", "losses", "longest_win_streak", "longest_loss_streak", "best", "worst", "held_ns",
    "known_multiples", "mean_multiple", "squared_multiples",
    "digits", "net_profit", "gross_profit", "gross_loss",
    "commission_digits", "commission", "swap_digits", "swap", "mae_digits", "mae", "mfe_digits", "mfe",
)  # fmt: skip
"""What :func:`scan_trades` finds, in its order."""

_COUNTS, _MULTIPLES, _SUMS = 0, FOUND.index("known_multiples"), FOUND.index("digits")

MOST_DIGITS = 8
"""To so many decimals a currency's money is rounded at most."""

NOISE = 8.0 * float(np.finfo(np.float64).eps)
"""Relative difference from a rounded amount that is none."""

_WHOLE = 2.0**52  # whole numbers below it, and their sums, are floats
_FAR_FROM_HALF = 0.25

_ALL, _GAINS, _PAINS = 0, 1, -1


@kernel
def _first_unsound(trades: NDArray[Any]) -> int:
    """Find the first amount that is not finite: five times its row, and which of the five it is; -1 without one."""
    for row in range(trades.size):
        trade = trades[row]
        amounts = (trade["net_profit"], trade["commission"], trade["swap"], trade["mae"], trade["mfe"])
        for place in range(len(amounts)):
            if not math.isfinite(amounts[place]):
                return 5 * row + place
    return -1


@kernel
def _count(trades: NDArray[Any], out: NDArray[Any]) -> None:
    """Count wins and losses and their runs; find the extremes; add up the time for which trades lived."""
    wins = losses = longest_wins = longest_losses = run = 0
    best, worst, held = -np.inf, np.inf, 0.0
    for row in range(trades.size):
        net = trades[row]["net_profit"]
        held += float(trades[row]["close_time_ns"] - trades[row]["open_time_ns"])
        best, worst = max(best, net), min(worst, net)
        if net > 0.0:
            wins += 1
            run = max(run, 0) + 1
            longest_wins = max(longest_wins, run)
        elif net < 0.0:
            losses += 1
            run = min(run, 0) - 1
            longest_losses = max(longest_losses, -run)
        else:
            run = 0
    out[0], out[1], out[2], out[3] = wins, losses, longest_wins, longest_losses
    out[4], out[5], out[6] = best, worst, held


@kernel
def _scan_multiples(trades: NDArray[Any], risks: NDArray[Any], out: NDArray[Any]) -> None:
    """Find mean and squared deviations of the profits in multiples of their risks, where all of these are known.

    Sums run over differences from the first multiple, so that equal ones have no deviation at all.
    """
    out[_MULTIPLES] = 0.0
    if trades.size < 2 or risks.size != trades.size:
        return
    for row in range(risks.size):
        if not (math.isfinite(risks[row]) and risks[row] > 0.0):
            return
    first = trades[0]["net_profit"] / risks[0]
    total = squares = 0.0
    for row in range(trades.size):
        apart = trades[row]["net_profit"] / risks[row] - first
        total += apart
        squares += apart * apart
    out[_MULTIPLES] = 1.0
    out[_MULTIPLES + 1] = first + total / trades.size
    out[_MULTIPLES + 2] = max(squares - total * total / trades.size, 0.0)


@kernel
def _sum(values: NDArray[Any], digits: int, partials: NDArray[Any], side: int) -> float:
    """Sum exactly: rounded amounts as whole numbers of their last decimal, which is quick, others part by part.

    Between rounded amounts and whole numbers lie errors of rounding only; all of them together must not come near to
    half a unit.
    """
    if digits >= 0:
        scale = 10.0**digits
        total = magnitude = 0.0
        for row in range(values.size):
            value = values[row]
            if side == _ALL or side * value > 0.0:
                units = np.rint(value * scale)
                total += units
                magnitude += abs(units)
        if total != 0.0 and magnitude < _WHOLE and values.size * magnitude * NOISE < _FAR_FROM_HALF:
            return total / scale
    return sum_exactly(values, partials, side)


@kernel
def _sum_column(values: NDArray[Any], partials: NDArray[Any], out: NDArray[Any], place: int) -> None:
    digits = decimals_of(values, MOST_DIGITS, NOISE)
    out[place] = digits
    out[place + 1] = _sum(values, digits, partials, _ALL)


@kernel
def scan_trades(trades: NDArray[Any], risks: NDArray[Any], partials: NDArray[Any], out: NDArray[Any]) -> int:
    """Find all that figures of trades are made of.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.
    risks : (trades,) float64 or (0,) float64
        Money at risk at each initial stop; empty when unknown.
    partials : (64,) float64
        Overwritten.
    out : (22,) float64
        Overwritten with what :data:`FOUND` names. Sums are exact; ``digits`` -1 means that amounts were not rounded.

    Returns
    -------
    int
        -1; else five times the first row with an amount that is not finite, plus the place of that amount among net
        profit, commission, swap, lowest and highest open profit.
    """
    wrong = _first_unsound(trades)
    if wrong >= 0:
        return wrong
    _count(trades, out)
    _scan_multiples(trades, risks, out)
    net = trades["net_profit"]
    _sum_column(net, partials, out, _SUMS)
    digits = int(out[_SUMS])
    out[_SUMS + 2] = _sum(net, digits, partials, _GAINS)
    out[_SUMS + 3] = _sum(net, digits, partials, _PAINS)
    _sum_column(trades["commission"], partials, out, _SUMS + 4)
    _sum_column(trades["swap"], partials, out, _SUMS + 6)
    _sum_column(trades["mae"], partials, out, _SUMS + 8)
    _sum_column(trades["mfe"], partials, out, _SUMS + 10)
    return -1


@kernel
def held_in_order(
    open_ns: NDArray[Any], close_ns: NDArray[Any], trades: NDArray[Any], from_ns: NDArray[Any], to_ns: NDArray[Any]
) -> int:
    """Measure how much of the time in which a market was open a position was held, by trades in order of opening.

    Parameters
    ----------
    open_ns, close_ns : (spans,) int64
        When the market was open: ascending, without overlap.
    trades : (trades,) TRADE
        Those that closed inside a bar lived to its end.
    from_ns, to_ns : (trades,) int64
        Overwritten with when a position was held.

    Returns
    -------
    int
        Nanoseconds; -1 where the trades do not stand in the order of their opening.
    """
    count = bar = 0
    for row in range(trades.size):
        trade = trades[row]
        opened, until = trade["open_time_ns"], trade["close_time_ns"]
        if trade["intrabar"] and open_ns.size:
            bar = bar_of(open_ns, until, bar)
            if open_ns[bar] <= until:
                until = max(until, close_ns[bar])
        if row > 0 and opened < trades[row - 1]["open_time_ns"]:
            return -1
        if count > 0 and opened <= to_ns[count - 1]:
            to_ns[count - 1] = max(to_ns[count - 1], until)
        else:
            from_ns[count], to_ns[count] = opened, until
            count += 1
    return held_time(open_ns, close_ns, from_ns[:count], to_ns[:count])
