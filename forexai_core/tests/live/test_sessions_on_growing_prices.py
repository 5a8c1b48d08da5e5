"""Prices that come while a session runs: the trades, and every byte that is written, of one that knew them before."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from crossing_forms import every_form
from live.scripted_trading import Scripted
from live.session_runs import known, session, until
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.arrays import TRADE
from forexai_core.errors import DataError
from forexai_core.live.growth.rows import picked
from forexai_core.live.session.account_run import AccountRun

pytestmark = pytest.mark.kernels

FORMS = ("template", "class", "vector", "compiled", "rules")


def check_same(recorded, live):
    """Compare all trades, the equity at every bar, and each record of the journal."""
    assert live.trades.tolist() == recorded.trades.tolist()
    assert np.array_equal(live.equity, recorded.equity)
    written = [[(each.kind, each.time_ns, each.payload) for each in ran.records] for ran in (recorded, live)]
    assert written[0] == written[1]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_strategy_trades_bar_by_bar_as_over_recorded_prices_and_in_a_backtest(form):
    bars = fx.synthetic("EURUSD", "H1", bars=250, seed=5)
    strategy = every_form(0.0001, fast=5, slow=15)[form]
    result, recorded, live = fx.backtest(strategy, bars), session(strategy, bars), session(strategy, bars, at_once=1)
    assert len(result.trades) > 10
    check_same(recorded, live)
    for name in TRADE.names:
        if name != "strategy":  # a lone strategy has no name in a backtest
            assert np.array_equal(result.trades[name], live.trades[name]), name


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_all_that_a_strategy_can_ask_for_is_done_alike(mode):
    bars, account = fx.synthetic("EURUSD", "M15", bars=500, seed=9), fx.Account(balance=50_000, mode=mode)
    recorded = session(Everything(seed=3), bars, account=account)
    assert len(recorded.trades) > 20
    check_same(recorded, session(Everything(seed=3), bars, account=account, at_once=7))


def test_real_ticks_one_by_one():
    ticks = fx.sample("EURUSD", "tick")[:300]
    recorded = session(Scripted(seed=1), ticks)
    assert len(recorded.trades) > 5
    check_same(recorded, session(Scripted(seed=1), ticks, at_once=1))


def test_several_strategies_on_symbols_and_higher_timeframes_whose_last_bar_is_not_whole():
    prices = {
        "EURUSD": fx.synthetic("EURUSD", "M15", bars=250, seed=1),
        "USDJPY": fx.synthetic("USDJPY", "M15", bars=250, seed=2),
    }
    forms = every_form(0.0001, fast=3, slow=9)
    sleeves = [
        fx.Sleeve("hourly", forms["class"], symbol="EURUSD", timeframe="H1"),
        fx.Sleeve("compiled", forms["compiled"], symbol="EURUSD"),
        fx.Sleeve("yen", every_form(0.01, fast=4, slow=9)["vector"], symbol="USDJPY", timeframe="M30"),
        fx.Sleeve("mixed", Everything(seed=5), symbol="USDJPY"),
    ]
    recorded = session(sleeves, prices)
    assert set(recorded.trades["strategy"]) == {"hourly", "compiled", "yen", "mixed"}
    check_same(recorded, session(sleeves, prices, at_once=1))


@pytest.mark.parametrize("at_once", [1, 7])
def test_bars_of_ticks_that_come_one_by_one_are_made_when_a_minute_has_ended(monkeypatch, at_once):
    ticks, made, whole = fx.synthetic("EURUSD", "tick", bars=400, seed=4), [], AccountRun._grow_deciders

    def counted(run, inputs):
        made.append(run.known_ns)
        whole(run, inputs)

    monkeypatch.setattr(AccountRun, "_grow_deciders", counted)
    forms = every_form(0.0001, fast=2, slow=4)
    sleeves = [
        fx.Sleeve("mixed", Everything(seed=3), timeframe="M1"),
        fx.Sleeve("rules", forms["rules"], timeframe="M2"),
    ]
    recorded = session(sleeves, ticks)
    assert not made
    live = session(sleeves, ticks, at_once=at_once)
    check_same(recorded, live)
    assert len(recorded.decisions) > 10
    minutes = int((ticks.time_ns[-1] - ticks.time_ns[0]) // (60 * 1_000_000_000)) + 3
    assert 5 < len(made) <= minutes < len(ticks) / at_once


def test_a_hole_at_the_end_of_a_higher_bar_lets_it_decide_with_the_next_price():
    bars = fx.synthetic("EURUSD", "M15", bars=240, seed=4)
    kept = np.ones(len(bars), bool)
    kept[3::8] = False  # the last quarter of each second hour
    holed = picked(bars, kept)
    sleeves = [fx.Sleeve("hourly", every_form(0.0001, fast=2, slow=5)["class"], timeframe="H1")]
    recorded = session(sleeves, holed)
    assert len(recorded.trades) > 3
    check_same(recorded, session(sleeves, holed, at_once=1))


def test_a_price_that_is_late_is_refused():
    bars = fx.synthetic("EURUSD", "M15", bars=60, seed=4)
    other = fx.synthetic("USDJPY", "M15", bars=60, seed=4)
    ran = session([fx.Sleeve("mixed", Everything(), symbol="EURUSD")], {"EURUSD": bars, "USDJPY": other[::2]})
    late = known(ran.run.plan.inputs, 60)
    late = attrs.evolve(late, prices={"EURUSD": bars, "USDJPY": other})
    with pytest.raises(DataError, match="late"):
        ran.run.grow(late, until(late))


def test_prices_on_another_grid_are_refused():
    bars = fx.synthetic("EURUSD", "M15", bars=60, seed=4)
    ran = session(Everything(), bars)
    finer = attrs.evolve(bars, instrument=bars.instrument.with_digits(6))
    with pytest.raises(DataError, match="6"):
        ran.run.grow(attrs.evolve(ran.run.plan.inputs, prices={"EURUSD": finer}), None)
