"""What this library does for each row: ``CASES[name](task)`` prepares it and gives what is timed.

Each timed function does all of the row's work, reads what came of it, and says how many trades there were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import task
from market import bars_of, ticks_of
from task import Run

import forexai_core as fx
from forexai_core import commands
from forexai_core.metrics import return_ratios

LACKS = ""
ACCOUNT = fx.Account(balance=task.BALANCE, leverage=task.LEVERAGE, stop_out=100 * task.STOP_OUT)
COSTS = fx.Costs(
    commission_per_lot=task.COMMISSION_PER_LOT,
    swap_long_points=task.SWAP_LONG_POINTS,
    swap_short_points=task.SWAP_SHORT_POINTS,
)
TIE = 5e-10
"""Averages this close are equal, but for the rounding of their sums."""
STOP_PIPS, TARGET_PIPS = 1e4 * task.STOP, 1e4 * task.TARGET


def _trades(strategy: Any, prices: fx.Bars | fx.Ticks) -> int:
    result = fx.backtest(strategy, prices, account=ACCOUNT, costs=COSTS)
    assert len(result.equity) == len(prices)
    return len(result.trades)


def _template(fast: int = task.FAST, slow: int = task.SLOW) -> fx.Strategy:
    return fx.strategies.SmaCross(
        fast=fast, slow=slow, stop_loss_pips=STOP_PIPS, take_profit_pips=TARGET_PIPS, volume_lots=task.LOTS
    )


def signals(given: task.Task) -> Run:
    """Trade entries that are known beforehand: equity and trades."""
    bars = bars_of(given)
    wanted = fx.Intents.of(
        entry=given.column("entry"),
        stop=task.STOP,
        target=task.TARGET,
        management=fx.Management(volume_lots=task.LOTS),
    )

    @fx.vector_strategy
    def entries(bars: fx.Bars) -> fx.Intents:
        return wanted

    return lambda: _trades(entries(), bars)


def closes(given: task.Task) -> Run:
    """Trade crossing averages: a complete result with every figure."""
    bars = bars_of(given)

    def run() -> int:
        result = fx.backtest(_template(), bars, account=ACCOUNT, costs=COSTS)
        assert result.metrics["sharpe"] is not None
        assert len(result.equity) == len(bars)
        return len(result.trades)

    return run


class Crossing(fx.Strategy):
    """Buy when the fast average turns above the slow one, sell when it turns below."""

    fast: int = fx.Param(task.FAST, ge=1)
    slow: int = fx.Param(task.SLOW, ge=1)

    def start(self, ctx: fx.Context) -> None:
        self.above = None
        self.quick, self.late = ctx.indicator("sma", self.fast), ctx.indicator("sma", self.slow)

    def on_bar(self, ctx: fx.Context) -> None:
        apart = self.quick[-1] - self.late[-1]
        if not abs(apart) > TIE:  # a tie, which is no cross; or not known yet
            return
        above = apart > 0
        if self.above is not None and above != self.above:
            ctx.close()
            trade = ctx.buy if above else ctx.sell
            trade(volume_lots=task.LOTS, stop_loss_pips=STOP_PIPS, take_profit_pips=TARGET_PIPS)
        self.above = above


def on_bar(given: task.Task) -> Run:
    """Ask a Python class at every bar."""
    bars = bars_of(given)
    return lambda: _trades(Crossing(), bars)


class Flipping(fx.Strategy):
    """Turn round every so many ticks."""

    def start(self, ctx: fx.Context) -> None:
        self.seen = 0
        self.side = -1

    def on_tick(self, ctx: fx.Context) -> None:
        self.seen += 1
        if self.seen % task.TICKS_A_TRADE:
            return
        self.side = -self.side
        ctx.close()
        trade = ctx.buy if self.side > 0 else ctx.sell
        trade(volume_lots=task.LOTS, stop_loss_pips=STOP_PIPS, take_profit_pips=TARGET_PIPS)


def on_tick(given: task.Task) -> Run:
    """Ask a Python class at every tick."""
    ticks = ticks_of(given)
    return lambda: _trades(Flipping(), ticks)


SEEN = np.dtype([("side", np.int64)])


@fx.compiled_strategy(state=SEEN, params={"every": task.TICKS_A_TRADE, "lots": task.LOTS})
def flipping(row: Any, state: Any, params: Any, out: Any) -> None:
    """Turn round every so many ticks."""
    if (row["index"] + 1) % params["every"]:
        return
    commands.close_all(out)
    if state["side"] <= 0:
        commands.buy(out, params["lots"], 0.0010, 0.0020)
        state["side"] = 1
    else:
        commands.sell(out, params["lots"], 0.0010, 0.0020)
        state["side"] = -1


def ticks(given: task.Task) -> Run:
    """Have the ledger call a compiled step at every tick."""
    prices = ticks_of(given)
    return lambda: _trades(flipping(), prices)


def returns(given: task.Task) -> Run:
    """Compute Sharpe, Sortino, drawdown and Calmar."""
    values = given.column("returns")

    def run() -> int:
        assert return_ratios(values, periods_per_year=task.MINUTES_A_YEAR)["calmar"] is not None
        return 0

    return run


def sweeps(given: task.Task) -> Run:
    """Try many parameter sets of the crossing, every cost on."""
    bars = bars_of(given)
    sets = [
        fx.strategies.SmaCross(
            fast=fast, slow=slow, volume_lots=task.LOTS, stop_loss_pips=STOP_PIPS, take_profit_pips=TARGET_PIPS
        )
        for fast, slow in task.sweep_pairs(given.options["sets"])
    ]
    return lambda: int(fx.sweep(sets, bars, account=ACCOUNT, costs=COSTS, workers=2).figures["total_trades"].sum())


CASES: dict[str, Callable[[task.Task], Run]] = {
    "signals": signals,
    "closes": closes,
    "on_bar": on_bar,
    "sweeps": sweeps,
    "ticks": ticks,
    "on_tick": on_tick,
    "returns": returns,
}
