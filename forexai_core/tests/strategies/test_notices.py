"""A class strategy is told of its deals and orders, each change once, and can act on it."""

from __future__ import annotations

import pytest
from strategy_markets import make_market, make_ticks

from forexai_core.backtesting.runner import backtest
from forexai_core.ports.risk import Verdict
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import Strategy
from forexai_core.values.accounts import Account
from forexai_core.values.orders import DealEntry, OrderStatus

pytestmark = pytest.mark.kernels

SEEN = []


@pytest.fixture(autouse=True)
def _nothing_seen():
    SEEN.clear()


def run(strategy, prices):
    return backtest(strategy, prices, trials=MemoryTrials())


class Witness(Strategy):
    """Buys, takes note, sells on, places orders that fill, expire or are cancelled."""

    def start(self, ctx):
        self.bar = 0
        SEEN.append(("start", ctx.time_ns))

    def on_fill(self, ctx, deal):
        SEEN.append(("fill", deal))
        if deal.entry is DealEntry.OUT and deal.reason == "stop_loss":
            ctx.sell(volume_lots=0.02, tag="revenge")

    def on_order(self, ctx, order):
        SEEN.append(("order", order))

    def on_bar(self, ctx):
        self.bar += 1
        if self.bar == 2:
            ctx.buy(volume_lots=0.01, stop_loss_points=25, tag="first")
        if self.bar == 5:
            ctx.buy_stop(ctx.ask + 0.0005, volume_lots=0.01, stop_loss_points=2000, tag="up")
            ctx.sell_limit(ctx.bid + 0.5, volume_lots=0.03, expiry_ns=ctx.time_ns + 2 * 3_600_000_000_000)
            ctx.buy_limit(ctx.bid - 0.5, volume_lots=0.04)
        if self.bar == 9:
            ctx.cancel(ctx.orders[-1])

    def stop(self, ctx):
        SEEN.append(("stop", ctx.time_ns))


def test_deals_and_orders_are_told_once_each_and_in_order():
    bars = make_market(60, seed=3)
    result = run(Witness(), bars)
    kinds = [kind for kind, _ in SEEN]
    assert kinds[0] == "start"
    assert kinds[-1] == "stop"
    assert SEEN[0][1] == bars.time_ns[0]
    deals = [what for kind, what in SEEN if kind == "fill"]
    ledger_deals = [int(fill["deal"]) for fill in result.fills]
    told = [deal.deal for deal in deals]
    assert len(set(told)) == len(told)
    # What closes at the end of data is dealt after the last bar.
    assert told == ledger_deals[: len(told)]
    assert deals[0].entry is DealEntry.IN
    assert deals[0].time_ns == bars.end_ns[1]
    assert deals[1].reason == "stop_loss"
    revenge = next(trade for trade in result.trades if trade["side"] == -1)
    assert revenge["volume_lots"] == 0.02


def test_an_order_is_told_of_when_placed_and_when_gone():
    run(Witness(), make_market(60, seed=3))
    states = [what for kind, what in SEEN if kind == "order"]
    by_volume = {}
    for state in states:
        by_volume.setdefault(state.request.volume_lots, []).append(state.status)
    assert by_volume[0.03] == [OrderStatus.PLACED, OrderStatus.EXPIRED]
    assert by_volume[0.04] == [OrderStatus.PLACED, OrderStatus.CANCELLED]
    assert by_volume[0.01] == [OrderStatus.PLACED, OrderStatus.FILLED]
    filled = next(state for state in states if state.status is OrderStatus.FILLED)
    assert filled.request.tag == "up"
    assert filled.filled_lots == 0.01
    assert filled.average_price > 0


class Reducer(Strategy):
    """On a netting account, takes half of a position off by an order."""

    def start(self, ctx):
        self.bar = 0

    def on_order(self, ctx, order):
        SEEN.append((order.request.side, order.status, order.average_price))

    def on_bar(self, ctx):
        self.bar += 1
        if self.bar == 2:
            ctx.buy(volume_lots=0.02)
        if self.bar == 4:
            ctx.sell_stop(ctx.bid - 0.0005, volume_lots=0.01)


def test_an_order_that_reduces_a_netting_position_is_told_of_as_filled():
    account = Account(balance=10_000.0, currency="USD", leverage=100.0, mode="netting")
    result = backtest(Reducer(), make_market(60, seed=3), account=account, trials=MemoryTrials())
    reduced = result.trades[0]
    assert (reduced["volume_lots"], reduced["close_reason"]) == (0.01, "signal")
    assert [(-1, OrderStatus.PLACED, 0.0), (-1, OrderStatus.FILLED, reduced["close_price"])] == SEEN


class TickCounter(Strategy):
    every: int = 50

    def start(self, ctx):
        self.ticks = 0

    def on_tick(self, ctx):
        self.ticks += 1
        SEEN.append((ctx.time_ns, ctx.ticks.bid[-1], ctx.ticks.ask[-1]))
        if self.ticks % self.every == 0:
            ctx.close() if ctx.position else ctx.buy(volume_lots=0.01)


def test_ticks_are_handed_over_one_by_one():
    ticks = make_ticks(300)
    result = run(TickCounter(), ticks)
    assert list(zip(ticks.time_ns.tolist(), ticks.bid.tolist(), ticks.ask.tolist(), strict=True)) == SEEN
    first = result.trades[0]
    # Decided on the 50th tick, executed on the 51st, at its ask.
    assert (first["open_time_ns"], first["open_price"]) == (ticks.time_ns[50], ticks.ask[50])
    assert (first["close_time_ns"], first["close_price"]) == (ticks.time_ns[100], ticks.bid[100])


def test_hooks_that_are_not_filled_in_are_not_called():
    assert Witness.hooks() == {"start", "on_fill", "on_order", "on_bar", "stop"}
    assert TickCounter.hooks() == {"start", "on_tick"}


class Pyramid(Strategy):
    """Keeps one long open and, on every fill, asks for another."""

    def on_fill(self, ctx, deal):
        if deal.entry is DealEntry.IN and len(ctx.positions) < 5:
            ctx.buy(volume_lots=0.01, tag="more")

    def on_bar(self, ctx):
        if len(ctx.bars) == 3:
            ctx.buy(volume_lots=0.01)


class OnePosition:
    """A rule that allows the first position only."""

    name = "one-position"

    def judge(self, proposal):
        return Verdict(allowed=not proposal.positions, rule=self.name, reason="one position at most")


def test_what_is_asked_for_in_a_fill_goes_through_the_risk_rules_too():
    bars = make_market(40, seed=3)
    free = backtest(Pyramid(), bars, trials=MemoryTrials())
    held = backtest(Pyramid(), bars, risk=[OnePosition()], trials=MemoryTrials())
    assert len(free.trades) == 5
    assert len(held.trades) == 1
