# ruff: noqa: C901, PLR0917 - kernels take their arguments by position, and branch as the market does
"""Bare kernels, the practical limit: the least that any engine has to do, with nothing checked, named or explained.

They keep the market's rules of the task (entry at the next open, stop before target, gaps at the open, the bar's own
spread, commission, swap at rollovers, margin, stop-out) for one position at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import task
from numba import njit, prange, set_num_threads
from task import Run

_JIT: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_TRADE = np.dtype(
    [
        ("open_row", np.int64),
        ("close_row", np.int64),
        ("side", np.int64),
        ("entry", np.float64),
        ("exit", np.float64),
        ("swap", np.float64),
        ("net", np.float64),
    ]
)
_EQUITY = np.dtype([("balance", np.float64), ("equity", np.float64), ("margin", np.float64)])
_SWAP_LONG = task.UNITS * task.POINT * task.SWAP_LONG_POINTS
_SWAP_SHORT = task.UNITS * task.POINT * task.SWAP_SHORT_POINTS
_LOST = -1
_TIE = 1e-9


@njit(inline="always")
def _leaving(side, opened, high, low, gap, stop, target):
    """Give the price at which stop or target closes the position inside a bar; 0 when neither does."""
    if side > 0:
        if low <= stop:
            return min(stop, opened)
        return target if high >= target else 0.0
    if high + gap >= stop:
        return max(stop, opened + gap)
    return target if low + gap <= target else 0.0


@njit(inline="always")
def _closed(trades, count, since, row, side, price, leaving, swap):
    """Write a trade where trades are kept, and give the money that its exit brings."""
    gain = side * task.UNITS * (leaving - price) + swap - task.COMMISSION
    if count < len(trades):
        trade = trades[count]
        trade.open_row, trade.close_row, trade.side, trade.entry = since, row, side, price
        trade.exit, trade.swap, trade.net = leaving, swap, gain - task.COMMISSION
    return gain


@njit(**_JIT)
def trade(opened, high, low, close, spread, entry, rollover_row, rollover_days, curve, trades):
    """Go through the bars once. Gives the number of trades, the balance and the deepest fall of the equity.

    ``curve`` and ``trades`` are written where they have room; a sweep hands over empty ones.
    """
    balance = peak = task.BALANCE
    margin = price = swap = stop = target = deepest = 0.0
    side = waiting = count = since = rollover = 0
    turn = rollover_row[0]
    last = len(close) - 1
    for row in range(len(close)):
        gap = spread[row]
        if row == turn:
            swap += rollover_days[rollover] * (_SWAP_LONG if side > 0 else _SWAP_SHORT) * (side != 0)
            rollover += 1
            turn = rollover_row[rollover] if rollover < len(rollover_row) else -1
        if waiting != 0:
            if side != 0:
                leaving = opened[row] if side > 0 else opened[row] + gap
                balance += _closed(trades, count, since, row, side, price, leaving, swap)
                count += 1
            side, waiting, since, swap = waiting, 0, row, 0.0
            price = opened[row] + gap if side > 0 else opened[row]
            stop, target = price - side * task.STOP, price + side * task.TARGET
            margin = price * (task.UNITS / task.LEVERAGE)
            balance -= task.COMMISSION
        floating = 0.0
        if side != 0:
            leaving = _leaving(side, opened[row], high[row], low[row], gap, stop, target)
            if leaving == 0.0 and row == last:
                leaving = close[row] if side > 0 else close[row] + gap
            if leaving != 0.0:
                balance += _closed(trades, count, since, row, side, price, leaving, swap)
                count += 1
                side, margin = 0, 0.0
            else:
                worst = low[row] if side > 0 else high[row] + gap
                if balance + swap + side * task.UNITS * (worst - price) < task.STOP_OUT * margin:
                    return _LOST, balance, deepest
                floating = swap + side * task.UNITS * ((close[row] if side > 0 else close[row] + gap) - price)
        if entry[row] != side:
            waiting = entry[row]
        equity = balance + floating
        peak = max(peak, equity)
        deepest = max(deepest, peak - equity)
        if row < len(curve):
            curve[row].balance, curve[row].equity, curve[row].margin = balance, equity, margin
    return count, balance, deepest


@njit(**_JIT)
def averages(close, periods, out):
    """Write the moving average of each period; NaN before there are enough bars."""
    for number in range(len(periods)):
        period, share, total = periods[number], 1.0 / periods[number], 0.0
        line = out[number]
        for row in range(period):
            total += close[row]
            line[row] = np.nan
        line[period - 1] = total * share
        for row in range(period, len(close)):
            total += close[row] - close[row - period]
            line[row] = total * share


@njit(**_JIT)
def crossings(fast, slow, entry):
    """Write +1 where the fast average turns above the slow one and -1 where it turns below."""
    above = 0
    for row in range(len(entry)):
        apart = fast[row] - slow[row]
        now = (apart > _TIE) - (apart < -_TIE)
        entry[row] = now if now * above < 0 else 0
        above = now if now != 0 else above


@njit(parallel=True, **_JIT)
def sweep(
    opened, high, low, close, spread, lines, fast, slow, rollover_row, rollover_days, entries, none, nothing, out
):
    """Trade every pair of lines; each thread has its own row of entries."""
    threads = len(entries)
    for thread in prange(threads):
        entry = entries[thread]
        for pair in range(thread, len(fast), threads):
            crossings(lines[fast[pair]], lines[slow[pair]], entry)
            figures = trade(opened, high, low, close, spread, entry, rollover_row, rollover_days, none, nothing)
            out[pair, 0], out[pair, 1] = figures[1], figures[2]


@njit(**_JIT)
def quote_loop(bid, ask, curve, trades):
    """Turn round every so many ticks, with stop and target; equity at every tick."""
    balance, side, count, since = task.BALANCE, 0, 0, 0
    price = stop = target = margin = 0.0
    turn, last = 1, len(bid) - 1
    for row in range(len(bid)):
        leaving = 0.0
        if side != 0:
            quote = bid[row] if side > 0 else ask[row]
            if row % task.TICKS_A_TRADE == 0 or row == last or side * (quote - stop) <= 0.0:
                leaving = quote
            elif side * (quote - target) >= 0.0:
                leaving = target
            if leaving != 0.0:
                balance += _closed(trades, count, since, row, side, price, leaving, 0.0)
                count += 1
                side, margin = 0, 0.0
        if row and row % task.TICKS_A_TRADE == 0:
            side, turn, since = turn, -turn, row
            price = ask[row] if side > 0 else bid[row]
            stop, target = price - side * task.STOP, price + side * task.TARGET
            margin = price * (task.UNITS / task.LEVERAGE)
            balance -= task.COMMISSION
        quote = bid[row] if side > 0 else ask[row]
        curve[row].balance, curve[row].margin = balance, margin
        curve[row].equity = balance + side * task.UNITS * (quote - price)
    return count


@njit(**_JIT)
def four_ratios(returns):
    """Gather what Sharpe, Sortino, drawdown and Calmar need, in one plain pass."""
    total = squares = downside = fall = 0.0
    growth = peak = 1.0
    for value in returns:
        total += value
        squares += value * value
        downside += min(value, 0.0) ** 2
        growth *= 1.0 + value
        peak = max(peak, growth)
        fall = max(fall, 1.0 - growth / peak)
    return total, squares, downside, growth, fall


_PRICES = ("open", "high", "low", "close", "spread")
_ROLLOVERS = ("rollover_row", "rollover_days")


def signals(given: task.Task) -> Run:
    """Trade entries that are known beforehand."""
    columns = [given.column(name) for name in (*_PRICES, "entry")]
    rollovers = _rollovers(given)

    def run() -> int:
        curve, trades = np.empty(given.rows, _EQUITY), np.empty(given.rows // 20, _TRADE)
        return trade(*columns, *rollovers, curve, trades)[0]

    return run


def closes(given: task.Task) -> Run:
    """Averages and crossings before that."""
    columns = [given.column(name) for name in _PRICES]
    rollovers, periods = _rollovers(given), np.array([task.FAST, task.SLOW])

    def run() -> int:
        lines, entry = np.empty((2, given.rows)), np.empty(given.rows, np.int8)
        averages(columns[3], periods, lines)
        crossings(lines[0], lines[1], entry)
        curve, trades = np.empty(given.rows, _EQUITY), np.empty(given.rows // 20, _TRADE)
        return trade(*columns, entry, *rollovers, curve, trades)[0]

    return run


def sweeps(given: task.Task) -> Run:
    """Trade many pairs of averages on two cores; each average is made once."""
    columns = [given.column(name) for name in _PRICES]
    rollovers, periods = _rollovers(given), np.array([*task.SWEEP_FAST, *task.SWEEP_SLOW])
    pairs = task.sweep_pairs(given.options["sets"])
    fast = np.array([task.SWEEP_FAST.index(pair[0]) for pair in pairs])
    slow = np.array([len(task.SWEEP_FAST) + task.SWEEP_SLOW.index(pair[1]) for pair in pairs])

    def run() -> int:
        set_num_threads(2)
        lines, out = np.empty((len(periods), given.rows)), np.empty((len(fast), 2))
        averages(columns[3], periods, lines)
        entries, kept = np.empty((2, given.rows), np.int8), (np.empty(0, _EQUITY), np.empty(0, _TRADE))
        sweep(*columns, lines, fast, slow, *rollovers, entries, *kept, out)
        return 0

    return run


def ticks(given: task.Task) -> Run:
    """Go through ticks."""
    bid, ask = given.column("tick_bid"), given.column("tick_ask")
    room = 2 * given.rows // task.TICKS_A_TRADE
    return lambda: quote_loop(bid, ask, np.empty(given.rows, _EQUITY), np.empty(room, _TRADE))


def returns(given: task.Task) -> Run:
    """Compute the sums of four ratios."""
    values = given.column("returns")

    def run() -> int:
        assert four_ratios(values)[4] > 0
        return 0

    return run


def _rollovers(given: task.Task) -> list[np.ndarray]:
    rows, days = np.load(given.folder / "rollover_row.npy"), np.load(given.folder / "rollover_days.npy")
    inside = rows < given.rows
    return [rows[inside], days[inside]]


CASES = {"signals": signals, "closes": closes, "sweeps": sweeps, "ticks": ticks, "returns": returns}
