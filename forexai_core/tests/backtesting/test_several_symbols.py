"""Several symbols on one account: nobody knows a close before its bar is over; the order of a mapping is nobody's."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_markets import MONDAY_NS, make_market

import forexai_core as fx
from forexai_core.arrays import BAR
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import SmaCross, Strategy
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

FREE = fx.Costs(spread_points=0, commission_per_lot=0, slippage_points=0, swap_long_points=0, swap_short_points=0)
ACCOUNT = fx.Account(balance=20_000, leverage=500)


class FirstThenSized(Strategy):
    """Buys a lot of the moving symbol at once, and of the still one by risk, a bar later."""

    def start(self, ctx):
        self.bar = -1

    def on_bar(self, ctx):
        self.bar += 1
        if ctx.symbol == "EURUSD" and self.bar == 0:
            ctx.buy(volume_lots=1.0)
        if ctx.symbol == "GBPUSD" and self.bar == 1:
            ctx.buy(risk_fraction=0.01, stop_loss_points=100)


def bars_of(symbol, closes, timeframe="H1"):
    """Give bars that open at the close before, or at the first close, and reach nothing beyond."""
    closes = np.array(closes, float)
    opens = np.concatenate((closes[:1], closes[:-1]))
    data = np.zeros(len(closes), BAR)
    data["time_ns"] = MONDAY_NS + np.arange(len(closes)) * Timeframe.of(timeframe).nominal_ns
    data["open"], data["close"] = opens, closes
    data["high"], data["low"] = np.maximum(opens, closes), np.minimum(opens, closes)
    return fx.Bars(instrument=find_instrument(symbol), timeframe=timeframe, data=data)


def both(points):
    """Give a symbol of which the third bar moves, and one that stands still."""
    end = 1.1 + points / 1e5
    return {"EURUSD": bars_of("EURUSD", [1.1, 1.1, end, end, end]), "GBPUSD": bars_of("GBPUSD", [1.27] * 5)}


def run(prices, strategy=None, **settings):
    return fx.backtest(
        strategy or FirstThenSized(),
        prices,
        **{"account": ACCOUNT, "costs": FREE, "trials": MemoryTrials(), **settings},
    )


@pytest.mark.parametrize("points", [0, 5_000, -5_000])
@pytest.mark.parametrize("turned", [False, True])
def test_an_order_is_sized_without_the_close_of_a_bar_that_opens_with_it(points, turned):
    prices = both(points)
    result = run(dict(reversed(prices.items())) if turned else prices)
    sized = result.trades[result.trades["symbol"] == "GBPUSD"]
    assert sized["volume_lots"].tolist() == [2.0]  # 1 % of 20,000 over 100 points of 1.00


@pytest.mark.parametrize("points", [0, 5_000, -5_000])
def test_nor_is_that_of_a_sleeve(points):
    class Sized(Strategy):
        def on_bar(self, ctx):
            if len(ctx.bars) == 2:
                ctx.buy(risk_fraction=0.01, stop_loss_points=100)

    class Whole(Strategy):
        def on_bar(self, ctx):
            if len(ctx.bars) == 1:
                ctx.buy(volume_lots=1.0)

    sleeves = [fx.Sleeve("moves", Whole(), symbol="EURUSD"), fx.Sleeve("sized", Sized(), symbol="GBPUSD")]
    result = run(both(points), sleeves)
    assert result.attribution["sized"].trades["volume_lots"].tolist() == [2.0]


@pytest.mark.parametrize("drive", ["batch", "step"])
@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_the_order_of_a_mapping_makes_no_difference(drive, mode):
    prices = {name: make_market(600, seed, symbol=name) for seed, name in enumerate(("EURUSD", "AUDUSD", "GBPUSD"))}
    strategy = SmaCross(fast=3, slow=8, stop_loss_pips=12, take_profit_pips=15, risk_fraction=0.02)
    account = fx.Account(balance=2_000, leverage=30, mode=mode)
    results = [
        run({name: prices[name] for name in names}, strategy, account=account, drive=drive)
        for names in (("EURUSD", "AUDUSD", "GBPUSD"), ("GBPUSD", "EURUSD", "AUDUSD"))
    ]
    assert len(results[0].trades) > 30
    assert len({each.result_fingerprint for each in results}) == 1
    assert len({each.input_fingerprint for each in results}) == 1


class Counting(Strategy):
    """Holds a position of each symbol, notes its age, and looks at the account or not."""

    looks: bool = False

    def start(self, ctx):
        self.ages = []

    def on_bar(self, ctx):
        if len(ctx.bars) == 3:
            ctx.buy(volume_lots=0.01)
        if self.looks and len(ctx.bars) % 4 == 0:
            assert ctx.account.balance > 0
        if ctx.position is not None:
            self.ages.append(ctx.position.bars_held)
            assert ctx.position.bars_held == len(ctx.bars) - 3


@pytest.mark.parametrize("symbols", [("EURUSD",), ("EURUSD", "GBPUSD")])
@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize("sleeves", [False, True])
def test_a_look_at_the_account_ages_nothing(symbols, looks, sleeves):
    prices = {name: bars_of(name, [1.1] * 40) for name in symbols}
    strategy = Counting(looks=looks)
    if sleeves:
        strategy = [fx.Sleeve(name, Counting(looks=looks), symbol=name) for name in symbols]
    assert len(run(prices, strategy).trades) == len(symbols)


def test_the_curve_of_bars_of_two_lengths_runs_with_the_time():
    hour = make_market(200, 1, symbol="EURUSD", timeframe="H1")
    quarter = make_market(800, 2, symbol="GBPUSD", timeframe="M15")
    cross = SmaCross(fast=3, slow=8, volume_lots=0.1)
    result = run(
        {"GBPUSD": quarter, "EURUSD": hour},
        [fx.Sleeve("hour", cross, symbol="EURUSD"), fx.Sleeve("quarter", cross, symbol="GBPUSD")],
    )
    times = result.equity["time_ns"]
    assert (np.diff(times) > 0).all()
    assert len(times) == 800
    made = result.attribution["hour"].equity["equity"][:-1]
    into = times[:-1] % (60 * NS_PER_MINUTE)
    later = np.flatnonzero(into > 15 * NS_PER_MINUTE)
    assert (made[later] == made[later - 1]).all()  # between its open and its end the account knows no more of an hour
    assert (np.diff(made[into == 0]) != 0).sum() > 100


def test_a_longer_bar_closes_after_the_shorter_ones_in_it():
    hour = bars_of("EURUSD", [1.1, 1.15, 1.15])
    quarter = bars_of("GBPUSD", [1.27] * 12, "M15")

    class Buys(Strategy):
        def on_bar(self, ctx):
            if len(ctx.bars) == 1:
                ctx.buy(volume_lots=1.0)

    sleeves = [fx.Sleeve("hour", Buys(), symbol="EURUSD"), fx.Sleeve("quarter", Buys(), symbol="GBPUSD")]
    result = run({"EURUSD": hour, "GBPUSD": quarter}, sleeves)
    quarters = (result.equity["time_ns"] - hour.time_ns[0]) // (15 * NS_PER_MINUTE)
    by_time = dict(zip(quarters.tolist(), result.equity["equity"].tolist(), strict=True))
    assert [by_time[number] for number in (5, 7, 8)] == [20_000.0, 20_000.0, 25_000.0]


def test_of_two_ways_of_one_length_the_first_by_name_is_taken_however_rates_are_written_down():
    # USD to GBP: over CHF at 1 / 1.25 = 0.8, or over JPY at 100 / 200 = 0.5
    rates = {"USDJPY": 100.0, "GBPJPY": 200.0, "USDCHF": 1.0, "GBPCHF": 1.25}
    bars, strategy = make_market(300, seed=3), SmaCross(fast=3, slow=8, stop_loss_pips=12)
    dollars = fx.backtest(strategy, bars, trials=MemoryTrials()).trades["profit"]
    for names in (sorted(rates), sorted(rates, reverse=True)):
        given = {name: rates[name] for name in names}
        account = fx.Account(currency="GBP")
        pounds = fx.backtest(strategy, bars, account=account, rates=given, trials=MemoryTrials()).trades["profit"]
        assert len(pounds) == len(dollars) > 5
        assert abs(pounds - 0.8 * dollars).max() < 0.011
