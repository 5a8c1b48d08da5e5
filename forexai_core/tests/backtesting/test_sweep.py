"""A sweep gives each set the figures of a backtest of its own, and counts them all."""

from __future__ import annotations

import datetime as dt
import math

import attrs
import pytest
from crossing_forms import every_form
from strategy_markets import make_market

from forexai_core.backtesting.runner import backtest
from forexai_core.backtesting.sweep import sweep
from forexai_core.backtesting.sweep_figures import FIGURES
from forexai_core.data import resample
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.risk.settings import Risk
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import DonchianBreakout, Intents, SmaCross, vector_strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import TradingSession
from forexai_core.values.timeframes import NS_PER_DAY

pytestmark = pytest.mark.kernels

BARS = make_market(600, seed=3)
COSTS = Costs(spread_points=8, commission_per_lot=3.5, swap_long_points=-5.0, swap_short_points=1.0)


def crosses():
    return [SmaCross(fast=fast, slow=slow, stop_loss_pips=12) for fast in (2, 3, 5) for slow in (7, 11)]


def assert_each_set_is_its_own_backtest(prices, **settings):
    """Hold every figure of a sweep against the run of its set alone; give the trades of all sets."""
    found = sweep(crosses(), prices, trials=MemoryTrials(), workers=2, **settings)
    for number, strategy in enumerate(crosses()):
        alone = backtest(strategy, prices, trials=MemoryTrials(), **settings).metrics
        for name in FIGURES:
            value = found.figures[name][number]
            if alone[name] is None:
                assert math.isnan(value), name
            else:
                assert value == pytest.approx(alone[name], rel=1e-12, abs=1e-9), name
    return found.figures["total_trades"].sum()


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_each_set_has_the_figures_of_its_own_backtest(mode):
    assert assert_each_set_is_its_own_backtest(BARS, account=Account(balance=5_000, mode=mode), costs=COSTS) > 100


def half_days():
    morning = tuple(TradingSession(weekday=day, open_minute=0, close_minute=720) for day in range(5))
    return attrs.evolve(BARS, instrument=BARS.instrument.with_values(sessions=morning))


HOLIDAY = dt.date(1970, 1, 1) + dt.timedelta(days=int(BARS.time_ns[300] // NS_PER_DAY))


@pytest.mark.parametrize(
    "settings",
    [
        {"sessions": "enforce"},
        {"sessions": "enforce", "holidays": [HOLIDAY]},
        {"path": "open-high-low-close"},
        {"path": "adaptive"},
        {"path": "bridge", "seed": 5},
        {"execution": Execution(latency_ms=2_000_000, latency_jitter_ms=9_000_000), "seed": 3},
        {"execution": Execution(liquidity_lots=0.04, filling="ioc")},
        {"limit_fill": "open"},
        {"risk": Risk(max_volume_lots=0.1, max_orders_per_minute=1)},
        {"risk": Risk(max_spread_points=9).all_rules()},
        {"risk": Risk(max_daily_loss_fraction=0.02)},
    ],
    ids=str,
)
def test_each_set_meets_the_same_conditions_as_its_own_backtest(settings):
    prices = half_days() if "sessions" in settings else BARS
    assert assert_each_set_is_its_own_backtest(prices, costs=COSTS, **settings) > 0


@pytest.mark.parametrize(
    "settings",
    [
        {"sessions": "enforce"},
        {"execution": Execution(latency_ms=2_000_000, latency_jitter_ms=9_000_000), "seed": 3},
        {"execution": Execution(liquidity_lots=0.04, filling="ioc")},
        {"risk": Risk(max_orders_per_minute=1, max_volume_lots=0.05)},
    ],
    ids=str,
)
def test_conditions_matter_to_a_sweep(settings):
    prices = half_days() if "sessions" in settings else BARS
    plain = sweep(crosses(), prices, costs=COSTS, trials=MemoryTrials()).figures["net_profit"]
    assert (
        plain != sweep(crosses(), prices, costs=COSTS, trials=MemoryTrials(), **settings).figures["net_profit"]
    ).any()


def test_each_set_is_run_on_every_symbol_and_on_finer_prices():
    other = make_market(600, seed=8, symbol="GBPUSD")
    assert_each_set_is_its_own_backtest({"EURUSD": BARS, "GBPUSD": other}, costs=COSTS)
    fine = make_market(2_400, seed=4, timeframe="M15")
    coarse = resample(fine, "H1")
    assert_each_set_is_its_own_backtest(coarse, costs=COSTS, finer=fine)


def test_conditions_and_rules_are_part_of_the_record():
    def recorded(**settings):
        trials = MemoryTrials()
        sweep(crosses()[:1], BARS, trials=trials, **settings)
        return next(trials.records()).input_fingerprint

    settings = ({}, {"path": "adaptive"}, {"execution": Execution(latency_ms=5)}, {"risk": Risk(max_positions=1)})
    assert len({recorded(**each) for each in settings}) == len(settings)


def test_other_forms_are_swept_too():
    pip = BARS.instrument.pip_size
    for form in ("compiled", "rules"):
        strategy = every_form(pip, 4, 9)[form]
        found = sweep([strategy, strategy], BARS, trials=MemoryTrials())
        alone = backtest(strategy, BARS, trials=MemoryTrials()).metrics
        assert found.figures["total_trades"].tolist() == [alone["total_trades"]] * 2
        assert found.figures["net_profit"][1] == pytest.approx(alone["net_profit"])


def test_the_number_of_workers_changes_nothing():
    one = sweep(crosses(), BARS, trials=MemoryTrials(), workers=1)
    three = sweep(crosses(), BARS, trials=MemoryTrials(), workers=3)
    assert {name: values.tobytes() for name, values in one.figures.items()} == {
        name: values.tobytes() for name, values in three.figures.items()
    }


def test_every_set_counts_as_a_trial():
    trials = MemoryTrials()
    backtest(crosses()[0], BARS, trials=trials)
    assert sweep(crosses(), BARS, trials=trials).trials.count == 7


def test_the_best_set_is_found_and_a_frame_made():
    found = sweep(crosses(), BARS, trials=MemoryTrials())
    best = found.best("net_profit")
    assert found.figures["net_profit"][best] == found.figures["net_profit"].max()
    frame = found.to_frame()
    assert frame.loc[best, "fast"] == found.parameters[best]["fast"]
    assert len(found) == len(frame) == 6
    with pytest.raises(ConfigError, match="'net_profit'"):
        found.best("net_profits")


def test_progress_is_told():
    told = []
    sweep(crosses(), BARS, trials=MemoryTrials(), progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 6) for number in range(1, 7)]


@pytest.mark.parametrize(
    ("sets", "why"),
    [
        ([], "no parameter set"),
        ([SmaCross(), DonchianBreakout()], "one strategy"),
        ([every_form(0.0001, 4, 9)["class"]], "class strategy"),
    ],
)
def test_what_cannot_be_swept_says_why(sets, why):
    with pytest.raises(ConfigError, match=why):
        sweep(sets, BARS, trials=MemoryTrials())


def test_a_set_that_fails_is_named():
    @vector_strategy
    def fussy(bars, number: int = 1) -> Intents:
        return Intents.empty(len(bars) - (number == 3))

    with pytest.raises(DataShapeError) as caught:
        sweep([fussy(number=number) for number in (1, 2, 3)], BARS, trials=MemoryTrials())
    assert caught.value.__notes__ == ["in the set {'number': 3}"]
