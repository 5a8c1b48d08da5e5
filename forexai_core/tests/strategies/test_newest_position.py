"""The newest position is the one that opened last: an order that filled late has an early ticket."""

from __future__ import annotations

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.arrays import BAR
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands

pytestmark = pytest.mark.kernels

HOUR_NS = 3_600_000_000_000
LIMIT = 1.09900


def falling_once():
    """Give hours at 1.10000 of which the fifth falls to the limit."""
    data = np.zeros(10, BAR)
    data["time_ns"] = 1_717_401_600_000_000_000 + HOUR_NS * np.arange(len(data))
    for side in ("open", "high", "low", "close"):
        data[side] = 1.1
    data["low"][4] = LIMIT - 0.001
    return fx.Bars(instrument=fx.find_instrument("EURUSD"), timeframe="H1", data=data)


class ClosesTheNewest(fx.Strategy):
    def start(self, ctx):
        self.bar = 0

    def on_bar(self, ctx):
        self.bar += 1
        if self.bar == 1:
            ctx.buy_limit(LIMIT, volume_lots=0.01)
        if self.bar == 2:
            ctx.buy(volume_lots=0.01)
        if len(ctx.positions) == 2:
            assert [position.ticket for position in ctx.positions] == [2, 1]
            assert ctx.position.ticket == 1
            ctx.close(ctx.position)


@fx.compiled_strategy()
def closes_the_newest(row, state, params, out):
    if row["index"] == 0:
        commands.buy_limit(out, 1.099, 0.01)
    if row["index"] == 1:
        commands.buy(out, 0.01)
    if row["positions"] == 2:
        commands.close(out, row["ticket"])


@pytest.mark.parametrize("strategy", [ClosesTheNewest(), closes_the_newest()], ids=["class", "compiled"])
def test_what_filled_last_is_the_newest(strategy):
    result = fx.backtest(strategy, falling_once(), trials=MemoryTrials())
    first = result.trades[0]
    assert (first["ticket"], first["close_reason"]) == (1, "signal")
    assert first["open_price"] == pytest.approx(LIMIT)
    assert first["open_time_ns"] > result.trades[1]["open_time_ns"]
