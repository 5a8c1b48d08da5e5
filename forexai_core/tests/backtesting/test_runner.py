"""A run says what it rests on, gives the same bytes everywhere, and refuses what does not fit."""

from __future__ import annotations

import subprocess
import sys

import attrs
import numpy as np
import pytest
from strategy_markets import make_market, make_ticks

from forexai_core.backtesting.runner import backtest
from forexai_core.data import resample, sample, synthetic
from forexai_core.errors import ConfigError, DataShapeError, RateError
from forexai_core.ports.risk import Verdict
from forexai_core.risk.settings import Risk
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import DonchianBreakout, Param, SmaCross, Strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars

pytestmark = pytest.mark.kernels

CROSS = SmaCross(fast=4, slow=9, stop_loss_pips=20, take_profit_pips=40)


def run(strategy, prices, **settings):
    settings.setdefault("trials", MemoryTrials())
    return backtest(strategy, prices, **settings)


def changed(bars: Bars, row: int) -> Bars:
    data = bars.data.copy()
    data["high"][row] = round(data["high"][row] + 0.00001, 5)
    return attrs.evolve(bars, data=data)


class TestFingerprints:
    def test_two_processes_give_the_same(self):
        program = (
            "from forexai_core.backtesting.runner import backtest\n"
            "from forexai_core.data import synthetic\n"
            "from forexai_core.services.trials import MemoryTrials\n"
            "from forexai_core.strategies import SmaCross\n"
            "bars = synthetic('EURUSD', 'M5', bars=3_000, seed=11)\n"
            "strategy = SmaCross(fast=10, slow=30, stop_loss_pips=15, take_profit_pips=30)\n"
            "result = backtest(strategy, bars, trials=MemoryTrials())\n"
            "print(result.input_fingerprint, result.result_fingerprint)\n"
        )
        seen = {
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
            for _ in range(2)
        }
        bars = synthetic("EURUSD", "M5", bars=3_000, seed=11)
        here = run(SmaCross(fast=10, slow=30, stop_loss_pips=15, take_profit_pips=30), bars)
        assert seen == {f"{here.input_fingerprint} {here.result_fingerprint}\n"}

    def test_one_price_changes_the_input(self):
        bars = make_market(200, seed=1)
        one, other = run(CROSS, bars), run(CROSS, changed(bars, 100))
        assert one.input_fingerprint != other.input_fingerprint

    @pytest.mark.parametrize(
        "setting",
        [
            {"account": Account(balance=10_001)},
            {"account": Account(mode="netting")},
            {"account": Account(leverage=200)},
            {"costs": Costs(commission_per_lot=1.0)},
            {"costs": Costs(slippage_points=1)},
            {"seed": 1},
            {"limit_fill": "open"},
            {"jump_points": 2},
            {"risk": Risk(max_positions=3)},
            {"rates": {"GBPUSD": 1.25}},
        ],
        ids=lambda setting: next(iter(setting)),
    )
    def test_one_setting_changes_the_input(self, setting):
        bars = make_market(200, seed=1)
        assert run(CROSS, bars).input_fingerprint != run(CROSS, bars, **setting).input_fingerprint

    def test_one_parameter_changes_the_input(self):
        bars = make_market(200, seed=1)
        other = SmaCross(fast=4, slow=9, stop_loss_pips=20, take_profit_pips=41)
        assert run(CROSS, bars).input_fingerprint != run(other, bars).input_fingerprint

    def test_costs_change_the_result(self):
        bars = make_market(300, seed=1)
        dear = run(CROSS, bars, costs=Costs(commission_per_lot=7.0))
        assert run(CROSS, bars).result_fingerprint != dear.result_fingerprint


class TestMoney:
    @pytest.mark.parametrize("mode", ["hedging", "netting"])
    def test_trades_add_up_to_the_balance(self, mode):
        bars = make_market(600, seed=3)
        costs = Costs(spread_points=8, commission_per_lot=3.5, swap_long_points=-5.0, swap_short_points=1.0)
        result = run(CROSS, bars, account=Account(mode=mode), costs=costs)
        assert len(result.trades) > 20
        assert result.equity["balance"][-1] == pytest.approx(10_000 + result.trades["net_profit"].sum(), abs=1e-6)
        assert result.equity["equity"][-1] == result.equity["balance"][-1]
        assert len(result.equity) == len(bars)

    def test_a_foreign_profit_needs_a_rate(self):
        bars = make_market(200, seed=2, symbol="EURGBP")
        with pytest.raises(RateError, match="GBPUSD"):
            run(CROSS, bars)
        in_dollars = run(CROSS, bars, rates={"GBPUSD": 1.25, "EURUSD": 1.1})
        in_pounds = run(CROSS, bars, account=Account(currency="GBP"), costs=Costs(commission_per_lot=0.0))
        one, other = in_dollars.trades["profit"], in_pounds.trades["profit"]
        assert np.allclose(one, 1.25 * other, atol=0.02)

    def test_rates_are_never_taken_from_later(self):
        """A rate series that jumps at the end must not change what closed before."""
        bars = make_market(300, seed=2, symbol="EURGBP")
        rate = make_market(300, seed=5, symbol="GBPUSD")
        data = rate.data.copy()
        for name in ("open", "high", "low", "close"):
            data[name][150:] *= 2
        jumped = attrs.evolve(rate, data=data)
        euro = {"EURUSD": 1.1}
        plain = run(CROSS, bars, rates={"GBPUSD": rate} | euro).trades
        later = run(CROSS, bars, rates={"GBPUSD": jumped} | euro).trades
        before = plain["close_time_ns"] < rate.time_ns[150]
        assert before.sum() > 5
        assert np.array_equal(plain["profit"][before], later["profit"][: before.sum()])
        assert not np.array_equal(plain["profit"], later["profit"][: len(plain)])

    def test_an_old_rate_is_none(self):
        bars = make_market(400, seed=2, symbol="EURGBP")
        rate = make_market(20, seed=5, symbol="GBPUSD")
        with pytest.raises(RateError, match="max_age"):
            run(CROSS, bars, rates={"GBPUSD": rate, "EURUSD": 1.1})


class TestFinerPrices:
    def test_minutes_settle_what_hours_leave_open(self):
        minutes = synthetic("EURUSD", "M1", bars=60 * 24 * 20, seed=3)
        hours = resample(minutes, "H1")
        strategy = DonchianBreakout(stop_loss_pips=8, take_profit_pips=8)
        coarse, fine = run(strategy, hours), run(strategy, hours, finer=minutes)
        assert len(coarse.trades) > 10
        assert coarse.trades["ambiguous"].sum() > fine.trades["ambiguous"].sum()
        assert len(fine.equity) == len(hours)

    def test_the_bars_themselves_as_finer_prices_change_nothing(self):
        bars = make_market(300, seed=6)
        assert run(CROSS, bars, finer=bars).result_fingerprint == run(CROSS, bars).result_fingerprint

    def test_ticks_inside_minutes(self):
        ticks = make_ticks(3_000, seed=2)
        minutes = resample(ticks, "M1")
        result = run(CROSS, minutes, finer=ticks)
        assert not result.trades["ambiguous"].any()

    def test_prices_of_another_market_are_refused(self):
        bars = make_market(100, seed=6)
        with pytest.raises(DataShapeError, match="outside"):
            run(CROSS, bars, finer=make_market(100, seed=7))
        with pytest.raises(ConfigError, match="GBPUSD"):
            run(CROSS, bars, finer=make_market(100, seed=6, symbol="GBPUSD"))


class Greedy(Strategy):
    """Buys at every bar."""

    volume_lots: float = Param(0.01, gt=0)

    def on_bar(self, ctx):
        ctx.buy(volume_lots=self.volume_lots, stop_loss_pips=50)


class Refuses:
    """A rule of the user's own."""

    name = "no-buys"

    def judge(self, proposal):
        return Verdict(allowed=proposal.request.side < 0, rule=self.name, reason="no buys today")


class Raises:
    """A rule that fails."""

    name = "broken"

    def judge(self, proposal):
        raise RuntimeError("no data")


class TestRisk:
    def test_a_limit_holds(self):
        bars = make_market(120, seed=1)
        free, held = run(Greedy(), bars), run(Greedy(), bars, risk=Risk(max_positions=3))
        assert len(free.trades) > 100

        def most(result):
            opened, closed = result.trades["open_time_ns"], result.trades["close_time_ns"]
            return max(int(((opened <= t) & (closed > t)).sum()) for t in bars.time_ns)

        assert most(free) > 3
        assert most(held) == 3
        assert held.counts["refused_by_risk"] > 0

    def test_any_refusal_wins_and_a_failure_refuses(self):
        bars = make_market(200, seed=1)
        sells = run(CROSS, bars, risk=[Refuses()])
        assert set(sells.trades["side"]) == {-1}
        assert not len(run(CROSS, bars, risk=[Raises()]).trades)

    def test_rules_that_allow_everything_change_nothing(self):
        bars = make_market(300, seed=4)
        loose = Risk(max_positions=100, max_volume_lots=100.0, max_spread_points=1_000)
        assert run(CROSS, bars, risk=loose).result_fingerprint == run(CROSS, bars).result_fingerprint


class TestRefusals:
    def test_the_class_instead_of_a_strategy(self):
        with pytest.raises(ConfigError, match=r"SmaCross\(…\)"):
            run(SmaCross, make_market(50))

    def test_something_else(self):
        with pytest.raises(ConfigError, match="no strategy"):
            run("sma-cross", make_market(50))

    def test_a_spread_beside_ask_bars(self):
        ticks = make_ticks(500)
        with pytest.raises(ConfigError, match="twice"):
            run(CROSS, resample(ticks, "M1"), costs=Costs(spread_points=5))

    def test_costs_of_a_symbol_that_is_not_there(self):
        with pytest.raises(ConfigError, match="GBPUSD"):
            run(CROSS, make_market(50), costs={"GBPUSD": Costs()})

    def test_no_prices(self):
        with pytest.raises(ConfigError, match="no prices"):
            run(CROSS, make_market(50)[:0])

    def test_two_timeframes(self):
        prices = {"EURUSD": make_market(50), "GBPUSD": make_market(50, symbol="GBPUSD", timeframe="H4")}
        with pytest.raises(ConfigError, match="timeframe"):
            run(CROSS, prices)

    def test_rules_cannot_go_in_one_call(self):
        with pytest.raises(ConfigError, match="step"):
            run(CROSS, make_market(50), risk=Risk(max_positions=1), drive="batch")

    def test_an_unknown_drive(self):
        with pytest.raises(ConfigError, match="'auto'"):
            run(CROSS, make_market(50), drive="fast")


class TestTrials:
    def test_each_run_counts(self):
        trials, bars = MemoryTrials(), make_market(200, seed=1)
        counts = [run(CROSS, bars, trials=trials).trials for _ in range(3)]
        assert counts == [1, 2, 3]
        other = run(CROSS, make_market(200, seed=1, symbol="GBPUSD"), trials=trials)
        assert other.trials == 1
        assert trials.head().length == 4

    def test_a_sample_tells_where_it_comes_from(self):
        result = run(CROSS, sample("EURUSD", "H1")[:500])
        assert "MIT" in result.data[0].provenance["source"]
        assert {cost.name for cost in result.costs} >= {"spread", "commission", "slippage", "swap long", "swap short"}


class Ages(Strategy):
    """Buys once and writes down how many bars it has held."""

    def on_bar(self, ctx):
        if ctx.position is not None:
            AGES.append(ctx.position.bars_held)
        elif not AGES:
            ctx.buy(volume_lots=0.01)


AGES: list[int] = []


def test_a_position_of_a_class_strategy_grows_old():
    AGES.clear()
    run(Ages(), make_market(12, seed=1))
    assert list(range(1, 12)) == AGES


class TestHolesThatWereFound:
    def test_finer_prices_that_miss_a_bars_extreme_are_refused(self):
        minutes = synthetic("EURUSD", "M1", bars=600, seed=3)
        hours = resample(minutes, "H1")
        row = int(np.argmax(minutes.high[:60]))
        spread = np.delete(minutes.spread_points, row)
        holes = attrs.evolve(minutes, data=np.delete(minutes.data, row), spread_points=spread)
        with pytest.raises(DataShapeError, match="do not reach"):
            run(CROSS, hours, finer=holes)

    def test_finer_prices_must_be_finer(self):
        bars = make_market(100, seed=6)
        with pytest.raises(ConfigError, match="coarser"):
            run(CROSS, bars, finer=make_market(25, seed=6, timeframe="H4"))

    def test_a_rate_that_is_unknown_at_the_entry_stops_the_run(self):
        bars, rate = make_market(120, seed=1), make_market(3, seed=5, symbol="GBPUSD")
        late = attrs.evolve(rate, data=rate.data.copy())
        data = late.data.copy()
        data["time_ns"] += int(bars.time_ns[-1] - bars.time_ns[0])
        with pytest.raises(RateError, match="no rate is known"):
            run(CROSS, bars, account=Account(currency="GBP"), rates={"GBPUSD": attrs.evolve(rate, data=data)})

    def test_a_rate_that_is_no_rate(self):
        with pytest.raises(ConfigError, match="rates"):
            run(CROSS, make_market(50), rates={"GBPUSD": "1.25"})

    def test_a_frame_says_its_timeframe_and_keeps_its_spread(self):
        frame = make_market(50).to_frame()
        with pytest.raises(DataShapeError, match="60 minutes apart"):
            Bars.from_frame(frame, symbol="EURUSD", timeframe="D1")
        spread = Bars.from_frame(frame.assign(spread=30.0), symbol="EURUSD", timeframe="H1")
        assert set(spread.spread_points) == {30.0}
        with pytest.raises(DataShapeError, match="do not know: colour"):
            Bars.from_frame(frame.assign(colour=1.0), symbol="EURUSD", timeframe="H1")
        with pytest.raises(DataShapeError, match="not sound"):
            Bars.from_frame(frame.assign(volume=-5.0), symbol="EURUSD", timeframe="H1")
