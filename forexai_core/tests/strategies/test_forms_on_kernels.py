"""One idea in every form makes the same trades, however the run is driven."""

from __future__ import annotations

import numpy as np
import pytest
from crossing_forms import every_form
from strategy_markets import make_market

from forexai_core.backtesting.runner import backtest
from forexai_core.data import resample, sample
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import SmaCross
from forexai_core.values.accounts import Account

pytestmark = pytest.mark.kernels

FORMS = ("class", "vector", "compiled", "rules")


def run(strategy, prices, **settings):
    return backtest(strategy, prices, trials=MemoryTrials(), **settings)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_every_form_makes_the_trades_of_the_template(form, mode):
    bars = sample("EURUSD", "H1")[:1500]
    forms = every_form(bars.instrument.pip_size)
    account = Account(mode=mode)
    expected = run(forms["template"], bars, account=account)
    assert len(expected.trades) > 20
    assert run(forms[form], bars, account=account).result_fingerprint == expected.result_fingerprint


@pytest.mark.parametrize("form", FORMS)
def test_ties_of_the_averages_are_no_crosses_in_any_form(form):
    fast, slow = 2, 5
    ties = 0
    for seed in range(3):
        bars = make_market(300, seed=seed, step_points=10)
        points = np.rint(bars.close * 1e5).astype(np.int64)
        sums = [np.convolve(points, np.ones(n, np.int64), "valid")[-296:] for n in (fast, slow)]
        ties += int(np.sum(sums[0] * slow == sums[1] * fast))
        forms = every_form(bars.instrument.pip_size, fast, slow)
        expected = run(forms["template"], bars)
        assert run(forms[form], bars).result_fingerprint == expected.result_fingerprint
    assert ties > 20


@pytest.mark.parametrize("form", FORMS)
def test_two_symbols_on_one_account(form):
    prices = {"EURUSD": make_market(300, seed=4), "GBPUSD": make_market(250, seed=5, symbol="GBPUSD")}
    forms = every_form(0.0001, 5, 12)
    expected = run(forms["template"], prices)
    assert set(expected.trades["symbol"]) == {"EURUSD", "GBPUSD"}
    assert run(forms[form], prices).result_fingerprint == expected.result_fingerprint


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("inside", ["finer", "path"])
def test_prices_inside_the_bars_make_no_decisions(form, inside):
    quarters = make_market(1_200, seed=6, timeframe="M15", step_points=80)
    bars = resample(quarters, "H1")
    settings = {"finer": quarters} if inside == "finer" else {"path": "open-high-low-close"}
    forms = every_form(bars.instrument.pip_size, 4, 9)
    expected = run(forms["template"], bars, **settings)
    assert len(expected.trades) > 10
    assert run(forms[form], bars, **settings).result_fingerprint == expected.result_fingerprint


@pytest.mark.parametrize("form", ["template", "compiled", "rules"])
def test_one_call_and_event_by_event_are_the_same(form):
    bars = make_market(400, seed=7)
    strategy = every_form(bars.instrument.pip_size, 4, 9)[form]
    one, other = run(strategy, bars, drive="batch"), run(strategy, bars, drive="step")
    assert len(one.trades) > 10
    assert one.result_fingerprint == other.result_fingerprint


def test_a_run_leaves_the_strategy_as_it_was():
    bars = make_market(300, seed=8)
    for strategy in every_form(bars.instrument.pip_size, 4, 9).values():
        assert run(strategy, bars).result_fingerprint == run(strategy, bars).result_fingerprint


def test_the_template_by_the_ground_rules():
    """Turns by exact sums, reversal, flat after a stop until the next turn, nothing until both averages exist twice."""
    bars = make_market(500, seed=9)
    fast, slow = 3, 7
    points = np.rint(bars.close * 1e5).astype(np.int64).tolist()
    wanted, last = [0] * len(points), 0
    for row in range(slow - 1, len(points)):
        apart = sum(points[row - fast + 1 : row + 1]) * slow - sum(points[row - slow + 1 : row + 1]) * fast
        order = 1 if apart > 0 else -1 if apart < 0 else last
        if last and order != last:
            wanted[row] = order
        last = order
    program = SmaCross(fast=fast, slow=slow, stop_loss_pips=2, take_profit_pips=3).program(bars)
    assert program.wishes.every_bar()["entry"].tolist() == wanted
    assert min(np.flatnonzero(wanted)) >= slow
    assert set(program.wishes.every_bar()["stop"][program.wishes.every_bar()["entry"] != 0]) == {0.0002}
    trades = run(SmaCross(fast=fast, slow=slow, stop_loss_pips=2, take_profit_pips=3), bars).trades
    turns = {int(bars.end_ns[row]): side for row, side in enumerate(wanted) if side}
    # Every position opens at a turn, on its side; so after a stop it waits for the next turn.
    assert len(trades) > 20
    assert all(turns[int(trade["open_time_ns"])] == trade["side"] for trade in trades)
    assert {"stop_loss", "take_profit"} <= set(trades["close_reason"])
