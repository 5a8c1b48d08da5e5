"""Rules of the account as a user meets them: closing by opposites, first in first out, margin calls, protection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.arrays import BAR
from forexai_core.errors import ConfigError
from forexai_core.strategies import commands
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.margin_rules import LeverageTier

pytestmark = pytest.mark.kernels

HOUR = 3_600 * 1_000_000_000
FREE = fx.Costs(spread_points=0, commission_per_lot=0, swap_long_points=0, swap_short_points=0)


def bars_of(prices: list[float]) -> fx.Bars:
    data = np.zeros(len(prices), BAR)
    data["time_ns"] = 1_715_580_000_000_000_000 + HOUR * np.arange(len(prices))
    for name in ("open", "high", "low", "close"):
        data[name] = prices
    return fx.Bars(instrument=find_instrument("EURUSD"), timeframe="H1", data=data)


class Hedge(fx.Strategy):
    """Buys, sells a bar later, and closes one by the other."""

    def on_bar(self, ctx: fx.Context) -> None:
        number = len(ctx.bars.close)
        if number == 1:
            ctx.buy(volume_lots=1.0)
        elif number == 2:
            ctx.sell(volume_lots=1.0)
        elif number == 3:
            long, short = ctx.positions
            ctx.close_by(long, short.ticket)


@fx.compiled_strategy()
def compiled_hedge(row: Any, state: Any, params: Any, out: Any) -> None:
    if row["index"] == 0:
        commands.buy(out, 1.0, 0.0, 0.0)
    elif row["index"] == 1:
        commands.sell(out, 1.0, 0.0, 0.0)
    elif row["index"] == 2:
        commands.close_by(out, 1, 2)


@pytest.mark.parametrize("strategy", [Hedge(), compiled_hedge()], ids=["class", "compiled"])
def test_a_strategy_closes_by_an_opposite(strategy: Any) -> None:
    result = fx.backtest(strategy, bars_of([1.1, 1.1, 1.103, 1.1025, 1.1025]), costs=FREE)
    assert result.trades["close_reason"].tolist() == ["close_by", "close_by"]
    assert result.trades["profit"].tolist() == [300.0, 0.0]
    assert result.trades["close_price"].tolist() == [1.103, 1.103]
    assert result.fills["entry"].tolist() == ["in", "in", "out_by", "out_by"]
    assert result.fills["order"][2] == result.fills["order"][3]


class Reverse(fx.Strategy):
    """Buys a lot, sells three a bar later, and notes the deals that it is told of."""

    def start(self, ctx: fx.Context) -> None:
        TOLD.clear()

    def on_fill(self, ctx: fx.Context, deal: Any) -> None:
        TOLD.append((deal.deal, str(deal.entry), deal.volume_lots, deal.commission, deal.position))

    def on_bar(self, ctx: fx.Context) -> None:
        if len(ctx.bars.close) == 1:
            ctx.buy(volume_lots=1.0)
        elif len(ctx.bars.close) == 2:
            ctx.sell(volume_lots=3.0)


TOLD: list[tuple[Any, ...]] = []


def test_a_reversal_is_one_deal() -> None:
    costs = fx.Costs(spread_points=0, commission=fx.Commission(per_deal=1.0), swap_long_points=0, swap_short_points=0)
    account = fx.Account(mode="netting")
    result = fx.backtest(Reverse(), bars_of([1.1, 1.1, 1.102, 1.1025, 1.1025]), account=account, costs=costs)
    fills, trades = result.fills, result.trades
    assert fills["entry"].tolist() == ["in", "inout", "out"]
    assert fills["deal"].tolist() == [1, 2, 3]
    assert fills["volume_lots"].tolist() == [1.0, 3.0, 2.0]
    assert fills["commission"].tolist() == [-1.0, -1.0, -1.0]
    assert fills["profit"].tolist() == [0.0, 200.0, -100.0]
    assert fills["position"].tolist() == [1, 2, 2]
    # A third of the reversal's 1.00 falls on the lot that it closes, the rest on the two that it opens.
    assert trades["commission"].tolist() == [-1.33, -1.67]
    assert TOLD == [(1, "in", 1.0, -1.0, 1), (2, "inout", 3.0, -1.0, 2)]


@fx.vector_strategy
def enters_anew(bars: fx.Bars, side: int = 1) -> fx.Intents:
    entry, leave = np.array([1, 0, side, 0, 0], np.int8), np.array([0, 0, 1, 0, 0], np.int8)
    return fx.Intents.of(entry=entry, exit=leave, target=0.001, volume_lots=0.1)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("side", [1, -1])
def test_nothing_enters_in_the_place_of_what_the_venue_did_not_close(mode: str, side: int) -> None:
    # The target is 5 points from the price, within the freeze level: the close is refused, and nothing takes its place.
    bars = bars_of([1.1, 1.1, 1.10095, 1.10095, 1.10095])
    instrument = bars.instrument.with_values(freeze_level_points=10)
    frozen = fx.Bars(instrument=instrument, timeframe="H1", data=bars.data)
    result = fx.backtest(enters_anew(side=side), frozen, account=fx.Account(mode=mode), costs=FREE)
    (trade,) = result.trades
    assert (trade["side"], trade["volume_lots"], trade["open_price"]) == (1, 0.1, 1.1)
    assert result.counts["refused_orders"] == 2
    assert len(fx.backtest(enters_anew(side=side), bars, account=fx.Account(mode=mode), costs=FREE).trades) == 2


class Hold(fx.Strategy):
    """Buys one lot and holds it."""

    def on_bar(self, ctx: fx.Context) -> None:
        if len(ctx.bars.close) == 1:
            ctx.buy(volume_lots=1.0)


def test_calls_and_protection_are_told(tmp_path: Path) -> None:
    account = fx.Account(balance=2_000, negative_balance_protection=True, leverage_tiers=[(0, 500), (1_000, 100)])
    result = fx.backtest(Hold(), bars_of([1.1, 1.1, 1.09, 1.075, 1.075]), account=account, costs=FREE)
    assert result.counts["margin_calls"] == 1
    assert result.counts["stop_outs"] == 1
    assert result.equity["balance"][-1] == 0.0
    assert result.choices["Negative balance"].startswith("500.00 USD paid in")
    assert "Margin calls" in result.choices
    result.save(tmp_path / "r.json")
    assert fx.load_result(tmp_path / "r.json").account == account


def test_accounts_refuse_what_does_not_fit() -> None:
    with pytest.raises(ConfigError, match="fifo"):
        fx.Account(mode="netting", fifo=True)
    with pytest.raises(ConfigError, match="no FIFO rule 'sise'"):
        fx.Account(fifo="sise")
    with pytest.raises(ConfigError, match="stop-out mode"):
        fx.Account(stop_out_mode="money")
    with pytest.raises(ConfigError, match=r"leverages\['EURUSD'\]"):
        fx.Account(leverages={"EURUSD": 0})
    with pytest.raises(ConfigError, match="one equity"):
        fx.Account(leverage_tiers=[LeverageTier(equity=0, leverage=5), (0, 6)])
    with pytest.raises(ConfigError, match="order type 'buy_limt'"):
        find_instrument("EURUSD").with_values(margin_rates={"buy_limt": (1, 1)})
    assert fx.Account(stop_out_mode="equity", margin_call=5_000, stop_out=2_000).stop_out == 2_000
