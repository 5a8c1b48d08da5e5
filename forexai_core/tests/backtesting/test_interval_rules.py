"""No rule of the ledger makes a certified interval lie: random contracts, costs, accounts and strategies."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest
from interval_markets import START_NS, random_ticks, reentry, ticks_of
from interval_rules import coarse_and_fine_by_rules, crowd, fleeting, patient, rivals, watchman

import forexai_core as fx
from forexai_core.arrays import BAR, QUOTE
from forexai_core.backtesting.reading import reads_of
from forexai_core.data import resample
from forexai_core.services.trials import MemoryTrials
from forexai_core.values.accounts import Costs
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.instruments import SwapMode

pytestmark = pytest.mark.kernels

ROUNDS = 12
"""Random markets for each series that ``--intervals`` asks for."""


@pytest.mark.compiled
@pytest.mark.parametrize("jumps", [False, True], ids=["points", "jumps"])
def test_the_ticks_lie_inside_whatever_the_rules(jumps, pytestconfig):
    """A certificate holds; what the search cannot follow, it refuses to certify, and says so."""
    number = ROUNDS * pytestconfig.getoption("--intervals")
    certified, reasons = 0, Counter()
    for seed in range(number):
        coarse, fine = coarse_and_fine_by_rules(seed, jumps=jumps)
        interval, net = coarse.interval, fine.metrics["net_profit"]
        certified += interval.certified
        reasons.update([interval.reason])
        if interval.certified:
            # rounded to the cent: sums of binary fractions differ beyond it
            assert round(interval.worst, 2) <= round(net, 2) <= round(interval.best, 2), f"seed {seed}"
    print(f"certified {certified} of {number}; {reasons.most_common()}")
    assert certified > 0.2 * number


@pytest.mark.compiled
@pytest.mark.parametrize("seed", [626, 881, 918])
def test_the_newest_position_is_the_one_that_opened_last(seed):
    """Orders with lower tickets fill after market orders of the same bar, and the rules act on the newest position."""
    coarse, fine = coarse_and_fine_by_rules(seed, jumps=False)
    assert coarse.interval.certified, coarse.interval.reason
    assert round(coarse.interval.worst, 2) <= round(fine.metrics["net_profit"], 2) <= round(coarse.interval.best, 2)


HOUR_NS = 3_600 * 10**9
LEVEL = 110_000
FREE = Costs(commission_per_lot=0.0, slippage_points=0, swap_long_points=-50.0, swap_short_points=-50.0)


def quarters(rows, *, hours=4, start_hour=16):
    """Give bars of four hours, both sides, the ask a point above: each row open, high, low, close above 1.1."""
    data, ask = np.zeros(len(rows), BAR), np.zeros(len(rows), QUOTE)
    data["time_ns"] = START_NS + (start_hour + hours * np.arange(len(rows))) * HOUR_NS
    for place, name in enumerate(("open", "high", "low", "close")):
        data[name] = (LEVEL + np.array(rows)[:, place]) / 1e5
        ask[name] = (LEVEL + 1 + np.array(rows)[:, place]) / 1e5
    return Bars(instrument=find_instrument("EURUSD"), timeframe="H4", data=data, ask=ask)


def net_of(strategy, bars, path, **settings):
    """Give the net profit on ticks: each an hour since the first bar's opening, and points above 1.1."""
    hours, bids = np.array(path).T
    ticks = ticks_of(LEVEL + bids, LEVEL + 1 + bids, bars.time_ns[0] + (hours * HOUR_NS).astype(np.int64))
    result = fx.backtest(strategy, bars, finer=ticks, trials=MemoryTrials(), **settings)
    return round(result.metrics["net_profit"], 2)


def interval_of(strategy, bars, **settings):
    return fx.backtest(strategy, bars, trials=MemoryTrials(), **settings).interval


FLAT = (0, 0, 0, 0)


class TestWhatFallsDueInsideABar:
    """The account's midnight, 22:00 UTC here, lies in the middle of the second bar."""

    def test_an_order_may_fill_before_or_after_a_rollover(self):
        bars = quarters([FLAT, (0, 9, 0, 9), (9, 9, 9, 9)])
        strategy = rivals(away=0.00005, stop=0.001, target=0.001, lots=0.1)
        early = [(0, 0), (4, 0), (4.5, 5), (7, 9), (8, 9)]
        late = [(0, 0), (4, 0), (7, 5), (7.5, 9), (8, 9)]
        found = {net_of(strategy, bars, path, costs=FREE) for path in (early, late)}
        interval = interval_of(strategy, bars, costs=FREE)
        assert len(found) == 2
        assert interval.certified, interval.reason
        assert (round(interval.worst, 2), round(interval.best, 2)) == (min(found), max(found))

    def test_a_step_may_see_that_an_order_has_expired(self):
        bars = quarters([FLAT, FLAT, FLAT, (0, 9, 0, 9), (9, 9, 9, 9)])
        strategy = watchman()
        gone = net_of(strategy, bars, [(hour, 0) for hour in range(12)] + [(12, 0), (14, 9), (16, 9)], costs=FREE)
        interval = interval_of(strategy, bars, costs=FREE)
        assert interval.certified, interval.reason
        assert round(interval.worst, 2) <= gone <= round(interval.best, 2)
        assert interval.worst < interval.best

    @pytest.mark.parametrize("mode", ["interest_current", "reopen_current"])
    def test_swap_that_follows_the_price(self, mode):
        bars = quarters([(0, 0, 0, 0), (0, 40, -40, 0), FLAT, FLAT])
        instrument = bars.instrument.with_values(swap_mode=SwapMode(mode), swap_long=-900.0, swap_short=-900.0)
        bars = attrs.evolve(bars, instrument=instrument)
        strategy, costs = reentry(stop=0.01, target=0.01), Costs(commission_per_lot=0.0)
        interval = interval_of(strategy, bars, costs=costs)
        assert interval.certified is (mode == "interest_current")
        assert interval.certified or "rollovers fall inside" in interval.reason


class TestWhatAStepLooksAt:
    def test_it_is_found_in_its_code(self):
        bars = resample(random_ticks(1, 300, 1), "M5")
        found = {
            strategy: reads_of(strategy, [strategy.program(bars)])
            for strategy in (
                rivals(away=0.0001, stop=0.0001, target=0.0001, lots=0.1),
                fleeting(away=0.0001, stop=0.0001, target=0.0001, lots=0.1),
                crowd(away=0.0001, stop=0.0001, target=0.0001, lots=0.1),
                patient(away=0.0001, stop=0.0001, target=0.0001, lots=0.1),
            )
        }
        assert [list(each) for each in found.values()] == [
            [False, False, False, False, False],
            [False, False, True, False, False],
            [False, True, False, False, False],
            [False, True, False, True, False],
        ]


def test_a_negative_balance_that_is_made_good_is_named():
    bars = quarters([FLAT, FLAT, (0, 30, -30, 0), FLAT])
    account = fx.Account(balance=120.0, stop_out=0.0, negative_balance_protection=True, leverage=1_000)
    strategy = reentry(stop=0.0002, target=0.0002, lots=1.0)
    slipping = Costs(commission_per_lot=0.0, slippage_points=150)
    interval = interval_of(strategy, bars, account=account, costs=slipping)
    assert not interval.certified
    assert "made good" in interval.reason


@pytest.mark.parametrize(("jump", "certified"), [(0, True), (100, True), (900, False)])
def test_a_stop_keeps_the_account_from_its_stop_out(jump, certified):
    """A lot binds 1,100 of 1,300, and stop-out is at 550: the low, 900 points away, would strike it, but not the stop.

    It lies 20 points away, so the equity falls by no more than that and a jump.
    """
    bars = quarters([FLAT, FLAT, (0, 30, -900, 0), FLAT])
    account = fx.Account(balance=1_300.0, leverage=100, stop_out=50)
    strategy, costs = reentry(stop=0.0002, target=0.0002, lots=1.0), Costs(commission_per_lot=0.0)
    interval = interval_of(strategy, bars, account=account, costs=costs, jump_points=jump)
    assert interval.certified is certified
    assert certified or "a stop-out" in interval.reason


def test_leverage_by_equity_is_never_certified():
    bars = quarters([FLAT, FLAT, (0, 30, -30, 0), FLAT])
    account = fx.Account(leverage_tiers=[(0.0, 100.0), (50_000.0, 50.0)])
    interval = interval_of(reentry(stop=0.0002, target=0.0002), bars, account=account)
    assert not interval.certified
    assert "margin" in interval.reason
